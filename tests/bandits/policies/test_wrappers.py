"""Policies around policies: a floor under propensities, and a safety rule."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.policies.problems import ARMS, DIMENSION, contexts, logs, random_log

from riffler.bandits.policies.base import Rewarded, learned
from riffler.bandits.policies.conservative import Conservative
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.floored import Floored
from riffler.bandits.policies.thompson import LinearThompson
from riffler.errors import InvalidInput, InvalidSetting

X = np.array([1.0, 0.0, 1.0])


@settings(deadline=None)
@given(logs, contexts, st.floats(1e-3, 1), st.integers(1, 4))
def test_the_floor_is_the_formula(log: list[Rewarded], x: np.ndarray, floor: float, count: int) -> None:
    """The new p is (1 - K floor) p + floor, with scores as before; where K floor is above 1, all are even."""
    inner = LinearThompson()
    policy, allowed = Floored(inner, floor), ARMS[:count]
    state = learned(policy, DIMENSION, log)
    before = inner.choose(state, x, allowed, np.random.default_rng(1))
    after = policy.choose(state, x, allowed, np.random.default_rng(1))
    least = min(floor, 1 / count)
    expected = {arm: (1 - count * least) * chance + least for arm, chance in before.propensities.items()}
    assert after.propensities == pytest.approx(expected, abs=1e-12)
    assert min(after.propensities.values()) >= least * (1 - 1e-12)
    assert after.scores == before.scores


@pytest.mark.parametrize("floor", [0.0, -0.1, 1.1, math.nan])
def test_impossible_floors_are_refused(floor: float) -> None:
    """A floor is above 0, at most 1."""
    with pytest.raises(InvalidSetting, match="floor: expected a finite number above 0, of at most 1"):
        Floored(Exp3(), floor)


def test_names_tell_the_whole() -> None:
    """A wrapper's name and version hold those of what it wraps."""
    policy = Conservative(Floored(Exp3(), 0.02), margin=0.1)
    assert policy.name == "conservative floored exp3"
    assert policy.version.endswith(";1;floor=0.02;1")
    assert "margin=0.1;" in policy.version


def test_the_baseline_is_drawn_while_a_loss_can_not_be_paid() -> None:
    """Nothing is known: a draw may cost 1, which a margin of 1 pays at once, and one of 0.05 after 20 rounds."""
    rng = np.random.default_rng(1)
    bold, careful = Conservative(Fixed("a"), margin=1.0), Conservative(Fixed("a"), margin=0.05)
    assert bold.choose(bold.start(DIMENSION), X, ARMS, rng).arm == "a"
    choice = careful.choose(careful.start(DIMENSION), X, ARMS, rng)
    assert choice.propensities == {"none": 1.0, "a": 0.0, "b": 0.0, "c": 0.0}
    state = careful.start(DIMENSION)
    drawn = []
    for _ in range(60):
        arm = careful.choose(state, X, ARMS, rng).arm
        drawn.append(arm)
        state = careful.learn(state, Rewarded(arm, X, float(arm == "none")))
    assert [place for place, arm in enumerate(drawn) if arm == "a"] == [19, 39, 59]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.3))
def test_the_promise_holds(seed: int, margin: float) -> None:
    """With arms that always lose, the expected loss is never above the margin after any round.

    The promise may break in 1e-9 of all runs, so a false alarm has odds below 2e-8 a run of this test.
    """
    rng = np.random.default_rng(seed)
    policy = Conservative(Exp3(), margin=margin, confidence=1 - 1e-9)
    state, lost = policy.start(2), 0.0
    for rounds in range(1, 150):
        x = np.array([1.0, float(rng.random() < 0.5)])
        choice = policy.choose(state, x, ARMS, rng)
        good = 0.6 + 0.3 * x[1]
        lost += good - 0.1 if choice.arm != "none" else 0.0
        assert lost <= margin * rounds + 1e-9
        chance = good if choice.arm == "none" else 0.1
        state = policy.learn(
            state, Rewarded(choice.arm, x, float(rng.random() < chance), choice.propensities[choice.arm])
        )


def test_a_better_arm_sets_itself_free() -> None:
    """Where the other arms always win, their draws pay for themselves, and the baseline is no longer imposed."""
    rng = np.random.default_rng(1)
    policy = Conservative(Fixed("a"), margin=0.1)
    state, free = policy.start(1), []
    for _ in range(600):
        choice = policy.choose(state, np.ones(1), ARMS, rng)
        free.append(choice.arm == "a")
        state = policy.learn(state, Rewarded(choice.arm, np.ones(1), 1.0 if choice.arm == "a" else 0.25))
    assert not any(free[:9])
    assert all(free[-100:])


@pytest.mark.parametrize("rounds", [0, 5, 60])
def test_the_bound_is_the_formula(rounds: int) -> None:
    """What draws may have cost is as the module's docstring says, by dense algebra."""
    policy = Conservative(Exp3(), margin=0.1, confidence=0.9, norm=0.2, precision=2.0)
    log = random_log(rounds)
    own, others = [row for row in log if row.arm == "none"], [row for row in log if row.arm != "none"]
    matrix = 2 * np.eye(3) + sum((np.outer(row.x, row.x) for row in own), np.zeros((3, 3)))
    theta = np.linalg.solve(matrix, np.array([1.0, 0, 0]) + sum((row.reward * row.x for row in own), np.zeros(3)))
    volume = np.linalg.slogdet(matrix)[1] - 3 * math.log(2)
    radius = 0.5 * math.sqrt(2 * math.log(20) + volume) + math.sqrt(2) * 0.2
    before = sum((row.x for row in others), np.zeros(3))
    bounds = [
        float(total @ theta) + radius * math.sqrt(float(total @ np.linalg.solve(matrix, total)))
        for total in (before, before + X)
    ]
    missed = min(bounds[0] + 1, bounds[1], len(others) + 1)
    count = len(others) + 1
    noise = 0.5 * math.sqrt(count * (math.log(count) + 2 * math.log(20)))
    expected = missed - max(sum(row.reward for row in others) - noise, 0)
    assert policy.worst(learned(policy, DIMENSION, log), X) == pytest.approx(expected, abs=1e-9)


def test_without_its_baseline_nothing_is_safe() -> None:
    """The baseline must be allowed."""
    policy = Conservative(Exp3())
    with pytest.raises(InvalidInput, match="expected the baseline 'none' among"):
        policy.choose(policy.start(1), np.ones(1), ["a"], np.random.default_rng(1))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("margin", 0.0),
        ("margin", 1.1),
        ("confidence", 1.0),
        ("confidence", 0.0),
        ("noise_sd", 0.0),
        ("norm", -1.0),
        ("precision", 0.0),
        ("prior_mean", math.nan),
    ],
)
def test_impossible_settings_are_refused(setting: str, value: float) -> None:
    """Each setting has its range."""
    with pytest.raises(InvalidSetting, match="expected a finite number"):
        Conservative(Exp3(), **{setting: value})
