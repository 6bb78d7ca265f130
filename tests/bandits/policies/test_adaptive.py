"""The default policy: what it keeps equals what its sums say, it learns, and it notices change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import regressions
from riffler.bandits.policies.adaptive import AdaptiveThompson, Knowledge
from riffler.bandits.policies.base import Rewarded, learned
from riffler.errors import InvalidInput, InvalidReward

ARMS = ["none", "simplify", "expand"]
ROW = st.tuples(st.sampled_from(ARMS), st.tuples(st.floats(-1, 1), st.floats(-1, 1)), st.floats(0, 1))
ROWS = st.lists(ROW, max_size=80)


def context(*features: float) -> Vector:
    """Make a context vector."""
    return np.array([1.0, *features])


def rows(of: list[tuple[str, tuple[float, float], float]]) -> list[Rewarded]:
    """Make rewarded decisions."""
    return [Rewarded(arm, context(*features), reward) for arm, features, reward in of]


def world(policy: AdaptiveThompson, count: int, seed: int, turn: int | None = None) -> tuple[Knowledge, list[str]]:
    """Let a policy play: `simplify` earns .3 more where the feature is there, `none` where it isn't; later reversed."""
    rng, draws, state = np.random.default_rng(seed), [], policy.start(2)
    for at in range(count):
        here = float(rng.integers(2))
        choice = policy.choose(state, context(here), ARMS[:2], rng)
        good = (choice.arm == "simplify") == (here == 1)
        if turn is not None and at >= turn:
            good = not good
        reward = float(np.clip((0.65 if good else 0.35) + rng.normal(0, 0.1), 0, 1))
        state = policy.learn(state, Rewarded(choice.arm, context(here), reward, choice.propensities[choice.arm]))
        draws.append("good" if good else "bad")
    return state, draws


@settings(deadline=None, max_examples=50)
@given(ROWS)
def test_what_is_kept_equals_what_the_sums_say(of: list[tuple[str, tuple[float, float], float]]) -> None:
    """After any rewards each arm is what a dense solve of its sums gives for m and the scales of the last fit (1e-9).

    So nothing is lost to rounding. That m and the scales of now would differ from those is another matter.
    """
    state = learned(AdaptiveThompson(), 3, rows(of))
    found, noise = state.fit, state.fit.scales.noise**2
    for at in range(len(state.arms)):
        inverse = np.linalg.inv(np.diag(found.own) + state.sums.gram[at] / noise)
        np.testing.assert_allclose(found.inverse[at], inverse, atol=1e-9)
        coefficients = inverse @ (state.sums.moment[at] / noise + found.own * found.mean)
        np.testing.assert_allclose(found.coefficients[at], coefficients, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.lists(ROW, min_size=12, max_size=60))
def test_at_a_fit_all_arms_are_solved_together(of: list[tuple[str, tuple[float, float], float]]) -> None:
    """After 12 rewards, and at each fit after, m and all arms are those of the joint solve, to 1e-9.

    That `regressions` is the joint solve is shown where it is tested.
    """
    policy, state, fits = AdaptiveThompson(), AdaptiveThompson().start(3), 0
    for row in rows(of):
        before, state = state, policy.learn(state, row)
        if state.due != before.due:
            fits += 1
            found = regressions(state.sums, state.fit.scales)
            np.testing.assert_allclose(state.fit.mean, found.mean, atol=1e-9)
            np.testing.assert_allclose(state.fit.coefficients, found.coefficients, atol=1e-9)
    assert fits >= 1


@settings(deadline=None, max_examples=30)
@given(ROWS, st.integers(0, 2**32 - 1))
def test_propensities_are_the_odds_of_the_draw(of: list[tuple[str, tuple[float, float], float]], seed: int) -> None:
    """They sum to 1, and 400 draws agree with them within 6 deviations (odds of a false alarm below 1e-6)."""
    policy, rng = AdaptiveThompson(), np.random.default_rng(seed)
    state = learned(policy, 3, rows(of))
    choices = [policy.choose(state, context(0.5, -0.5), ARMS, rng) for _ in range(400)]
    chances = choices[0].propensities
    assert sum(chances.values()) == pytest.approx(1, abs=1e-9)
    for arm in ARMS:
        share = sum(choice.arm == arm for choice in choices) / 400
        assert abs(share - chances[arm]) <= 6 * np.sqrt(chances[arm] * (1 - chances[arm]) / 400) + 1 / 400


