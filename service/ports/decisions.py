"""What a `PolicyStore` gives and takes: names of posteriors, decisions and what became of them, news of rewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey
from riffler.bandits.given import Given, Source


class RewardOutcome(IntEnum):
    """What became of a reward. Only the first is false: the others have been learned, once."""

    REFUSED = 0
    """The decision had its reward already, or is void: nothing changed."""
    COUNTED = 1
    """It was learned now."""
    REPEATED = 2
    """This very reward was learned before: nothing changed."""
    CORRECTED = 3
    """It took the place of another one, which is unlearned."""


@dataclass(frozen=True, slots=True)
class PolicyName:
    """Names a posterior: one tenant's, for one `PolicyKey` (engine, model, versions of arms, features and policy).

    Attributes:
        tenant: Any text; from the credential.
        digest: `PolicyKey.digest()`.
        dimension: Length of the context vector.
    """

    tenant: str
    digest: str
    dimension: int


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """A decision with what became of it.

    Attributes:
        decision: As it was logged.
        unexecuted: Why the raw query went on in place of the drawn arm's text; empty where the arm was executed. It
            quotes nothing of the query.
        state: `open` waits for its reward, `rewarded` has it, `void` never gets one (the call failed).
        reward: In [0, 1], once rewarded.
        order: The place of its reward in the order in which rewards counted, from 1; 0 without a reward. Places of
            deleted decisions stay empty.
        at_ms: When it was logged, by the store's clock, in milliseconds since 1970.
        place: Its own place in the order of decisions, from 0.
        source: Where the reward comes from; None without one.
        parts: What the reward was made of.
        cost: What its turn took; None where no turn told.
        criterion: What a judge judged by; empty without one.
        judge: Who judged.
    """

    decision: Decision
    state: Literal["open", "rewarded", "void"]
    reward: float | None
    order: int
    at_ms: int
    unexecuted: str
    place: int = 0
    source: Source | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    cost: Cost | None = None
    criterion: str = ""
    judge: str = ""

    @property
    def given(self) -> Given | None:
        """The reward as it was given; None without one."""
        if self.reward is None:
            return None
        return Given(self.reward, self.source or "number", self.parts, self.criterion, self.judge)


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """A policy that has decided something for a tenant.

    Attributes:
        name: Whose posterior.
        key: What it belongs to.
        decisions: How many decisions it has.
        rewards: How many of them are rewarded.
    """

    name: PolicyName
    key: PolicyKey
    decisions: int
    rewards: int


@dataclass(frozen=True, slots=True)
class Read:
    """How far one has read the order of rewards.

    Attributes:
        rewards: How many places.
        mark: What tells the log up to the last of them from any other one, also from one that holds the same decision
            there with another reward; empty for none.
        changes: How many changes of rewards were seen.
        last_change: What tells the changes up to the last of them from any others; empty for none.
    """

    rewards: int = 0
    mark: str = ""
    changes: int = 0
    last_change: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What is new in the order of rewards.

    Attributes:
        rows: Rewarded decisions, with their order and reward.
        read: How far it is read with them.
        ended: Whether there was no more. Where not, there may be no rows all the same: then read on.
        changed: The first place that was read before and is another one now, or gone: what was learned from there on is
            to be unlearned, and there are no rows. None when nothing changed; 0 when the log is another one.
    """

    rows: Sequence[LoggedDecision]
    read: Read
    ended: bool = False
    changed: int | None = None
