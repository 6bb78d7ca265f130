"""The nodes of the turn's graph: short functions from state to what they change of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from langgraph.config import get_stream_writer
from langgraph.runtime import get_runtime

from riffler.errors import (
    EngineGarbled,
    InvalidInput,
    MemoryFailed,
    NotFound,
    OverBudget,
    RewriteFailed,
    ToolRefused,
)
from riffler.service.agent.before import said_before
from riffler.service.agent.calling import request_of
from riffler.service.agent.offload import offload
from riffler.service.agent.progress import (
    Answer,
    AnswerDelta,
    Arrived,
    Calling,
    Rewriting,
    Said,
    ToolStep,
    answer_to_json,
)
from riffler.service.agent.recording import edit_of
from riffler.service.agent.resume import REFUSAL, resumed
from riffler.service.agent.rewriter import NONE
from riffler.service.agent.room import Room
from riffler.service.agent.sent import sent_messages
from riffler.service.agent.state import Parts, Pending, TurnState
from riffler.service.agent.tool_call import Cost, run_call
from riffler.service.agent.turn import Turn, require_seen
from riffler.service.agent.viewing import fitting, seen
from riffler.service.logs import get_logger
from riffler.service.ports.engine import (
    Completion,
    EngineRequest,
    Usage,
    closing_stream,
)
from riffler.service.ports.memory import Receipt
from riffler.tools.arrival import append
from riffler.tools.events import Actor, Event, FragmentsFolded, MessagesAppended, QueryRewritten
from riffler.tools.history import PastOrder, Version, undo_of
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.price import price_arrival
from riffler.tools.tokens import TokenCounter, count_message
from riffler.tools.tool import Outcome

_LOG = get_logger("agent")


@dataclass(frozen=True)
class Nodes:
    """The nodes of every turn; which one it is stands in the graph's runtime.

    Attributes:
        parts: What the agent stands on.
    """

    parts: Parts

    @property
    def _turn(self) -> Turn:
        return get_runtime(Turn).context

    @property
    def _room(self) -> Room:
        beside = self._turn.beside
        return self.parts.room if beside is None else beside.room(self.parts.room)

    async def arrive(self, state: TurnState) -> TurnState:
        """Put what arrived into the working memory, and make it fit; or take up an interrupted turn."""
        turn, counter, messages = self._turn, self._turn.counter, state["messages"]
        stored = await self.parts.store.load(turn.key)
        if turn.begun is not None:
            get_stream_writer()(Arrived(_tokens(stored, counter), 0))
            found = resumed(stored, turn.begun)
            return {
                **_stored(stored),
                "messages": found.messages,
                "steps": found.steps,
                "calls": found.calls,
                "usage": Usage(0, 0),
            }
        require_seen(stored, turn.seen, turn.key.session)
        arriving = sum(len(message.json) for message in messages)
        event = await offload(arriving, lambda: append(stored, messages, counter))
        memory, pending, folded = await self._fitted(stored.commit([event]), (("app", (event,)),))
        get_stream_writer()(Arrived(_tokens(memory, counter), folded))
        return {"stored": stored, "memory": memory, "pending": pending}

    async def features(self, state: TurnState) -> TurnState:
        """Read the asking part's features. A request that ends in a tool's result asks nothing new."""
        memory, rewriter = state["memory"], self.parts.rewriter
        roles = [message.role for message in state["messages"]]
        asks = "user" in roles and roles[-1] != "tool"  # a client's tool loop may come whole, in a session of its own
        if rewriter is None or memory.asking is None or not asks:
            return {}
        text = memory.text(memory.asking.span)
        if not text.strip():
            return {}
        try:
            return {"reading": await rewriter.read(text, said_before(memory, memory.asking.span))}
        except (RewriteFailed, InvalidInput) as exc:
            return {"rewriting": self._raw(state, f"the raw query goes on: {exc}")}

    async def policy(self, state: TurnState) -> TurnState:
        """Draw an arm and log the decision, before any model is called."""
        rewriter = self.parts.rewriter
        if rewriter is None or "reading" not in state:
            return {}
        key, request = self._turn.key, self._turn.request
        try:
            # With the session's life: of another session of this name the same request is another question.
            entropy = request.entropy(key.tenant, key.session, state["memory"].life) if request else None
            life = state["memory"].life
            drawn = await rewriter.decide(
                key.tenant, key.session, state["reading"], entropy, life=life, without=self._turn.without
            )
        except (RewriteFailed, MemoryFailed, InvalidInput) as exc:
            return {"rewriting": self._raw(state, f"the raw query goes on: {exc}")}
        return {"decision": drawn.decision, "again": drawn.again}

    async def rewrite(self, state: TurnState) -> TurnState:
        """Let the arm rewrite and the guard judge, and lay the rewrite over the view."""
        self._turn.slot.leave()  # from here on it may have to wait for a model
        rewriter, memory = self.parts.rewriter, state["memory"]
        if rewriter is None or "decision" not in state or memory.asking is None:
            return self._shown(state.get("rewriting") or await self._recalled(state))
        reading, decision, span = state["reading"], state["decision"], memory.asking.span
        cost = Cost()
        draft = await rewriter.draft(
            reading, decision, lambda text: self._fits(memory, QueryRewritten(span, text, "")), cost=cost
        )
        shown = Rewriting(
            decision=decision.id,
            arm=decision.arm,
            propensities=decision.propensities,
            executed=draft.executed,
            query=reading.query.text,
            rewritten=draft.text,
            note=draft.reason,
            recalled=state["again"],
        )
        try:
            await rewriter.note(self._turn.key.tenant, shown)
        except MemoryFailed as exc:
            return self._shown(self._raw(state, f"the raw query goes on: {exc}"))
        event = QueryRewritten(span, None if draft.text == reading.query.text else draft.text, decision.id)
        pending: Pending = (*state["pending"], ("riffler", (event,)))
        return {
            "asked": memory,
            "memory": memory.commit([event]),
            "pending": pending,
            "usage": cost.usage,
            **self._shown(shown),
        }

    async def model(self, state: TurnState) -> TurnState:
        """Show the model its view, and hear what it wants."""
        turn = self._turn
        if not self.parts.engine.info.settled:  # without fitting nothing has asked for the window yet
            await self.parts.engine.ready()
        memory, pending, _ = await self._fitted(state["memory"], state["pending"])
        shown = await seen(memory, self._room.sight(turn.counter))
        calls = state.get("calls", 0) + 1
        capped = calls > self.parts.step_cap or state.get("cut", False)
        whole, view_tokens = _tokens(memory, turn.counter), shown.tokens(turn.counter)
        if turn.beside is not None:
            get_stream_writer()(Calling(whole, view_tokens))
        completion = await self._generate(
            request_of(turn, self.parts, self._room, shown.messages, calls, capped=capped)
        )
        said = completion.message.tool_calls
        ours, theirs = (said, ()) if turn.beside is None else turn.beside.part(said)
        if capped and ours:
            raise EngineGarbled(f"engine {self.parts.engine.info.name}: called a tool where none was allowed")
        cut = turn.beside is not None and turn.beside.cuts_off(completion, ours)
        if cut:  # inside: the client hears the next one
            ours, theirs = said, ()
        stored, first = state["stored"], len(state["stored"].entries)
        for number, (actor, events) in enumerate(pending):
            arrival = number == 0 and len(memory.entries) > first  # what arrived comes first, with the note that it did
            body = json.dumps({"first": first, "count": len(memory.entries) - first})
            receipt = self._receipt(body, done=False) if arrival else None
            before, stored = stored, await self._commit(stored, events, actor, receipt)
            if actor == "riffler":
                await self._note_fit(before, stored, events)
        if turn.beside is not None:  # once what arrived is kept
            get_stream_writer()(Said(completion, ours, theirs))
        notes = turn.notes
        notes.calls, notes.saved_tokens = notes.calls + 1, notes.saved_tokens + whole - view_tokens
        notes.messages_seen = len(memory.entries)
        return {
            **_stored(stored),
            "completion": completion,
            "calls": calls,
            "capped": capped,
            "cut": cut,
            "ours": ours,
            "theirs": theirs,
            "conversation_tokens": whole,
            "seen_tokens": view_tokens,
            "usage": state["usage"] + completion.usage if "usage" in state else completion.usage,
        }

    async def tools(self, state: TurnState) -> TurnState:
        """Run the calls of one step, in order, and commit them with their results at once."""
        memory, said, ours = state["memory"], state["completion"].message, state["ours"]
        if state["theirs"]:
            said = Message.assistant(None, ours)  # its text goes out with the client's calls
        events: list[Event] = [append_step(memory, [said])]
        done: list[ToolStep] = []
        outcomes: list[Outcome] = []
        usage = state["usage"]
        for call in ours:
            number = len(state.get("steps", ())) + len(done) + 1
            step, outcome, cost = await self._run(memory, events, call, number)
            usage += cost
            events += outcome.events
            done.append(step)
            outcomes.append(outcome)
            get_stream_writer()(step)
        results = [Message.tool(call.id, step.reply) for call, step in zip(ours, done, strict=True)]
        events.append(append_step(memory.commit(events), results))
        memory = await self._commit(memory, events, "model")
        notes, refused = self._turn.notes, sum(step.refused for step in done)
        notes.tools_refused, notes.tools_done = notes.tools_refused + refused, notes.tools_done + len(done) - refused
        made = [
            edit_of(memory.version, "model", step.tool, outcome.events, outcome.price, calls_before=notes.calls)
            for step, outcome in zip(done, outcomes, strict=True)
        ]
        notes.edits += filter(None, made)
        return {**_stored(memory), "steps": (*state.get("steps", ()), *done), "usage": usage}

    async def answer(self, state: TurnState) -> TurnState:
        """Put the answer into the conversation; that for a client of OpenAI's API comes back with its next request."""
        memory, completion, kept = state["memory"], state["completion"], self._turn.beside is None
        answer = Answer(
            session=self._turn.key.session,
            text=completion.message.text,
            notice=self.parts.engine.info.notice,
            rewriting=state["rewriting"],
            steps=state.get("steps", ()),
            capped=state["capped"],
            finish_reason=completion.finish_reason,
            conversation_tokens=state["conversation_tokens"],
            seen_tokens=state["seen_tokens"],
            tools_tokens=self._room.tools_tokens(self._turn.counter),
            usage=state["usage"],
            times_ms=state["times_ms"],
            version=memory.version + kept,
            reasoning=completion.reasoning,
            life=memory.life,
            messages=len(memory.entries) + kept,
        )
        if not kept:
            return {"answer": answer}
        event = append(memory, [completion.message], self._turn.counter)
        receipt = self._receipt(answer_to_json(answer), done=True)
        return {**_stored(await self._commit(memory, [event], "model", receipt)), "answer": answer}

    async def _run(
        self, stored: WorkingMemory, events: Sequence[Event], call: ToolCall, number: int
    ) -> tuple[ToolStep, Outcome, Usage]:
        """Run one call after others of its step; say what its inner calls cost. A refusal is text to act on."""
        cost, memory = Cost(), stored.commit(events)

        async def read_past(order: PastOrder) -> tuple[Version, ...]:
            # What the step did so far will be one commit: it is the newest version, which the store hasn't got yet.
            step = Version(memory.version, "model", None, tuple(events), undo_of(stored, memory, events))
            return (step, *await self.parts.store.past(self._turn.key, stored, order))

        try:
            outcome = await run_call(
                self._room.offered,
                self._room,
                memory,
                call.name,
                call.arguments,
                read_past=read_past,
                cost=cost,
                counter=self._turn.counter,
                cached=stored.commit(events[:1]) if len(events) > 1 else None,  # before the step's first edit
                sent=self._turn.notes.messages_seen,
            )
        except ToolRefused as exc:
            refusal = f"{REFUSAL}{exc}"
            return ToolStep(number, call.name, call.arguments, refusal, refused=True), Outcome((), refusal), cost.usage
        return ToolStep(number, call.name, call.arguments, outcome.reply, refused=False), outcome, cost.usage

    async def _note_fit(self, before: WorkingMemory, after: WorkingMemory, events: Sequence[Event]) -> None:
        """Note what Riffler folded by itself, with its price: the cache knows what the last call sent."""
        if any(isinstance(event, FragmentsFolded) for event in events):
            turn, prices = self._turn, self._room.prices
            known = turn.notes.messages_seen
            if known is None:
                known = await sent_messages(self.parts.store, turn.key, before)
            price = await offload(after.characters, lambda: price_arrival(before, after, known, turn.counter, prices))
            edit = edit_of(after.version, "riffler", "", events, price, calls_before=turn.notes.calls)
            turn.notes.edits += filter(None, [edit])

    async def _generate(self, request: EngineRequest) -> Completion:
        write = get_stream_writer()
        async with closing_stream(self.parts.engine.generate(request)) as stream:
            async for item in stream:
                if isinstance(item, Completion):
                    return item
                write(AnswerDelta(item.text, item.raw))
        raise EngineGarbled(f"engine {self.parts.engine.info.name}: ended without a completion")

    async def _fitted(self, memory: WorkingMemory, pending: Pending) -> tuple[WorkingMemory, Pending, int]:
        """Make the view fit: give the memory, the commits that wait, and how many fragments were folded."""
        events = await fitting(replace(self.parts, room=self._room), memory, self._turn.counter)
        if not events:
            return memory, pending, 0
        folded = sum(len(event.ids) for event in events if isinstance(event, FragmentsFolded))
        return memory.commit(events), (*pending, ("riffler", events)), folded

    async def _fits(self, memory: WorkingMemory, event: Event) -> bool:
        try:
            await self._fitted(memory.commit([event]), ())
        except OverBudget:
            return False
        return True

    async def _commit(
        self, memory: WorkingMemory, events: Sequence[Event], actor: Actor, receipt: Receipt | None = None
    ) -> WorkingMemory:
        turn = self._turn
        return await self.parts.store.commit(turn.key, memory, events, actor, turn.lease, receipt=receipt)

    def _receipt(self, body: str, *, done: bool) -> Receipt | None:
        request = self._turn.request
        return Receipt(request.name, request.fingerprint, done, body) if request else None

    def _shown(self, rewriting: Rewriting) -> TurnState:
        get_stream_writer()(rewriting)
        return {"rewriting": rewriting}

    async def _recalled(self, state: TurnState) -> Rewriting:
        """Tell what was decided when the question came that this request goes on with."""
        memory, rewriter = state["memory"], self.parts.rewriter
        if rewriter is None or memory.rewrite is None:
            return self._raw(state)
        try:
            logged = await rewriter.recall(self._turn.key.tenant, memory.rewrite.decision)
        except (MemoryFailed, NotFound) as exc:
            return self._raw(state, f"the decision of this turn can't be read: {exc}")
        decision, query = logged.decision, memory.text(memory.rewrite.span)
        executed = NONE if logged.unexecuted else decision.arm
        text = query if memory.rewrite.text is None else memory.rewrite.text
        return Rewriting(
            decision.id, decision.arm, decision.propensities, executed, query, text, logged.unexecuted, recalled=True
        )

    def _raw(self, state: TurnState, note: str = "") -> Rewriting:
        if note:
            _LOG.warning("query not rewritten", session=self._turn.key.session)
        memory = state["memory"]
        text = memory.text(memory.asking.span) if memory.asking else ""
        return Rewriting("", NONE, {NONE: 1.0}, NONE, text, text, note)


def append_step(memory: WorkingMemory, messages: Sequence[Message]) -> Event:
    """Make the event of an inner step's messages."""
    return MessagesAppended(len(memory.entries), tuple(messages), "step")


def _stored(memory: WorkingMemory) -> TurnState:
    return {"stored": memory, "memory": memory, "pending": ()}


def _tokens(memory: WorkingMemory, counter: TokenCounter) -> int:
    return sum(count_message(message, counter) for message in memory.messages)
