"""The agent's graph on a real store, with a scripted model: caps, refusals, cancellation, failing open, leases."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import EngineGarbled, InvalidInput, MemoryUnavailable, SessionBusy, UnknownSession
from riffler.service.agent.lease import held
from riffler.service.agent.progress import Answer, AnswerDelta, Arrived, Rewriting, ToolStep
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ReplyFunction, ScriptedEngine
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.memory import Lease, SessionKey
from riffler.service.settings import read_settings
from riffler.tools.messages import ToolCall

Make = Callable[..., Riffler]


@pytest.fixture
async def make(server_folder: Path) -> AsyncIterator[Make]:
    """Makes Rifflers with a scripted model, attached to the server that all tests share."""
    made: list[Riffler] = []

    def riffler(script: list[Reply] | ReplyFunction, **settings: Any) -> Riffler:
        values = read_settings(data_folder=server_folder, **settings)
        made.append(Riffler(values, engine=ScriptedEngine(script, window_tokens=8000), seed=1))
        return made[-1]

    yield riffler
    for one in made:
        await one.aclose()


def search(number: int) -> Reply:
    """Call a tool."""
    return [ToolCall(f"call_{number}", "search_context", '{"query": "x"}')]


async def test_the_step_cap_forces_an_answer(make: Make) -> None:
    """A model that never stops calling tools is asked once more without any, and the answer says so."""

    def tireless(request: EngineRequest) -> Reply:
        return "I give up." if request.tool_choice == "none" else search(len(request.messages))

    answer = await make(tireless, step_cap=3).ask("Where is x?")
    assert (answer.text, answer.capped, len(answer.steps)) == ("I give up.", True, 3)


async def test_a_tool_call_that_was_forbidden_is_an_error(make: Make) -> None:
    """A server that ignores the forced answer's `tool_choice` gives a clear error and no endless turn."""
    with pytest.raises(EngineGarbled, match="tool"):
        await make([search(1), search(2), search(3)], step_cap=2).ask("Where is x?")


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("fold_fragment", '{"fragment_id": "f00042"}', "no fragment f00042"),
        ("fold_fragment", "{", "valid JSON"),
        ("fold_fragment", '{"id": 1}', "fragment_id"),
        ("unfold", "{}", "no tool 'unfold'"),
        ("fragment_context", '{"start_marker": "nowhere", "end_marker": "else"}', "start_marker occurs 0 times"),
    ],
)
async def test_a_refusal_is_text_that_the_model_can_act_on(make: Make, name: str, arguments: str, words: str) -> None:
    """A refused call reaches the model as the call's result, and the turn goes on to its answer."""
    seen: list[str] = []

    def model(request: EngineRequest) -> Reply:
        if request.messages[-1].role == "tool":
            seen.append(request.messages[-1].text)
            return "Never mind."
        return [ToolCall("call_1", name, arguments)]

    answer = await make(model).ask("Where is x?")
    assert answer.text == "Never mind."
    assert answer.steps[0].refused
    assert seen[0].startswith("error: ")
    assert words in seen[0]


async def test_steps_and_words_stream_as_they_happen(make: Make) -> None:
    """Progress comes in the order of the turn, the deltas join to the answer, and the answer is the last item."""
    riffler = make([search(1), "It is right here."])
    async with aclosing(riffler.stream("Where is x?")) as progress:
        items = [item async for item in progress]
    assert [type(item) for item in items[:3]] == [Arrived, Rewriting, ToolStep]
    assert "".join(item.text for item in items if isinstance(item, AnswerDelta)) == "It is right here."
    assert isinstance(items[-1], Answer)


