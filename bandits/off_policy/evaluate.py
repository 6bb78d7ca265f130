"""What would another policy have earned on these queries?

    found = evaluate(log, Fixed("simplify"))
    found.doubly_robust.value, found.doubly_robust.low, found.doubly_robust.high

The estimand. The policy goes through the log: at row t it has learned the rows before t, gives its propensities over
the row's allowed arms, and then learns the row. Its value is

    mean over t of sum over allowed a of target_t(a) mu_t(a)

where mu_t(a) is the mean reward of arm a at that query. It is the value on the log's own queries, of a policy that
learns what the log's policy earned; one that had collected data of its own would have known others. A fixed arm
(`policies/fixed.py`) draws the first allowed one where its own isn't allowed, and its value says so. Decisions
without a reward are left out: the rest is right where rewards go missing whatever they would have been.

Which figure to trust. `doubly_robust`, `logged` and `difference` have intervals that hold for a log that a bandit
collected, of any length that wasn't chosen for its rewards, and are as wide as ignorance where the log tells nothing.
The price: they are half as wide again as two standard errors. `ips`, `snips` and `direct` have the plain intervals
that are usual, as references, and those fail. The share of 95% intervals that held the truth, in the worst of the cases
of each line (500 rows, 100 logs, 2 worlds; a fixed arm, all arms evenly, a policy that learns):

    log collected by             ips   snips   direct   doubly_robust   logged   difference
    the default, no floor        24%     69%      84%            100%     100%         100%
    floor of .02                 87%     87%      83%            100%     100%          98%

    python -m benchmarks.off_policy --rows 500 --worlds equal paper --targets fixed uniform linear
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from riffler.bandits.insight.entry import Entry
from riffler.bandits.off_policy.direct import direct
from riffler.bandits.off_policy.doubly_robust import doubly_robust
from riffler.bandits.off_policy.estimate import Estimate
from riffler.bandits.off_policy.ips import ips
from riffler.bandits.off_policy.replay import Replay, replay
from riffler.bandits.off_policy.shrinkage import kept
from riffler.bandits.off_policy.snips import snips
from riffler.bandits.policies.base import Policy, State, check_finite

_FEW: Final = 50
"""With fewer effective rows the plain intervals are wrong even where propensities are fixed, and residuals rough."""
_MUCH: Final = 0.05
"""A larger share of modelled draws is more than the estimate's own error, as a rule."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a log tells of another policy.

    Attributes:
        policy: The other policy's name.
        version: Its version.
        level: The share of intervals that should hold the truth.
        rows: How many rewarded decisions were used, T.
        earned: The mean reward of the log.
        ips: Its value by inverse propensities; the interval is plain.
        snips: By self-normalised ones; the interval is plain. None where no row tells of it.
        direct: By the direct model alone; the interval is that of the model's posterior.
        doubly_robust: The one to use: by the model and cut weights.
        logged: The same for the log's own policy: `earned` without the luck of the draws.
        difference: `doubly_robust` less `logged`, paired.
        effective_rows: So many rows drawn by the policy itself would tell as much: (sum w)^2 / sum w^2, from 0 to T.
        largest_weight: The largest w, uncut.
        supported: The share of rows where the log could draw all that the policy could.
        modelled: The share of the policy's draws of which the log tells too little, so that the model speaks for them
            and the interval holds what they may be worth.
        warnings: What the reader should know before the figures are used; empty where nothing is wrong.
    """

    policy: str
    version: str
    level: float
    rows: int
    earned: float
    ips: Estimate
    snips: Estimate | None
    direct: Estimate
    doubly_robust: Estimate
    logged: Estimate
    difference: Estimate
    effective_rows: float
    largest_weight: float
    supported: float
    modelled: float
    warnings: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether the log supports the estimate."""
        return not self.warnings


def evaluate(log: Iterable[Entry], policy: Policy[State], *, level: float = 0.95) -> Evaluation:
    """Estimate what another policy would have earned on the queries of a log. See the module's docstring.

    Takes about 0.2 ms a row with the default policy, and memory for T times K numbers, a few times.

    Args:
        log: The decisions, in the order in which they were made; at least two have a reward. The others are left out.
        policy: The other policy. It begins without knowledge.
        level: The share of intervals that should hold the truth, in (0, 1).

    Returns:
        The estimates.

    Raises:
        InvalidInput: Fewer than two have a reward, or one is no decision; the text says which.
        InvalidReward: A reward isn't a finite number in [0, 1].
        InvalidSetting: The level lies outside (0, 1).
    """
    check_finite("level", level, above=0, most=math.nextafter(1, 0))
    seen = replay(log, policy)
    rows = len(seen.rewards)
    left = kept(seen)
    target, logged, difference = doubly_robust(seen, left, level)
    weights = seen.weights
    squares = float(weights @ weights)
    effective = float(weights.sum()) ** 2 / squares if squares else 0.0
    modelled = max(1 - float(left.sum()) / rows, 0.0)
    return Evaluation(
        policy=policy.name,
        version=policy.version,
        level=level,
        rows=rows,
        earned=float(seen.rewards.mean()),
        ips=ips(seen, level),
        snips=snips(seen, level),
        direct=direct(seen, level),
        doubly_robust=target,
        logged=logged,
        difference=difference,
        effective_rows=effective,
        largest_weight=float(weights.max()),
        supported=_supported(seen),
        modelled=modelled,
        warnings=_warnings(effective, modelled),
    )


def _supported(seen: Replay) -> float:
    """Give the share of rows where all that the target could draw could be drawn."""
    return float(((seen.logged > 0) | (seen.target == 0)).all(axis=1).mean())


def _warnings(effective: float, modelled: float) -> tuple[str, ...]:
    """Say where the log can't support an estimate."""
    found = []
    if effective < _FEW:
        found.append(f"the log tells as much as {effective:.0f} draws of the policy's own; {_FEW} are few")
    if modelled > _MUCH:
        found.append(
            f"the log tells too little of {modelled:.0%} of what the policy would draw: the model speaks for it"
        )
    return tuple(found)
