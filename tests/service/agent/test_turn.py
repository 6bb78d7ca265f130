"""The agent's graph on a real store, with a scripted model: caps, refusals, cancellation, failing open, leases."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from riffler.bandits.checks import Vector
from riffler.bandits.policies.base import Choice, Policy
from riffler.bandits.policies.fixed import Fixed
from riffler.errors import (
    EngineGarbled,
    EngineUnavailable,
    InvalidInput,
    InvalidSetting,
    MemoryUnavailable,
    OverBudget,
    SessionBusy,
    UnknownSession,
    UnpairedToolCall,
)
from riffler.service.agent.lease import held
from riffler.service.agent.progress import Answer, AnswerDelta, Arrived, Rewriting, ToolStep
from riffler.service.app import Riffler
from riffler.service.inference.observed import ObservedEngine
from riffler.service.inference.scripted import Reply, ReplyFunction, ScriptedEngine
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta, Usage
from riffler.service.ports.memory import Lease, SessionKey
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import count_schemas

Make = Callable[..., Riffler]


@pytest.fixture
async def make(server_folder: Path) -> AsyncIterator[Make]:
    """Makes Rifflers with a scripted model, attached to the server that all tests share."""
    made: list[Riffler] = []

    def riffler(
        script: list[Reply] | ReplyFunction, window: int = 8000, policy: Policy | None = None, **settings: Any
    ) -> Riffler:
        values = read_settings(data_folder=server_folder, **{"tools": "paper", **settings})
        made.append(Riffler(values, engine=ScriptedEngine(script, window_tokens=window), policy=policy, seed=1))
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


@pytest.mark.parametrize(("tools", "names"), [("none", 0), ("paper", 6), ("riffler", 9)])
async def test_a_setting_chooses_the_tools(make: Make, tools: str, names: int) -> None:
    """A model is offered the tools of the profile that the setting names, and no other."""
    offered: list[str] = []

    def model(request: EngineRequest) -> Reply:
        offered.extend(schema["function"]["name"] for schema in request.tools)
        return "Here."

    await make(model, tools=tools).ask("Where is x?")
    assert len(offered) == names
    assert ("find_in_context" in offered) == (tools == "riffler")


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
    """When the log can't be read, the question is answered as it came, and the answer says so."""
    riffler = make(lambda request: request.messages[-1].text)

    async def gone(*_arguments: object, **_named: object) -> object:
        raise MemoryUnavailable("the policy's store is away")

    monkeypatch.setattr(riffler.decisions, "news", gone)  # sessions live on the same server, which stays
    answer = await riffler.ask("What is left?")
    assert answer.text == "What is left?"
    assert (answer.rewriting.arm, answer.rewriting.decision) == ("none", "")
    assert "the policy's store is away" in answer.rewriting.note


async def test_the_log_knows_what_a_turn_took(make: Make) -> None:
    """All calls of the turn count, the rewrite's too; a request that goes on with its decision adds to the cost."""
    said = Completion(Message.assistant("Where is the blue boat?"), "stop", Usage(100, 10), "scripted")
    riffler = make(lambda _request: said, policy=Fixed("paraphrase"))
    answer = await riffler.ask("Where can the blue boat be found?")
    logged = await riffler.decisions.decision(riffler.tenant, answer.rewriting.decision)
    assert logged.decision.arm == "paraphrase"
    assert answer.usage == Usage(200, 20)
    assert logged.cost is not None
    assert (logged.cost.tokens, logged.cost.ms) == (220, pytest.approx(sum(answer.times_ms.values())))
    call = Message.assistant("", (ToolCall("call_9", "weather", "{}"),))
    second = await riffler.turns.agent.ask(
        SessionKey(riffler.tenant, answer.session), [call, Message.tool("call_9", "rain")]
    )
    assert second.rewriting.decision == answer.rewriting.decision
    both = await riffler.decisions.decision(riffler.tenant, answer.rewriting.decision)
    assert both.cost is not None
    assert both.cost.tokens == 330
    assert both.cost.ms == pytest.approx(logged.cost.ms + sum(second.times_ms.values()))


