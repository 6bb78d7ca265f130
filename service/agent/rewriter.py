"""Choosing and making a rewrite for one query: features, policy, the log, arm and guard, in that order.

It fails open: whatever goes wrong here, the raw query goes on, and the proposal says so (the design's rule 8).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from riffler.bandits.arms import ARMS, arms_version, begun
from riffler.bandits.arms.base import Begun, Making, Rewrite, finish
from riffler.bandits.context import DIMENSION, context_vector
from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.features import FEATURES_VERSION, Features, extract
from riffler.bandits.guard import check
from riffler.bandits.pipeline import parse, pipeline_label
from riffler.bandits.policies.base import Choice, Policy
from riffler.bandits.query import Query
from riffler.errors import EngineFailed, InvalidInput, InvalidSetting, RewriteFailed, UnknownDecision
from riffler.service.agent.drafts import Attempt, Draft
from riffler.service.agent.failing_open import failing_open
from riffler.service.agent.learning import Learner
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.offload import with_language
from riffler.service.agent.progress import Rewriting
from riffler.service.agent.tool_call import Cost
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.engine import Engine, EngineRequest, complete
from riffler.service.ports.policy import PolicyStore
from riffler.tools.markers import has_look_alike
from riffler.tools.messages import Message

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

NONE = "none"

RewritesBy = Literal["auto", "engine", "rule"]
"""Who words rewrites; `auto` is the engine where it can word a text anew, else the rules."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A query with its features and their context vector.

    Attributes:
        query: The query.
        features: Its features.
        x: Their context vector.
        begun: What each arm begins with that has something to do: found out once, for the draw and for the arm drawn.
    """

    query: Query
    features: Features
    x: tuple[float, ...]
    begun: Mapping[str, Begun] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A decision, as it is logged.

    Attributes:
        decision: The decision.
        again: Whether the log had it before: its request is made again.
    """

    decision: Decision
    again: bool = False


