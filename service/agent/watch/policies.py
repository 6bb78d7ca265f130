"""What an engineer asks of a tenant's policies: what `riffler bandit` prints, and the API serves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

from riffler.bandits.decision import PolicyKey, digest_of
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.errors import InvalidInput
from riffler.service.agent.audits import audited
from riffler.service.agent.learning import Learner
from riffler.service.agent.offload import with_log
from riffler.service.agent.watch.arms import ArmsReport, arms_report
from riffler.service.agent.watch.draw import DrawExplained, explained
from riffler.service.agent.watch.export import exported
from riffler.service.agent.watch.regret import RegretReport, regret_report
from riffler.service.agent.watch.selecting import ListedPolicy, chosen, listed, newest
from riffler.service.agent.watch.status import Status, status_of
from riffler.service.agent.watch.taking_in import TakenIn, take_in
from riffler.service.agent.watch.value import ValueReport, value_report
from riffler.service.ports.policy import LoggedDecision, PolicyName, PolicyStore

LOOKED_AT: Final = 5000
"""Decisions that a report looks at, the newest, unless it is told how many."""
_PATIENCE_S: Final = 60.0
"""So long an explanation waits for a long log to be learned; then it is of the older part."""


class Policies:
    """Reports on a tenant's policies.

    Args:
        store: Where decisions live.
        drawing: What the policy that draws here now belongs to; None where none does, or that isn't known.
    """

    def __init__(self, store: PolicyStore, drawing: PolicyKey | None = None) -> None:
        self._store, self._drawing = store, drawing
        self._learner = Learner(AdaptiveThompson(), store, wait_s=_PATIENCE_S, most_names=4, run=with_log)

    async def listed(self, tenant: str) -> list[ListedPolicy]:
        """List policies, the one that decided last first.

        Args:
            tenant: Whose.

        Returns:
            The policies.
        """
        return await listed(self._store, tenant, None if self._drawing is None else self._drawing.digest())

    async def status(self, tenant: str, digest: str | None = None, limit: int | None = None) -> Status:
        """Tell how a policy fares.

        Args:
            tenant: Whose.
            digest: Which; None is the one that decided last.
            limit: Most decisions to look at, the newest; None is `LOOKED_AT`.

        Returns:
            Its status. Raises `UnknownPolicy` when there is none.
        """
        policy, rows = await self._rows(tenant, digest, limit)
        return await with_log(lambda: status_of(policy, rows))

    async def arms(self, tenant: str, digest: str | None = None, limit: int | None = None) -> ArmsReport:
        """Tell what was learned of arms and features.

        Args:
            tenant: Whose.
            digest: Which policy; None is the one that decided last.
            limit: Most decisions to look at, the newest; None is `LOOKED_AT`.

        Returns:
            The report. Raises `UnknownPolicy` when there is none.
        """
        policy, rows = await self._rows(tenant, digest, limit)
        return await with_log(lambda: arms_report(policy, rows))

    async def regret(self, tenant: str, digest: str | None = None, limit: int | None = None) -> RegretReport:
        """Tell what draws have lost.

        Args:
            tenant: Whose.
            digest: Which policy; None is the one that decided last.
            limit: Most decisions to look at, the newest; None is `LOOKED_AT`.

        Returns:
            The report. Raises `UnknownPolicy` when there is none.
        """
        known = await chosen(self._store, tenant, digest)
        policy, rows = await self._rows(tenant, known.name.digest, limit)
        audits = await audited(self._store, known.name)
        return await with_log(lambda: regret_report(policy, rows, audits))

    async def value(self, tenant: str, other: str, digest: str | None = None, limit: int | None = None) -> ValueReport:
        """Tell what another policy would have earned.

        Args:
            tenant: Whose.
            other: The other policy's name; see `policy_of`.
            digest: Whose log; None is that of the policy that decided last.
            limit: Most decisions to look at, the newest; None is `LOOKED_AT`.

        Returns:
            The report. Raises `UnknownPolicy` where there is no such log, and what `value_report` raises.
        """
        policy, rows = await self._rows(tenant, digest, limit)
        return await with_log(lambda: value_report(policy, rows, other))

    async def explain(self, tenant: str, decision_id: str) -> DrawExplained:
        """Explain a decision.

        Args:
            tenant: Whose.
            decision_id: The decision.

        Returns:
            The explanation. Raises `UnknownDecision` when there is none.
        """
        logged = await self._store.decision(tenant, decision_id)
        digest = digest_of(decision_id) or ""
        state = await self._learner.state(PolicyName(tenant, digest, len(logged.decision.x)))
        return await with_log(lambda: explained(logged, state))

    async def export(self, tenant: str, digest: str | None = None) -> AsyncIterator[str]:
        """Export a policy's log.

        Args:
            tenant: Whose.
            digest: Which; None is the one that decided last.

        Returns:
            The file's lines, without their ends. Raises `UnknownPolicy` when there is none, before the first line.
        """
        return exported(self._store, await chosen(self._store, tenant, digest))

    async def take_in(
        self,
        tenant: str,
        lines: AsyncIterator[bytes],
        into: str | None = None,
        told: Callable[[int], None] = lambda _rows: None,
    ) -> TakenIn:
        """Let a policy learn an exported log.

        Args:
            tenant: Whose.
            lines: The file's lines.
            into: The policy that learns; None is the one that draws now.
            told: Is told how many rows were read, now and then.

        Returns:
            What was done. Raises `InvalidInput`, with the line's number, where the file isn't as it should be.
        """
        name, key = await self._target(tenant, into)
        return await take_in(self._store, name, key, lines, told)

    async def _rows(
        self, tenant: str, digest: str | None, limit: int | None
    ) -> tuple[ListedPolicy, list[LoggedDecision]]:
        known = await chosen(self._store, tenant, digest)
        policy = next(each for each in await self.listed(tenant) if each.digest == known.name.digest)
        return policy, await newest(self._store, known, LOOKED_AT if limit is None else limit)

    async def _target(self, tenant: str, into: str | None) -> tuple[PolicyName, PolicyKey]:
        """Find the policy that learns; the one that draws now may have decided nothing yet."""
        from riffler.bandits.context import DIMENSION  # noqa: PLC0415 - the features take half a second

        drawing = self._drawing
        if drawing is not None and into in {None, drawing.digest()}:
            return PolicyName(tenant, drawing.digest(), DIMENSION), drawing
        if into is None:
            raise InvalidInput("rewriting: expected true to learn a log for the policy that draws, got false")
        known = await chosen(self._store, tenant, into)
        return known.name, known.key
