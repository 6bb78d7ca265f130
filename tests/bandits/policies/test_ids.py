"""Information-directed sampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, random_log

from riffler.bandits.policies.base import learned
from riffler.bandits.policies.ids import InformationDirected, mixture
from riffler.bandits.propensity import outcomes

amounts = st.lists(st.tuples(st.floats(0, 1) | st.just(0.0), st.floats(1e-6, 1) | st.just(0.0)), min_size=1, max_size=6)


def ratio(regret: float, information: float) -> float:
    """Compute the information ratio, where 0 of both is 0."""
    return regret * regret / max(information, 1e-300)


@given(amounts)
def test_no_mixture_of_two_is_better(arms: list[tuple[float, float]]) -> None:
    """The ratio is no larger than that of any pair of arms at any of 201 shares."""
    regrets, informations = np.array(arms).T
    first, second, share = mixture(regrets, informations)
    found = ratio(*(share * np.array(arms[first]) + (1 - share) * np.array(arms[second])))
    for one in arms:
        for other in arms:
            for q in np.linspace(0, 1, 201):
                assert found <= ratio(*(q * np.array(one) + (1 - q) * np.array(other))) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("regrets", "informations", "chances"),
    [
        ([0.1, 0.5], [0.0, 0.0], [1, 0]),  # nothing to be learned
        ([0.0, 0.5], [0.0, 1.0], [1, 0]),  # nothing to be lost
        ([0.2, 0.2], [0.1, 0.3], [0, 1]),
        ([0.1, 0.2], [0.3, 0.3], [1, 0]),
        ([0.1, 0.4], [0.01, 1.0], [0.6464646464646465, 0.3535353535353535]),
    ],
)
def test_worked_examples(regrets: list[float], informations: list[float], chances: list[float]) -> None:
    """Pairs by hand; the last is flat at q = -.4 / .3 + 2 / .99."""
    first, second, share = mixture(np.array(regrets), np.array(informations))
    found = np.zeros(2)
    found[second] += 1 - share
    found[first] += share
    if chances[-1] not in {0, 1}:
        chances = [-0.4 / 0.3 + 2 / 0.99, 1 + 0.4 / 0.3 - 2 / 0.99]
    assert found == pytest.approx(chances)


@pytest.mark.parametrize("rounds", [0, 3, 40])
def test_at_most_two_arms_may_be_drawn(rounds: int) -> None:
    """The propensities are the shares of one arm, or of two."""
    policy = InformationDirected()
    state = learned(policy, DIMENSION, random_log(rounds))
    for entry in (0.0, 1.0):
        choice = policy.choose(state, np.array([1.0, entry, 1.0]), ARMS, np.random.default_rng(1))
        assert 1 <= sum(chance > 0 for chance in choice.propensities.values()) <= 2


def test_conditional_means_match_simulation() -> None:
    """Means given the best arm agree with 200,000 draws within 6 standard errors (16 means: odds 4e-8)."""
    means, sds = np.array([0.5, 0.6, 0.4, 0.55]), np.array([0.2, 0.05, 0.3, 0.1])
    found = outcomes(means, sds)
    draws = np.random.default_rng(1).normal(means, sds, (200_000, 4))
    best = draws.argmax(axis=1)
    for arm in range(4):
        own = draws[best == arm]
        errors = own.std(axis=0) / np.sqrt(len(own))
        assert (np.abs(own.mean(axis=0) - found.given[:, arm]) <= 6 * errors).all()
    highest = draws.max(axis=1)
    assert abs(highest.mean() - found.highest) <= 6 * highest.std() / np.sqrt(200_000)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-3, 0)), min_size=1, max_size=8))
def test_conditional_means_average_to_the_means(scores: list[tuple[float, float]]) -> None:
    """Over the best arm, each arm's conditional means average to its mean, and its own is the highest of its column."""
    means, sds = np.array([mean for mean, _ in scores]), np.array([10**sd for _, sd in scores])
    found = outcomes(means, sds)
    assert found.given @ found.chances == pytest.approx(means, abs=1e-6)
    assert (found.highest >= means - 1e-9).all()
    likely = found.chances > 1e-3
    assert (np.diag(found.given)[likely] >= means[likely] - 1e-6).all()
