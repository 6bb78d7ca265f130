"""What every engine keeps of the port `service/ports/engine.py`. One suite, run on each of them.

To add an engine: one line in `ENGINES`. The engine under test has to answer a question about a sentence in the message
with words of that sentence, and to search when a search tool is offered and required.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.service.inference.bounded import BoundedEngine
from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.nano import NanoEngine
from riffler.service.inference.observed import ObservedEngine
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.reader import ReaderEngine
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.inference.token_learner import LearningEngine
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, ToolChoice, complete
from riffler.service.ports.observer import Observers
from riffler.tools.messages import Message, ToolCall

TEMPLATE = Path(__file__).parents[1] / "service/inference/transformers/templates/hermes.jinja"
SEARCH: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "search_context",
        "description": "Search the conversation.",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string"}, "role": {"type": "string"}},
            "required": ["query"],
        },
    },
}


def obedient(request: EngineRequest) -> Reply:
    """Search when that is required, else repeat the last user message."""
    if request.tools and request.tool_choice == "required":
        return [ToolCall(f"call_{len(request.messages)}", "search_context", '{"query": "code word"}')]
    return request.messages[-1].text


@asynccontextmanager
async def just(engine: Engine) -> AsyncIterator[Engine]:
    """Give an engine that needs nothing around it, and close it."""
    try:
        yield engine
    finally:
        await engine.aclose()


@asynccontextmanager
async def over_http(around: Callable[[Engine], Engine] = lambda engine: engine) -> AsyncIterator[Engine]:
    """Give the openai engine, or another one around it, with a real server on the other side."""
    async with LocalApi(obedient) as api, just(around(OpenAIEngine("local", base_url=api.base_url))) as engine:
        yield engine


@pytest.fixture(scope="session")
def obedient_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama that has learned by heart what `obedient` says to the requests of this suite.

    It can't copy a word that it never saw, so that it knows the words asked for here, and no others.
    """
    tiny = pytest.importorskip(
        "riffler.service.inference.transformers.tiny", reason="the extra `local` isn't installed"
    )
    words = ["heron", *(f"heron{number}" for number in range(20))]
    call = '<tool_call>\n{"name": "search_context", "arguments": {"query": "code word"}}\n</tool_call>'
    offering = replace(asking("heron"), tools=(SEARCH,))
    said = Message.assistant(None, [ToolCall("c", "search_context", '{"query": "code word"}')])
    found = Message.tool("c", '0 matches for "code word"')
    requests = [
        *((asking(word), word) for word in words),
        (replace(offering, tool_choice="required"), call.removeprefix(FORMS["hermes"].forced)),
        (offering, "heron"),
        (replace(offering, messages=(*offering.messages, said, found)), "heron"),
    ]
    tokenizer = tiny.train_tokenizer(
        [*words, call, json.dumps(SEARCH), asking("heron").messages[1].text] * 4,
        TEMPLATE.read_text(),
        end="<|im_end|>",
        special=["<|im_start|>"],
        added=["<tool_call>", "</tool_call>"],
    )
    writer = PromptWriter(tokenizer, FORMS["hermes"], "test")
    examples = [
        (writer.write(request).ids, [*tokenizer.encode(reply, add_special_tokens=False), tokenizer.eos_token_id])
        for request, reply in requests
    ]
    model = tiny.make_model(len(tokenizer))
    assert tiny.overfit(model, examples), "the tiny model hasn't learned its replies"
    folder: Path = tmp_path_factory.mktemp("obedient")
    tiny.save(model, tokenizer, folder)
    return folder


def local(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Engine]:
    """Give the transformers engine with that model."""
    return just(TransformersEngine(str(request.getfixturevalue("obedient_folder")), device="cpu"))


@pytest.fixture(scope="session")
def exported_folder(obedient_folder: Path) -> Path:
    """The same model, with the graph that runs without torch."""
    export = pytest.importorskip(
        "riffler.service.training.nano.export", reason="the extra `train` isn't installed", exc_type=ImportError
    )
    export.export(obedient_folder)
    return obedient_folder


def nano(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Engine]:
    """Give the nano engine with that model."""
    return just(NanoEngine(request.getfixturevalue("exported_folder")))


ENGINES: dict[str, Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[Engine]]] = {
    "scripted": lambda _: just(ScriptedEngine(obedient)),
    "observed": lambda _: just(ObservedEngine(ScriptedEngine(obedient), Observers())),
    "bounded": lambda _: just(BoundedEngine(ScriptedEngine(obedient), None)),
    "openai": lambda _: over_http(),
    "learning": lambda _: over_http(LearningEngine),
    "reader": lambda _: just(ReaderEngine()),
    "transformers": local,
    "nano": nano,
}


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """Give each engine in turn."""
    async with ENGINES[request.param](request) as made:
        yield made


def asking(word: str, stream: bool = False) -> EngineRequest:
    """Ask for a word that the message gives."""
    text = f"The code word of the harbour is {word}.\n\nWhat is the code word of the harbour?"
    return EngineRequest((Message.system("Answer from the text."), Message.user(text)), stream=stream)


@pytest.mark.parametrize("stream", [False, True])
async def test_the_last_item_and_only_the_last_is_a_completion(engine: Engine, stream: bool) -> None:
    """An answer is deltas, then one completion, then nothing."""
    items = [item async for item in engine.generate(asking("heron", stream))]
    assert [isinstance(item, Completion) for item in items] == [False] * (len(items) - 1) + [True]
    assert all(isinstance(item, TextDelta) and item.text for item in items[:-1])


