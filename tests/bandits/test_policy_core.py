"""What is learned from, propensities, what policies share, and decisions."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.bandits.checks import check_context, check_reward
from riffler.bandits.decision import Decision, PolicyKey, decision_id, digest_of
from riffler.bandits.policies.base import Rewarded, check_finite, choice, learned
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.thompson import LinearThompson
from riffler.bandits.propensity import propensities
from riffler.errors import InvalidInput, InvalidReward, InvalidSetting


@pytest.mark.parametrize("reward", [-0.1, 1.1, math.nan, math.inf, True])
def test_no_reward_is_refused(reward: float) -> None:
    """What isn't a finite number in [0, 1] is no reward."""
    with pytest.raises(InvalidReward, match="from 0 to 1"):
        check_reward(reward)


@pytest.mark.parametrize("x", [np.ones(2), np.array([np.nan]), np.ones((1, 1))])
def test_no_context_is_refused(x: np.ndarray) -> None:
    """A vector of another length, or with a value that is no number, is no context."""
    with pytest.raises(InvalidInput, match="context vector"):
        check_context(x, 1)


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(1e-4, 1), st.floats(1e-4, 1))
def test_two_arms_have_the_closed_form(m1: float, m2: float, s1: float, s2: float) -> None:
    """For two arms the propensity is Phi of the standardised difference, to 1e-6 up to a ratio of 1e4."""
    expected = 0.5 * math.erfc(-(m1 - m2) / math.hypot(s1, s2) / math.sqrt(2))
    assert propensities([m1, m2], [s1, s2])[0] == pytest.approx(expected, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_propensities_match_simulation(arms: int, seed: int) -> None:
    """Propensities sum to 1 and match 20,000 draws within 5 standard errors (false alarm: under 1 in 7,000 a run)."""
    rng = np.random.default_rng(seed)
    means, sds = rng.normal(size=arms), rng.uniform(0.01, 1, size=arms)
    found = np.array(propensities(means.tolist(), sds.tolist()))
    assert found.sum() == pytest.approx(1, abs=1e-12)
    wins = np.bincount(rng.normal(means, sds, size=(20_000, arms)).argmax(axis=1), minlength=arms) / 20_000
    assert (np.abs(wins - found) <= 5 * np.sqrt(np.maximum(found * (1 - found), 1e-4) / 20_000)).all()


@pytest.mark.parametrize(
    ("means", "sds"), [([], []), ([1.0], [1.0, 1.0]), ([math.nan], [1.0]), ([1.0], [0.0]), ([1.0], [math.inf])]
)
def test_no_law_is_refused(means: list[float], sds: list[float]) -> None:
    """No arm, different lengths, values that are no numbers and deviations of 0 are refused."""
    with pytest.raises(InvalidInput):
        propensities(means, sds)


def test_rewards_move_the_draws() -> None:
    """An arm that always wins against one that always loses is drawn nearly always."""
    log = [Rewarded("a", np.ones(1), 1.0), Rewarded("b", np.ones(1), 0.0)] * 30
    policy = LinearThompson()
    choice = policy.choose(learned(policy, 1, log), np.ones(1), ["a", "b"], np.random.default_rng(1))
    assert choice.propensities["a"] > 0.999


def test_an_arm_without_a_chance_is_never_drawn() -> None:
    """Where chances sum to less than 1 by rounding, the rest goes to the last arm that has any."""

    class Last(np.random.Generator):
        def random(self) -> float:  # type: ignore[override]
            return 1.0 - 2**-53

    rng = Last(np.random.PCG64(1))
    assert choice(["a", "b", "c"], [0.5, 0.5 - 2**-40, 0.0], rng).arm == "b"
    assert choice(["a", "b", "c"], [0.0, 0.0, 1.0], rng).arm == "c"


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, "expected a finite number, got"),
        ({"above": 0}, "expected a finite number above 0, got"),
        ({"least": 0}, "expected a finite number of at least 0, got"),
        ({"most": 2}, "expected a finite number of at most 2, got"),
        ({"above": 0, "most": 2}, "expected a finite number above 0, of at most 2, got"),
    ],
)
def test_impossible_settings_are_told(bounds: dict[str, float], said: str) -> None:
    """The text has the setting's name, its bounds and what came; what lies within the bounds passes."""
    with pytest.raises(InvalidSetting, match=f"depth: {said} nan"):
        check_finite("depth", math.nan, **bounds)
    check_finite("depth", 1.0, **bounds)
    for name, bound in bounds.items():
        with pytest.raises(InvalidSetting, match=said):
            check_finite("depth", bound + {"above": 0, "least": -1, "most": 1}[name], **bounds)


def test_fixed_draws_its_arm() -> None:
    """The fixed policy draws its arm, or the first that is allowed."""
    rng = np.random.default_rng(1)
    policy = Fixed("b")
    assert policy.choose(1, np.ones(1), ["a", "b"], rng).propensities == {"a": 0.0, "b": 1.0}
    assert policy.choose(1, np.ones(1), ["a"], rng).arm == "a"
    assert (policy.name, policy.version) == ("fixed:b", "1")
    with pytest.raises(InvalidInput):
        policy.choose(1, np.ones(1), [], rng)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5), st.floats(0, 1))
def test_decision_survives_json(x: list[float], propensity: float) -> None:
    """A decision comes back from JSON as it was, its numbers bit for bit."""
    decision = Decision("d1", "s", "1", tuple(x), ("none",), {"none": propensity}, "none", "p", "1")
    assert Decision.from_dict(json.loads(json.dumps(decision.to_dict()))) == decision


def test_decision_names_its_policy() -> None:
    """A decision's id tells its policy; another setting is another policy; no other text is an id."""
    key = PolicyKey("openai", "m", "1", "1", "1")
    id_ = decision_id(key.digest(), bytes(8))
    assert digest_of(id_) == key.digest()
    assert key.digest() != PolicyKey("openaim", "", "1", "1", "1").digest()
    assert [digest_of(text) for text in ("", "d", "x" + id_[1:], id_ + "0", "d" + "g" * 20)] == [None] * 5
