"""The default: linear Thompson sampling that learns its scales, is optimistic while it is young, and notices change.

Each arm has a regression, and all arms share what they have in common (`empirical_bayes`). With w_a and P_a from there,
an arm's score is drawn from

    score ~ N(w_a'x + optimism sd_a, (randomness sd_a)^2)       sd_a = sqrt(x' P_a^-1 x)
    optimism = max(0.4, 0.8 sqrt(2 ln K) sqrt(1 - n / 1000))    n rewards so far, K arms to choose from

and the arm of the highest score is taken. Plain Thompson sampling is optimism 0 and randomness 1 (Agrawal and Goyal
2013, https://arxiv.org/abs/1209.3352). It explores more than it pays where there are a thousand rounds and a hundred
coefficients. An optimistic mean explores where it may pay and nowhere else (May, Korda, Lee and Leslie 2012,
"Optimistic Bayesian sampling in contextual-bandit problems", https://jmlr.org/papers/v13/may12a.html, who cut the draw
at the mean, in place of moving it); it fades as fewer of a thousand rounds are left to profit; the rest of randomness
keeps propensities, and helps when rewards come late. sqrt(2 ln K) is about what the highest of K standard normal
variables comes to: of many arms one is likely to be that far above its mean. The numbers were chosen by simulation
(`benchmarks/bandits`).

sd_a is what is not known of the arm itself, m held: what all arms have in common moves all scores alike and decides
nothing, so exploring for its sake is a loss.

m and the scales are learned not at each reward, but after 12 and whenever rewards have grown by a quarter. At such a
fit all arms are what the joint dense solve gives. Until the next one, each reward is learned exactly by its own arm,
given m and the scales as they stand; what it says of these, and so of other arms, waits. Measured between fits, in 6
games each of linear_2, paper, shared and bimodal (`benchmarks/bandits`): an arm's mean, less that of all arms, is .01
to .02 sd_a from what the joint solve of that moment gives at the median, and .05 to .13 at the 95th percentile. A fit
at each reward, which takes K d^3, changed regret by +.6 +-5.2, +.1 +-5.1, +.9 +-4.0 and -4.5 +-7.0 (12 seeds): nothing
that these tell.

After an alarm of the `drift` watch, what was known before the change counts a fiftieth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.drift import Watch
from riffler.bandits.empirical_bayes import TYPICAL, Fit, Scales, Sums, fit
from riffler.bandits.policies.base import Choice, Rewarded, check_allowed, choice
from riffler.bandits.propensity import propensities
from riffler.errors import InvalidInput

_FIRST_FIT: Final = 12
_FITS_GROW: Final = 1.25
"""m and the scales are learned after so many rewards, and again after a quarter more, each time."""
_SETTLED: Final = 60
"""Before so many rewards the scales are too rough to tell a change from their own error."""
_KEPT: Final = 0.02
"""So much counts what was known before a change."""


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What the policy knows. The arrays are never changed.

    Attributes:
        arms: The number of each arm that was rewarded.
        sums: Sums over the rewards.
        fit: The regressions; the last one is that of any other arm.
        due: After how many rewards the scales are learned again.
        watch: Over changes of the world.
    """

    arms: Mapping[str, int]
    sums: Sums
    fit: Fit
    due: float
    watch: Watch

    @property
    def dimension(self) -> int:
        """The length of context vectors, d."""
        return self.fit.mean.size

    @property
    def covariance(self) -> Vector:
        """C_a, float64 (K + 1, d, d), computed anew."""
        return self.fit.covariance()