class Rewriter:
    """Chooses and makes rewrites for one tenant, engine and policy.

    Args:
        pipeline: spaCy's, shared and read-only.
        policy: Draws an arm.
        store: Posterior and decision log.
        engine: Words rewrites where it can and may.
        rng: Source of the draws.
        rewrites_by: Who words rewrites.
        budget_ms: Longest time of a rewrite by the engine; after it the raw query goes on.

    Raises:
        InvalidSetting: The engine is to word them, and can't.
    """

    def __init__(
        self,
        pipeline: Language,
        policy: Policy[Any],
        store: PolicyStore,
        engine: Engine,
        rng: np.random.Generator,
        *,
        rewrites_by: RewritesBy = "auto",
        budget_ms: int = 10_000,
    ) -> None:
        if rewrites_by == "engine" and not engine.info.can_rewrite:
            raise InvalidSetting(
                f"rewrites_by: the engine {engine.info.name} can't word a text anew, so expected auto or rule"
            )
        able: Making = "engine" if engine.info.can_rewrite else "rule"
        self.making: Making = able if rewrites_by == "auto" else rewrites_by
        self._pipeline = pipeline
        self._policy = policy
        self._store = store
        self._learner = Learner(policy, store)
        self._engine = engine
        self._rng = rng
        self._budget_ms = budget_ms
        self.features_version = f"{FEATURES_VERSION} {pipeline_label(pipeline)}"
        self.key = PolicyKey(
            engine=engine.info.name,
            model=engine.info.model,
            arms_version=arms_version(self.making),
            features_version=self.features_version,
            policy_version=f"{policy.name} {policy.version}",
        )

    async def read(self, text: str, before: tuple[str, ...] = ()) -> Reading:
        """Read the features of a query, and what arms can do with it.

        Args:
            text: The asking part.
            before: What went before it in its session, oldest first.

        Returns:
            The query, its context vector, and what arms begin with.
        """

        def work() -> Reading:
            query = parse(self._pipeline, text, before)
            features = extract(query.doc, query.remembered)
            x = tuple(float(value) for value in context_vector(features))
            with failing_open("looking for what arms can do"):
                return Reading(query, features, x, begun(query, self.making))

        with failing_open("reading the features"):
            return await with_language(work)

    def name(self, tenant: str, reading: Reading) -> PolicyName:
        """Name the posterior of a tenant."""
        return PolicyName(tenant, self.key.digest(), len(reading.x))

    def policy_name(self, tenant: str) -> PolicyName:
        """Name the policy of a tenant, to read its log."""
        return PolicyName(tenant, self.key.digest(), DIMENSION)

    async def choose(self, tenant: str, reading: Reading, without: Collection[str] = ()) -> Choice:
        """Draw an arm among those that have something to do and aren't forbidden.

        Args:
            tenant: Whose posterior.
            reading: The query.
            without: Arms that aren't to be used; see `forbidden`.

        Returns:
            The arm with its propensities, which are of the arms that could be drawn.
        """
        arms = [arm for arm in reading.begun if arm not in without]
        with failing_open(f"the policy {self._policy.name}"):
            state = await self._learner.state(self.name(tenant, reading))
            return self._policy.choose(state, np.asarray(reading.x), arms, self._rng)

    async def chances(self, tenant: str | None, reading: Reading) -> Mapping[str, float]:
        """Tell the propensities of the arms that have something to do, without a draw.

        Args:
            tenant: Whose posterior; None is one that has seen nothing.
            reading: The query.

        Returns:
            The probability of each arm that may be drawn.
        """
        name = self.name(tenant or "", reading)
        with failing_open(f"the policy {self._policy.name}"):
            known = await self._learner.state(name) if tenant else self._policy.start(name.dimension)
            x, arms = np.asarray(reading.x), list(reading.begun)
            # A generator of its own: to explain a query must not change what is drawn for the next one.
            return self._policy.choose(known, x, arms, np.random.default_rng(0)).propensities

    async def draft(
        self,
        reading: Reading,
        decision: Decision,
        fits: Callable[[str], Awaitable[bool]] | None = None,
        *,
        cost: Cost | None = None,
    ) -> Draft:
        """Let the arm drawn rewrite, and the guard judge.

        Args:
            reading: The query.
            decision: The decision as logged.
            fits: Tells whether the conversation still fits the window with a text in the query's place; None: always.
            cost: Is told what the engine's call cost, if there was one.

        Returns:
            The rewrite, or the raw query with the reason.
        """
        draft = await self._draft(reading, decision.arm, cost)
        if fits is not None and draft.text != reading.query.text and not await fits(draft.text):
            draft = Draft(NONE, reading.query.text, "the rewrite doesn't fit the window")
        return draft

    def _parsed(self, text: str, query: Query) -> Doc:
        """Parse a text for the guard: a rewrite, or what asks of the query, which mostly is all of it."""
        return query.doc if text == query.text else parse(self._pipeline, text).doc

    async def attempt(self, reading: Reading, arm: str, cost: Cost | None = None) -> Attempt:
        """Let an arm rewrite, and the guard judge.

        Args:
            reading: The query.
            arm: The arm.
            cost: Is told what the engine's call cost, where there is one.

        Returns:
            What it made, and the guard's word.
        """
        raw = reading.query.text
        try:
            with failing_open(arm):
                rewrite = await self._reword(reading, arm, cost)
                if rewrite.text == raw:  # which needs no guard, so no way to its thread
                    return Attempt(raw)
                parsed = partial(self._parsed, query=reading.query)
                verdict = await with_language(lambda: check(raw, rewrite.text, known=rewrite.drawn_on, parse=parsed))
        except (RewriteFailed, EngineFailed, InvalidInput) as exc:
            return Attempt("", f"{arm} failed: {exc.loggable}")
        if has_look_alike(rewrite.text) and not has_look_alike(raw):
            return Attempt(rewrite.text, "the rewrite looks like a marker")
        return Attempt(rewrite.text, verdict.reason)

    async def note(self, tenant: str, rewriting: Rewriting) -> None:
        """Tell the log when the arm drawn isn't the one whose text goes on.

        Args:
            tenant: Whose decision.
            rewriting: What goes on.
        """
        if rewriting.executed != rewriting.arm:
            await self._store.unexecuted(tenant, rewriting.decision, rewriting.note)

    async def answered(self, tenant: str, request: NamedRequest | None, answer: str = "") -> str:
        """Give a request its name, and keep its first answer; see `PolicyStore.answer`.

        Args:
            tenant: Whose request.
            request: The request; None has no name, and nothing is kept of it.
            answer: The answer; empty as long as there is none.

        Returns:
            The answer that was kept before; empty when there was none.
        """
        if request is None:
            return ""
        where = {"session": request.session, "life": request.life}
        return await self._store.answer(tenant, request.name, request.fingerprint, answer, **where)

    async def _draft(self, reading: Reading, arm: str, cost: Cost | None) -> Draft:
        attempt = await self.attempt(reading, arm, cost)
        if attempt.reason:
            return Draft(NONE, reading.query.text, attempt.reason)
        return Draft(arm, attempt.text)

    async def decide(
        self,
        tenant: str,
        session: str,
        reading: Reading,
        entropy: bytes | None = None,
        *,
        life: str = "",
        without: Collection[str] = (),
    ) -> Drawn:
        """Draw an arm and log the decision; a request that is made again has its decision already.

        Args:
            tenant: Whose posterior.
            session: In which session; empty for none.
            reading: The query.
            entropy: Of a request that may be made again, the same each time; None for one that may not.
            life: The session's life.
            without: Arms that aren't to be used; see `forbidden`.

        Returns:
            The decision as logged.
        """
        if entropy is not None:
            id_ = decision_id(self.key.digest(), entropy)
            try:
                return Drawn((await self._store.decision(tenant, id_)).decision, again=True)
            except UnknownDecision:
                pass  # it is the first time, as far as can be told
        choice = await self.choose(tenant, reading, without)
        return Drawn(await self.log(tenant, session, reading, choice, entropy, life=life))

    async def log(
        self,
        tenant: str,
        session: str,
        reading: Reading,
        choice: Choice,
        entropy: bytes | None = None,
        *,
        life: str = "",
    ) -> Decision:
        """Log the decision, before any model is called.

        Args:
            tenant: Whose decision.
            session: In which session.
            reading: The query.
            choice: The draw.
            entropy: What makes its id unlike others; None draws it.
            life: The session's life.

        Returns:
            The decision as logged: of a request that is made twice at once it is the first draw.
        """
        decision = Decision(
            id=decision_id(self.key.digest(), secrets.token_bytes(32) if entropy is None else entropy),
            session=session,
            features_version=self.features_version,
            x=reading.x,
            allowed=tuple(choice.propensities),
            propensities=dict(choice.propensities),
            arm=choice.arm,
            policy=self._policy.name,
            policy_version=self._policy.version,
        )
        name = self.name(tenant, reading)
        await self._store.introduce(name, self.key)
        return await self._store.record(name, decision, life)

    async def recall(self, tenant: str, decision_id: str) -> LoggedDecision:
        """Read the decision of a turn that goes on.

        Args:
            tenant: Whose decision.
            decision_id: The decision.

        Returns:
            The decision with what became of it.
        """
        return await self._store.decision(tenant, decision_id)

    async def _reword(self, reading: Reading, arm: str, cost: Cost | None) -> Rewrite:
        found = reading.begun.get(arm)
        if found is None:  # it was drawn when the request came first, and what was said before has changed
            raise RewriteFailed(f"{arm}: there is nothing to do")
        if not found.asks:
            return found.rewrite
        try:
            async with asyncio.timeout(self._budget_ms / 1000):
                reply = await self._ask(found.rewrite.text, cost)
        except TimeoutError as exc:
            raise RewriteFailed(f"the engine took longer than {self._budget_ms} ms (rewrite_budget_ms)") from exc
        return finish(ARMS[arm], reading.query, found.rewrite, reply)

    async def _ask(self, prompt: str, cost: Cost | None) -> str:
        completion = await complete(self._engine, EngineRequest((Message.user(prompt),), tool_choice="none"))
        if cost is not None:
            cost.usage += completion.usage
        return completion.message.text
