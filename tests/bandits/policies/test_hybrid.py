"""Shared coefficients: the fast form is that of one large regression."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, contexts, logs, random_log

from riffler.bandits.policies.base import Rewarded, learned
from riffler.bandits.policies.hybrid import HybridThompson
from riffler.errors import InvalidSetting

precisions = st.floats(0.05, 50)


def large(policy: HybridThompson, log: list[Rewarded], x: np.ndarray) -> list[tuple[float, float]]:
    """Solve for beta and all theta at once: the query of arm a has x at the place of beta, and at that of theta_a."""
    size = (len(ARMS) + 1) * DIMENSION
    precision = np.full(size, policy.own_precision)
    precision[:DIMENSION] = policy.shared_precision
    matrix, moment = np.diag(precision), np.zeros(size)
    moment[0] = policy.shared_precision * policy.prior_mean

    def placed(arm: str, x: np.ndarray) -> np.ndarray:
        row = np.zeros((len(ARMS) + 1, DIMENSION))
        row[0] = row[1 + ARMS.index(arm)] = x
        return row.ravel()

    for place, row in enumerate(log):
        z = placed(row.arm, row.x)
        weight = policy.gamma ** (32 * (len(log) // 32 - place // 32))
        matrix += weight * np.outer(z, z)
        moment += weight * row.reward * z
    inverse = np.linalg.inv(matrix)
    queries = [placed(arm, x) for arm in ARMS]
    return [(float(z @ inverse @ moment), policy.noise_sd * math.sqrt(float(z @ inverse @ z))) for z in queries]


@settings(deadline=None)
@given(logs, contexts, precisions, precisions, st.floats(0.5, 1))
@example(random_log(300), np.array([1.0, 1.0, -1.0]), 1.0, 4.0, 1.0)
@example(random_log(150), np.array([1.0, 0.0, 1.0]), 1.0, 4.0, 0.95)
@example(random_log(64), np.array([1.0, 0.0, 1.0]), 0.5, 2.0, 0.9)
def test_scores_are_those_of_one_large_regression(
    log: list[Rewarded], x: np.ndarray, shared: float, own: float, gamma: float
) -> None:
    """Means and deviations equal those of the dense equations over all coefficients, to 1e-8, also when forgetting."""
    policy = HybridThompson(shared, own, gamma=gamma)
    found = policy.scores(learned(policy, DIMENSION, log), x, ARMS)
    for place, expected in enumerate(large(policy, log, x)):
        assert (found[0][place], found[1][place]) == pytest.approx(expected, abs=1e-8)


def test_what_one_arm_earns_tells_of_another() -> None:
    """After rewards of one arm alone, a cold arm is expected to earn more than by the prior, and less than that arm."""
    policy, x = HybridThompson(), np.ones(1)
    state = learned(policy, 1, [Rewarded("a", x, 1.0)] * 50)
    means, sds = policy.scores(state, x, ["a", "cold"])
    assert 0.5 < means[1] < means[0] < 1
    assert sds[0] < sds[1] < policy.noise_sd * math.sqrt(1 / 1.0 + 1 / 4.0)


@pytest.mark.parametrize("setting", ["shared_precision", "own_precision", "noise_sd", "gamma"])
def test_impossible_settings_are_refused(setting: str) -> None:
    """Precisions, noise and gamma are above 0."""
    with pytest.raises(InvalidSetting, match=f"{setting}: expected a finite number above 0"):
        HybridThompson(**{setting: 0.0})
