"""The standard normal distribution on whole arrays, without SciPy."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

_FAR = 9.0
"""Beyond so many deviations lies less than 2e-19 of the mass: the distribution function is constant there."""

_STEPS = 2048
_CENTRE = _FAR * _STEPS + 1.0
"""The place of 0 in the table, whose first and last entry stand for all that lies beyond."""


def density_and_distribution(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute phi(z) = exp(-z^2 / 2) / sqrt(2 pi), and Phi(z), its integral up to z.

    Phi is that of the nearest of the nodes i / 2048, where `math.erfc` gave it, plus phi(z) (z - node). The error is
    below |z| phi(z) (z - node)^2 / 2, so it is below 1e-8 everywhere and small against the tail itself, too. This takes
    a twentieth of the time of calling `math.erfc` for every element.

    Args:
        z: Any shape, finite and at most 1e15 in size.

    Returns:
        Densities and probabilities, float64, in the shape of z. A probability is never 0: it is about 1e-19 at least.
    """
    density = np.square(z)
    density *= -0.5
    np.exp(density, out=density)
    density *= 1 / math.sqrt(2 * math.pi)
    node = z * _STEPS
    np.rint(node, out=node)
    below = node * (-1 / _STEPS)
    below += z
    below *= density
    node += _CENTRE
    below += _table().take(node.astype(np.intp), mode="clip")
    return density, below


@cache
def _table() -> NDArray[np.float64]:
    """Tabulate Phi at the nodes."""
    edge = int(_CENTRE)
    table = np.array([math.erfc(-node / _STEPS / math.sqrt(2)) / 2 for node in range(-edge, edge + 1)])
    table[0], table[-1] = 1e-19, 1.0
    table.setflags(write=False)
    return table