@dataclass(frozen=True, slots=True)
class AdaptiveThompson:
    """Thompson sampling that needs no tuning. The attributes are for who wants to all the same.

    Attributes:
        baseline: The arm that is favoured until evidence speaks; `none` as a rule.
        favour: How much more than any other arm it is expected to earn, at first; at least 0.
        horizon: The number of rewards within which exploring is to have paid; above 0.
        most: Optimism at the beginning, in units of sqrt(2 ln K) for K arms; at least 0.
        least: Optimism in the end, at least 0.
        randomness: Deviation of a score, in deviations of what is known of it; above 0.
        typical: Scales to begin with.

    Raises:
        InvalidInput: A number lies outside its range.
    """

    baseline: str = "none"
    favour: float = 0.01
    horizon: int = 1000
    most: float = 0.8
    least: float = 0.4
    randomness: float = 0.15
    typical: Scales = field(default=TYPICAL)

    def __post_init__(self) -> None:
        for name, least in (("favour", 0.0), ("most", 0.0), ("least", 0.0)):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= least):
                raise InvalidInput(f"{name}: expected a number of at least {least:g}, got {value!r}")
        for name in ("horizon", "randomness"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InvalidInput(f"{name}: expected a number above 0, got {value!r}")

    @property
    def name(self) -> str:
        """The algorithm."""
        return "adaptive-thompson"

    @property
    def version(self) -> str:
        """The algorithm's version with its settings."""
        return (
            f"3;baseline={self.baseline};favour={self.favour!r};horizon={self.horizon!r};most={self.most!r};"
            f"least={self.least!r};randomness={self.randomness!r};typical={self.typical!r}"
        )

    def start(self, dimension: int) -> Knowledge:
        """Give what is known before any reward; see the port."""
        sums = Sums.empty(0, dimension)
        return Knowledge(MappingProxyType({}), sums, fit(sums, self.typical), _FIRST_FIT, Watch())

    def learn(self, state: Knowledge, row: Rewarded) -> Knowledge:
        """Learn from one more reward; see the port. It takes time in proportion to d^2, at a fit to K d^3."""
        row.checked(state.dimension)
        arm = state.arms.get(row.arm)
        if arm is None:
            arm, state = len(state.arms), _with_arm(state, row.arm)
        x, reward = row.x, row.reward + self._handicap(row.arm)
        after, expected, variance = state.fit.plus(arm, x, reward)
        sums, watch = state.sums.plus(arm, x, reward), state.watch
        if state.sums.count >= _SETTLED:
            watch = watch.saw(arm, x, reward, expected, state.fit.scales.noise**2 + variance)
        if watch.alarmed:
            return _fitted(state, sums.faded(_KEPT, watch.recent(x.size)), watch.calmed())
        if sums.count >= state.due:
            return _fitted(state, sums, watch)
        return Knowledge(state.arms, sums, after, state.due, watch)

    def choose(self, state: Knowledge, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw an arm; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,), not all zero.
            allowed: The arms that may be drawn.
            rng: Source of the draw.

        Returns:
            The draw. Its scores are mean and standard deviation of each arm's expected reward, that of m included.
        """
        check_allowed(allowed)
        check_context(x, state.dimension)
        expected, alone, variances = (each.tolist() for each in state.fit.laws(x))
        rows = [state.arms.get(arm, -1) for arm in allowed]
        means = [expected[row] - self._handicap(arm) for arm, row in zip(allowed, rows, strict=True)]
        sds = [math.sqrt(max(alone[row], _TINY)) for row in rows]
        optimism = self.optimism(state.sums.count, len(allowed))
        hopes = [mean + optimism * sd for mean, sd in zip(means, sds, strict=True)]
        chances = propensities(hopes, [self.randomness * sd for sd in sds])
        deviations = [math.sqrt(max(variances[row], _TINY)) for row in rows]
        return choice(allowed, chances, rng, (means, deviations))

    def optimism(self, count: float, arms: int) -> float:
        """Give the optimism after so many rewards, with so many arms to choose from."""
        left = max(0.0, 1.0 - count / self.horizon)
        return max(self.least, self.most * math.sqrt(2.0 * math.log(arms) * left))

    def _handicap(self, arm: str) -> float:
        """Give what is added to an arm's rewards, and taken off its scores: so the priors differ, and nothing else."""
        return 0.0 if arm == self.baseline else self.favour


_TINY: Final = 1e-24
"""The least variance of a score: that of an all but certain one may be rounded below 0."""


def _fitted(state: Knowledge, sums: Sums, watch: Watch) -> Knowledge:
    """Learn the scales again."""
    return Knowledge(state.arms, sums, fit(sums, state.fit.scales), max(_FIRST_FIT, _FITS_GROW * sums.count), watch)


def _with_arm(state: Knowledge, arm: str) -> Knowledge:
    """Add an arm: it begins as the arm that was never rewarded is."""
    solved = np.concatenate((state.fit.solved, state.fit.solved[-1:]))
    return replace(
        state,
        arms=MappingProxyType({**state.arms, arm: len(state.arms)}),
        sums=state.sums.with_arms(len(state.arms) + 1),
        fit=replace(state.fit, solved=solved),
    )
