"""The turn as a graph, and the agent that runs it.

    arrive -> features -> policy -> rewrite -> model <-> tools
                                                 |         |
                                                 v         v  (calls that the client answers)
                                               answer <----

A reply that the client's own limit ended within a call of Riffler's is left out: `model` asks once more, without them.

The decision is logged by `policy`, the guard judges in `rewrite`. Scores come later, by a reward to the decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

from langgraph.graph import END, START, StateGraph

from riffler.bandits.cost import Cost
from riffler.errors import MemoryFailed, NotFound, RifflerError
from riffler.service.agent.audits import Auditor
from riffler.service.agent.beside import Beside
from riffler.service.agent.gate import Gate
from riffler.service.agent.lease import held
from riffler.service.agent.made_again import NamedRequest, receipt_of
from riffler.service.agent.nodes import Nodes
from riffler.service.agent.progress import Answer, Progress, answer_from_json
from riffler.service.agent.recording import Notes, Recorder
from riffler.service.agent.state import Parts, TurnState
from riffler.service.agent.timing import timed
from riffler.service.agent.turn import Turn
from riffler.service.agent.untraced import untraced
from riffler.service.logs import get_logger
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.policy import PolicyStore
from riffler.tools.memory import Stamp
from riffler.tools.messages import Message

_LOG = get_logger("agent")


class Agent:
    """Answers questions on sessions.

    Args:
        parts: What it stands on.
        decisions: The decision log, to give up the decision of a turn that failed and can't be made again.
        lease_s: A turn of a process that was killed frees its session after this time.
        auditor: Is told of turns that have their answer; None audits nothing.
        recorder: Records turns; None records none.

    Attributes:
        parts: What it stands on.
        gate: Turns prepare behind it, and so does what finds their sessions.
    """

    def __init__(
        self,
        parts: Parts,
        decisions: PolicyStore,
        lease_s: float = 30.0,
        auditor: Auditor | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.parts = parts
        self.gate = Gate()
        self._decisions = decisions
        self._lease_s = lease_s
        self._auditor = auditor
        self.recorder = recorder
        self._graph = _graph(Nodes(parts))

    async def ask(self, key: SessionKey, messages: Sequence[Message]) -> Answer:
        """Run a turn.

        Args:
            key: The session; it exists.
            messages: What arrives; the last user message asks.

        Returns:
            The answer.
        """
        answer: Progress | None = None
        async with aclosing(self.stream(key, messages, deltas=False)) as progress:
            async for item in progress:
                answer = item
        return cast("Answer", answer)  # `stream` promises it as its last item

    async def stream(
        self,
        key: SessionKey,
        messages: Sequence[Message],
        *,
        deltas: bool = True,
        seen: Stamp | None = None,
        request: NamedRequest | None = None,
        without: frozenset[str] = frozenset(),
        notes: Notes | None = None,
        beside: Beside | None = None,
    ) -> AsyncGenerator[Progress]:
        """Run a turn and tell of it while it runs. Closing the iterator cancels the turn and frees the session.

        A request with a name can be made again: one that has its answer gets the same answer, one that was interrupted
        goes on where it stopped, under the same decision.

        Args:
            key: The session; it exists.
            messages: What arrives; the last user message asks.
            deltas: Whether the answer's text is wanted in pieces.
            seen: What the session must still be; None takes any.
            request: What the client may make again; None for a request without a name.
            without: Arms that aren't to be used for the query.
            notes: What is to be recorded of it. What keeps it from beginning, who gives them records; the rest is
                recorded here, while the lease is held: so that no session is deleted in between.
            beside: What a client of OpenAI's API brings beside the messages. Then the answer isn't put into the
                session: the client's next request brings it, as the client has it.

        Yields:
            Progress as it happens; the last item, and only the last, is an `Answer`.
        """
        notes = notes or Notes(key.tenant)
        before = await receipt_of(self.parts.store, key, request)
        if before is not None and before.done:  # needs no lease: another turn may be running by now
            notes.told = True  # when it was given first
            yield answer_from_json(before.body)
            return
        async with self.gate.slot() as slot, held(self.parts.store, key, self._lease_s) as lease:
            notes.session = key.session
            begun = await receipt_of(self.parts.store, key, request)
            if begun is not None and begun.done:  # the same request ended while this one waited to begin
                notes.told = True
                yield answer_from_json(begun.body)
                return
            counter = self.parts.engine.counter
            turn = Turn(key, lease, deltas, seen, request, begun, without, notes, beside, counter=counter, slot=slot)
            state: TurnState = {"messages": tuple(messages)}
            try:
                config = {"recursion_limit": 2 * self.parts.step_cap + 20}
                running = self._graph.astream(state, config, context=turn, stream_mode=["custom", "values"])
                # A caller that stops listening stops the turn, before the lease is free.
                async with aclosing(untraced(running)) as told:
                    async for mode, item in told:
                        if mode == "values":
                            state = notes.state = item
                        else:
                            yield item
            except BaseException as exc:
                await asyncio.gather(self._give_up(turn, state), self._record(notes, exc))
                raise
            answer = replace(state["answer"], times_ms=state["times_ms"])
            await asyncio.gather(self._note_cost(key.tenant, answer), self._record(notes))  # one round trip for both
            _LOG.info(
                "turn",
                session=key.session,
                decision=answer.rewriting.decision,
                arm=answer.rewriting.arm,
                executed=answer.rewriting.executed,
                steps=len(answer.steps),
                conversation_tokens=answer.conversation_tokens,
                seen_tokens=answer.seen_tokens,
                times_ms={name: round(spent, 1) for name, spent in answer.times_ms.items()},
            )
            try:
                yield answer
            finally:  # also where nobody reads on behind the answer
                if self._auditor is not None and not (beside and beside.tools):  # nobody would answer those calls
                    self._auditor.offer(key, state)

    async def _record(self, notes: Notes, error: BaseException | None = None) -> None:
        if self.recorder is not None:
            await self.recorder.turn(notes, error)

    async def _note_cost(self, tenant: str, answer: Answer) -> None:
        """Tell the log what the turn took; a turn that goes on with a decision adds to what it took before.

        It takes one round trip; also without a price, as one who looks at the log wants to see
        what an arm's answers cost. A store that fails here takes nothing from the answer (the design's rule 8).
        """
        id_, usage = answer.rewriting.decision, answer.usage
        if not id_:
            return
        try:
            before = (await self._decisions.decision(tenant, id_)).cost if answer.rewriting.recalled else None
            tokens, ms = (before.tokens, before.ms) if before else (0, 0.0)
            tokens += usage.prompt_tokens + usage.completion_tokens
            await self._decisions.spent(tenant, id_, Cost(tokens, ms + sum(answer.times_ms.values())))
        except (MemoryFailed, NotFound) as exc:
            _LOG.warning("the turn's cost isn't noted", session=answer.session, why=exc.loggable)

    async def _give_up(self, turn: Turn, state: TurnState) -> None:
        """Learn nothing from a turn that failed or was cancelled.

        The decision of a named request stays open. It isn't this process's alone: another one may have answered under
        it since this turn lost its lease, or the answer may be stored, and only its acknowledgement was lost. Its
        client asks again, and rewards the answer that it gets; without a reward it teaches nothing anyway.
        """
        decision = state["decision"].id if "decision" in state else ""
        _LOG.info("turn given up", session=turn.key.session, decision=decision)
        if decision and turn.request is None:
            try:
                await self._decisions.void(turn.key.tenant, decision)
            except RifflerError:
                return  # the turn's own error is the one to tell; an open decision without reward teaches nothing


def _graph(nodes: Nodes) -> Any:  # noqa: ANN401 - LangGraph's compiled graph is generic in types that say nothing here
    """Draw the graph of a turn, once for all turns: compiling it takes 5 ms."""
    graph: Any = StateGraph(TurnState, context_schema=Turn)
    for name in ("arrive", "features", "policy", "rewrite", "model", "tools", "answer"):
        graph.add_node(name, timed(name, getattr(nodes, name)))
    path = (START, "arrive", "features", "policy", "rewrite", "model")
    for before, after in pairwise(path):
        graph.add_edge(before, after)
    graph.add_conditional_edges("model", _wants_tools, ["tools", "answer", "model"])
    graph.add_conditional_edges("tools", _goes_on, ["model", "answer"])
    graph.add_edge("answer", END)
    return graph.compile()


async def _wants_tools(state: TurnState) -> str:  # one that isn't async goes to a thread
    if state["cut"]:
        return "model"
    return "tools" if state["ours"] else "answer"


async def _goes_on(state: TurnState) -> str:
    return "answer" if state["theirs"] else "model"
