"""The logarithm of the standard normal distribution, and its slope, on whole arrays, without SciPy."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = -8.0
"""The least z of the table."""
_MOST: Final = 9.0
"""Beyond lies 1e-19 of the mass: Phi is 1 there, and its slope 0."""
_STEPS: Final = 1024


def log_distribution(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute log Phi(z), and its slope phi(z) / Phi(z).

    The slope is interpolated between nodes 1 / 1024 apart, and its integral added to log Phi of the node below:

        slope(z)   = slope_i + (slope_i+1 - slope_i) u         u = 1024 (z - node_i)
        log Phi(z) = log Phi_i + u (slope_i + slope(z)) / 2048

    As the slope's second derivative stays below 0.3, it errs by less than 4e-8, and log Phi by less than 3e-11. This
    takes a twentieth of the time of calling `math.erfc` for every element.

    Args:
        z: Any shape, from `LEAST` to 1e15.

    Returns:
        log Phi and its slope, float64, in the shape of z.
    """
    place = z - LEAST
    place *= _STEPS
    node = place.astype(np.intp)
    place -= node
    found = _table().take(node, axis=0, mode="clip")
    at_node = found[..., 1]
    slope = found[..., 2] * place
    slope += at_node
    logarithm = slope + at_node
    logarithm *= place
    logarithm *= 0.5 / _STEPS
    logarithm += found[..., 0]
    return logarithm, slope


@cache
def _table() -> NDArray[np.float64]:
    """Tabulate log Phi, its slope, and by how much the slope is another at the next node; float64 (nodes, 3)."""
    nodes = [LEAST + step / _STEPS for step in range(round((_MOST - LEAST) * _STEPS) + 1)]
    below = [math.erfc(-z / math.sqrt(2)) / 2 for z in nodes]
    slopes = [math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / phi for z, phi in zip(nodes, below, strict=True)]
    slopes[-1] = 0.0
    table = np.column_stack((np.log(below), slopes, np.diff(slopes, append=0.0)))
    table[-1] = 0.0
    table.setflags(write=False)
    return table
