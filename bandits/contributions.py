"""What an arm's score is made of: each coefficient of the default policy times the query's feature.

    score = sum over j of w_a[j] x[j] - handicap        the handicap is that of every arm but `none`

It is part of the bias here, so that contributions add up to the mean of the score that the policy draws by. Deviations
are those of single terms: coefficients are correlated, so their squares don't add up to the score's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.policies.adaptive import AdaptiveThompson, Knowledge

_REACH: Final = 1.959963984540054
_ANY: Final = np.random.default_rng(0)
"""Of a single arm nothing is left to chance."""


@dataclass(frozen=True, slots=True)
class Term:
    """An estimate with half its 95 % interval: mean - margin to mean + margin."""

    mean: float
    margin: float


@dataclass(frozen=True, slots=True)
class Score:
    """An arm's score for one query.

    Attributes:
        total: The expected reward, less the handicap.
        terms: What each entry of the context vector adds to it, in order; they sum to the total's mean.
    """

    total: Term
    terms: tuple[Term, ...]


def score_of(policy: AdaptiveThompson, state: Knowledge, arm: str, x: Vector) -> Score:
    """Take a score apart.

    Args:
        policy: Whose score.
        state: What it knows.
        arm: The arm, which may be one that was never rewarded.
        x: The query's context vector, float64 (d,), with the bias first.

    Returns:
        The score and its terms.
    """
    mean, sd = policy.choose(state, x, (arm,), _ANY).scores[arm]
    number = state.arms.get(arm, len(state.arms))
    means = state.fit.coefficients[number] * x
    means[0] += mean - means.sum()  # the handicap, which the score has and the coefficients don't
    margins = _REACH * np.abs(x) * np.sqrt(np.maximum(np.diag(state.covariance[number]), 0.0))
    terms = tuple(Term(*each) for each in zip(means.tolist(), margins.tolist(), strict=True))
    return Score(Term(mean, _REACH * sd), terms)
