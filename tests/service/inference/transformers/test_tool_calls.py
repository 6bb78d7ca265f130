"""Each form of tool calls, end to end: a tiny Llama has learned one reply by heart, and the engine reads the calls."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import EngineGarbled, EngineRejected
from riffler.service.inference.chat.control import ControlTokens, PieceEncoder
from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.forms.mistral import nine_letters
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, TextDelta, ToolChoice, complete
from riffler.tools.messages import Message, ToolCall

TOOLS: tuple[dict[str, Any], ...] = (
    {
        "type": "function",
        "function": {
            "name": "search_context",
            "description": "Search.",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    },
)
ASK = EngineRequest((Message.user("How deep is the harbour?"),), tools=TOOLS, sampling=Sampling(max_tokens=80))
BOTH = EngineRequest((Message.user("Harbour and key?"),), tools=TOOLS, sampling=Sampling(max_tokens=80))
WRONG = EngineRequest((Message.user("Call it wrong."),), tools=TOOLS, sampling=Sampling(max_tokens=80))
PLAIN = EngineRequest((Message.user("Say hello."),), tools=TOOLS, sampling=Sampling(max_tokens=80))
TEMPLATE_WORDS = (
    "You are a helpful assistant.\n\n# Tools\n\nYou may call one or more functions to assist with the user query. "
    "You are provided with function signatures within XML tags: For each function call, return a json object with",
    "Given the following functions, please respond with a JSON for a function call with its proper arguments that best "
    "answers the given prompt.\n\nRespond in the format {function name, dictionary of argument name and its value}. "
    "Do not use variables.\n\n",
)
ONE = '{"query": "harbour depth"}'
TWO = '{"query": "key"}'
XML = "<tool_call>\n<function=search_context>\n<parameter=query>\n{}\n</parameter>\n</function>\n</tool_call>"
REPLIES = {
    "hermes": {
        ASK.messages: f'<tool_call>\n{{"name": "search_context", "arguments": {ONE}}}\n</tool_call>',
        BOTH.messages: "I search for both.\n"
        f'<tool_call>\n{{"name": "search_context", "arguments": {ONE}}}\n</tool_call>\n'
        f'<tool_call>\n{{"name": "search_context", "arguments": {TWO}}}\n</tool_call>',
        WRONG.messages: "<tool_call>\nsearch_context(key)\n</tool_call>",
    },
    "qwen_xml": {
        ASK.messages: XML.format("harbour depth"),
        BOTH.messages: f"I search for both.\n{XML.format('harbour depth')}\n{XML.format('key')}",
        WRONG.messages: "<tool_call>\nsearch_context(key)\n</tool_call>",
    },
    "llama": {
        ASK.messages: f'{{"name": "search_context", "parameters": {ONE}}}',
        BOTH.messages: f'<|python_tag|>{{"name": "search_context", "parameters": {ONE}}}; '
        f'{{"name": "search_context", "parameters": {TWO}}}',
        WRONG.messages: "<|python_tag|>search_context.call(key)",
    },
    "mistral": {
        ASK.messages: f'[TOOL_CALLS] [{{"name": "search_context", "arguments": {ONE}}}]',
        BOTH.messages: f"[TOOL_CALLS]search_context[ARGS]{ONE}[TOOL_CALLS]search_context[ARGS]{TWO}",
        WRONG.messages: "[TOOL_CALLS] search_context key",
    },
}
HELLO = "Hello, Vorn!"
QUOTE = EngineRequest((Message.user("Quote the note."),), tools=TOOLS, sampling=Sampling(max_tokens=120))
THINK = replace(ASK, messages=(Message.user("Think."),))
THOUGHT = "<think>\nIt is deep.\n</think>\n\nNine metres."


@pytest.fixture(scope="session")
def caller(
    any_form: str,
    tiny: Any,
    make_tokenizer: Callable[[str, Sequence[str]], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A model of the form that answers the requests above as written there, in a folder."""
    replies = {**REPLIES[any_form], PLAIN.messages: HELLO, THINK.messages: THOUGHT}
    tokenizer = make_tokenizer(
        any_form, [*replies.values(), json.dumps(TOOLS), json.dumps(TOOLS, indent=4), *TEMPLATE_WORDS] * 5
    )
    writer = PromptWriter(tokenizer, FORMS[any_form], "test")
    end = [tokenizer.eos_token_id]
    # as a model writes what it read as letters
    quoted, mark = ControlTokens(tokenizer.get_added_vocab()).mark(REPLIES[any_form][BOTH.messages])
    examples = [(writer.write(QUOTE).ids, PieceEncoder(tokenizer).encode(quoted, mark) + end)]
    examples += [
        (writer.write(replace(ASK, messages=messages)).ids, tokenizer.encode(reply, add_special_tokens=False) + end)
        for messages, reply in replies.items()
    ]
    model = tiny.make_model(len(tokenizer))
    assert tiny.overfit(model, examples), "the tiny model hasn't learned its replies"
    folder: Path = tmp_path_factory.mktemp(any_form)
    tiny.save(model, tokenizer, folder)
    return folder


