"""Has the world changed? A watch over how far rewards lie from what was expected of them.

Of each reward, z^2 = (r - expected)^2 / variance is 1 in the mean as long as the model holds. After a change it is
more. The watch adds up the logarithm of the likelihood ratio between deviations of sqrt(2) and of 1,

    S = max(0, S + z^2 / 4 - log(2) / 2)

and gives the alarm when S exceeds `ALARM` (the cumulative sum of Page 1954, "Continuous inspection schemes",
https://doi.org/10.1093/biomet/41.1-2.100). With Gaussian noise the mean time to a false alarm is above exp(ALARM)
rewards (Lorden 1971). z^2 is cut at 16, so that a single reward is no alarm.

When S leaves 0 for the last time before the alarm is the best guess of when the change was: what came since is what is
still so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from riffler.bandits.empirical_bayes import Sums
from riffler.bandits.posterior import Vector

ALARM = 12.0
"""About one false alarm in 160,000 rewards, at most."""
_FARTHEST = 16.0
_FREE = math.log(2) / 2


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
        total = self.total + min((reward - expected) ** 2 / variance, _FARTHEST) / 4 - _FREE
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
