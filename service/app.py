"""Riffler as a library: everything wired in one place."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from functools import cache, cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from riffler.bandits.cost import Prices
from riffler.bandits.policies.base import Policy
from riffler.service.agent.before import said_in
from riffler.service.agent.drawing import drawing_policy
from riffler.service.agent.edits import Edits
from riffler.service.agent.health.report import HealthWatch
from riffler.service.agent.judge import Judge
from riffler.service.agent.making import fork_session
from riffler.service.agent.measuring import measure_in
from riffler.service.agent.past import History, difference_of, history_of, memory_at
from riffler.service.agent.progress import Answer, Progress
from riffler.service.agent.recording import Recorder
from riffler.service.agent.rewarding import Form, Number, Rewards
from riffler.service.agent.room import Measure, Room
from riffler.service.engine_settings import engine_of
from riffler.service.inference.bounded import BoundedEngine
from riffler.service.inference.observed import ObservedEngine
from riffler.service.inference.token_learner import learning
from riffler.service.memory.conversations import RedisConversations
from riffler.service.memory.server import RedisServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.observer import Observers
from riffler.service.room_settings import room_of
from riffler.service.settings import Settings
from riffler.service.store_settings import access_of, connection_of, session_files_of
from riffler.service.turn_log.store import RedisTurnLog
from riffler.service.turn_log.waiting import WaitingTurnLog
from riffler.tools.diff import Difference
from riffler.tools.memory import WorkingMemory
from riffler.tools.registry import EVERY_TOOL, Registry

if TYPE_CHECKING:
    from riffler.service.agent.audits import Auditor
    from riffler.service.agent.explaining import Explanation
    from riffler.service.agent.rewriter import Rewriter
    from riffler.service.agent.state import Parts
    from riffler.service.agent.tenant_files import TenantFiles
    from riffler.service.agent.turns import Turns
    from riffler.service.agent.watch.costs import Costs
    from riffler.service.agent.watch.policies import Policies


class Riffler:
    """Sessions, rewriting and an engine, ready to be asked. Use it as `async with Riffler(settings) as riffler`.

    Args:
        settings: What to run on.
        tenant: Whose sessions and decisions. A service takes it from the credential; this is its own.
        engine: In place of the one that the settings name.
        policy: In place of the one that the settings name.
        seed: Makes the policy's draws repeatable.
    """

    def __init__(
        self,
        settings: Settings,
        tenant: str = "local",
        engine: Engine | None = None,
        policy: Policy[Any] | None = None,
        seed: int | None = None,
    ) -> None:
        self.observers = Observers()
        self._connection = connection_of(settings, self.observers)
        self.tenant = tenant
        self.access = access_of(settings, self._connection, tenant)
        if engine is not None:
            self.engine = ObservedEngine(learning(engine), self.observers)
        self.sessions = RedisMemoryStore(
            self._connection,
            settings.session_ttl_s,
            settings.cache_characters,
            settings.history_versions,
            most_sessions=settings.tenant_sessions,
        )
        self.conversations = RedisConversations(self._connection, settings.session_ttl_s)
        self.decisions = RedisPolicyStore(self._connection)
        self.turn_log = WaitingTurnLog(RedisTurnLog(self._connection, self.observers), self.observers)
        self.recorder = Recorder(self.turn_log, lambda: self.room)
        self.health = HealthWatch(
            RedisServer(self._connection), self.turn_log, settings.durability, settings.session_ttl_s
        )
        self._policy = policy or drawing_policy(
            settings.policy, settings.policy_floor, settings.safety_margin, settings.safety_confidence
        )
        self._settings, self._seed = settings, seed
        self.unnamed_ttl_s = settings.unnamed_ttl_s

    @cached_property
    def engine(self) -> Engine:
        """Runs the model. Made when it is first needed: a reward needs none."""
        return ObservedEngine(learning(engine_of(self._settings)), self.observers)

    @cached_property
    def _bounded(self) -> Engine:
        """Runs the model for turns: no completion goes on without an end."""
        return BoundedEngine(self.engine, self._settings.completion_tokens)

    @cached_property
    def rewriter(self) -> Rewriter | None:
        """Chooses and makes rewrites; None where the settings say that queries go as they come."""
        if not self._settings.rewriting:
            return None
        from riffler.bandits.pipeline import load_pipeline  # noqa: PLC0415 - spaCy takes a second, a reward needs none
        from riffler.service.agent.rewriter import Rewriter  # noqa: PLC0415

        pipeline = load_pipeline(self._settings.pipeline)
        policy, rng = self._policy, np.random.default_rng(self._seed)
        by, budget_ms = self._settings.rewrites_by, self._settings.rewrite_budget_ms
        return Rewriter(pipeline, policy, self.decisions, self._bounded, rng, rewrites_by=by, budget_ms=budget_ms)

    @cached_property
    def rewards(self) -> Rewards:
        """Turns what users give into rewards; its judge is the engine that answers, where that can word a text."""
        prices = Prices(self._settings.token_price, self._settings.second_price)
        # Made when an answer is first to be judged: other rewards need no engine.
        judge = cache(lambda: Judge(self._bounded) if self.engine.info.can_rewrite else None)
        return Rewards(self.decisions, self._settings.reward_weights, prices, judge)

    @cached_property
    def policies(self) -> Policies:
        """Reports on policies, and takes their logs out and in."""
        from riffler.service.agent.watch.policies import Policies  # noqa: PLC0415 - only who watches needs them

        return Policies(self.decisions, None if self.rewriter is None else self.rewriter.key, self._unaudited())

    @cached_property
    def costs(self) -> Costs:
        """Reports on what turns cost, and on what edits saved."""
        from riffler.service.agent.watch.costs import Costs  # noqa: PLC0415 - only who watches needs it

        return Costs(self.turn_log)

    @cached_property
    def files(self) -> TenantFiles:
        """Writes all that a tenant has as lines, and makes it again."""
        from riffler.service.agent.tenant_files import TenantFiles  # noqa: PLC0415 - only who exports needs it

        sessions = session_files_of(self._settings, self._connection)
        return TenantFiles(sessions, self.decisions, self.turn_log, self.access.keys)

    def _unaudited(self) -> str:
        """Tell why no query is audited; empty where some are, and where nothing draws, so that no engine is known."""
        if not self._settings.audit_share:
            return "audits are off here, as `audit_share` is 0"
        if self.rewriter is None:
            return ""
        from riffler.service.agent.audits import unavailable  # noqa: PLC0415 - as below

        return unavailable(self.engine.info)

    @cached_property
    def edits(self) -> Edits:
        """Makes, fills and edits sessions from outside a turn."""
        tools, log = Registry(EVERY_TOOL), self.turn_log
        return Edits(self.sessions, self._bounded, tools, self.room, self.decisions, log=log, recorder=self.recorder)

    @cached_property
    def room(self) -> Room:
        """The tools on offer, and what a view may take beside them."""
        return room_of(self._settings, self._bounded)

    @cached_property
    def _parts(self) -> Parts:
        """What turns stand on."""
        from riffler.service.agent.state import Parts  # noqa: PLC0415 - only who asks needs it

        return Parts(
            self.sessions,
            self._bounded,
            self.rewriter,
            self.room,
            step_cap=self._settings.step_cap,
            first_choice=self._settings.first_choice,
            fitting=self._settings.fitting,
        )

    @cached_property
    def auditor(self) -> Auditor | None:
        """Audits a share of the turns; None where the settings say that none is."""
        settings = self._settings
        if self.rewriter is None or not settings.audit_share:
            return None
        from riffler.service.agent.audits import Auditor  # noqa: PLC0415 - as above

        rng = np.random.default_rng(None if self._seed is None else [self._seed, 1])
        return Auditor(
            self._parts,
            self.rewriter,
            self.decisions,
            self.observers,
            rng,
            share=settings.audit_share,
            tokens_per_day=settings.audit_tokens_per_day,
        )

    @cached_property
    def turns(self) -> Turns:
        """Asks questions."""
        from riffler.service.agent.graph import Agent  # noqa: PLC0415 - LangGraph takes a second, a reward needs none
        from riffler.service.agent.turns import Turns  # noqa: PLC0415

        self.room.check(self.engine.counter)
        agent = Agent(self._parts, self.decisions, self._settings.lease_s, self.auditor, self.recorder)
        return Turns(agent, self.sessions, self.decisions)

    async def __aenter__(self) -> Self:
        """Give itself; connections are made when they are needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give back connections, and stop what this process started."""
        await self.aclose()

    async def ask(
        self, question: str, contexts: Sequence[str] = (), session: str | None = None, *, without: Collection[str] = ()
    ) -> Answer:
        """Ask a question.

        Args:
            question: What is asked.
            contexts: Texts that go into the working memory before it, one message each.
            session: A session to go on with; None makes a new one.
            without: Arms that aren't to be used for it.

        Returns:
            The answer.
        """
        answer: Progress | None = None
        async with aclosing(self.stream(question, contexts, session, deltas=False, without=without)) as progress:
            async for item in progress:
                answer = item
        assert isinstance(answer, Answer)  # noqa: S101 - `stream` promises it as its last item
        return answer

    async def stream(
        self,
        question: str,
        contexts: Sequence[str] = (),
        session: str | None = None,
        *,
        deltas: bool = True,
        without: Collection[str] = (),
    ) -> AsyncGenerator[Progress]:
        """Ask a question, and be told of each step as it happens.

        A session that this call made is deleted again when the turn fails, with its decision, so that nothing half-done
        is left.

        Args:
            question: What is asked.
            contexts: Texts that go into the working memory before it, one message each.
            session: A session to go on with; None makes a new one.
            deltas: Whether the answer's text is wanted in pieces.
            without: Arms that aren't to be used for it.

        Yields:
            Progress; the last item is the `Answer`. An empty question or text, or what is no arm, is `InvalidInput`.
        """
        from riffler.service.agent.turns import asked  # noqa: PLC0415 - as above

        turn = self.turns.stream(self.tenant, asked(question, contexts), session, deltas=deltas, without=without)
        async with aclosing(turn) as progress:
            async for item in progress:
                yield item

    async def explain(self, query: str, contexts: Sequence[str] = (), session: str | None = None) -> Explanation:
        """Explain how a query may be asked; nothing is drawn or logged.

        Args:
            query: What is to be asked.
            contexts: Texts that were said before it.
            session: A session that it would be asked in; its conversation comes before these texts.

        Returns:
            The parse, the features with their words, and what each arm would make of it, with the guard's word. The
            propensities are those of the policy where the store is at hand: in a session, or with a Redis of the
            settings. Else no server is started for them, and they are those of a policy that has seen nothing.
        """
        from riffler.service.agent.explaining import explain  # noqa: PLC0415 - spaCy takes a second

        said = () if session is None else said_in(await self.memory(session))
        at_hand = session is not None or self._settings.redis_url is not None
        before = (*said, *contexts)
        return await explain(self.rewriter, self.engine.counter, query, before, self.tenant if at_hand else None)

    async def reward(self, decision_id: str, reward: float | Form, *, correct: bool = False) -> bool:
        """Reward a decision once, or correct its reward.

        Args:
            decision_id: The decision.
            reward: How good its answer was: a number in [0, 1], `Feedback`, an answer `Against` references, `ToJudge`.
            correct: Whether this takes the place of a reward that counted before.

        Returns:
            Whether it counted; a second reward doesn't, unless it corrects the first.
        """
        form = Number(reward) if isinstance(reward, int | float) else reward
        return bool((await self.rewards.reward(self.tenant, decision_id, form, correct=correct)).outcome)

    async def memory(self, session: str, version: int | None = None) -> WorkingMemory:
        """Read a session.

        Args:
            session: Its name.
            version: As of which version; None is the present.

        Returns:
            Its working memory. Raises `UnknownVersion` for a version that isn't kept any more.
        """
        return await memory_at(self.sessions, SessionKey(self.tenant, session), version)

    async def history(self, session: str, limit: int = 20) -> History:
        """Read what happened to a session.

        Args:
            session: Its name.
            limit: Most versions to give.

        Returns:
            Its versions, the newest first.
        """
        return await history_of(self.sessions, SessionKey(self.tenant, session), limit)

    def measure(self) -> Measure:
        """Give what counts the tokens of a session that is only looked at, with or without an engine."""
        return measure_in(lambda: self.room)

    async def diff(
        self, session: str, before: int, after: int | None = None, measure: Measure | None = None
    ) -> Difference:
        """Compare two versions of a session.

        Args:
            session: Its name.
            before: The earlier version.
            after: The later one; None is the present.
            measure: Counts tokens; None is `measure()`.

        Returns:
            What differs. Raises `UnknownVersion` for a version that isn't kept any more.
        """
        key, counts = SessionKey(self.tenant, session), measure or self.measure()
        return await difference_of(self.sessions, key, (before, after), counts.counter, sight=counts.sight)

    async def fork(self, session: str, version: int | None = None, name: str | None = None) -> str:
        """Make a session that begins as another one was; each goes on by itself.

        Args:
            session: The other one.
            version: As of which version; None is the present.
            name: The new one's name, of the characters A-Z a-z 0-9 . _ ~ -; None makes one.

        Returns:
            The new one's name. Raises `SessionExists` when there is one of this name.
        """
        made, _ = await fork_session(self.sessions, SessionKey(self.tenant, session), version, name)
        return made.session

    async def call(self, session: str, tool: str, arguments: str, summary: str = "") -> str:
        """Call a context tool by hand.

        Args:
            session: The session.
            tool: The tool's name.
            arguments: JSON text of its arguments.
            summary: The text that a tool wants which replaces text by a summary.

        Returns:
            The tool's reply.
        """
        called = await self.edits.call(SessionKey(self.tenant, session), tool, arguments, summary=summary)
        return called.reply

    async def aclose(self) -> None:
        """Give back connections, and stop what this process started; audits have seconds to end. Safe to call twice."""
        if "auditor" in self.__dict__ and self.auditor is not None:
            await self.auditor.aclose()
        await self.recorder.aclose()
        if "engine" in self.__dict__:
            await self.engine.aclose()
        await self._connection.aclose()
