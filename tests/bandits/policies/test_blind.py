"""Policies that don't look at the query: Gaussian Thompson sampling, Exp3 and Tsallis-INF."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, logs, random_log

from riffler.bandits.policies.base import Rewarded, learned
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.ftrl import TsallisInf, leaders
from riffler.bandits.policies.gaussian_thompson import GaussianThompson
from riffler.errors import InvalidSetting

X = np.array([1.0, 0.0, 1.0])


@given(logs, st.floats(0.01, 100), st.floats(0, 1), st.floats(0.01, 2))
def test_gaussian_scores_follow_the_formula(log: list[Rewarded], precision: float, mean: float, noise: float) -> None:
    """An arm's score is N((precision mean + S) / (precision + n), v^2 / (precision + n))."""
    policy = GaussianThompson(precision, mean, noise)
    scores = policy.choose(learned(policy, DIMENSION, log), X, ARMS, np.random.default_rng(1)).scores
    for arm in ARMS:
        own = [row.reward for row in log if row.arm == arm]
        worth = precision + len(own)
        expected = (precision * mean + math.fsum(own)) / worth, noise / math.sqrt(worth)
        assert scores[arm] == pytest.approx(expected)


def test_exp3_by_hand() -> None:
    """After one reward of 0.2 drawn with 0.4, an arm's loss is 2, and eta is sqrt(ln 2 / 4)."""
    policy = Exp3()
    state = policy.learn(policy.start(1), Rewarded("a", np.ones(1), 0.2, 0.4))
    found = policy.choose(state, np.ones(1), ["a", "b"], np.random.default_rng(1)).propensities["a"]
    assert found == pytest.approx(1 / (1 + math.exp(2 * math.sqrt(math.log(2) / 4))))


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=12), st.floats(1e-4, 2))
def test_leaders_solve_their_equation(losses: list[float], eta: float) -> None:
    """There is a z below all losses with p_a = 4 / (eta (losses_a - z))^2, and the p_a sum to 1."""
    least = min(losses)
    chances = leaders([loss - least for loss in losses], eta)
    assert math.fsum(chances) == pytest.approx(1, abs=1e-12)
    z = -2 / (eta * math.sqrt(chances[losses.index(least)]))
    assert chances == pytest.approx([4 / (eta * (loss - least - z)) ** 2 for loss in losses], rel=1e-6)


@pytest.mark.parametrize("policy", [Exp3(), TsallisInf()], ids=["exp3", "tsallis-inf"])
def test_a_rare_draw_weighs_more(policy: Exp3 | TsallisInf) -> None:
    """The loss of an arm drawn with a tenth of the probability counts ten times."""
    rare = policy.learn(policy.start(1), Rewarded("a", np.ones(1), 0.9, 0.1))
    often = policy.learn(policy.start(1), Rewarded("a", np.ones(1), 0.0, 1.0))
    one, other = (policy.choose(state, np.ones(1), ["a", "b"], np.random.default_rng(1)) for state in (rare, often))
    assert one.propensities == pytest.approx(other.propensities)
    assert one.propensities["a"] < 0.5


@pytest.mark.parametrize("policy", [GaussianThompson(), Exp3(), TsallisInf()], ids=lambda policy: policy.name)
def test_the_query_does_not_matter(policy: GaussianThompson | Exp3 | TsallisInf) -> None:
    """Another query has the same propensities."""
    state = policy.start(DIMENSION)
    for row in random_log(20):
        state = policy.learn(state, row)  # type: ignore[arg-type]
    one, other = (policy.choose(state, x, ARMS, np.random.default_rng(1)) for x in (X, -X))  # type: ignore[arg-type]
    assert one == other


@pytest.mark.parametrize("setting", ["prior_precision", "noise_sd"])
def test_impossible_settings_are_refused(setting: str) -> None:
    """Precision and noise are above 0, and the mean is a number."""
    with pytest.raises(InvalidSetting, match=f"{setting}: expected a finite number above 0"):
        GaussianThompson(**{setting: 0.0})
    with pytest.raises(InvalidSetting, match="prior_mean: expected a finite number, got nan"):
        GaussianThompson(prior_mean=math.nan)
