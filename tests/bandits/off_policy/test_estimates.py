"""Each estimator against its definition, row by row."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.off_policy.worlds import ARMS, log_of, row
from tests.bandits.policies.problems import POLICIES, identity

from riffler.bandits.insight.entry import Entry
from riffler.bandits.off_policy.boundary import reach
from riffler.bandits.off_policy.evaluate import evaluate
from riffler.bandits.off_policy.replay import replay
from riffler.bandits.off_policy.shrinkage import kept, limits
from riffler.bandits.off_policy.usable import usable
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy, learned
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.floored import Floored
from riffler.bandits.policies.thompson import LinearThompson

UNIFORM = Floored(Fixed("none"), 1.0)
X = np.ones(2)


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Draw a log whose rows allow different arms, some of which have no chance."""
    rows = []
    for _ in range(draw(st.integers(2, 12))):
        allowed = draw(st.permutations(ARMS))[: draw(st.integers(1, 3))]
        shares = [draw(st.sampled_from([0.0, 0.01, 0.5, 1.0])) for _ in allowed]
        arm = draw(st.integers(0, len(allowed) - 1))
        shares[arm] = shares[arm] or 0.3
        x = np.array([1.0, draw(st.sampled_from([0.0, 1.0]))])
        chances = {name: share / sum(shares) for name, share in zip(allowed, shares, strict=True)}
        rows.append(row(allowed[arm], x, draw(st.floats(0, 1)), chances))
    return rows


targets = st.sampled_from([UNIFORM, Fixed("a"), LinearThompson()])


@settings(max_examples=30, deadline=None)
@given(logs(), targets)
def test_the_references_are_their_formulas(log: list[Entry], policy: Policy[Any]) -> None:
    """IPS, SNIPS and the effective rows are as the papers write them, with a target that knows the rows before."""
    weights = []
    rows = [rewarded for _, rewarded in usable(log)]
    for number, entry in enumerate(log):
        state = learned(policy, 2, rows[:number])
        choice = policy.choose(state, entry.x, entry.allowed, np.random.default_rng(3))
        weights.append(choice.propensities[entry.arm] / entry.propensities[entry.arm])
    rewards = [one.reward for one in rows]
    weighted = [weight * reward for weight, reward in zip(weights, rewards, strict=True)]
    found = evaluate(log, policy)
    assert found.ips.value == pytest.approx(sum(weighted) / len(log), abs=1e-12)
    assert found.ips.standard_error == pytest.approx(np.std(weighted, ddof=1) / math.sqrt(len(log)), abs=1e-12)
    assert found.ips.high - found.ips.value == pytest.approx(1.959964 * found.ips.standard_error, rel=1e-6, abs=1e-12)
    assert found.largest_weight == pytest.approx(max(weights))
    assert found.earned == pytest.approx(sum(rewards) / len(log))
    assert (found.snips is None) == (sum(weights) == 0)
    if found.snips is not None:
        assert found.snips.value == pytest.approx(sum(weighted) / sum(weights), abs=1e-12)
        assert 0 < found.effective_rows <= len(log) * (1 + 1e-12)
        assert found.effective_rows == pytest.approx(sum(weights) ** 2 / sum(weight**2 for weight in weights))
    else:
        assert found.effective_rows == 0


@settings(max_examples=30, deadline=None)
@given(logs(), targets)
def test_doubly_robust_is_its_formula(log: list[Entry], policy: Policy[Any]) -> None:
    """The scores are the model's expectation and the cut residual; the difference is exactly that of the two values."""
    seen, found = replay(log, policy), evaluate(log, policy)
    scores = []
    for number, (_, one) in enumerate(usable(log)):
        weight = min(seen.weights[number], limits(seen)[number])
        residual = one.reward - seen.expected[number, seen.drawn[number]]
        scores.append(float(seen.target[number] @ seen.expected[number]) + weight * residual)
    assert found.doubly_robust.value == pytest.approx(float(np.mean(scores)), abs=1e-12)
    assert found.difference.value == pytest.approx(found.doubly_robust.value - found.logged.value, abs=1e-12)
    assert found.direct.value == pytest.approx(float((seen.target * seen.expected).sum(axis=1).mean()), abs=1e-12)
    for estimate, least in ((found.doubly_robust, 0), (found.logged, 0), (found.difference, -1)):
        assert least <= estimate.low <= estimate.high <= 1


