"""The port to where decisions live, with their rewards.

A decision is logged before the model is called, with its exact propensities. Its reward comes once, late or not at all,
and can be corrected. The log is the truth: a posterior is what a policy makes of it, in the order in which rewards
counted, so that nothing can differ from the log, whatever crashes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey
from riffler.bandits.given import Given
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.service.ports.decisions import KnownPolicy, LoggedDecision, News, PolicyName, Read, RewardOutcome
from riffler.service.ports.taking import TakeOutcome


class PolicyStore(Protocol):
    """Keeps decisions and posteriors. Every method may raise a leaf of `MemoryFailed`."""

    async def introduce(self, name: PolicyName, key: PolicyKey) -> None:
        """Note what a posterior belongs to, so that it is listed. Repeating it changes nothing.

        Args:
            name: Whose posterior.
            key: What it belongs to; its digest is the name's.
        """
        ...

    async def policies(self, tenant: str) -> Sequence[KnownPolicy]:
        """List a tenant's policies.

        Args:
            tenant: Whose; from the credential.

        Returns:
            Those that were introduced, in no order that means anything.
        """
        ...

    async def record(self, name: PolicyName, decision: Decision, life: str = "") -> Decision:
        """Log a decision. The first one of an id stands: a request made twice at once draws twice, and decides once.

        Args:
            name: Whose.
            decision: The decision.
            life: The life of its session, see `Stamp`: with it go its decisions.

        Returns:
            The decision that stands under this id: go on with that one.
        """
        ...

    async def reward(
        self, tenant: str, decision_id: str, given: Given, token: str | None = None, *, correct: bool = False
    ) -> RewardOutcome:
        """Reward a decision once.

        Args:
            tenant: Whose decision; from the credential.
            decision_id: The decision.
            given: The reward.
            token: Names this reward: repeated with the same one it counts once. What stands before a hyphen in it names
                the request that brings it.
            correct: Whether it takes the place of one that counted before, which is unlearned then.

        Returns:
            What became of it.

        Raises:
            RequestKeyReused: The same request brought another reward before.
            UnknownDecision: The tenant has none of this id.
        """
        ...

    async def spent(self, tenant: str, decision_id: str, cost: Cost) -> None:
        """Note what a decision's turn took. The newest counts.

        Args:
            tenant: Whose decision.
            decision_id: The decision.
            cost: What it took.

        Raises:
            UnknownDecision: The tenant has none of this id.
        """
        ...

    async def audit(self, tenant: str, decision_id: str, found: KeptAudit) -> None:
        """Keep what was found when all arms of a decision were run. The first audit of a decision stands.

        Args:
            tenant: Whose decision.
            decision_id: The decision.
            found: What was found.

        Raises:
            UnknownDecision: The tenant has none of this id: its session may have been deleted meanwhile.
        """
        ...

    async def audits(self, name: PolicyName, ids: Sequence[str] | None = None) -> Mapping[str, KeptAudit]:
        """Read the audits of a policy.

        Args:
            name: Whose.
            ids: Of these decisions, whichever of them have one; no other is read. None reads all, however many.

        Returns:
            What was found, by the decision's id, the oldest first.
        """
        ...

    async def audited(self, name: PolicyName) -> int:
        """Count the audits of a policy, without reading them.

        Args:
            name: Whose.

        Returns:
            How many of its decisions have one.
        """
        ...

    async def reserve(self, name: PolicyName, decision_id: str, tokens: int, budget_tokens: int) -> bool:
        """Take tokens of a policy's budget for audits of this day (UTC, by the store's clock).

        Args:
            name: Whose budget.
            decision_id: For the audit of which decision. Repeated for the same one it takes no more.
            tokens: How many; at least 0.
            budget_tokens: How many all audits of a day may take.

        Returns:
            Whether they are taken; if not, so many aren't left.
        """
        ...

    async def settle(self, name: PolicyName, decision_id: str, tokens: int) -> None:
        """Put what an audit really took in the place of what was reserved for it. After the day's end it does nothing.

        Args:
            name: Whose budget.
            decision_id: The audit of which decision.
            tokens: What it took; at least 0.
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

    async def take(self, name: PolicyName, rows: Sequence[LoggedDecision]) -> Sequence[TakeOutcome]:
        """Take decisions in that were logged elsewhere, each with what became of it, in order. Each is taken in whole.

        Repeating it changes nothing. A reward that is another one than the last time corrects that one. Else what is
        known here of a decision stays: its cost, whether its arm was executed, and whether it was given up.

        Args:
            name: Whose they become: their ids are of this policy, and they have no session.
            rows: The decisions, some hundred at most. Their places, orders and times are given anew.

        Returns:
            What became of each. The first `ANOTHER` is the last: those after it weren't taken in.
        """
        ...

    async def answer(
        self, tenant: str, request: str, fingerprint: str, answer: str = "", *, session: str = "", life: str = ""
    ) -> str:
        """Give a request's name to what it asks for, and keep its first answer, both for a day.

        A decision says nothing of texts. What it made of a query is kept here, and not for ever.

        Args:
            tenant: Whose request; from the credential.
            request: The request's name, given by the client.
            fingerprint: Of all that it asks for.
            answer: The answer; empty as long as there is none.
            session: In which session the request was made; empty for none. To forget that is to forget the answer.
            life: That session's life.

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

    async def some(self, name: PolicyName, ids: Sequence[str]) -> Sequence[LoggedDecision]:
        """Read some decisions of a policy at once.

        Args:
            name: Whose.
            ids: Which, a thousand at most.

        Returns:
            Those that are there, in the order asked for.
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

    async def newest(self, name: PolicyName, limit: int, before: int | None = None) -> Sequence[LoggedDecision]:
        """Read the newest decisions of a policy.

        Args:
            name: Whose.
            limit: Most decisions to give.
            before: Only those before this place; None takes any.

        Returns:
            They, in the order in which they were logged.
        """
        ...

    async def place_at(self, name: PolicyName, at_ms: int) -> int:
        """Find where a time begins in the log, in some twenty looks at it.

        Times are the store's. Where its clock was set back, decisions of that while may lie on the other side.

        Args:
            name: Whose log.
            at_ms: The time, in milliseconds since 1970.

        Returns:
            The first place whose decision was made then or later; the log's length where there is none.
        """
        ...

    async def count(self, name: PolicyName, first: int, before: int) -> int:
        """Count decisions by their places. A thousand commands count ten million.

        Args:
            name: Whose log.
            first: The first place.
            before: The place behind the last.

        Returns:
            How many there are; those of deleted sessions don't count.
        """
        ...

    async def news(self, name: PolicyName, read: Read, limit: int) -> News:
        """Read what is new in the order in which rewards counted: what a policy learns.

        What was read is told from what stands there now. A store may lose its newest rewards in a crash; where it did,
        and whatever was given since, the same rewards in another order too, the log is another one.

        Args:
            name: Whose.
            read: How far it was read.
            limit: Most rewards to give, from 1 to 1,000.

        Returns:
            The new rewards; or where to begin anew, when a reward that was read was corrected or deleted, or was lost.
            Who has read none is told no changes.
        """
        ...

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """Delete the decisions of a session with all that is known of them, and answers to requests in it.

        The decisions' rewards are unlearned.

        Args:
            tenant: Whose; from the credential.
            session: The session.
            life: Its life; decisions of another session of this name stay.

        Returns:
            How many decisions there were.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections. Safe to call twice."""
        ...
