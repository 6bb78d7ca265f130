"""The engine that learns its token counts, with a real server on loopback on the other side."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.service.app import Riffler
from riffler.service.inference.local_api import LocalApi, echo
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.observed import ObservedEngine
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.inference.token_learner import LearningEngine, learning
from riffler.service.ports.engine import Completion, EngineRequest, Usage, complete
from riffler.service.settings import read_settings
from riffler.tools.counting.learned import LearnedTokens
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import EstimatedTokens, count_schemas

TEXT = "The harbour of Vorn is nine metres deep, and the lake beside it is much deeper. "


def asking(times: int) -> EngineRequest:
    """Ask with a text of some length."""
    return EngineRequest((Message.system("Answer from the text."), Message.user(TEXT * times)))


def two_a_word(request: EngineRequest) -> int:
    """Count as a tokenizer with two tokens a word and ten a message does."""
    return sum(10 + 2 * len(message.text.split()) for message in request.messages)


def reporting(usage_of: Callable[[EngineRequest], Usage]) -> Callable[[EngineRequest], Reply]:
    """Make a model that says one word, and reports this usage."""
    return lambda request: Completion(Message.assistant("Noted."), "stop", usage_of(request), "local")


@asynccontextmanager
async def learner(model: Callable[[EngineRequest], Reply], **api: Any) -> AsyncIterator[LearningEngine]:
    """Give a learning engine over HTTP."""
    async with LocalApi(model, **api) as server:
        engine = learning(OpenAIEngine("local", base_url=server.base_url, max_retries=0))
        assert isinstance(engine, LearningEngine)
        yield engine
        await engine.aclose()


async def test_ten_calls_correct_the_count_by_what_the_server_reports() -> None:
    """A tokenizer that nobody has seen, far off the prior: its eleventh text is counted within 5%."""
    async with learner(reporting(lambda request: Usage(two_a_word(request), 1))) as engine:
        probe = TEXT * 33
        true = 2 * len(probe.split())
        assert abs(engine.counter.count(probe) / true - 1) > 0.3
        for times in range(1, 11):
            await complete(engine, replace(asking(times * 5), stream=bool(times % 2)))
        assert engine.reports == 10
        assert abs(engine.counter.count(probe) / true - 1) < 0.05


async def test_a_counter_lives_on_as_it_was() -> None:
    """Each report brings another counter, and the old one counts as before."""
    async with learner(reporting(lambda request: Usage(two_a_word(request), 1))) as engine:
        before = engine.counter
        count = before.count(TEXT)
        await complete(engine, asking(20))
        assert engine.counter is not before
        assert before.count(TEXT) == count
        assert engine.counter.count(TEXT) > count


@pytest.mark.parametrize(
    "usage",
    [Usage(0, 1), Usage(1, 1), Usage(50, 1, cached_tokens=900), Usage(10**9, 1)],
    ids=["zero", "one", "what was cached left out", "a billion"],
)
async def test_reports_that_cannot_be_teach_nothing(usage: Usage) -> None:
    """The counter stays the very one."""
    async with learner(reporting(lambda _: usage)) as engine:
        before = engine.counter
        await complete(engine, asking(20))
        assert (engine.counter, engine.reports) == (before, 0)


async def test_our_own_estimate_teaches_nothing() -> None:
    """A server that reports no usage leaves the count as it was: it would learn from itself."""
    async with learner(echo, faults=[Fault("no_usage")] * 3) as engine:
        before = engine.counter
        for _ in range(3):
            assert (await complete(engine, asking(5))).usage.estimated
        assert engine.counter is before


async def test_an_image_teaches_nothing() -> None:
    """What an image costs isn't known, so a request with one isn't compared with its report."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    message = Message.of({"role": "user", "content": [{"type": "text", "text": "Look."}, image]})
    async with learner(reporting(lambda _: Usage(700, 1))) as engine:
        await complete(engine, EngineRequest((message,)))
        assert engine.reports == 0


async def test_long_requests_and_many_at_once_are_learned_from() -> None:
    """Requests that are read in a thread are each learned from, however they overlap."""
    async with learner(reporting(lambda request: Usage(two_a_word(request), 1))) as engine:
        await asyncio.gather(*(complete(engine, asking(3000 + times)) for times in range(4)))
        assert engine.reports == 4


def test_engines_that_count_themselves_are_left_alone() -> None:
    """Only an engine that says that it estimates is wrapped."""
    scripted = ScriptedEngine([])
    counting = OpenAIEngine("local", base_url="http://127.0.0.1:9/v1", counter=EstimatedTokens())
    assert learning(scripted) is scripted
    assert learning(counting) is counting


async def test_a_turn_counts_with_one_counter(server_folder: Path) -> None:
    """While its steps teach the engine, a turn counts all with the counter that it began with; the next has a new."""
    calls = [ToolCall(f"call_{number}", "search_context", '{"query": "harbour"}') for number in range(3)]

    def model(request: EngineRequest) -> Reply:
        done = sum(message.role == "tool" for message in request.messages)
        said = Message.assistant("Nine.") if done >= len(calls) else Message.assistant(None, [calls[done]])
        reason = "tool_calls" if said.tool_calls else "stop"
        return Completion(said, reason, Usage(two_a_word(request) + 700, 1), "local")  # type: ignore[arg-type]

    async with LocalApi(model) as api:
        settings = read_settings(data_folder=server_folder, rewriting=False, tools="paper")
        async with Riffler(settings, engine=OpenAIEngine("local", base_url=api.base_url)) as riffler:
            assert isinstance(riffler.engine, ObservedEngine)
            engine = riffler.engine.inner
            assert isinstance(engine, LearningEngine)
            before = engine.counter
            answer = await riffler.ask("How deep is the harbour?", [TEXT * 100])
            memory = await riffler.memory(answer.session)
            assert engine.reports == 4
            assert engine.counter is not before
            seen = memory.messages[: len(memory.messages) - 1]
            assert answer.conversation_tokens == total(seen, before) != total(seen, engine.counter)
            assert answer.tools_tokens == count_schemas(tuple(api.received[0].body["tools"]), before)
            again = await riffler.ask("And the lake?", session=answer.session)
            assert again.conversation_tokens > answer.conversation_tokens + 50


def total(messages: tuple[Message, ...], counter: LearnedTokens) -> int:
    """Count messages."""
    return sum(counter.count_message(message.features) for message in messages)