@pytest.fixture
async def calling(caller: Path) -> AsyncIterator[TransformersEngine]:
    """An engine with that model; it has to find out the form."""
    engine = TransformersEngine(str(caller), device="cpu")
    yield engine
    await engine.aclose()


def calls_of(completion: Completion) -> list[tuple[str, str]]:
    """Give names and arguments."""
    return [(call.name, call.arguments) for call in completion.message.tool_calls]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_is_read(calling: TransformersEngine, stream: bool) -> None:
    """The model's own words become one call with an id, no text, and no delta."""
    items = [item async for item in calling.generate(replace(ASK, stream=stream))]
    assert len(items) == 1
    answer = items[0]
    assert isinstance(answer, Completion)
    assert calls_of(answer) == [("search_context", ONE)]
    assert answer.message.texts == ()
    assert answer.finish_reason == "tool_calls"


async def test_calls_side_by_side_are_read(calling: TransformersEngine, any_form: str) -> None:
    """Two calls in one reply are two, in order, with ids of their own, and text before them stays text."""
    items = [item async for item in calling.generate(replace(BOTH, stream=True))]
    answer = items[-1]
    assert isinstance(answer, Completion)
    assert calls_of(answer) == [("search_context", ONE), ("search_context", TWO)]
    assert len({call.id for call in answer.message.tool_calls}) == 2
    assert answer.message.text == ("I search for both." if any_form in {"hermes", "qwen_xml"} else "")
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == answer.message.text


async def test_ids_are_nine_letters_and_new_to_the_conversation(calling: TransformersEngine) -> None:
    """The same request gives the same id again, but never one that the conversation has."""
    first, again = [await complete(calling, ASK) for _ in range(2)]
    assert first.message == again.message
    call = first.message.tool_calls[0]
    assert call.id.isalnum()
    assert len(call.id) == 9


async def test_a_call_that_cannot_be_read_stays_text(calling: TransformersEngine, any_form: str) -> None:
    """Nothing that the model wrote is lost, and nothing is called."""
    items = [item async for item in calling.generate(replace(WRONG, stream=True))]
    answer = items[-1]
    assert isinstance(answer, Completion)
    assert answer.message.text == REPLIES[any_form][WRONG.messages]
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == answer.message.text
    assert (answer.message.tool_calls, answer.finish_reason) == ((), "stop")


async def test_a_call_that_is_quoted_is_text(calling: TransformersEngine, any_form: str) -> None:
    """A model that copies a document letter by letter calls nothing, whatever the document spells."""
    answer = await complete(calling, QUOTE)
    assert (answer.message.tool_calls, answer.finish_reason) == ((), "stop")
    assert answer.message.text == REPLIES[any_form][BOTH.messages]


async def test_a_call_cut_off_is_text_that_says_so(calling: TransformersEngine, any_form: str) -> None:
    """Broken off at max_tokens, a call is no call: its text is kept, and the reason is `length`."""
    answer = await complete(calling, replace(ASK, sampling=Sampling(max_tokens=8)))
    assert (answer.message.tool_calls, answer.finish_reason) == ((), "length")
    assert answer.message.text
    assert REPLIES[any_form][ASK.messages].startswith(answer.message.text)


async def test_required_begins_the_call(calling: TransformersEngine) -> None:
    """The model goes on from what opens a call, where it would have said hello."""
    answer = await complete(calling, replace(ASK, tool_choice="required"))
    assert calls_of(answer) == [("search_context", ONE)]
    assert answer.finish_reason == "tool_calls"


async def test_required_without_a_call_is_garbled(calling: TransformersEngine) -> None:
    """A call that breaks off where one is required is an error that names the limit."""
    with pytest.raises(EngineGarbled, match="required.*cut off at max_tokens 3"):
        await complete(calling, replace(ASK, tool_choice="required", sampling=Sampling(max_tokens=3)))