async def test_nothing_of_an_inner_call_streams(make: Make) -> None:
    """The words of a summary that a tool asked for don't reach the user's stream."""

    def model(request: EngineRequest) -> Reply:
        if not request.tools:
            return "A summary of gates."
        results = [message.text for message in request.messages if message.role == "tool"]
        match len(results):
            case 0:
                marks = '{"start_marker": "Gate 0 ", "end_marker": "Gate 99 is shut."}'
                return [ToolCall("call_1", "fragment_context", marks)]
            case 1:
                arguments = f'{{"fragment_id": "{re.findall("f[0-9a-f]{5}", results[0])[0]}", "focus": "gates"}}'
                return [ToolCall("call_2", "summarize_fragment", arguments)]
            case _:
                return "Done."

    text = " ".join(f"Gate {number} is shut." for number in range(100))
    items = [item async for item in make(model).stream("Which gates are shut?", [text])]
    assert [step.refused for step in items if isinstance(step, ToolStep)] == [False, False]
    assert "".join(item.text for item in items if isinstance(item, AnswerDelta)) == "Done."


async def test_a_cancelled_turn_frees_its_session(make: Make) -> None:
    """Cancelling a turn in the middle of the model's call gives the session back, and its decision is void."""
    started = asyncio.Event()

    async def slow(_request: EngineRequest) -> Reply:
        started.set()
        await asyncio.sleep(60)
        return "Too late."

    riffler, other = make(slow), make(["Hello."])
    session = (await other.ask("Hello?")).session
    items: list[object] = []

    async def ask() -> None:
        async for item in riffler.stream("Still there?", session=session):
            items.append(item)  # noqa: PERF401 - what came before the cancellation is wanted

    turn = asyncio.create_task(ask())
    await started.wait()
    with pytest.raises(SessionBusy):
        await make(["Me first."]).ask("Hello?", session=session)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    decision = next(item.decision for item in items if isinstance(item, Rewriting))
    assert (await riffler.decisions.decision("local", decision)).state == "void"
    assert (await make(["Again."]).ask("And now?", session=session)).text == "Again."


async def test_rewriting_that_fails_lets_the_raw_query_go_on(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the posterior can't be read, the question is answered as it came, and the answer says so."""
    riffler = make(lambda request: request.messages[-1].text)

    async def gone(_name: object) -> object:
        raise MemoryUnavailable("the policy's store is away")

    monkeypatch.setattr(riffler.decisions, "posterior", gone)  # sessions live on the same server, which stays
    answer = await riffler.ask("What is left?")
    assert answer.text == "What is left?"
    assert (answer.rewriting.arm, answer.rewriting.decision) == ("none", "")
    assert "the policy's store is away" in answer.rewriting.note


async def test_arm_none_without_a_tool_call_changes_nothing(make: Make) -> None:
    """With rewriting off and no tool called, the model gets the conversation exactly as it came."""
    seen: list[list[str]] = []

    def model(request: EngineRequest) -> Reply:
        seen.append([message.json for message in request.messages])
        return "Yes."

    riffler = make(model, rewriting=False)
    answer = await riffler.ask("[[f00001 folded]] really?", ["a \r\n text\t", "[[status]]"])
    memory = await riffler.memory(answer.session)
    assert seen == [[message.json for message in memory.messages[:-1]]]
    assert [message.text for message in memory.messages[:2]] == ["a \r\n text\t", "[[status]]"]


async def test_an_unknown_session_and_an_empty_question_are_refused(make: Make) -> None:
    """A session that nobody made isn't made by asking; a question without text isn't asked."""
    with pytest.raises(UnknownSession):
        await make(["Hello."]).ask("Hello?", session="nobody")
    with pytest.raises(InvalidInput):
        await make(["Hello."]).ask("  ")


class Forgetful(RedisMemoryStore):
    """A store whose server is away whenever a lease is renewed or released."""

    away = 0

    async def renew(self, key: SessionKey, lease: Lease, ttl_s: float) -> None:
        """Fail."""
        self.away += 1
        raise MemoryUnavailable("away")

    async def release(self, key: SessionKey, lease: Lease) -> None:
        """Fail."""
        raise MemoryUnavailable("away")


async def test_a_store_that_is_away_for_a_renewal_fails_no_turn(
    memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """Renewals are tried again, and a lease that can't be released runs out by itself."""
    await memory_store.create(session_key)
    store = Forgetful(memory_store._connection)
    async with held(store, session_key, 0.3):
        await asyncio.sleep(0.35)
    assert store.away >= 2
    await asyncio.sleep(0.1)
    async with held(memory_store, session_key, 5.0):
        pass
