"""The scripted engine plays what it was given, in order, and says when there is no more."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineBusy, EngineGarbled, EngineRejected
from riffler.service.inference.scripted import Reply, ScriptedEngine, pieces
from riffler.service.ports.engine import Completion, EngineRequest, TextDelta, Usage, complete
from riffler.tools.messages import Message, ToolCall

ASK = EngineRequest((Message.user("How deep is the harbour?"),))
CALL = ToolCall("call_0", "search_context", '{"query":"harbour"}')
WHOLE = Completion(Message.assistant("Nine metres."), "length", Usage(7, 3, 2), "another")


async def test_replies_come_in_order_and_requests_are_recorded() -> None:
    """Each call takes the next reply, and the engine keeps what it was asked."""
    engine = ScriptedEngine(["one", "two"])
    other = EngineRequest((Message.user("And the river?"),))
    assert [(await complete(engine, ask)).message.text for ask in (ASK, other)] == ["one", "two"]
    assert engine.requests == [ASK, other]


@pytest.mark.parametrize("replies", [[], ["one"], ["one", "two"]])
async def test_a_script_that_is_used_up_says_so(replies: list[Reply]) -> None:
    """One call more than replies is a clear error that counts the replies."""
    engine = ScriptedEngine(replies)
    for _ in replies:
        await complete(engine, ASK)
    with pytest.raises(EngineRejected, match=f"used up after {len(replies)} replies"):
        await complete(engine, ASK)


@pytest.mark.parametrize(
    ("reply", "message", "finish"),
    [
        ("Nine metres.", Message.assistant("Nine metres."), "stop"),
        ("", Message.assistant(""), "stop"),
        (CALL, Message.assistant(None, [CALL]), "tool_calls"),
        ([CALL, CALL], Message.assistant(None, [CALL, CALL]), "tool_calls"),
        (Message.assistant("Let me look.", [CALL]), Message.assistant("Let me look.", [CALL]), "tool_calls"),
        (WHOLE, WHOLE.message, "length"),
    ],
)
async def test_every_form_of_reply_becomes_a_completion(reply: Reply, message: Message, finish: str) -> None:
    """Texts, calls, messages and completions can be written down as they are."""
    answer = await complete(ScriptedEngine([reply]), ASK)
    assert (answer.message, answer.finish_reason) == (message, finish)
    assert answer.usage.estimated == (reply is not WHOLE)


async def test_a_failure_in_the_script_is_raised() -> None:
    """A script can fail a call, and goes on with the next."""
    engine = ScriptedEngine([EngineBusy("too many"), "calm again"])
    with pytest.raises(EngineBusy, match="too many"):
        await complete(engine, ASK)
    assert (await complete(engine, ASK)).message.text == "calm again"


async def test_a_function_may_wait() -> None:
    """An async function holds the answer back until the test lets it go."""
    let_go = asyncio.Event()

    async def reply(request: EngineRequest) -> str:
        await let_go.wait()
        return request.messages[-1].text

    task = asyncio.create_task(complete(ScriptedEngine(reply), ASK))
    await asyncio.sleep(0)
    assert not task.done()
    let_go.set()
    assert (await task).message.text == ASK.messages[-1].text


async def test_a_call_against_none_is_an_error_in_the_script() -> None:
    """The double can't break the port's promise unnoticed."""
    request = EngineRequest(ASK.messages, tool_choice="none")
    with pytest.raises(EngineGarbled, match="tool_choice is none"):
        await complete(ScriptedEngine([CALL]), request)


async def test_a_stream_comes_in_small_pieces() -> None:
    """A text of five words comes in five deltas."""
    request = EngineRequest(ASK.messages, stream=True)
    items = [item async for item in ScriptedEngine(["It is nine metres deep."]).generate(request)]
    texts = [item.text for item in items if isinstance(item, TextDelta)]
    assert texts == ["It", " is", " nine", " metres", " deep."]


@given(st.text())
def test_pieces_joined_are_the_text(text: str) -> None:
    """Cutting loses and adds nothing, and no piece is empty."""
    cut = list(pieces(text))
    assert "".join(cut) == text
    assert all(cut)


async def test_usage_is_estimated_from_messages_and_tools() -> None:
    """A longer conversation and offered tools cost more, and a longer answer too."""
    longer = EngineRequest((*ASK.messages, Message.user("word " * 50)), tools=({"type": "function"},))
    small = await complete(ScriptedEngine(["short"]), ASK)
    large = await complete(ScriptedEngine(["short " * 50]), longer)
    assert small.usage.prompt_tokens < large.usage.prompt_tokens
    assert small.usage.completion_tokens < large.usage.completion_tokens