@pytest.mark.parametrize("request_", [ASK, BOTH, WRONG, QUOTE, PLAIN], ids=["one", "both", "wrong", "quote", "plain"])
@pytest.mark.parametrize("stream", [False, True])
async def test_none_never_calls(
    calling: TransformersEngine, any_form: str, request_: EngineRequest, stream: bool
) -> None:
    """With `none` there is an answer without calls, whatever the model has learned, and all of it is text."""
    items = [item async for item in calling.generate(replace(request_, tool_choice="none", stream=stream))]
    answer = items[-1]
    assert isinstance(answer, Completion)
    assert answer.message.text or answer.reasoning  # what a tiny model says when its call is taken from it is chance
    assert answer.message.tool_calls == ()
    assert answer.finish_reason in {"stop", "length"}
    if stream:
        assert "".join(item.text for item in items if isinstance(item, TextDelta)) == answer.message.text
    if any_form == "llama" and request_ is ASK:  # its call has no token that could be kept away
        assert answer.message.text == REPLIES["llama"][ASK.messages]
    if request_ is QUOTE:
        assert answer.message.text == REPLIES[any_form][BOTH.messages]


async def test_without_tools_nothing_is_a_call(calling: TransformersEngine) -> None:
    """What looks like a call is text where no tool was offered."""
    answer = await complete(calling, replace(ASK, tools=()))
    assert answer.message.tool_calls == ()
    assert answer.finish_reason in {"stop", "length"}


async def test_a_text_is_a_text(calling: TransformersEngine) -> None:
    """A model with tools on offer may just answer."""
    answer = await complete(calling, PLAIN)
    assert (answer.message.text, answer.message.tool_calls, answer.finish_reason) == (HELLO, (), "stop")


@pytest.mark.parametrize("tool_choice", ["auto", "none"])
async def test_reasoning_is_apart(calling: TransformersEngine, tool_choice: ToolChoice) -> None:
    """What the model thought first is neither text nor delta."""
    items = [item async for item in calling.generate(replace(THINK, stream=True, tool_choice=tool_choice))]
    answer = items[-1]
    assert isinstance(answer, Completion)
    assert (answer.reasoning, answer.message.text) == ("It is deep.", "Nine metres.")
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == "Nine metres."


async def test_what_was_answered_can_be_sent_back(calling: TransformersEngine, any_form: str) -> None:
    """Calls side by side, with their results and ids of another engine, go through each template."""
    calls = [ToolCall("call_7", "search_context", ONE), ToolCall("x", "search_context", "no json")]
    messages = (
        *ASK.messages,
        Message.user("And the key?"),
        Message.assistant(None, calls),
        Message.tool("call_7", "nine metres"),
        Message.tool("x", "under the stone"),
    )
    request = replace(ASK, messages=messages, sampling=Sampling(max_tokens=5))
    answer = await complete(calling, request)
    assert calling._loaded is not None
    ids = calling._loaded.writer.write(request).ids
    prompt = calling._loaded.local.tokenizer.decode(ids)
    assert answer.usage.prompt_tokens == len(ids)
    called = prompt.index("harbour depth"), prompt.index("no json")
    found = prompt.index("nine metres"), prompt.index("under the stone")
    assert called[0] < called[1] < found[1]
    assert called[0] < found[0] < found[1]
    assert prompt.count("nine metres") == prompt.count("under the stone") == prompt.count("no json") == 1
    if any_form == "mistral":
        for name in ("call_7", "x"):
            made = nine_letters(name)
            assert f'"id": "{made}"' in prompt
            assert f'"call_id": "{made}"' in prompt


async def test_the_form_can_be_chosen(caller: Path, any_form: str) -> None:
    """A form set by hand is used: with another one the call stays text."""
    other = {"hermes": "mistral", "llama": "mistral", "mistral": "hermes", "qwen_xml": "hermes"}[any_form]
    engine = TransformersEngine(str(caller), device="cpu", tool_form=other)
    answer = await complete(engine, ASK)
    await engine.aclose()
    assert answer.message.tool_calls == ()
    assert "search_context" in answer.message.text


async def test_a_model_without_a_form_answers_but_cannot_be_made_to_call(tiny: Any, tmp_path: Path) -> None:
    """Where tools are shown, but by no template or token a form, `required` is refused, and `auto` gives text."""
    template = "{{ tools }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    plain = tiny.train_tokenizer(["harbour"], template, end="<end>")
    tiny.save(tiny.make_model(len(plain)), plain, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu")
    asked = replace(ASK, sampling=Sampling(max_tokens=4))
    assert (await complete(engine, asked)).message.tool_calls == ()
    with pytest.raises(EngineRejected, match="tool_form"):
        await complete(engine, replace(asked, tool_choice="required"))
    await engine.aclose()
