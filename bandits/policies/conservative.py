"""A safety rule: never worse than a baseline by more than a margin, with a stated confidence.

After Kazerouni, Ghavamzadeh, Abbasi-Yadkori and Van Roy 2017, "Conservative contextual linear bandits",
https://arxiv.org/abs/1611.06426 (the case where the baseline's reward has to be learned, too), who follow Wu,
Shariff, Lattimore and Szepesvari 2016, "Conservative bandits", https://arxiv.org/abs/1602.04282. What is promised: with
probability `confidence`, after every n rewarded rounds,

    sum over the rounds of (E[reward of the baseline] - E[reward of the arm drawn]) <= margin n

Only rounds in which another arm was drawn count on the left: m of them, whose context vectors sum to X and whose
rewards sum to R. With theta the baseline's coefficients, both sides are bounded for all times at once, each with half
of delta = 1 - confidence (self-normalised bounds: Abbasi-Yadkori, Pal and Szepesvari 2011,
https://papers.nips.cc/paper/4417):

    what the baseline would have earned  <= X'theta_hat + radius sqrt(X' A^-1 X)
        radius = noise_sd sqrt(2 ln(2 / delta) + ln(det A / det(precision I))) + sqrt(precision) norm
    what was earned, in expectation      >= R - noise_sd sqrt((m + 1) (ln(m + 1) + 2 ln(2 / delta)))

where theta_hat and A are those of the baseline's own regression. Before a draw the bounds are taken with this query
added, as if the arm earned nothing: if the promise might break, the baseline is drawn with probability 1, else the
other policy draws, with its own propensities. So what is logged is exact. We deviate from the papers in the margin (a
reward a round, not a share of the baseline's), in the second bound (theirs needs a model of every arm, ours none), and
in the policy that draws, which is any.

Limits. It holds where the baseline's expected reward is linear in x, with coefficients at most `norm` from prior_mean
e_0, and stays the same: a change of the world voids the promise, and nothing here notices one. As to noise, 0.5 is
enough for any rewards in [0, 1]. Rounds that wait for their reward count for nothing: each may
add a loss of up to 1. With many features the first bound is wide, and the rule stays close to what the budget alone
allows, about `margin n` rounds with other arms, until thousands of rounds with the baseline have been rewarded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Choice, Policy, Rewarded, State, check_allowed, check_finite
from riffler.bandits.regression import ArmRegression, Prior
from riffler.errors import InvalidInput


@dataclass(frozen=True, slots=True, eq=False)
class Account(Generic[State]):
    """What the other policy knows, and what its draws may have cost. Never changed.

    Attributes:
        state: The other policy's state.
        baseline: Regression of the baseline's rewards.
        volume: ln(det A / det(precision I)) of that regression.
        elsewhere: Sum of the context vectors of rounds with another arm, X; float64 (d,).
        earned: Sum of their rewards, R.
        others: How many they are, m.
        rounds: How many rounds were rewarded, n.
    """

    state: State
    baseline: ArmRegression
    volume: float
    elsewhere: Vector
    earned: float
    others: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Conservative(Generic[State]):
    """Another policy, which may draw as long as the promise holds.

    Attributes:
        policy: The other policy. It learns from all rewards.
        baseline: The arm to be no worse than. It must be allowed for every query.
        margin: Above 0, at most 1; reward a round by which it may be worse.
        confidence: Above 0, below 1.
        noise_sd: Above 0; the noise is sub-Gaussian with it.
        norm: At least 0; how far the baseline's coefficients may be from those of the prior.
        precision: Above 0; of the baseline's regression.
        prior_mean: Of the baseline's regression.
    """

    policy: Policy[State]
    baseline: str = "none"
    margin: float = 0.05
    confidence: float = 0.95
    noise_sd: float = 0.5
    norm: float = 1.0
    precision: float = 1.0
    prior_mean: float = 0.5

    def __post_init__(self) -> None:
        check_finite("margin", self.margin, above=0, most=1)
        check_finite("confidence", self.confidence, above=0, most=1 - 1e-12)
        check_finite("noise_sd", self.noise_sd, above=0)
        check_finite("norm", self.norm, least=0)
        Prior(self.precision, self.prior_mean)

    @property
    def name(self) -> str:
        """The other policy's name, and that it is held back."""
        return f"conservative {self.policy.name}"

    @property
    def version(self) -> str:
        """The settings, and the other policy's version."""
        return (
            f"1;baseline={self.baseline!r};margin={self.margin!r};confidence={self.confidence!r};"
            f"noise={self.noise_sd!r};norm={self.norm!r};precision={self.precision!r};mean={self.prior_mean!r};"
            f"{self.policy.version}"
        )

    def start(self, dimension: int) -> Account[State]:
        """Open an account with nothing in it."""
        regression = ArmRegression.cold(Prior(self.precision, self.prior_mean), dimension)
        return Account(self.policy.start(dimension), regression, 0.0, np.zeros(dimension), 0.0, 0, 0)

    def learn(self, state: Account[State], row: Rewarded) -> Account[State]:
        """Let the other policy learn, and book the round; see the port."""
        row.checked(state.elsewhere.size)
        inner = self.policy.learn(state.state, row)
        baseline, volume, elsewhere = state.baseline, state.volume, state.elsewhere
        earned, others = state.earned, state.others
        if row.arm == self.baseline:
            volume += math.log1p(_squared(baseline, row.x))
            baseline = baseline.add(row.x, row.reward)
        else:
            elsewhere, earned, others = elsewhere + row.x, earned + float(row.reward), others + 1
        return Account(inner, baseline, volume, elsewhere, earned, others, state.rounds + 1)

    def choose(self, state: Account[State], x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Let the other policy draw if the promise holds whatever it draws, else draw the baseline; see the port.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).
            allowed: The arms that may be drawn, the baseline among them.
            rng: Source of the draw; not used for the baseline.

        Returns:
            The draw.

        Raises:
            InvalidInput: The baseline isn't allowed.
        """
        check_allowed(allowed)
        check_context(x, state.elsewhere.size)
        if self.baseline not in allowed:
            raise InvalidInput(f"allowed arms: expected the baseline {self.baseline!r} among {list(allowed)!r}")
        if self.worst(state, x) <= self.margin * (state.rounds + 1):
            return self.policy.choose(state.state, x, allowed, rng)
        return Choice(self.baseline, {arm: float(arm == self.baseline) for arm in allowed})

    def worst(self, state: Account[State], x: Vector) -> float:
        """Bound what all draws of other arms cost, with one more for this query.

        Args:
            state: What is known.
            x: Context vector, float64 (d,).

        Returns:
            The most that they cost, in reward, with probability `confidence`; an arm drawn now earns nothing in this.
        """
        missed = min(
            self._would_have_earned(state, state.elsewhere + x),
            self._would_have_earned(state, state.elsewhere) + 1.0,
            state.others + 1.0,
        )
        doubt = 2 * math.log(2 / (1 - self.confidence))
        noise = self.noise_sd * math.sqrt((state.others + 1) * (math.log(state.others + 1) + doubt))
        return missed - max(state.earned - noise, 0.0)

    def _would_have_earned(self, state: Account[State], elsewhere: Vector) -> float:
        doubt = 2 * math.log(2 / (1 - self.confidence))
        radius = self.noise_sd * math.sqrt(doubt + state.volume) + math.sqrt(self.precision) * self.norm
        width = math.sqrt(max(_squared(state.baseline, elsewhere), 0.0))
        return float(elsewhere @ state.baseline.coefficients) + radius * width


def _squared(regression: ArmRegression, x: Vector) -> float:
    """Compute x'A^-1 x."""
    return float(x @ (regression.covariance @ x))
