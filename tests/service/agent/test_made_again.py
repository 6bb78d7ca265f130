"""Questions that are made again under their name: answered once, gone on with, under one decision."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.bandits.policies.fixed import Fixed
from riffler.errors import (
    EngineUnavailable,
    LeaseLost,
    MemoryUnavailable,
    RequestKeyReused,
    SessionBusy,
    TurnOvertaken,
    VersionConflict,
)
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.progress import Answer, Arrived, answer_from_json, answer_to_json
from riffler.service.agent.turns import asked
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import Receipt, SessionKey
from riffler.service.settings import read_settings
from riffler.tools.memory import Stamp, WorkingMemory
from riffler.tools.messages import Message, ToolCall

QUESTION = "Where is the blue boat?"
REQUEST = NamedRequest("mine", "fingerprint")


class Model:
    """A scripted model that can be broken: it searches `searches` times, then answers."""

    def __init__(self, searches: int = 0) -> None:
        self.searches, self.calls, self.fails_at = searches, 0, set[int]()
        self.hold: asyncio.Event | None = None
        self.asked = asyncio.Event()

    async def __call__(self, request: EngineRequest) -> Reply:
        """Answer one call, or fail."""
        self.calls += 1
        self.asked.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.calls in self.fails_at:
            raise EngineUnavailable("the engine is away")
        done = sum(message.role == "tool" for message in request.messages)
        if done < self.searches:
            return [ToolCall("call_1", "search_context", f'{{"query": "boat {done}"}}')]
        return "In the harbour."


@pytest.fixture
def model() -> Model:
    """A model for one test."""
    return Model()


@pytest.fixture
async def riffler(server_folder: Path, model: Model) -> AsyncIterator[Riffler]:
    """A Riffler that always rewrites, on the server that all tests share."""
    settings = read_settings(data_folder=server_folder)
    async with Riffler(settings, engine=ScriptedEngine(model), policy=Fixed("reread"), seed=1) as made:
        yield made


async def ask(riffler: Riffler, session: str | None = None, request: NamedRequest = REQUEST) -> Answer:
    """Ask under a name."""
    turn = riffler.turns.stream(riffler.tenant, asked(QUESTION), session, deltas=False, request=request)
    async with aclosing(turn) as progress:
        items = [item async for item in progress]
    assert isinstance(items[-1], Answer)
    return items[-1]


async def begin(riffler: Riffler) -> str:
    """Make a session of this test."""
    key, _ = await riffler.edits.create(riffler.tenant)
    return key.session


def asked_once(messages: tuple[Message, ...]) -> bool:
    """Tell whether the question stands in a conversation exactly once."""
    return [message.text for message in messages].count(QUESTION) == 1


async def test_an_answer_is_given_again(riffler: Riffler, model: Model) -> None:
    """The same request gives the same answer, the model isn't asked again, and the session stays."""
    session = await begin(riffler)
    first = await ask(riffler, session)
    before = await riffler.memory(session)
    again = await ask(riffler, session)
    assert replace(again, times_ms={}) == replace(first, times_ms={})
    assert (model.calls, await riffler.memory(session)) == (1, before)
    with pytest.raises(RequestKeyReused):
        await ask(riffler, session, NamedRequest("mine", "something else"))


async def test_a_question_without_a_session_finds_its_own_again(riffler: Riffler, model: Model) -> None:
    """A session that a named question made is the one that the same question finds; another one is refused."""
    request = NamedRequest(f"new {id(model)}", "f")
    first = await ask(riffler, None, request)
    assert (await ask(riffler, None, request)).session == first.session
    assert model.calls == 1
    with pytest.raises(RequestKeyReused):
        await ask(riffler, None, NamedRequest(request.name, "g"))


