"""True regret, where all arms' rewards are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.regret import true_regret
from riffler.errors import InvalidInput, InvalidReward

ARMS = ["none", "reread", "simplify"]
rounds = st.lists(
    st.tuples(st.fixed_dictionaries({arm: st.floats(0, 1) for arm in ARMS}), st.sampled_from(ARMS)),
    min_size=1,
    max_size=30,
)


def test_worked_example() -> None:
    """Two rounds by hand."""
    regret = true_regret([({"a": 0.25, "b": 1.0}, "a"), ({"b": 0.0, "a": 0.5}, "a")])
    assert regret.kind == "true"
    assert regret.instantaneous.tolist() == [0.75, 0.0]
    assert regret.cumulative.tolist() == [0.75, 0.75]
    assert regret.total == 0.75
    assert regret.against["a"].tolist() == [0.0, 0.0]
    assert regret.against["b"].tolist() == [0.75, 0.25]
    assert (regret.best_static, regret.against_best_static) == ("b", 0.25)


@given(rounds)
def test_oracle_loses_nothing(log: list[tuple[dict[str, float], str]]) -> None:
    """Who draws each round's best arm has no regret, and isn't beaten by any fixed arm."""
    regret = true_regret((row, max(row, key=lambda arm: row[arm])) for row, _ in log)
    assert regret.total == 0
    assert regret.against_best_static <= 1e-12


@given(rounds, st.sampled_from(ARMS))
def test_fixed_arm_has_no_regret_against_itself(log: list[tuple[dict[str, float], str]], arm: str) -> None:
    """Always drawing one arm loses nothing against that arm, and to the best static arm what their sums differ by."""
    regret = true_regret((row, arm) for row, _ in log)
    assert not regret.against[arm].any()
    sums = {name: math.fsum(row[name] for row, _ in log) for name in ARMS}
    assert regret.against_best_static == pytest.approx(max(sums.values()) - sums[arm], abs=1e-9)


@given(rounds)
def test_regret_against_the_oracle_is_the_largest(log: list[tuple[dict[str, float], str]]) -> None:
    """Cumulative regret never falls, and is at least the regret against any fixed arm, at every round."""
    regret = true_regret(log)
    assert (np.diff(regret.cumulative) >= 0).all()
    assert all((regret.cumulative >= lost - 1e-9).all() for lost in regret.against.values())


@pytest.mark.parametrize(
    ("log", "complaint"),
    [
        ([], "at least one round"),
        ([({}, "a")], "round 0"),
        ([({"a": 0.5}, "b")], "round 0: the arm drawn, 'b'"),
        ([({"a": 0.5}, "a"), ({"a": 0.5, "b": 1.0}, "a")], r"round 1: expected rewards of \['a'\]"),
    ],
)
def test_incomplete_rounds_are_refused(log: list[tuple[dict[str, float], str]], complaint: str) -> None:
    """Regret is true only when every arm has a reward in every round."""
    with pytest.raises(InvalidInput, match=complaint):
        true_regret(log)


@pytest.mark.parametrize("reward", [math.nan, math.inf, -0.1, 1.1])
def test_reward_out_of_range_is_refused(reward: float) -> None:
    """A reward is a finite number in [0, 1]."""
    with pytest.raises(InvalidReward, match="from 0 to 1"):
        true_regret([({"a": reward}, "a")])
