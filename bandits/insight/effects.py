"""What the policy has learned in words: "negation favours simplify by 0.04 +- 0.01".

For a feature j and an arm a, of K arms,

    effect = w_a[j] - (1 / K) sum over b of w_b[j]

is how much more the arm earns with the feature than without it, beyond what arms earn in the mean. For a number
"with" means half its scale more. The entry `bias` is an arm's advantage where no feature is present and numbers are in
their middle; `overall` its advantage for the mean query of the log. In place of the mean of arms an effect may be
compared with the arm `none` (w_a[j] - w_none[j]), or with nothing (w_a[j], what a feature does to the arm's own
reward). Means and deviations are those of the joint posterior (`joint`), whose covariance between arms counts; an
interval takes it for Gaussian.

There are a hundred and more effects, so some will look large by chance. The list is held honest by shrinkage: how many
are next to nothing, and how large the others are, is learned from all of them together (`scales`), and where there is
nothing to find each is drawn to 0 and its interval with it, so a long list needs no correction as one of p-values does
(Gelman, Hill and Yajima 2012, "Why we (usually) don't have to worry about multiple comparisons",
https://arxiv.org/abs/0907.2478). Each effect says how probable it is that its sign is wrong (the local false sign rate
of Stephens 2017, "False discovery rates: a new deal", https://doi.org/10.1093/biostatistics/kxw041), and the list how
many of its `clear` ones are to be expected wrong.

The log was collected by a bandit. These are Bayesian intervals: given the log, the effect lies inside with the stated
probability, or a larger one, under the model, however arms were drawn. How often they cover the truth in repeated logs
is another question. It was counted in simulated logs of 1,000 rewards that the default policy collected, 20 of each
kind, 140 effects in each (`python -m benchmarks.effects --runs 20`). 95 % intervals covered 98 % of effects where those
were large, 99 % where they were small, and all where features said nothing; no clear effect was wrong. Where a single
one was there, of .2, 18 intervals covered it and the estimates were 89 % of it in the mean. The largest of many is
drawn to 0 further: to 39 % of it where effects were large, and 17 of 20 intervals covered it.

What is hardly larger than its noise stays hidden: a single .2 in rewards of 0 or 1 that are 1,000, arms drawn evenly,
was estimated as .04, and 5 of 8 intervals covered it; of 3,000 rewards it was .12, and 7 did.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from riffler.bandits.checks import Vector
from riffler.bandits.insight.entry import Entry, check_level, rewarded
from riffler.bandits.insight.joint import Joint
from riffler.bandits.insight.mixture import Mixture

OVERALL = "overall"
"""Stands for a feature where an arm's advantage over all queries is meant."""
Against = Literal["arms", "none", "own"]
"""What an arm's effect is compared with: arms in the mean, the arm `none`, or nothing."""
_NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Effect:
    """What one feature says of one arm, in units of the reward.

    Attributes:
        arm: The arm.
        feature: The feature's name, `bias` or `overall`.
        mean: How much more than what it is compared with the arm earns with it.
        deviation: Standard deviation of what is known of that.
        margin: Half the interval: mean - margin to mean + margin.
        wrong_sign: The probability that the effect has the other sign than its mean; see `Mixture`, it may pass a half.
        rewards: How many of the arm's rewards had the feature (any but 0 in the context vector).
    """

    arm: str
    feature: str
    mean: float
    deviation: float
    margin: float
    wrong_sign: float
    rewards: int

    @classmethod
    def of(cls, arm: str, feature: str, law: Mixture, level: float, rewards: int) -> Effect:
        """Say what is known of an effect.

        Args:
            arm: The arm.
            feature: The feature.
            law: The effect's law.
            level: The probability of the interval.
            rewards: How many had the feature.

        Returns:
            The effect.
        """
        return cls(arm, feature, law.mean, law.deviation, law.margin(level), law.wrong_sign, rewards)

    @property
    def interval(self) -> tuple[float, float]:
        """Where it lies."""
        return self.mean - self.margin, self.mean + self.margin

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
        return abs(self.mean) > self.margin

    def __str__(self) -> str:
        verb = "favours" if self.mean >= 0 else "disfavours"
        return f"{self.feature} {verb} {self.arm} by {abs(self.mean):.3f} +- {self.margin:.3f}"


@dataclass(frozen=True, slots=True)
class Effects:
    """All effects, those with most evidence first. There are none where fewer than two arms were rewarded.

    Attributes:
        features: Of each arm and feature, `bias` among them.
        arms: Of each arm over all queries; none of `own` effects, where that would be a reward and no effect.
        level: The probability that an effect lies in its interval.
        kind: Says how the figures were come by.
    """

    features: tuple[Effect, ...]
    arms: tuple[Effect, ...]
    level: float
    kind: Literal["estimated"] = field(default="estimated", init=False)

    @property
    def expected_wrong(self) -> float:
        """How many of the clear effects of features are to be expected to have the wrong sign."""
        return math.fsum(effect.wrong_sign for effect in self.features if effect.clear)


def effects(entries: Sequence[Entry], names: Sequence[str], level: float = 0.95, against: Against = "arms") -> Effects:
    """Say what the log teaches of features and arms.

    Args:
        entries: The log.
        names: What each entry of the context vector is, d of them, such as `context.CONTEXT_NAMES`.
        level: The probability of the intervals, in (0, 1).
        against: What arms are compared with. Against `none`, that arm has no effects, and without a reward of it no
            arm has; `own` ones have no `bias`, which would be a reward.

    Returns:
        The effects of the arms that were rewarded.
    """
    check_level(level)
    joint = Joint.of(entries, len(names))
    seen: dict[str, list[Vector]] = {}
    for _, entry, _ in rewarded(entries):
        seen.setdefault(entry.arm, []).append(entry.x)
    if len(seen) < (1 if against == "own" else 2) or (against == "none" and _NONE not in seen):
        return Effects((), (), level)
    compared = _compared(joint.arms, seen, against)
    middle = np.mean([entry.x for entry in entries], axis=0)
    features, overall = [], []
    for arm, xs in seen.items():
        weights = (np.array(joint.arms) == arm) - compared
        if not weights.any():
            continue  # the arm that others are compared with
        if against != "own":
            overall.append(Effect.of(arm, OVERALL, joint.contrast(weights, middle), level, len(xs)))
        present = np.count_nonzero(xs, axis=0)
        for place, (name, count) in enumerate(zip(names, present.tolist(), strict=True)):
            if place or against != "own":
                law = joint.contrast(weights, np.eye(len(names))[place])
                features.append(Effect.of(arm, name, law, level, count))
    return Effects(_by_evidence(features), _by_evidence(overall), level)


def _compared(arms: Sequence[str], seen: Collection[str], against: Against) -> Vector:
    """Give the weights of what arms are compared with, float64 (K,)."""
    match against:
        case "arms":
            return np.array([arm in seen for arm in arms]) / len(seen)
        case "none":
            return np.array([float(arm == _NONE) for arm in arms])
        case "own":  # pragma: no branch - mypy holds that no other is left
            return np.zeros(len(arms))


def _by_evidence(found: list[Effect]) -> tuple[Effect, ...]:
    return tuple(sorted(found, key=lambda effect: (effect.wrong_sign, -abs(effect.mean) / effect.deviation)))
