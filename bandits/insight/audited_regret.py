"""Audited regret: of a random share of queries all allowed arms were run, so what the draw lost there was measured.

No model is needed: the interval holds for any rewards and any number of audits, because the pick is random
(`bounded_mean`). It speaks of the queries that could have been picked; those that came when a token budget was spent,
with a share of 0, are another population.

An arm's reward for a query is one noisy draw. The best of several is more than any of them earns in the mean: "against
the best arm of each query" is biased upwards, by more the noisier rewards are, and isn't 0 even for a perfect policy.
So the headline is the regret against the best fixed arm, which has no such bias but that of having picked it of K,
which its interval allows for. It is negative where the policy earned more than any fixed arm.

With K arms, and chance = 1 - level: the largest of K means is above the largest of the upper bounds only if its own is,
so these need no correction. The largest of the lower bounds is wrong if any is, so each has a chance of
chance / (2 K) in place of chance / 2 (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np

from riffler.bandits.checks import Vector, check_reward
from riffler.bandits.insight.bounded_mean import Interval, lower_bound, upper_bound, weighted_mean
from riffler.bandits.insight.entry import Unavailable, check_level
from riffler.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Audit:
    """A query whose allowed arms were all run.

    Attributes:
        rewards: Of each allowed arm, in the order allowed; in [0, 1].
        arm: The arm drawn.
        share: The probability with which the query was picked, in (0, 1].
    """

    rewards: Mapping[str, float]
    arm: str
    share: float

    def checked(self) -> Audit:
        """Refuse what is no audit.

        Returns:
            Itself.

        Raises:
            InvalidInput: The arm drawn has no reward, or the share is out of range. (A reward outside [0, 1] is an
                `InvalidReward`.)
        """
        if self.arm not in self.rewards:
            raise InvalidInput(f"audit: the arm drawn, {self.arm!r}, has no reward")
        if not 0.0 < self.share <= 1.0:
            raise InvalidInput(f"audit: expected a share above 0, of at most 1, got {self.share!r}")
        for reward in self.rewards.values():
            check_reward(reward)
        return self

    def earned(self, arm: str) -> float:
        """Give what always drawing an arm earns, with the rule of `policies.fixed` where it isn't allowed."""
        return self.rewards.get(arm, next(iter(self.rewards.values())))


@dataclass(frozen=True, slots=True)
class AuditedRegret:
    """Regret a query, in units of the reward.

    Attributes:
        audits: How many queries were audited.
        best_static: The fixed arm that would have earned most; of equals the first.
        against_best_static: Against the best fixed arm, whichever that is: the headline.
        against: Against each fixed arm, each interval by itself at the level. Where the arm isn't allowed the first
            one that is stands in for it.
        against_best_of_each: Against the best single reward of each query: biased upwards by noise.
        level: How often an interval is right, at least.
        kind: Says how the figures were come by.
    """

    audits: int
    best_static: str
    against_best_static: Interval
    against: Mapping[str, Interval]
    against_best_of_each: Interval
    level: float
    kind: Literal["audited"] = field(default="audited", init=False)


def audited_regret(audits: Sequence[Audit], level: float = 0.95) -> AuditedRegret | Unavailable:
    """Measure the regret of draws from audits. 1,000 audits take half a second.

    Args:
        audits: In any order. Each query was picked by a coin of its own, whatever its rewards.
        level: How often the intervals are to be right, in (0, 1).

    Returns:
        The regret; unavailable where nothing was audited.
    """
    check_level(level)
    if not audits:
        return Unavailable("no query was audited: audits are off, or its reward needs a user")
    shares = np.array([audit.checked().share for audit in audits])
    drawn = np.array([audit.rewards[audit.arm] for audit in audits])
    best = np.array([max(audit.rewards.values()) for audit in audits])
    chance = (1 - level) / 2
    arms = tuple(dict.fromkeys(arm for audit in audits for arm in audit.rewards))
    lost = {arm: np.array([audit.earned(arm) for audit in audits]) - drawn for arm in arms}
    against = {arm: _difference(values, shares, chance, chance) for arm, values in lost.items()}
    best_static = max(against, key=lambda arm: against[arm].mean)
    careful = chance / len(arms)
    headline = Interval(
        against[best_static].mean,
        max(2 * lower_bound((1 + values) / 2, shares, careful) - 1 for values in lost.values()),
        max(each.high for each in against.values()),
    )
    each = best - drawn
    oracle = Interval(weighted_mean(each, shares), lower_bound(each, shares, chance), upper_bound(each, shares, chance))
    return AuditedRegret(len(audits), best_static, headline, MappingProxyType(against), oracle, level)


def _difference(values: Vector, shares: Vector, below: float, above: float) -> Interval:
    """Give the interval of a mean of numbers in [-1, 1]."""
    halved = (1 + values) / 2
    return Interval(
        weighted_mean(values, shares),
        2 * lower_bound(halved, shares, below) - 1,
        2 * upper_bound(halved, shares, above) - 1,
    )