@pytest.mark.parametrize("searches", [1, 2])
@pytest.mark.parametrize("failing", [1, 2])
async def test_a_turn_goes_on_where_it_stopped(riffler: Riffler, model: Model, searches: int, failing: int) -> None:
    """After a failure before or between steps, the turn ends under its decision with all steps, asked once."""
    model.searches, model.fails_at = searches, {failing}
    session = await begin(riffler)
    with pytest.raises(EngineUnavailable):
        await ask(riffler, session)
    answer = await ask(riffler, session)
    assert (answer.text, [step.number for step in answer.steps]) == ("In the harbour.", list(range(1, searches + 1)))
    assert [step.arguments for step in answer.steps] == [f'{{"query": "boat {number}"}}' for number in range(searches)]
    assert model.calls == searches + 2
    memory = await riffler.memory(session)
    assert asked_once(memory.messages)
    assert memory.rewrite is not None
    assert memory.rewrite.decision == answer.rewriting.decision
    assert (answer.rewriting.arm, answer.rewriting.executed) == ("reread", "reread")
    decision = await riffler.decisions.decision(riffler.tenant, answer.rewriting.decision)
    assert decision.state == "open", "a turn that ended well can be rewarded, though it failed before"
    assert await riffler.reward(answer.rewriting.decision, 1.0)


async def test_the_step_cap_counts_the_steps_before(riffler: Riffler, model: Model, server_folder: Path) -> None:
    """A turn that is taken up again has the steps left that it had."""
    settings = read_settings(data_folder=server_folder, step_cap=2)
    model.searches, model.fails_at = 1, {2}
    async with Riffler(settings, engine=ScriptedEngine(model)) as capped:
        session = await begin(capped)
        with pytest.raises(EngineUnavailable):
            await ask(capped, session)
        answer = await ask(capped, session)
        assert (answer.capped, len(answer.steps)) == (False, 1)


async def test_a_turn_that_was_overtaken_can_t_go_on(riffler: Riffler, model: Model) -> None:
    """When others spoke since, going on would answer in the wrong place: it is refused, and nothing changes."""
    model.searches, model.fails_at = 1, {2}
    session = await begin(riffler)
    with pytest.raises(EngineUnavailable):
        await ask(riffler, session)
    await riffler.edits.append(SessionKey(riffler.tenant, session), [Message.user("Never mind.")])
    before = await riffler.memory(session)
    with pytest.raises(TurnOvertaken):
        await ask(riffler, session)
    assert await riffler.memory(session) == before


async def test_a_crash_between_two_commits_keeps_the_decision(riffler: Riffler, model: Model) -> None:
    """When only the question was stored, the turn goes on with the decision that was logged for it."""
    session = await begin(riffler)
    key = SessionKey(riffler.tenant, session)
    store, commits = riffler.sessions, 0
    commit = store.commit

    async def crashing(*arguments: object, **named: object) -> object:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise MemoryUnavailable("the store is away")
        return await commit(*arguments, **named)  # type: ignore[arg-type]

    object.__setattr__(store, "commit", crashing)
    with pytest.raises(MemoryUnavailable):
        await ask(riffler, session)
    memory = await store.load(key)
    assert asked_once(memory.messages)
    assert memory.rewrite is None
    rewriter = riffler.rewriter
    assert rewriter is not None
    logged = [each.decision.id for each in await riffler.decisions.log(rewriter.policy_name(riffler.tenant))]
    answer = await ask(riffler, session)
    assert answer.rewriting.decision in logged
    assert asked_once((await store.load(key)).messages)


async def test_the_same_request_twice_at_once_is_answered_once(riffler: Riffler, model: Model) -> None:
    """While it runs, its repetition is told that the session is busy; after that it gets the answer."""
    session = await begin(riffler)
    model.hold = asyncio.Event()
    running = asyncio.create_task(ask(riffler, session))
    await model.asked.wait()
    with pytest.raises(SessionBusy):
        await ask(riffler, session)
    model.hold.set()
    assert (await running).text == (await ask(riffler, session)).text
    assert model.calls == 1


async def test_a_question_for_another_version_is_refused(riffler: Riffler, model: Model) -> None:
    """Who names a version asks that version, or is told; but a question made again has changed it itself."""
    session = await begin(riffler)

    async def at(version: int) -> list[object]:
        turn = riffler.turns.stream(riffler.tenant, asked(QUESTION), session, seen=Stamp(version), request=REQUEST)
        async with aclosing(turn) as progress:
            return [item async for item in progress]

    with pytest.raises(VersionConflict, match="has version 0, this was asked for version 7"):
        await at(7)
    assert model.calls == 0
    first, again = await at(0), await at(0)
    assert isinstance(first[0], Arrived)
    assert len(again) == 1, "only the answer comes again"