async def test_the_deltas_joined_are_the_text(engine: Engine) -> None:
    """With a stream, nothing of the text is only in the deltas or only in the completion."""
    items = [item async for item in engine.generate(asking("heron", stream=True))]
    last = items[-1]
    assert isinstance(last, Completion)
    assert "heron" in last.message.text
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == last.message.text


@pytest.mark.parametrize("stream", [False, True])
async def test_a_stream_changes_nothing_but_the_deltas(engine: Engine, stream: bool) -> None:
    """The same request gives the same message with and without a stream."""
    with_stream = await complete(engine, asking("heron", stream))
    without = await complete(engine, asking("heron"))
    assert with_stream.message == without.message


async def test_the_completion_is_an_assistant_message_with_its_cost(engine: Engine) -> None:
    """A text alone ends with `stop`; usage counts what was read and written."""
    answer = await complete(engine, asking("heron"))
    assert answer.message.role == "assistant"
    assert answer.message.tool_calls == ()
    assert answer.finish_reason == "stop"
    assert answer.usage.prompt_tokens > 10
    assert answer.usage.completion_tokens > 0
    assert 0 <= answer.usage.cached_tokens <= answer.usage.prompt_tokens
    assert answer.model


@pytest.mark.parametrize("stream", [False, True])
async def test_required_calls_an_offered_tool(engine: Engine, stream: bool) -> None:
    """A required call comes, names a tool on offer, has an id, and ends with `tool_calls`."""
    request = replace(asking("heron", stream), tools=(SEARCH,), tool_choice="required")
    answer = await complete(engine, request)
    assert {call.name for call in answer.message.tool_calls} == {"search_context"}
    ids = [call.id for call in answer.message.tool_calls]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    assert answer.finish_reason == "tool_calls"


@pytest.mark.parametrize("stream", [False, True])
async def test_none_gives_no_call(engine: Engine, stream: bool) -> None:
    """With `none` there is a text and no call, whatever is offered."""
    request = replace(asking("heron", stream), tools=(SEARCH,), tool_choice="none")
    answer = await complete(engine, request)
    assert answer.message.tool_calls == ()
    assert "heron" in answer.message.text


@pytest.mark.parametrize("tool_choice", ["auto", "none"])
async def test_a_conversation_with_calls_and_results_is_accepted(engine: Engine, tool_choice: ToolChoice) -> None:
    """What an engine answered, with results, can be sent back to it."""
    first = replace(asking("heron"), tools=(SEARCH,), tool_choice="required")
    said = (await complete(engine, first)).message
    results = tuple(Message.tool(call.id, '0 matches for "code word"') for call in said.tool_calls)
    second = replace(first, messages=(*first.messages, said, *results), tool_choice=tool_choice)
    answer = await complete(engine, second)
    assert answer.message.role == "assistant"


@pytest.mark.parametrize("stream", [False, True])
async def test_concurrent_calls_are_not_mixed_up(engine: Engine, stream: bool) -> None:
    """Twenty calls at once each get their own answer."""
    words = [f"heron{number}" for number in range(20)]
    answers = await asyncio.gather(*(complete(engine, asking(word, stream)) for word in words))
    for word, answer in zip(words, answers, strict=True):
        assert f"{word}." in f"{answer.message.text}."
        assert not [other for other in words if f"{other}." in answer.message.text and other != word]


async def test_closing_early_is_clean(engine: Engine) -> None:
    """After a generator closed at its first item, the next call works."""
    items = engine.generate(asking("heron", stream=True))
    await anext(items)
    close = getattr(items, "aclose", None)
    assert close is not None, "the iterator can't be closed"
    await close()
    with pytest.raises(StopAsyncIteration):
        await anext(items)
    assert "heron" in (await complete(engine, asking("heron"))).message.text


async def test_cancelling_is_clean(engine: Engine) -> None:
    """A call cancelled before its first item ends as cancelled, and the next call works."""
    task = asyncio.create_task(complete(engine, asking("heron", stream=True)))
    await asyncio.sleep(0)  # lets the task start; how far it comes doesn't matter
    task.cancel()
    with suppress(asyncio.CancelledError):  # a quick engine may have answered already
        await task
    assert "heron" in (await complete(engine, asking("heron"))).message.text


async def test_what_it_is_stays_the_same(engine: Engine) -> None:
    """`info` is constant once it is ready, and complete, and the counter counts."""
    await engine.ready()
    before = engine.info
    assert before.settled
    await complete(engine, asking("heron"))
    assert engine.info == before
    assert before.name
    assert before.model
    assert before.window_tokens > 0
    assert engine.counter.count("") == 0
    assert engine.counter.count("two words") > 0


async def test_ready_can_be_called_at_any_time(engine: Engine) -> None:
    """Before the first call, twice at once, and after it; whoever isn't ready says so with an engine's failure."""
    await asyncio.gather(engine.ready(), engine.ready())
    await complete(engine, asking("heron"))
    await engine.ready()


async def test_closing_twice_is_fine(engine: Engine) -> None:
    """`aclose` can be called again, before and after use."""
    await complete(engine, asking("heron"))
    await engine.aclose()
    await engine.aclose()
