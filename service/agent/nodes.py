"""The nodes of the turn's graph: short functions from state to what they change of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, TypedDict

from langgraph.config import get_stream_writer

from riffler.bandits.decision import Decision
from riffler.errors import EngineFailed, EngineGarbled, InvalidInput, MemoryFailed, RewriteFailed, ToolRefused
from riffler.service.agent.progress import AnswerDelta, Arrived, Rewriting, ToolStep
from riffler.service.agent.rewriter import NONE, Reading, Rewriter
from riffler.service.logs import get_logger
from riffler.service.ports.engine import (
    Completion,
    Engine,
    EngineRequest,
    Sampling,
    TextDelta,
    ToolChoice,
    Usage,
    complete,
)
from riffler.service.ports.memory import Lease, MemoryStore, SessionKey
from riffler.tools.arrival import append, fit
from riffler.tools.events import Actor, Event, FragmentsFolded, MessagesAppended, QueryRewritten
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.pairing import check_complete
from riffler.tools.registry import Registry
from riffler.tools.tokens import count_message, count_schemas
from riffler.tools.tool import Inputs
from riffler.tools.view import view

_LOG = get_logger("agent")


class TurnState(TypedDict, total=False):
    """What the nodes pass on."""

    messages: Sequence[Message]
    memory: WorkingMemory
    reading: Reading
    decision: Decision
    rewriting: Rewriting
    completion: Completion
    steps: tuple[ToolStep, ...]
    calls: int
    capped: bool
    seen_tokens: int
    usage: Usage
    times_ms: dict[str, float]


@dataclass(frozen=True)
class Parts:
    """What the agent stands on. All ports.

    Attributes:
        store: Sessions.
        engine: Runs the model.
        rewriter: Chooses and makes rewrites; None lets each query go as it came.
        registry: The context tools on offer.
        sampling: For the model's calls.
        step_cap: Most model calls with tools in a turn; then the answer is forced.
        first_choice: `required` asks for a tool call on the first step, as the paper does; `auto` leaves it open.
        fitting: Whether Riffler itself cuts and folds what doesn't fit the window.
        completion_tokens: Tokens of the window that are kept free for the completion.
    """

    store: MemoryStore
    engine: Engine
    rewriter: Rewriter | None
    registry: Registry
    sampling: Sampling = field(default_factory=Sampling)
    step_cap: int = 20
    first_choice: ToolChoice = "auto"
    fitting: bool = True
    completion_tokens: int = 1024

    def budget_tokens(self) -> int:
        """Tell what a view may take: the window without the offered tools and the completion."""
        schemas = count_schemas(self.registry.schemas(), self.engine.counter)
        window = self.engine.info.window_tokens
        return max(1, window - schemas - min(self.completion_tokens, window // 4))


@dataclass(frozen=True)
class Nodes:
    """The nodes of one turn.

    Attributes:
        parts: What the agent stands on.
        key: The session.
        lease: The turn's right to commit.
        stream: Whether deltas of the answer are wanted.
    """

    parts: Parts
    key: SessionKey
    lease: Lease
    stream: bool

    async def arrive(self, state: TurnState) -> TurnState:
        """Put what arrived into the working memory, and make it fit."""
        memory = await self.parts.store.load(self.key)
        counter = self.parts.engine.counter
        memory = await self._commit(memory, [append(memory, state["messages"], counter)], "app")
        memory, folded = await self._fitted(memory)
        tokens = sum(count_message(message, counter) for message in memory.messages)
        get_stream_writer()(Arrived(tokens, folded))
        return {"memory": memory}

    async def features(self, state: TurnState) -> TurnState:
        """Read the asking part's features."""
        memory, rewriter = state["memory"], self.parts.rewriter
        if rewriter is None or memory.asking is None:
            return {}
        text = memory.text(memory.asking.span)
        if not text.strip():
            return {}
        try:
            return {"reading": rewriter.read(text)}
        except (RewriteFailed, InvalidInput) as exc:
            return {"rewriting": self._raw(state, f"the raw query goes on: {exc}")}

    async def policy(self, state: TurnState) -> TurnState:
        """Draw an arm and log the decision, before any model is called."""
        rewriter = self.parts.rewriter
        if rewriter is None or "reading" not in state:
            return {}
        tenant, reading = self.key.tenant, state["reading"]
        try:
            choice = await rewriter.choose(tenant, reading)
            return {"decision": await rewriter.log(tenant, self.key.session, reading, choice)}
        except (RewriteFailed, MemoryFailed, InvalidInput) as exc:
            return {"rewriting": self._raw(state, f"the raw query goes on: {exc}")}

    async def rewrite(self, state: TurnState) -> TurnState:
        """Let the arm rewrite and the guard judge, and lay the rewrite over the view."""
        rewriter = self.parts.rewriter
        if rewriter is None or "decision" not in state:
            return self._shown(state, state.get("rewriting") or self._raw(state))
        reading, decision, memory = state["reading"], state["decision"], state["memory"]
        try:
            draft = await rewriter.draft(self.key.tenant, reading, decision)
        except MemoryFailed as exc:
            return self._shown(state, self._raw(state, f"the raw query goes on: {exc}"))
        if draft.text != reading.query.text and memory.asking is not None:
            overlay = QueryRewritten(memory.asking.span, draft.text, decision.id)
            memory = await self._commit(memory, [overlay], "riffler")
        shown = Rewriting(
            decision=decision.id,
            arm=decision.arm,
            propensities=decision.propensities,
            executed=draft.executed,
            query=reading.query.text,
            rewritten=draft.text,
            note=draft.reason,
        )
        return self._shown({"memory": memory}, shown)

    async def model(self, state: TurnState) -> TurnState:
        """Show the model its view, and hear what it wants."""
        memory, _ = await self._fitted(state["memory"])
        seen = view(memory)
        check_complete(seen.messages)
        calls = state.get("calls", 0) + 1
        capped = calls > self.parts.step_cap
        request = EngineRequest(
            seen.messages,
            self.parts.registry.schemas(),
            "none" if capped else (self.parts.first_choice if calls == 1 else "auto"),
            self.parts.sampling,
            self.stream,
        )
        completion = await self._generate(request)
        if capped and completion.message.tool_calls:
            raise EngineGarbled(f"engine {self.parts.engine.info.name}: called a tool where none was allowed")
        return {
            "memory": memory,
            "completion": completion,
            "calls": calls,
            "capped": capped,
            "seen_tokens": seen.tokens(self.parts.engine.counter),
            "usage": state["usage"] + completion.usage if "usage" in state else completion.usage,
        }

    async def tools(self, state: TurnState) -> TurnState:
        """Run the calls of one step, in order, and commit them with their results at once."""
        memory, said = state["memory"], state["completion"].message
        events: list[Event] = [append_step(memory, [said])]
        done: list[ToolStep] = []
        for call in said.tool_calls:
            number = len(state.get("steps", ())) + len(done) + 1
            step, happened = await self._run(memory.commit(events), call, number)
            events += happened
            done.append(step)
            get_stream_writer()(step)
        results = [Message.tool(call.id, step.reply) for call, step in zip(said.tool_calls, done, strict=True)]
        events.append(append_step(memory.commit(events), results))
        memory = await self._commit(memory, events, "model")
        return {"memory": memory, "steps": (*state.get("steps", ()), *done)}

    async def answer(self, state: TurnState) -> TurnState:
        """Put the answer into the conversation."""
        memory = state["memory"]
        event = append(memory, [state["completion"].message], self.parts.engine.counter)
        return {"memory": await self._commit(memory, [event], "model")}

    async def _run(self, memory: WorkingMemory, call: ToolCall, number: int) -> tuple[ToolStep, tuple[Event, ...]]:
        """Run one call. A refusal is text that the model can act on."""
        registry, counter = self.parts.registry, self.parts.engine.counter
        try:
            order = registry.order(memory, call.name, call.arguments)
            summary = await self._summary(order.text, order.focus) if order else ""
            outcome = registry.call(memory, call.name, call.arguments, Inputs(counter, summary))
        except ToolRefused as exc:
            return ToolStep(number, call.name, call.arguments, f"error: {exc}", refused=True), ()
        return ToolStep(number, call.name, call.arguments, outcome.reply, refused=False), outcome.events

    async def _summary(self, text: str, focus: str) -> str:
        """Let the engine summarise. An inner call: nothing of it reaches the user's stream. A failed one is empty."""
        if not self.parts.engine.info.can_rewrite:
            return ""
        prompt = files(__package__).joinpath("prompts/summary.txt").read_text("utf-8")
        request = EngineRequest((Message.user(prompt.format(focus=focus, text=text)),), tool_choice="none")
        try:
            return (await complete(self.parts.engine, request)).message.text
        except EngineFailed:
            return ""  # the tool then refuses, and says that nothing was replaced

    async def _generate(self, request: EngineRequest) -> Completion:
        write = get_stream_writer()
        async for item in self.parts.engine.generate(request):
            if isinstance(item, Completion):
                return item
            if isinstance(item, TextDelta):
                write(AnswerDelta(item.text))
        raise EngineGarbled(f"engine {self.parts.engine.info.name}: ended without a completion")

    async def _fitted(self, memory: WorkingMemory) -> tuple[WorkingMemory, int]:
        if not self.parts.fitting:
            return memory, 0
        events = fit(memory, self.parts.budget_tokens(), self.parts.engine.counter)
        if not events:
            return memory, 0
        folded = sum(len(event.ids) for event in events if isinstance(event, FragmentsFolded))
        return await self._commit(memory, events, "riffler"), folded

    async def _commit(self, memory: WorkingMemory, events: Sequence[Event], actor: Actor) -> WorkingMemory:
        return await self.parts.store.commit(self.key, memory, events, actor, self.lease)

    def _shown(self, change: TurnState, rewriting: Rewriting) -> TurnState:
        get_stream_writer()(rewriting)
        return {"memory": change["memory"], "rewriting": rewriting}

    def _raw(self, state: TurnState, note: str = "") -> Rewriting:
        if note:
            _LOG.warning("query not rewritten", session=self.key.session)
        memory = state["memory"]
        text = memory.text(memory.asking.span) if memory.asking else ""
        return Rewriting("", NONE, {NONE: 1.0}, NONE, text, text, note)


def append_step(memory: WorkingMemory, messages: Sequence[Message]) -> Event:
    """Make the event of an inner step's messages."""
    return MessagesAppended(len(memory.entries), tuple(messages), "step")


def timed(
    name: str, node: Callable[[TurnState], Awaitable[TurnState]]
) -> Callable[[TurnState], Awaitable[dict[str, Any]]]:
    """Make a node also note its time.

    Args:
        name: Under which name.
        node: The node.

    Returns:
        The node, whose result has `times_ms` with the time of all its runs added up.
    """

    async def run(state: TurnState) -> dict[str, Any]:
        start = time.perf_counter()
        change: dict[str, Any] = dict(await node(state))
        spent = (time.perf_counter() - start) * 1000
        times = state.get("times_ms", {})
        change["times_ms"] = {**times, name: times.get(name, 0.0) + spent}
        return change

    return run
