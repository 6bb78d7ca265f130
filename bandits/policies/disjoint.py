"""What policies with a regression an arm have in common: the prior, and how they learn (disjoint models)."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.policies.base import Rewarded
from riffler.bandits.regression import Prior, Regressions


@dataclass(frozen=True, slots=True)
class Disjoint:
    """A linear model an arm, each with the same prior.

    Attributes:
        prior_precision: Above 0; how many observations the prior is worth.
        prior_mean: What a cold arm is expected to give.
        gamma: In (0, 1]; what a reward counts once another has come, as a share. 1 forgets nothing.
    """

    prior_precision: float = 1.0
    prior_mean: float = 0.5
    gamma: float = 1.0

    def __post_init__(self) -> None:
        self.prior()

    def prior(self) -> Prior:
        """Give the prior, checked."""
        return Prior(self.prior_precision, self.prior_mean, self.gamma)

    def start(self, dimension: int) -> Regressions:
        """Give the regressions without any reward."""
        return Regressions.start(self.prior(), dimension)

    def learn(self, state: Regressions, row: Rewarded) -> Regressions:
        """Add the reward to its arm's regression; see the port."""
        row.checked(state.dimension)
        return state.add(row.arm, row.x, row.reward)
