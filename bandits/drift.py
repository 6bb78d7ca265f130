"""Has the world changed? A watch over how far rewards lie from what was expected of them.

Of each reward, z^2 = (r - expected)^2 / variance is 1 in the mean as long as the model holds. After a change it is
more. The watch bets on that, and adds up the logarithms of what its bets pay,

    S = max(0, S + log(1 + STAKE (z^2 / MARGIN - 1)))

and gives the alarm when S exceeds `ALARM`: the e-detector of cumulative sums of Shin, Ramdas and Rinaldo 2023,
"E-detectors: a nonparametric framework for sequential change detection", https://arxiv.org/abs/2203.03532, in the
manner of Page 1954, "Continuous inspection schemes", https://doi.org/10.1093/biomet/41.1-2.100. As long as the mean of
z^2, given what came before, is at most `MARGIN`, a bet pays at most 1 in the mean, and the mean time to a false alarm
is at least exp(ALARM) rewards. Of the noise no more is asked than its variance: real rewards have two modes and are
skewed, which a likelihood ratio of Gaussian noise takes for a change every few thousand rewards. z^2 is cut at 16,
which only lowers its mean, so that a single reward is no alarm.

When S leaves 0 for the last time before the alarm is the best guess of when the change was: what came since is what is
still so.

Limits. One variance serves all arms. Where draws move for long to an arm whose rewards are much noisier than those so
far, that is taken for a change. A change that leaves z^2 near 1 isn't noticed: one of arms that aren't drawn, or one
that is small beside the noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from riffler.bandits.checks import Vector
from riffler.bandits.empirical_bayes import Sums

STAKE: Final = 0.3
"""From 0 to 1. Above .3 changes are noticed hardly sooner, and steady worlds come nearer to an alarm."""
MARGIN: Final = 1.05
"""So wrong may the learned variance be. With none, S would wander where z^2 always is 1, as with a fair coin."""
ALARM: Final = 12.0
"""At most one false alarm in 160,000 rewards, in the mean. In 800,000 of 20 simulated steady worlds S was below 9."""
_FARTHEST: Final = 16.0


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What the watch has seen.

    Attributes:
        total: S.
        since: Arm, context vector and reward of the rewards since S last was 0.
        alarms: How many alarms there were.
    """

    total: float = 0.0
    since: tuple[tuple[int, Vector, float], ...] = ()
    alarms: int = 0

    @property
    def alarmed(self) -> bool:
        """Whether the world seems to have changed since S last was 0."""
        return self.total > ALARM

    def saw(self, arm: int, x: Vector, reward: float, expected: float, variance: float) -> Watch:
        """Look at one reward.

        Args:
            arm: The number of its arm.
            x: Its context vector, float64 (d,).
            reward: It.
            expected: Its mean, by what was known before.
            variance: Its variance around that, noise included, above 0.

        Returns:
            The watch after it.
        """
        squared = min((reward - expected) ** 2 / variance, _FARTHEST)
        total = self.total + math.log1p(STAKE * (squared / MARGIN - 1.0))
        if total <= 0.0:
            return Watch(alarms=self.alarms)
        return Watch(total, (*self.since, (arm, x.copy(), reward)), self.alarms)

    def recent(self, dimension: int) -> Sums:
        """Add up the rewards since S last was 0.

        Args:
            dimension: The length of context vectors, d.

        Returns:
            The sums.
        """
        sums = Sums.empty(0, dimension)
        for arm, x, reward in self.since:
            sums = sums.with_arms(arm + 1).plus(arm, x, reward)
        return sums

    def calmed(self) -> Watch:
        """Begin anew after an alarm."""
        return Watch(alarms=self.alarms + 1)
