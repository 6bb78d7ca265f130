"""What an engineer asks of a tenant's policies: what `riffler bandit` prints, and the API serves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable
from typing import Final, TypeVar

from riffler.bandits.decision import PolicyKey, digest_of
from riffler.bandits.insight.effects import Against
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.errors import InvalidInput
from riffler.service.agent.learning import Learner
from riffler.service.agent.offload import with_log
from riffler.service.agent.watch.arms import ArmsReport, arms_report
from riffler.service.agent.watch.draw import DrawExplained, explained
from riffler.service.agent.watch.export import exported
from riffler.service.agent.watch.newest import NewestDecisions, State, newest_decisions
from riffler.service.agent.watch.regret import RegretReport, regret_report
from riffler.service.agent.watch.selecting import ListedPolicy, chosen, listed, told_of
from riffler.service.agent.watch.selection import EVERYTHING, Selection, selectable
from riffler.service.agent.watch.shared import SharedReports
from riffler.service.agent.watch.status import Status, status_of
from riffler.service.agent.watch.stretch import Stretch, stretch_of
from riffler.service.agent.watch.taking_in import TakenIn, take_in
from riffler.service.agent.watch.value import ValueReport, value_report
from riffler.service.ports.decisions import KnownPolicy, PolicyName
from riffler.service.ports.policy import PolicyStore

T = TypeVar("T")

LOOKED_AT: Final = 5000
"""Decisions that a report looks at, the newest, unless it is told how many."""
MOST_LOOKED_AT: Final = 20_000
"""The most that anybody may ask for: a report on so many takes some 100 MB, and 10 seconds of a processor or more."""
_PATIENCE_S: Final = 60.0
"""So long an explanation waits for a long log to be learned; then it is of the older part."""


class Policies:
    """Reports on a tenant's policies.

    Args:
        store: Where decisions live.
        drawing: What the policy that draws here now belongs to; None where none does, or that isn't known.
        unaudited: Why no query is audited here now; empty where some are, or that isn't known.
    """

    def __init__(self, store: PolicyStore, drawing: PolicyKey | None = None, unaudited: str = "") -> None:
        self._store, self._drawing, self._unaudited = store, drawing, unaudited
        self._draws = None if drawing is None else drawing.digest()
        self._learner = Learner(
            AdaptiveThompson(), store, wait_s=_PATIENCE_S, again_s=_PATIENCE_S, most_names=4, run=with_log
        )
        self._shared = SharedReports()

    async def listed(self, tenant: str) -> list[ListedPolicy]:
        """List policies, the one that decided last first.

        Args:
            tenant: Whose.

        Returns:
            The policies.
        """
        return await listed(self._store, tenant, self._draws)

    async def status(
        self, tenant: str, digest: str | None = None, limit: int | None = None, selection: Selection = EVERYTHING
    ) -> Status:
        """Tell how a policy fares.

        Args:
            tenant: Whose.
            digest: Which; None is the one that decided last.
            limit: Most decisions to look at, the newest of the selection's time; None is `LOOKED_AT`.
            selection: Those of them that are counted.

        Returns:
            Its status. Raises `UnknownPolicy` when there is none, `InvalidInput` for a feature that isn't known, and
            `ReportsBusy` like all reports on logs.
        """
        known = await chosen(self._store, tenant, digest)
        names = selectable(known.name, known.key.features_version)
        return await self._report(
            tenant,
            ("status", selection),
            known.name.digest,
            limit,
            lambda policy, part: status_of(policy, part, selection.of(part.rows, names)),
            selection=selection,
        )

    async def arms(
        self, tenant: str, digest: str | None = None, limit: int | None = None, against: Against = "arms"
    ) -> ArmsReport:
        """Tell what was learned of arms and features.

        Args:
            tenant: Whose.
            digest: Which policy; None is the one that decided last.
            limit: Most decisions to look at, the newest; None is `LOOKED_AT`.
            against: What arms are compared with.

        Returns:
            The report. Raises `UnknownPolicy` when there is none.
        """
        return await self._report(
            tenant,
            f"arms against {against}",
            digest,
            limit,
            lambda policy, part: arms_report(policy, part.rows, against),
        )

    async def decisions(
        self,
        tenant: str,
        digest: str,
        limit: int,
        before: int | None = None,
        *,
        arm: str | None = None,
        state: State | None = None,
    ) -> NewestDecisions:
        """Read a policy's decisions, the newest first.

        Args:
            tenant: Whose.
            digest: Which policy.
            limit: Most decisions to give.
            before: `before` of the stretch before; None begins with the newest.
            arm: Only those that drew this arm.
            state: Only those of this state.

        Returns:
            Decisions, and where the next ones are. Raises `UnknownPolicy`, and as `newest_decisions`.
        """
        known = await chosen(self._store, tenant, digest)
        return await newest_decisions(self._store, known.name, limit, before, arm=arm, state=state)

    async def regret(
        self, tenant: str, digest: str | None = None, limit: int | None = None, selection: Selection = EVERYTHING
    ) -> RegretReport:
        """Tell what draws have lost.

        Args:
            tenant: Whose.
            digest: Which policy; None is the one that decided last.
            limit: Most decisions to look at, the newest of the selection's time; None is `LOOKED_AT`.
            selection: Those of them whose regret it is.

        Returns:
            The report. Raises `UnknownPolicy` when there is none, and `InvalidInput` for a feature that isn't known.
        """
        known, most = await chosen(self._store, tenant, digest), _most(limit)

        async def make() -> RegretReport:
            policy, part = await self._read(known, most, selection)
            audits = await self._store.audits(known.name, [row.decision.id for row in part.rows])
            audited = len(audits) or await self._store.audited(known.name)
            return await with_log(
                lambda: regret_report(
                    policy, known.name, part, audits, audited=audited, unaudited=self._unaudited, selection=selection
                )
            )

        return await self._shared.get(tenant, ("regret", known.name.digest, most, selection), make)

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
        return await self._report(
            tenant, f"value of {other}", digest, limit, lambda policy, part: value_report(policy, part.rows, other)
        )

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

    async def _report(
        self,
        tenant: str,
        asked: Hashable,
        digest: str | None,
        limit: int | None,
        work: Callable[[ListedPolicy, Stretch], T],
        *,
        selection: Selection = EVERYTHING,
    ) -> T:
        """Make a report on a policy's newest decisions, or wait for the same one that is made already."""
        known, most = await chosen(self._store, tenant, digest), _most(limit)

        async def make() -> T:
            policy, part = await self._read(known, most, selection)
            return await with_log(lambda: work(policy, part))

        return await self._shared.get(tenant, (asked, known.name.digest, most), make)

    async def _read(self, known: KnownPolicy, most: int, selection: Selection) -> tuple[ListedPolicy, Stretch]:
        part = await stretch_of(self._store, known.name, most, selection)
        return await told_of(self._store, known, self._draws), part

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


def _most(limit: int | None) -> int:
    return LOOKED_AT if limit is None else limit
