"""The port to where decisions and posteriors live.

A decision is logged before the model is called, with its exact propensities. Its reward comes once, late or not at
all. Decision, reward and posterior change together, so that the posterior always equals the one computed from the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Protocol

from riffler.bandits.decision import Decision
from riffler.bandits.posterior import Posterior


class RewardOutcome(IntEnum):
    """What became of a reward. Only the first is false: the others have been learned, once."""

    REFUSED = 0
    """The decision had its reward already, or is void: nothing changed."""
    COUNTED = 1
    """It was learned now."""
    REPEATED = 2
    """This very reward was learned before: nothing changed."""


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
        order: The place of its reward in the order in which rewards counted, from 1; 0 without a reward.
        at_ms: When it was logged, by the store's clock, in milliseconds since 1970.
    """

    decision: Decision
    state: Literal["open", "rewarded", "void"]
    reward: float | None
    order: int
    at_ms: int
    unexecuted: str


class PolicyStore(Protocol):
    """Keeps decisions and posteriors. Every method may raise a leaf of `MemoryFailed`."""

    async def posterior(self, name: PolicyName) -> Posterior:
        """Read what is known.

        Args:
            name: Whose posterior.

        Returns:
            The posterior; without any arm when nothing was rewarded yet.
        """
        ...

    async def record(self, name: PolicyName, decision: Decision) -> Decision:
        """Log a decision. The first one of an id stands: a request made twice at once draws twice, and decides once.

        Args:
            name: Whose.
            decision: The decision.

        Returns:
            The decision that stands under this id: go on with that one.
        """
        ...

    async def reward(self, tenant: str, decision_id: str, reward: float, token: str | None = None) -> RewardOutcome:
        """Reward a decision once.

        The posterior of the arm drawn learns `(x, reward)` in the same atomic step.

        Args:
            tenant: Whose decision; from the credential.
            decision_id: The decision.
            reward: In [0, 1].
            token: Names this reward: repeated with the same one it counts once. What stands before a hyphen in it names
                the request that brings it.

        Returns:
            What became of it.

        Raises:
            RequestKeyReused: The same request brought another reward before.
            UnknownDecision: The tenant has none of this id.
            InvalidReward: The reward isn't a finite number in [0, 1].
        """
        ...

    async def unexecuted(self, tenant: str, decision_id: str, reason: str) -> None:
        """Note that a decision's arm failed, or was refused by the guard. Repeating it changes nothing.

        A reward goes to the arm drawn all the same: what the arm earns includes what its failures earn.

        Args:
            tenant: Whose decision.
            decision_id: The decision.
            reason: Why, without text of a user.

        Raises:
            UnknownDecision: The tenant has none of this id.
        """
        ...

    async def void(self, tenant: str, decision_id: str) -> None:
        """Give a decision up, because its call failed: nothing is learned from it. A rewarded one stays as it is.

        It can't be taken back: the decision of a request that may be made again isn't given up.

        Args:
            tenant: Whose decision.
            decision_id: The decision.

        Raises:
            UnknownDecision: The tenant has none of this id.
        """
        ...

    async def answer(self, tenant: str, request: str, fingerprint: str, answer: str = "") -> str:
        """Give a request's name to what it asks for, and keep its first answer, both for a day.

        A decision says nothing of texts. What it made of a query is kept here, and not for ever.

        Args:
            tenant: Whose request; from the credential.
            request: The request's name, given by the client.
            fingerprint: Of all that it asks for.
            answer: The answer; empty as long as there is none.

        Returns:
            The answer that was kept before; empty when there was none, so that the one given is kept.

        Raises:
            RequestKeyReused: The name was given to another request.
        """
        ...

    async def decision(self, tenant: str, decision_id: str) -> LoggedDecision:
        """Read a decision.

        Args:
            tenant: Whose decision.
            decision_id: The decision.

        Returns:
            The decision with what became of it.

        Raises:
            UnknownDecision: The tenant has none of this id.
        """
        ...

    async def log(self, name: PolicyName, first: int = 0, limit: int | None = None) -> Sequence[LoggedDecision]:
        """Read the decisions of a policy.

        Args:
            name: Whose.
            first: How many of the oldest to pass over.
            limit: Most decisions to give; None gives all, for replay.

        Returns:
            Decisions in the order in which they were logged.
        """
        ...

    async def rewarded(
        self, name: PolicyName, first: int = 0, limit: int | None = None, after: str = ""
    ) -> Sequence[LoggedDecision] | None:
        """Read the rewarded decisions of a policy, in the order in which the rewards counted: what a policy learns.

        Args:
            name: Whose.
            first: How many of the oldest rewards to pass over.
            limit: Most decisions to give; None gives all.
            after: The decision whose reward is the last of those passed over, if there is one.

        Returns:
            The decisions; None when another reward stands there: the log isn't the one that was read.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections. Safe to call twice."""
        ...
