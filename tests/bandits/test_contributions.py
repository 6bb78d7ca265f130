"""What a score is made of."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, contexts, logs

from riffler.bandits.contributions import score_of
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned

POLICY = AdaptiveThompson(favour=0.05)


@settings(deadline=None)
@given(logs, contexts, st.sampled_from([*ARMS, "unseen"]))
def test_terms_add_up_to_the_score_that_is_drawn_by(log: list[Rewarded], x: np.ndarray, arm: str) -> None:
    """The terms sum to the mean of the policy's score, whose deviation the total has; an entry of 0 adds nothing."""
    state = learned(POLICY, DIMENSION, log)
    score = score_of(POLICY, state, arm, x)
    mean, sd = POLICY.choose(state, x, [arm], np.random.default_rng(1)).scores[arm]
    assert math.fsum(term.mean for term in score.terms) == pytest.approx(mean, abs=1e-12)
    assert score.total.mean == mean
    assert score.total.margin == pytest.approx(1.96 * sd, rel=1e-4)
    assert all(term.mean == term.margin == 0 for term, entry in zip(score.terms[1:], x[1:], strict=True) if not entry)


def test_a_term_is_its_coefficient() -> None:
    """Of a feature that is present the term has the coefficient's mean and 1.96 of its deviations."""
    rng = np.random.default_rng(1)
    rows = [Rewarded("a", np.array([1.0, float(rng.random() < 0.5)]), float(rng.random())) for _ in range(40)]
    state = learned(POLICY, 2, rows)
    term = score_of(POLICY, state, "a", np.array([1.0, 1.0])).terms[1]
    assert term.mean == pytest.approx(state.fit.coefficients[0, 1])
    assert term.margin == pytest.approx(1.96 * math.sqrt(state.covariance[0, 1, 1]), rel=1e-4)