def test_none_is_favoured_until_evidence_speaks() -> None:
    """Cold, `none` is drawn most often; with evidence for another arm, that one is; with no favour all are alike."""
    policy, rng = AdaptiveThompson(favour=0.05), np.random.default_rng(1)
    cold = policy.choose(policy.start(1), context(), ARMS, rng)
    assert cold.propensities["none"] == max(cold.propensities.values()) > 1 / 3
    assert cold.scores["none"][0] - cold.scores["expand"][0] == pytest.approx(0.05)
    state = learned(policy, 1, [Rewarded(*each) for each in [("expand", context(), 0.9), ("none", context(), 0.3)] * 9])
    assert policy.choose(state, context(), ["none", "expand"], rng).propensities["expand"] > 0.9
    alike = AdaptiveThompson(favour=0.0).choose(policy.start(1), context(), ARMS, rng)
    np.testing.assert_allclose(list(alike.propensities.values()), 1 / 3, atol=1e-9)


def test_it_learns_what_features_say() -> None:
    """Of the second 100 of 200 draws nearly all are right (seeded)."""
    _, draws = world(AdaptiveThompson(), 200, 3)
    assert draws[100:].count("good") > 95


def test_it_notices_that_the_world_has_changed() -> None:
    """When each arm earns what the other did, there is an alarm, and soon the draws are right again (seeded)."""
    state, draws = world(AdaptiveThompson(), 500, 3, turn=250)
    assert state.watch.alarms >= 1
    assert draws[250:260].count("good") < 6, "it was wrong at first"
    assert draws[400:].count("good") > 90


@pytest.mark.parametrize("chance", [0.05, 0.9, 0.95])
def test_a_steady_world_of_skewed_rewards_raises_no_alarm(chance: float) -> None:
    """Of 3,000 coins none is taken for a change (seeded; the odds of one are below 3,000 / exp(12), or 1 in 54)."""
    rng, state = np.random.default_rng(5), AdaptiveThompson().start(6)
    for at in range(3000):
        x, reward = context(*(rng.random(5) < 0.3)), float(rng.random() < chance)
        state = AdaptiveThompson().learn(state, Rewarded(ARMS[at % 3], x, reward))
    assert state.watch.alarms == 0


def test_optimism_fades() -> None:
    """It falls from its most to its least within the horizon, and stays there; it begins higher with more arms."""
    policy = AdaptiveThompson(most=1.0)
    most = np.sqrt(2 * np.log(7))
    found = [policy.optimism(count, 7) for count in (0, 750, 1000, 10**6)]
    assert found == pytest.approx([most, most / 2, 0.4, 0.4])
    assert policy.optimism(0, 20) > found[0] > policy.optimism(0, 1) == 0.4


@pytest.mark.parametrize(
    ("arm", "x", "reward", "propensity"),
    [
        ("none", np.ones(3), 0.5, 1.0),
        ("none", np.array([1.0, np.nan]), 0.5, 1.0),
        ("none", np.ones(2), 1.5, 1.0),
        ("none", np.ones(2), np.nan, 1.0),
        ("none", np.ones(2), 0.5, 0.0),
        ("none", np.ones(2), 0.5, np.nan),
    ],
)
def test_what_is_no_reward_teaches_nothing(arm: str, x: Vector, reward: float, propensity: float) -> None:
    """It is refused, and the state is as it was."""
    policy = AdaptiveThompson()
    state = policy.start(2)
    with pytest.raises((InvalidInput, InvalidReward)):
        policy.learn(state, Rewarded(arm, x, reward, propensity))
    assert (dict(state.arms), state.sums.count) == ({}, 0)


@pytest.mark.parametrize(("x", "allowed"), [(np.ones(2), []), (np.ones(2), ["none", "none"]), (np.ones(3), ["none"])])
def test_what_can_not_be_chosen_from(x: Vector, allowed: list[str]) -> None:
    """No arm, an arm twice, and a vector of another length are refused."""
    policy = AdaptiveThompson()
    with pytest.raises(InvalidInput):
        policy.choose(policy.start(2), x, allowed, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("name", "value"),
    [("favour", -0.1), ("most", np.inf), ("least", np.nan), ("horizon", 0), ("randomness", 0.0)],
)
def test_settings_out_of_range(name: str, value: float) -> None:
    """Each is refused by name."""
    with pytest.raises(InvalidInput, match=name):
        AdaptiveThompson(**{name: value})  # type: ignore[arg-type]  # each is a number


def test_the_version_tells_the_settings() -> None:
    """Another setting is another version, so that a posterior isn't mistaken for another's."""
    assert AdaptiveThompson().version != AdaptiveThompson(favour=0.0).version
    assert AdaptiveThompson().name == "adaptive-thompson"