async def test_a_cost_that_cannot_be_noted_fails_no_turn(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes when the log is away at the end of its turn; the decision then has no cost, and is open."""
    riffler = make(["In the harbour."])

    async def gone(*_arguments: object) -> None:
        raise MemoryUnavailable("the policy's store is away")

    monkeypatch.setattr(riffler.decisions, "spent", gone)
    answer = await riffler.ask("Where is the boat?")
    assert answer.text == "In the harbour."
    logged = await riffler.decisions.decision(riffler.tenant, answer.rewriting.decision)
    assert (logged.cost, logged.state) == (None, "open")


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


async def test_a_failed_first_call_changes_no_session(make: Make) -> None:
    """When the engine fails before it said anything, a session that was there is as it was, to the version."""
    riffler = make(["Hello.", EngineUnavailable("engine double: down"), "Back again."], policy=Fixed("reread"))
    session = (await riffler.ask("Hello?")).session
    before = await riffler.memory(session)
    with pytest.raises(EngineUnavailable):
        await riffler.ask("Still there?", session=session)
    assert await riffler.memory(session) == before
    answer = await riffler.ask("Still there?", session=session)
    assert answer.text == "Back again."
    assert [message.text for message in (await riffler.memory(session)).messages].count("Still there?") == 1


async def test_a_question_that_does_not_fit_changes_nothing(make: Make) -> None:
    """A question larger than the window is refused, and the session stays usable."""
    riffler = make(lambda _request: "Yes.", window=2000)
    session = (await riffler.ask("Hello?")).session
    before = await riffler.memory(session)
    with pytest.raises(OverBudget, match="larger window"):
        await riffler.ask("Why " * 700 + "?", session=session)
    assert await riffler.memory(session) == before
    assert (await riffler.ask("And now?", session=session)).text == "Yes."


@pytest.mark.parametrize("by", ["rule", "engine"])
async def test_arms_look_at_the_session(make: Make, by: str) -> None:
    """A pronoun whose antecedent was said before in the session offers an arm; without that it isn't offered."""
    riffler = make(lambda _request: "Yes.", policy=Fixed("disambiguate"), rewrites_by=by)
    said = await riffler.ask("Where was she born?", ["Marie Curie discovered radium."])
    assert said.rewriting.arm == "disambiguate"
    assert "disambiguate" in said.rewriting.propensities
    assert "disambiguate" not in (await riffler.ask("Where was she born?")).rewriting.propensities


async def test_a_rewrite_that_does_not_fit_leaves_the_raw_query(make: Make) -> None:
    """Where the question fits and its rewrite doesn't, the question goes as it came, and log and answer say so."""
    question = "Is it the green one or the blue one that came by ship last week? " * 24
    answer = await make(lambda _request: "Yes.", window=2000, policy=Fixed("reread")).ask(question)
    assert (answer.rewriting.arm, answer.rewriting.executed) == ("reread", "none")
    assert answer.rewriting.note == "the rewrite doesn't fit the window"
    logged = await make([]).decisions.decision("local", answer.rewriting.decision)
    assert logged.unexecuted == answer.rewriting.note


@dataclass(frozen=True)
class Broken(Fixed):
    """A policy with an error of its own."""

    def choose(self, state: int, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Fail as numerical code does."""
        raise FloatingPointError("underflow")


async def test_any_error_of_a_policy_lets_the_raw_query_go_on(make: Make) -> None:
    """An error that isn't Riffler's own ends in a raw query too, and the answer names its kind."""
    answer = await make(["Yes."], policy=Broken("none")).ask("Is it so?")
    assert answer.text == "Yes."
    assert "FloatingPointError" in answer.rewriting.note


@pytest.mark.parametrize("arm", ["none", "reread"])
async def test_a_tool_s_result_continues_its_turn(make: Make, arm: str) -> None:
    """A request that ends in the result of an app's tool has the decision and the rewrite of its question."""
    riffler = make(["First.", "Second."], policy=Fixed(arm))
    first = await riffler.ask("Is it raining?")
    key = SessionKey("local", first.session)
    call = Message.assistant(None, [ToolCall("call_9", "weather", "{}")])
    second = await riffler.turns.agent.ask(key, [call, Message.tool("call_9", "rain")])
    assert second.rewriting == first.rewriting
    assert first.rewriting.decision


async def test_a_conversation_that_no_model_takes_is_not_stored(make: Make) -> None:
    """A user message that comes before a call's result is refused, and the session stays as it was."""
    riffler = make(lambda _request: "Yes.")
    session = (await riffler.ask("Hello?")).session
    key, before = SessionKey("local", session), await riffler.memory(session)
    call = Message.assistant(None, [ToolCall("call_9", "weather", "{}")])
    for messages in ([call, Message.user("Well?")], [Message.user("Well?"), call]):
        with pytest.raises(UnpairedToolCall):
            await riffler.turns.agent.ask(key, messages)
        assert await riffler.memory(session) == before


async def test_a_summary_that_fails_says_why(make: Make) -> None:
    """An engine that is away for a summary is told to the model as what it is, and the fragment stays."""

    def model(request: EngineRequest) -> Reply:
        results = [message.text for message in request.messages if message.role == "tool"]
        if not request.tools:
            return EngineUnavailable("engine double: down")
        if not results:
            marks = '{"start_marker": "Gate 0 ", "end_marker": "Gate 99 is shut."}'
            return [ToolCall("call_1", "fragment_context", marks)]
        if len(results) == 1:
            return [ToolCall("call_2", "summarize_fragment", '{"fragment_id": "f00001", "focus": "gates"}')]
        return "Done."

    text = " ".join(f"Gate {number} is shut." for number in range(100))
    answer = await make(model).ask("Which gates are shut?", [text])
    assert answer.steps[1].refused
    assert "engine double: down" in answer.steps[1].reply


async def test_an_answer_that_was_cut_off_says_so(make: Make) -> None:
    """The engine's reason for ending is part of the answer."""
    cut_off = Completion(Message.assistant("The answer is"), "length", Usage(1, 1), "m")
    assert (await make([cut_off], policy=Fixed("none")).ask("What is it?")).finish_reason == "length"


async def test_tokens_are_of_the_same_moment(make: Make) -> None:
    """With nothing hidden and no rewrite, the model saw as many tokens as the conversation has."""
    answer = await make(["A rather long answer, in many words."], policy=Fixed("none")).ask("What is it?", ["A text."])
    assert answer.seen_tokens == answer.conversation_tokens


async def test_a_stream_that_is_closed_stops_its_engine_first(make: Make) -> None:
    """When `aclose` returns, the engine's work has ended and the session is free, in this order."""
    order: list[str] = []

    class Slow(ScriptedEngine):
        async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
            try:
                yield TextDelta("Wait")
                await asyncio.sleep(60)
                yield Completion(Message.assistant("Wait"), "stop", Usage(1, 1), "m")
            finally:
                await asyncio.sleep(0.05)
                order.append("engine ended")

    riffler = make([], policy=Fixed("none"))
    riffler.engine = Slow([])
    progress = riffler.stream("What is it?")
    while not isinstance(await anext(progress), AnswerDelta):
        pass
    await progress.aclose()
    assert order == ["engine ended"]


@pytest.mark.parametrize(("setting", "most"), [(None, 1024), (2000, 2000)])
async def test_what_is_kept_free_for_completions_bounds_them(make: Make, setting: int | None, most: int) -> None:
    """Every call of a turn is for at most as many tokens as a full view leaves in the window; a summary's call, too."""
    summarise: Reply = [
        ToolCall("call_1", "fragment_context", '{"start_marker": "The key", "end_marker": "stone."}'),
        ToolCall("call_2", "summarize_fragment", '{"fragment_id": "f00001", "focus": "the key"}'),
    ]

    def model(request: EngineRequest) -> Reply:
        return "Here." if request.messages[-1].role == "tool" or not request.tools else summarise

    riffler = make(model, policy=Fixed("paraphrase"), completion_tokens=setting)
    answer = await riffler.ask("Where is the key?", ["The key lies under the stone. " + "The harbour is deep. " * 3000])
    assert isinstance(riffler.engine, ObservedEngine)
    inner = riffler.engine.inner
    assert isinstance(inner, ScriptedEngine)
    assert len(inner.requests) >= 3
    assert {request.sampling.max_tokens for request in inner.requests} == {most}
    schemas = count_schemas(inner.requests[-1].tools, inner.counter)  # type: ignore[arg-type]
    assert answer.seen_tokens + schemas + most <= inner.info.window_tokens


async def test_what_must_fit_fits_the_window_that_an_engine_turns_out_to_have(make: Make) -> None:
    """A window that loading narrows counts for the first question, too."""

    class Narrowed(ScriptedEngine):
        @property
        def info(self) -> EngineInfo:
            return replace(super().info, window_tokens=4000 if self.loaded else 64_000, settled=self.loaded)

        loaded = False

        async def ready(self) -> None:
            self.loaded = True

    riffler = make([])
    riffler.engine = Narrowed(["Here."])
    answer = await riffler.ask("Where is the key?", ["The harbour is deep. " * 2000])
    assert answer.conversation_tokens > 8000
    assert answer.seen_tokens < 4000


async def test_a_window_too_small_for_the_tools_is_named(make: Make) -> None:
    """A window that leaves no room for a conversation is a setting's fault, and said before anything is stored."""
    with pytest.raises(InvalidSetting, match="window_tokens: 1200"):
        await make(["Hello."], window=1200).ask("Hello?")
