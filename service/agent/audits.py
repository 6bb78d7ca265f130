"""`Auditor`: after a turn has its answer, a random share of queries is run on all arms, so that regret is measured.

It works behind the user's back and out of their way: a turn is never kept waiting, at most one audit of a process runs
at a time with one call of the model at a time, few may wait, and a day's tokens are limited.

Nothing is learned from audits. The log says with which propensity each of its rewards came; rewards of arms that nobody
drew have none, and a policy that had learned from them would be another one than its log makes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context

import numpy as np

from riffler.bandits.insight.audited_regret import Audit as Audited
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.errors import MemoryFailed, RifflerError, UnknownDecision
from riffler.service.agent.audit import Asked, Audit
from riffler.service.agent.judge import Judge
from riffler.service.agent.rewriter import Rewriter
from riffler.service.agent.state import Parts, TurnState
from riffler.service.agent.tool_call import Cost
from riffler.service.logs import get_logger
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.engine import EngineInfo
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.observer import AuditOutcome, Observer
from riffler.service.ports.policy import PolicyStore

_LOG = get_logger("audits")
_MOST_WAITING = 8
"""Each holds a whole conversation."""


async def audited(store: PolicyStore, name: PolicyName) -> Sequence[Audited]:
    """Read what `bandits.insight.audited_regret` measures regret by.

    Args:
        store: Where audits are kept.
        name: Of which policy.

    Returns:
        The audits, the oldest first.
    """
    return [kept.audit for kept in (await store.audits(name)).values()]


def unavailable(info: EngineInfo) -> str:
    """Tell why no query can be audited with an engine; empty where queries can be."""
    return "" if info.can_rewrite else f"the engine {info.name} can't judge, and an audit asks no user"


class Auditor:
    """Audits a share of the turns.

    Args:
        parts: What the turns stand on.
        rewriter: Makes their rewrites.
        store: Keeps audits, and the account of their tokens.
        observer: Is told what became of each.
        rng: Picks the queries. Not the policy's own, so that audits change no draw.
        share: The probability that a query is picked, in (0, 1].
        tokens_per_day: Most tokens for audits of one tenant's policy on one day (UTC).
    """

    def __init__(
        self,
        parts: Parts,
        rewriter: Rewriter,
        store: PolicyStore,
        observer: Observer,
        rng: np.random.Generator,
        *,
        share: float,
        tokens_per_day: int,
    ) -> None:
        self._parts, self._rewriter, self._store, self._observer = parts, rewriter, store, observer
        self._rng, self._share, self._tokens_per_day = rng, share, tokens_per_day
        why = unavailable(parts.engine.info)
        self._judge = None if why else Judge(parts.engine)
        if why:
            _LOG.warning("audits are unavailable", why=why)
        self._waiting: deque[Asked] = deque()
        self._working: asyncio.Task[None] | None = None
        self._closed = False

    def offer(self, key: SessionKey, state: TurnState) -> None:
        """Take note of a turn that has its answer; with the probability `share` it will be audited. Returns at once.

        Turns without a draw of their own can't be: those that go on with a tool's result or are made again.

        Args:
            key: The session.
            state: The turn's, at its end.
        """
        if self._closed or "decision" not in state or state["again"] or "asked" not in state:
            return
        if self._rng.random() >= self._share:
            return
        asking = state["asked"].asking
        if self._judge is None or asking is None:
            self._observer.audited("unavailable", 0)
        elif len(self._waiting) >= _MOST_WAITING:
            self._observer.audited("crowded", 0)
        else:
            asked = Asked(key, state["asked"], asking.span, state["reading"], state["decision"], state["rewriting"])
            self._waiting.append(asked)
            if self._working is None or self._working.done():
                # In a context of its own: what it logs isn't of the request that happened to start it.
                self._working = asyncio.create_task(self._work(self._judge), name="riffler-audits", context=Context())

    @property
    def under_way(self) -> int:
        """How many audits run or wait."""
        return len(self._waiting) + (self._working is not None and not self._working.done())

    async def aclose(self, within_s: float = 5.0) -> None:
        """Stop: take no more, let what waits be done for a while, then give it up. Safe to call twice.

        Args:
            within_s: How long a while is.
        """
        self._closed = True
        if self._working is None:
            return
        _, unfinished = await asyncio.wait({self._working}, timeout=within_s)
        for task in unfinished:
            task.cancel()
            await asyncio.wait({task})
        for _ in range(len(self._waiting)):
            self._waiting.popleft()
            self._observer.audited("stopped", 0)

    async def _work(self, judge: Judge) -> None:
        while self._waiting:
            asked, cost = self._waiting.popleft(), Cost()
            outcome: AuditOutcome = "stopped"
            try:
                outcome = await self._audit(asked, judge, cost)
            except RifflerError as exc:
                outcome = "failed"
                _LOG.warning("audit failed", decision=asked.decision.id, error=type(exc).__name__)
            except Exception as exc:  # noqa: BLE001 - a bug; nobody waits for this task, so nobody else would tell of it
                outcome = "failed"
                _LOG.error("audit failed", decision=asked.decision.id, error=type(exc).__name__)
            finally:
                self._observer.audited(outcome, _tokens(cost))

    async def _audit(self, asked: Asked, judge: Judge, cost: Cost) -> AuditOutcome:
        id_, name = asked.decision.id, self._rewriter.name(asked.key.tenant, asked.reading)
        try:
            await self._store.decision(asked.key.tenant, id_)
        except UnknownDecision:  # its session was deleted while it waited: nothing of it is shown to a model
            return "deleted"
        audit = Audit(self._parts, self._rewriter, judge, asked)
        if not await self._store.reserve(name, id_, await audit.estimate(), self._tokens_per_day):
            return "over_budget"
        try:
            found = await audit.run(cost)
        finally:
            await self._settle(name, id_, _tokens(cost))
        rewards = Audited(found.rewards, asked.decision.arm, self._share)
        try:
            await self._store.audit(
                asked.key.tenant, id_, KeptAudit(rewards, _tokens(cost), judge.name, found.criterion)
            )
        except UnknownDecision:
            return "deleted"
        return "done"

    async def _settle(self, name: PolicyName, decision: str, tokens: int) -> None:
        try:
            await self._store.settle(name, decision, tokens)
        except MemoryFailed as exc:  # what was reserved stays spent: too little is audited, not too much
            _LOG.warning("audit not settled", decision=decision, error=type(exc).__name__)


def _tokens(cost: Cost) -> int:
    return cost.usage.prompt_tokens + cost.usage.completion_tokens
