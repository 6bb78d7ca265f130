"""Fitting weights to reports of which some may be odd: a Bayesian linear regression that asks how each fits the others.

With s what was sent, y the report, v its variance, m and C the prior's mean and covariance, f what age has left of it
and e what oddness adds to its variance:

    A = inverse(C) + sum(f s s' / (v + e))          w = m + inverse(A) sum(f s (y - s'm) / (v + e))

held in the plausible range. What all other reports say of one follows without fitting anew, as leaving it out changes A
by one row: with h = f s' inverse(A) s / (v + e) they expect y - (y - s'w) / (1 - h), with the variance
d = s' inverse(A) s / (1 - h). So the report surprises them by

    u = |y - expected| / sqrt(d + v)                e = (d + v) (max(1, u / 4)^2 - 1)

Each report begins with e = 0 and is judged again until that settles. So one of ten that nine contradict ends with next
to no say, while ten that agree keep theirs, however far all of them lie from the prior.

A prior that is wrong as a whole would outvote the first few, though. So from the third report on, where the reports
aren't foreseen well, a looser one is tried too (`prior.looser`), and taken if it explains them much better: if
sum(log(1 + (y - expected)^2 / v)), in which no single report weighs much and vagueness gains nothing, is less than half
of the other's.

Shape letters: N reports, the oldest first; P what is learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riffler.tools.counting.prior import Known, Vector, known, looser

SURPRISE = 4.0
"""From so many standard deviations on, a report counts less."""
_NOISE_SHARE, _NOISE_TOKENS = 0.015, 4.0
"""How far a report may lie from what the right weights say: texts with the same features differ by so much."""
_FADE = 0.98
"""What a report still counts when the next one has come."""
_FEWEST = 3
"""So many reports can tell that the prior is wrong: the looser one leaves three numbers open."""
_WELL = 0.01
"""The misfit of a report that is foreseen to a tenth of its noise: where all are, there is nothing to gain."""
_MUCH_BETTER = 0.5
"""What a looser prior has to leave of the misfit at most, to be taken."""
_ROUNDS = 10
"""Judging again stops here even if it hasn't settled, which takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights, and how reports fit them.

    Attributes:
        weights: The weights, shape (P,).
        surprises: By how many standard deviations each report surprises all others; shape (N,).
        misfit: How badly reports are predicted from the others.
    """

    weights: Vector
    surprises: Vector
    misfit: float


def fitted(sent: Vector, reported: Vector, near: Vector) -> Fit:
    """Fit weights to reports. Takes a millisecond for a hundred of them, some ten where many are odd.

    Args:
        sent: What each request sent, shape (N, P).
        reported: How many tokens each had, shape (N,).
        near: Any weights that were right lately, shape (P,): they tell how exact a report can be.

    Returns:
        The fit.
    """
    fit = _fitted(sent, reported, near, known())
    if len(reported) < _FEWEST or fit.misfit < _WELL * len(reported):
        return fit
    loose = _fitted(sent, reported, near, looser())
    return loose if loose.misfit < _MUCH_BETTER * fit.misfit else fit


def _fitted(sent: Vector, reported: Vector, weights: Vector, prior: Known) -> Fit:
    fade = _FADE ** np.arange(len(reported))[::-1]
    odd = np.zeros(len(reported))
    rounds = 0
    while True:
        noise = (_NOISE_SHARE * np.maximum(reported, sent @ weights)) ** 2 + _NOISE_TOKENS**2
        trust = fade / (noise + odd)
        precision = prior.precision + (sent.T * trust) @ sent
        vector = sent.T @ (trust * (reported - sent @ prior.mean))
        both = np.concatenate((vector[:, None], sent.T), axis=1)
        solved = np.linalg.solve(precision, both)  # at once: that is half of the work
        weights = _within(precision, vector, solved[:, 0], prior)
        doubt = (sent * solved[:, 1:].T).sum(axis=1)
        without = np.maximum(1.0 - trust * doubt, 1e-9)
        expected = np.maximum(reported - (reported - sent @ weights) / without, 1.0)
        # The larger one of the difference and of the ratio: a tenth is as odd as ten times as much.
        apart = np.maximum(np.abs(reported - expected), expected * np.abs(np.log(reported / expected)))
        variance = doubt / without + noise
        surprises = apart / np.sqrt(variance)
        before, odd = odd, variance * (np.maximum(1.0, surprises / SURPRISE) ** 2 - 1.0)
        rounds += 1
        if rounds == _ROUNDS or np.allclose(noise + odd, noise + before, rtol=0.02):
            return Fit(weights, surprises, float(np.log1p(apart**2 / noise).sum()))


def _within(precision: Vector, vector: Vector, apart: npt.NDArray[np.floating[Any]], prior: Known) -> Vector:
    """Bring the best weights into the plausible range: what falls out is held at its edge, and the rest adapts."""
    low, high = prior.least - prior.mean, prior.most - prior.mean
    held = np.zeros(len(vector), np.bool_)
    while (out := ((apart < low) | (apart > high)) & ~held).any():  # ends: each round holds more of them
        held |= out
        apart = np.clip(apart, low, high)
        free = ~held
        left = vector[free] - precision[np.ix_(free, held)] @ apart[held]
        apart[free] = np.linalg.solve(precision[np.ix_(free, free)], left)
    weights: Vector = prior.mean + np.clip(apart, low, high)
    return weights