@settings(max_examples=30, deadline=None)
@given(logs(), targets)
def test_a_cut_loses_what_it_says(log: list[Entry], policy: Policy[Any]) -> None:
    """What is kept is never more than the target has, nothing without support; no limit is below 1."""
    seen = replay(log, policy)
    chosen = limits(seen)
    left = kept(seen)
    assert (chosen >= 1).all()
    assert (left <= seen.target).all()
    assert (left <= chosen[:, None] * seen.logged).all()
    assert (left[seen.logged == 0] == 0).all()
    assert evaluate(log, policy).modelled == pytest.approx(1 - left.sum() / len(log), abs=1e-12)
    lacking = [((seen.target[number] > 0) & (seen.logged[number] == 0)).any() for number in range(len(log))]
    assert evaluate(log, policy).supported == pytest.approx(1 - np.mean(lacking))


def test_a_row_tells_nothing_of_itself() -> None:
    """The target, the model, its noise and the limit at a row don't change with that row's reward."""
    log = log_of(UNIFORM, 40, 1)
    last = row(log[-1].arm, log[-1].x, 0.25, log[-1].propensities)
    one, other = (replay(rows, AdaptiveThompson()) for rows in (log, [*log[:-1], last]))
    assert (one.target == other.target).all()
    assert (one.expected == other.expected).all()
    assert (limits(one) == limits(other)).all()


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_boundary_is_the_mixture(level: float) -> None:
    """At the boundary the mixed supermartingale is 1 / alpha, and no other rho is closer at the typical clock."""
    for clock in (0.0, 1.0, 300.0):
        spread = -2 * math.log(1 - level)
        rho = 40.0 / (spread + math.log1p(spread))
        far = reach(clock, 40.0, level)
        mixed = math.sqrt(rho / (clock + rho)) * math.exp(far**2 / (2 * (clock + rho)))
        assert mixed == pytest.approx(1 / (1 - level))
    assert reach(40.0, 40.0, level) <= 1.01 * min(reach(40.0, typical, level) for typical in range(1, 200))


def test_who_draws_as_the_log_differs_by_nothing() -> None:
    """The log's own policy, evaluated, has weights of 1 and a difference of 0."""
    found = evaluate(log_of(LinearThompson(), 200, 1), LinearThompson())
    assert found.largest_weight == pytest.approx(1)
    assert found.difference.value == pytest.approx(0, abs=1e-9)
    assert found.doubly_robust.value == pytest.approx(found.logged.value, abs=1e-9)
    assert (found.supported, found.trusted, found.policy) == (1.0, True, "linear-thompson")


def test_an_arm_that_was_never_drawn_may_be_worth_anything() -> None:
    """Without support the interval is as wide as ignorance is, and the reader is told."""
    chances = {"none": 1.0, "a": 0.0}
    found = evaluate([row("none", X, 0.7, chances)] * 300, Fixed("a"))
    assert (found.doubly_robust.low, found.doubly_robust.high) == (0.0, 1.0)
    assert (found.snips, found.supported, found.modelled, found.effective_rows) == (None, 0.0, 1.0, 0.0)
    assert not found.trusted
    assert found.warnings == (
        "the log tells as much as 0 draws of the policy's own; 50 are few",
        "the log tells too little of 100% of what the policy would draw: the model speaks for it",
    )


def test_a_fixed_arm_that_is_not_allowed_is_the_first_allowed() -> None:
    """The value of a fixed arm is that of what it falls back on."""
    log = [row("none", X, 0.75, {"none": 1.0})] * 100
    assert evaluate(log, Fixed("a")).ips.value == 0.75


def test_decisions_without_a_reward_are_left_out() -> None:
    """They may stand anywhere in the log, and needn't even be sound."""
    log = log_of(UNIFORM, 20, 1)
    open_ones = [row("none", np.ones(5), None, {})]
    assert evaluate([*open_ones, *log[:7], *open_ones, *log[7:]], Fixed("a")) == evaluate(log, Fixed("a"))


def test_the_rarest_draw_gives_finite_numbers() -> None:
    """A propensity near the smallest number there is makes no figure infinite."""
    found = evaluate([row("a", X, 1.0, {"none": 1.0, "a": 1e-310})] * 3, Fixed("a"))
    assert all(map(math.isfinite, (found.ips.high, found.effective_rows, found.largest_weight, found.difference.high)))
    assert (found.doubly_robust.low, found.doubly_robust.high, found.trusted) == (0.0, 1.0, False)


@pytest.mark.parametrize("policy", POLICIES, ids=identity)
def test_any_policy_can_be_evaluated(policy: Policy[Any]) -> None:
    """Each gives propensities at every row, and an interval around what it may be worth."""
    log = log_of(UNIFORM, 30, 2)
    assert replay(log, policy).target.sum(axis=1) == pytest.approx(np.ones(30))
    found = evaluate(log, policy)
    assert (found.policy, found.version) == (policy.name, policy.version)
    assert found.doubly_robust.low < found.doubly_robust.value < found.doubly_robust.high