async def test_an_answer_s_json_gives_the_answer(riffler: Riffler, model: Model) -> None:
    """What a receipt keeps comes back as it was."""
    model.searches = 2
    answer = await riffler.ask(QUESTION)
    assert answer_from_json(answer_to_json(answer)) == answer


async def test_a_request_s_name_names_no_decision_of_another_question(riffler: Riffler, model: Model) -> None:
    """The same name in a session made anew, or for another question after a failure, is a decision of its own."""
    session = await begin(riffler)
    first = await ask(riffler, session)
    assert await riffler.reward(first.rewriting.decision, 1.0)
    await riffler.edits.delete(SessionKey(riffler.tenant, session))
    await riffler.edits.create(riffler.tenant, session)
    second = await ask(riffler, session)
    assert second.rewriting.decision != first.rewriting.decision
    assert await riffler.reward(second.rewriting.decision, 0.5)
    other, model.calls, model.fails_at = await begin(riffler), 0, {1}
    with pytest.raises(EngineUnavailable):
        await ask(riffler, other)
    turn = riffler.turns.stream(riffler.tenant, asked("Isn't it?"), other, request=NamedRequest(REQUEST.name, "g"))
    async with aclosing(turn) as progress:
        answer = [item async for item in progress][-1]
    assert isinstance(answer, Answer)
    assert riffler.rewriter is not None
    logged = await riffler.rewriter.recall(riffler.tenant, answer.rewriting.decision)
    assert (
        logged.decision.x == (await riffler.rewriter.read("Isn't it?")).x != (await riffler.rewriter.read(QUESTION)).x
    )


async def test_an_answer_given_again_says_that_it_is(riffler: Riffler) -> None:
    """Who counts answers can tell a new one from one that is repeated."""
    session = await begin(riffler)
    assert [(await ask(riffler, session)).repeated for _ in range(3)] == [False, True, True]


async def test_who_lost_its_lease_takes_nothing_from_who_answered(
    riffler: Riffler, model: Model, server_folder: Path, memory_connection: RedisConnection
) -> None:
    """A turn that stalled past its lease, and fails when it wakes, leaves the decision that another answered under."""
    session = await begin(riffler)
    model.hold = asyncio.Event()
    stalled = asyncio.create_task(ask(riffler, session))
    await model.asked.wait()
    lease = session_keys(SessionKey(riffler.tenant, session))[5]
    await memory_connection.run(lambda client: client.delete(lease))  # as when it ran out
    settings = read_settings(data_folder=server_folder)
    async with Riffler(settings, engine=ScriptedEngine(Model()), policy=Fixed("reread")) as other:
        answer = await ask(other, session)
    model.hold.set()
    with pytest.raises(LeaseLost):
        await stalled
    assert (await riffler.decisions.decision(riffler.tenant, answer.rewriting.decision)).state == "open"
    assert await riffler.reward(answer.rewriting.decision, 1.0)


async def test_an_answer_whose_commit_was_not_heard_of_can_be_rewarded(
    riffler: Riffler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn that is stopped when its answer is stored, but not acknowledged yet, is given again and rewarded."""
    session, stored = await begin(riffler), asyncio.Event()
    commit = riffler.sessions.commit

    async def unheard(*arguments: Any, receipt: Receipt | None = None) -> WorkingMemory:
        after = await commit(*arguments, receipt=receipt)
        if receipt is not None and receipt.done:
            stored.set()
            await asyncio.Event().wait()
        return after

    monkeypatch.setattr(riffler.sessions, "commit", unheard)
    stopped = asyncio.create_task(ask(riffler, session))
    await stored.wait()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    answer = await ask(riffler, session)
    assert answer.repeated
    assert await riffler.reward(answer.rewriting.decision, 1.0)
