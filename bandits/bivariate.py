"""The distribution function of two correlated standard normal variables.

With X, Y ~ N(0, 1) of correlation rho,

    P(X < h, Y < k) = Phi(h) Phi(k) + integral from 0 to arcsin(rho) of
                      exp(-(h^2 + k^2 - 2 h k sin t) / (2 cos^2 t)) dt / (2 pi)

(Plackett 1954, "A reduction formula for normal multivariate integrals", https://doi.org/10.1093/biomet/41.3-4.351, put
in this form by Drezner and Wesolowsky 1990, https://doi.org/10.1080/00949659008811236). The integrand is smooth as long
as rho isn't near 1, so a Gauss-Legendre rule of few points does.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np

_NODES: Final = 8


def both_below(h: float, k: float, rho: float) -> float:
    """Compute P(X < h, Y < k).

    Args:
        h: Any number.
        k: Any number.
        rho: The correlation, from 0 to sqrt(1/2).

    Returns:
        The probability, which errs by less than 1e-11.
    """
    half = 0.5 * math.asin(rho)
    squares, product = -0.5 * (h * h + k * k), h * k
    exp, sin = math.exp, math.sin
    total = 0.0
    for node, weight in _rule():
        s = sin(half * node)
        total += weight * exp((squares + product * s) / (1.0 - s * s))
    return 0.25 * math.erfc(-h * _ROOT_HALF) * math.erfc(-k * _ROOT_HALF) + total * half * (0.5 / math.pi)


_ROOT_HALF: Final = math.sqrt(0.5)


@cache
def _rule() -> tuple[tuple[float, float], ...]:
    """Give the Gauss-Legendre rule on (0, 2): points and weights."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return tuple(zip((nodes + 1.0).tolist(), weights.tolist(), strict=True))
