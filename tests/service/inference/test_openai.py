"""The openai engine against real servers on loopback: what it sends, how it fails, and what it never shows."""

import asyncio
import gzip
import itertools
import json
import logging
import math
import socket
import struct
import subprocess
import sys
import traceback
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from riffler.errors import (
    EngineBusy,
    EngineFailed,
    EngineGarbled,
    EngineRejected,
    EngineTimeout,
    EngineUnavailable,
    InvalidSetting,
)
from riffler.service.inference.local_api import LocalApi, echo
from riffler.service.inference.local_faults import Fault, FaultKind
from riffler.service.inference.openai import MaxTokensField, OpenAIEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, TextDelta, complete
from riffler.tools.messages import Message, ToolCall, read_messages

ASK = EngineRequest((Message.user("How deep is the harbour of Vorn?"),))
STREAM = EngineRequest(ASK.messages, stream=True)
KEY = "sk-secret-0123456789"
TOOL: dict[str, Any] = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
PATIENCE_S = 10.0


@asynccontextmanager
async def engine_at(base_url: str, **settings: Any) -> AsyncIterator[OpenAIEngine]:
    """Give an engine without retries, and close it."""
    made = OpenAIEngine("asked", base_url=base_url, **{"max_retries": 0, **settings})
    try:
        yield made
    finally:
        await made.aclose()


@asynccontextmanager
async def raw_server(reply: bytes) -> AsyncIterator[str]:
    """Serve fixed bytes to every request, then close the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)  # closing over unread bytes would reset the connection
        writer.write(reply)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def body_of(request: EngineRequest, **settings: Any) -> Any:
    """Send a request and give the body that arrived."""
    async with LocalApi(["fine"]) as api, engine_at(api.base_url, **settings) as engine:
        await complete(engine, request)
        return api.received[0].body


async def test_only_what_is_set_is_sent() -> None:
    """A plain request has a model and messages, and nothing that a small server could refuse."""
    assert await body_of(ASK) == {"model": "asked", "messages": [ASK.messages[0].to_dict()]}


@pytest.mark.parametrize("ask_usage", [False, True])
async def test_a_stream_asks_for_usage_unless_told_not_to(ask_usage: bool) -> None:
    """`stream_options` can be left out for servers that refuse it."""
    body = await body_of(STREAM, ask_usage=ask_usage)
    assert body["stream"] is True
    assert body.get("stream_options") == ({"include_usage": True} if ask_usage else None)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_sampling_goes_under_the_apis_names(field: MaxTokensField) -> None:
    """Every field that is set is sent, zero included, the token limit under the name of the setting."""
    sampling = Sampling(temperature=0.0, top_p=0.5, max_tokens=7, seed=0, stop=("END", "\n"))
    body = await body_of(EngineRequest(ASK.messages, sampling=sampling), max_tokens_field=field)
    sent = {name: value for name, value in body.items() if name not in {"model", "messages"}}
    assert sent == {"temperature": 0.0, "top_p": 0.5, field: 7, "seed": 0, "stop": ["END", "\n"]}


@pytest.mark.parametrize("tool_choice", ["auto", "none", "required"])
async def test_the_tool_choice_goes_with_tools_only(tool_choice: Any) -> None:
    """Without tools neither field is sent; with tools both are."""
    without = await body_of(EngineRequest(ASK.messages, tool_choice=tool_choice))
    assert not {"tools", "tool_choice"} & set(without)
    body = await body_of(EngineRequest(ASK.messages, tools=[TOOL], tool_choice=tool_choice))
    assert (body["tools"], body["tool_choice"]) == ([TOOL], tool_choice)


async def test_messages_are_sent_untouched() -> None:
    """Unknown fields, key order, parts of other types, absent and null fields all arrive as they were."""
    messages: list[dict[str, Any]] = [
        {"content": "höflich 你好 \u2028 \x00", "role": "system", "name": "a", "x_unknown": {"deep": [1, None, 1.5]}},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "see", "cache_control": {"type": "ephemeral"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": [ToolCall("a", "f", "{ }").to_dict() | {"index": 0}]},
        {"tool_call_id": "a", "role": "tool", "content": "result"},
        {"role": "assistant", "content": "so", "refusal": None, "audio": None},
    ]
    body = await body_of(EngineRequest(read_messages(messages)))
    assert json.dumps(body["messages"]) == json.dumps(messages)


async def test_a_request_that_is_no_json_is_rejected() -> None:
    """A setting that JSON can't say fails before anything is sent."""
    async with LocalApi(echo) as api, engine_at(api.base_url) as engine:
        with pytest.raises(EngineRejected, match="can't be written as JSON"):
            await complete(engine, EngineRequest(ASK.messages, sampling=Sampling(temperature=math.nan)))
        assert api.received == []


@pytest.mark.parametrize("key", [None, KEY])
async def test_the_key_is_sent_and_the_environment_is_not_read(
    key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the key that was given reaches the server: OpenAI's own variables are for another server."""
    names = ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")
    for name in names:
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    async with LocalApi(echo) as api:
        async with engine_at(api.base_url, api_key=SecretStr(key) if key else None) as engine:
            await complete(engine, ASK)
        headers = api.received[0].headers
    assert headers.get("authorization") == (f"Bearer {key}" if key else None)
    assert "from-the-environment" not in str(headers)


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
@pytest.mark.parametrize("kind", ["status", "error_event"])
async def test_the_key_is_never_shown(request_: EngineRequest, kind: FaultKind) -> None:
    """A server that repeats the key doesn't bring it into an error's text, nor into its traceback."""
    fault = Fault(kind, status=401, message=f"Incorrect key: {KEY}")
    async with LocalApi(echo, faults=[fault]) as api, engine_at(api.base_url, api_key=SecretStr(KEY)) as engine:
        with pytest.raises(EngineRejected) as caught:
            await complete(engine, request_)
        assert "Incorrect key" in str(caught.value)
        assert KEY not in "".join(traceback.format_exception(caught.value))
        assert KEY not in repr(engine)
        assert KEY not in str(vars(engine))
        assert KEY not in repr(api.received)


@pytest.mark.parametrize("key", [f"{KEY}\n", f" {KEY}", f"{KEY}é"])
def test_an_impossible_key_is_refused_unseen(key: str) -> None:
    """A key that no header can carry fails early, and isn't repeated."""
    with pytest.raises(InvalidSetting) as caught:
        OpenAIEngine("asked", api_key=SecretStr(key))
    assert KEY not in str(caught.value)


async def test_credentials_in_the_address_are_not_shown() -> None:
    """The address in a text is the address alone."""
    async with engine_at(f"http://user:{KEY}@127.0.0.1:9/v1?token={KEY}") as engine:
        with pytest.raises(EngineFailed) as caught:
            await complete(engine, ASK)
        assert "http://127.0.0.1:9/v1" in str(caught.value)
        assert KEY not in "".join(traceback.format_exception(caught.value))
        assert KEY not in repr(engine)


@pytest.mark.parametrize("key", [None, SecretStr("sk-other")], ids=["alone", "in a key's place"])
async def test_credentials_in_the_address_go_into_the_header(
    caplog: pytest.LogCaptureFixture, key: SecretStr | None
) -> None:
    """User and password reach the server as HTTP's own, and no log: httpx2 writes each address into one."""
    caplog.set_level(logging.DEBUG)
    async with LocalApi(echo) as api:
        async with engine_at(api.base_url.replace("//", f"//us%40er:{KEY}%3A@"), api_key=key) as engine:
            await complete(engine, ASK)
            await engine.ready()
            for shown in (repr(engine), str(vars(engine)), "\n".join(each.getMessage() for each in caplog.records)):
                assert KEY not in shown
        sent = api.received[0].headers["authorization"].removeprefix("Basic ")
        assert b64decode(sent).decode() == f"us@er:{KEY}:"
        assert sent not in caplog.text
        assert f"HTTP Request: POST {api.base_url}/chat/completions" in caplog.text  # the log that would have it


@pytest.mark.parametrize("repeated", [f"{KEY}%3A", f"{KEY}:", b64encode(f"user:{KEY}:".encode()).decode()])
async def test_a_password_that_the_server_repeats_is_not_shown(repeated: str) -> None:
    """A server that repeats the address, the password or the header doesn't bring it into an error's text."""
    fault = Fault("status", status=401, message=f"no such user: {repeated}")
    async with LocalApi(echo, faults=[fault]) as api:
        engine = OpenAIEngine("asked", base_url=api.base_url.replace("//", f"//user:{KEY}%3A@"), max_retries=0)
        with pytest.raises(EngineRejected, match=r"no such user: \*\*\*") as caught:
            await complete(engine, ASK)
        assert repeated not in "".join(traceback.format_exception(caught.value))
        assert caught.value.refusal is not None
        assert repeated not in caught.value.refusal.body
        await engine.aclose()


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
@pytest.mark.parametrize(
    ("fault", "leaf"),
    [
        (Fault("status", status=400), EngineRejected),
        (Fault("status", status=429), EngineBusy),
        (Fault("status", status=500), EngineUnavailable),
        (Fault("status", status=503), EngineBusy),
        (Fault("slow"), EngineTimeout),
        (Fault("stall"), EngineTimeout),
        (Fault("cut"), EngineGarbled),
        (Fault("bad_json"), EngineGarbled),
        (Fault("bad_sse"), EngineGarbled),
        (Fault("no_choices"), EngineGarbled),
        (Fault("unfinished"), EngineGarbled),
        (Fault("error_event", status=500), EngineUnavailable),
        (Fault("error_event", status=400), EngineRejected),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else "",
)
async def test_every_fault_has_its_error(request_: EngineRequest, fault: Fault, leaf: type[EngineFailed]) -> None:
    """With and without a stream, a fault is the same error, it names the server, and the next call works.

    One status of each leaf is enough here: `test_openai_errors` has the whole table.
    """
    async with LocalApi(echo, faults=[fault]) as api, engine_at(api.base_url, silence_s=0.3) as engine:
        with pytest.raises(EngineFailed) as caught:
            await complete(engine, request_)
        assert type(caught.value) is leaf
        assert api.base_url in str(caught.value)
        if leaf in {EngineRejected, EngineBusy}:
            assert fault.message in str(caught.value)
        assert (await complete(engine, request_)).message.text == ASK.messages[0].text


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
async def test_missing_usage_is_estimated(request_: EngineRequest) -> None:
    """A server that reports no usage gives an answer all the same, marked as estimated."""
    async with LocalApi(echo, faults=[Fault("no_usage")]) as api, engine_at(api.base_url) as engine:
        estimated = (await complete(engine, request_)).usage
        reported = (await complete(engine, request_)).usage
    assert (estimated.estimated, reported.estimated) == (True, False)
    assert estimated.prompt_tokens > 0


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
async def test_a_refusal_is_read(request_: EngineRequest) -> None:
    """A refusal's words are the text, and the deltas too; without a stream there is no delta."""
    async with LocalApi(["I won't say."], faults=[Fault("refusal")]) as api, engine_at(api.base_url) as engine:
        items = [item async for item in engine.generate(request_)]
    last = items[-1]
    assert isinstance(last, Completion)
    assert (last.message.text, last.finish_reason) == ("I won't say.", "content_filter")
    deltas = "".join(item.text for item in items if isinstance(item, TextDelta))
    assert deltas == ("I won't say." if request_.stream else "")


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
async def test_text_and_parallel_calls_come_together(request_: EngineRequest) -> None:
    """An answer may have a text and several calls."""
    calls = [ToolCall("a", "f", '{"query":"harbour"}'), ToolCall("b", "g", "{}")]
    said = Message.assistant("Let me look.", calls)
    async with LocalApi([said]) as api, engine_at(api.base_url) as engine:
        answer = await complete(engine, EngineRequest(ASK.messages, [TOOL], stream=request_.stream))
    assert (answer.message, answer.finish_reason) == (said, "tool_calls")


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
async def test_a_busy_server_is_tried_again(request_: EngineRequest) -> None:
    """Two refusals and two retries: the third try answers."""
    busy = Fault("status", status=503, headers={"retry-after-ms": "1"})
    async with LocalApi(echo, faults=[busy, busy]) as api, engine_at(api.base_url, max_retries=2) as engine:
        assert (await complete(engine, request_)).message.text == ASK.messages[0].text
        assert len(api.received) == 3


async def test_retries_end() -> None:
    """After the last retry the caller hears of it."""
    busy = Fault("status", status=429, headers={"retry-after-ms": "1"})
    async with LocalApi(echo, faults=itertools.repeat(busy)) as api, engine_at(api.base_url, max_retries=1) as engine:
        with pytest.raises(EngineBusy):
            await complete(engine, ASK)
        assert len(api.received) == 2


async def test_a_rejected_request_is_not_tried_again() -> None:
    """What was wrong once is wrong again."""
    fault = Fault("status", status=400)
    async with LocalApi(echo, faults=[fault]) as api, engine_at(api.base_url, max_retries=2) as engine:
        with pytest.raises(EngineRejected):
            await complete(engine, ASK)
        assert len(api.received) == 1


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
@pytest.mark.parametrize("kind", ["slow", "stall"])
async def test_the_whole_call_has_a_time_limit(request_: EngineRequest, kind: FaultKind) -> None:
    """The limit holds over a silence that alone would be allowed, and names itself."""
    async with LocalApi(echo, faults=[Fault(kind)]) as api, engine_at(api.base_url, timeout_s=0.3) as engine:
        with pytest.raises(EngineTimeout, match=r"longer than 0\.3 s"):
            await complete(engine, request_)
        await asyncio.wait_for(api.disconnected(), PATIENCE_S)


async def test_the_callers_own_time_is_not_counted() -> None:
    """A caller that is slower between two deltas than the whole limit still gets its answer."""
    # the second half comes after the caller is back, so that the engine has to wait again
    fault = Fault("stall", seconds=1.3)
    async with LocalApi(echo, faults=[fault]) as api, engine_at(api.base_url, timeout_s=1.0) as engine:
        items = engine.generate(STREAM)
        texts = [await anext(items)]
        await asyncio.sleep(1.1)  # the passing of time is what is tested
        texts += [item async for item in items]
    assert isinstance(texts[-1], Completion)


async def test_a_dead_port_is_unavailable() -> None:
    """Nobody listens: the text says where."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused, and nobody else can take it
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        async with engine_at(url) as engine:
            with pytest.raises(EngineUnavailable, match=url):
                await complete(engine, ASK)


def event_stream(*lines: bytes, end: bytes = b"\n\n") -> bytes:
    """Write a response whose end is the connection's end."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return head + b"".join(line + end for line in lines)


def json_page(body: bytes, extra: bytes = b"") -> bytes:
    """Write a JSON response."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s" % (
        extra,
        len(body),
        body,
    )


HELLO = b'data: {"choices":[{"delta":{"content":"hel"}}]}'
STOP = b'data: {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]}'


@pytest.mark.parametrize(
    "reply",
    [
        event_stream(HELLO, STOP, b"data: [DONE]"),
        event_stream(HELLO, STOP),
        event_stream(b": ping", HELLO, b": ping", STOP, b"data: [DONE]", end=b"\r\n\r\n"),
        event_stream(b'data: {"choices":[]}', HELLO, STOP, b'data: {"choices":[],"usage":null}', b"data: [DONE]"),
    ],
    ids=["plain", "no DONE", "comments and CRLF", "empty first chunk"],
)
async def test_streams_as_servers_write_them(reply: bytes) -> None:
    """Small liberties of a stream change nothing."""
    async with raw_server(reply) as url, engine_at(url) as engine:
        answer = await complete(engine, STREAM)
    assert (answer.message.text, answer.finish_reason, answer.model) == ("hello", "stop", "asked")


@pytest.mark.parametrize(
    ("reply", "leaf"),
    [
        pytest.param(b"", EngineGarbled, id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", EngineGarbled, id="no HTTP"),
        pytest.param(event_stream(HELLO), EngineGarbled, id="ends early"),
        pytest.param(event_stream(HELLO, b"data: \xff\xfe"), EngineGarbled, id="no UTF-8"),
        pytest.param(event_stream(HELLO, b'data: {"choices":'), EngineGarbled, id="half JSON"),
        pytest.param(event_stream(HELLO, b"data: 5"), EngineGarbled, id="number"),
        pytest.param(event_stream(HELLO, b"data: null"), EngineGarbled, id="null"),
        pytest.param(event_stream(b"data: " + b"[" * 100_000), EngineGarbled, id="deep"),
        pytest.param(event_stream(b"data: " + b"9" * 5_000), EngineGarbled, id="digits"),
        pytest.param(event_stream(b"data: [DONE]"), EngineGarbled, id="only DONE"),
        pytest.param(event_stream(b'data: {"error":"out of memory"}'), EngineUnavailable, id="error"),
        pytest.param(
            event_stream(b'event: error\ndata: {"error":{"message":"slow down","code":429}}'),
            EngineBusy,
            id="error event",
        ),
    ],
)
async def test_streams_that_are_none(reply: bytes, leaf: type[EngineFailed]) -> None:
    """Whatever comes in the place of a stream is one of our errors."""
    async with raw_server(reply) as url, engine_at(url) as engine:
        with pytest.raises(EngineFailed) as caught:
            await complete(engine, STREAM)
    assert type(caught.value) is leaf


@pytest.mark.parametrize(
    "reply",
    [
        json_page(b""),
        json_page(b"null"),
        json_page(b'"text"'),
        json_page(b"\xff\xfe"),
        json_page(b"[" * 100_000),
        json_page(b"9" * 5_000),
        json_page(b"no gzip", b"Content-Encoding: gzip\r\n"),
        json_page(gzip.compress(b'{"choices":[]}'), b"Content-Encoding: gzip\r\n"),
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
    ],
    ids=["empty", "null", "a text", "no UTF-8", "deep", "long number", "no gzip", "no choice", "204", "304"],
)
async def test_answers_that_are_none(reply: bytes) -> None:
    """Whatever comes in the place of an answer is garbled."""
    async with raw_server(reply) as url, engine_at(url) as engine:
        with pytest.raises(EngineGarbled):
            await complete(engine, ASK)


async def test_a_stream_that_is_reset_is_cut_off() -> None:
    """A connection lost in the middle of an answer is an answer cut off, not a server that can't be reached."""
    seen = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(event_stream(HELLO))
        await seen.wait()
        linger_not = struct.pack("ii", 1, 0)  # closing then sends a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, engine_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1") as engine:
        items = engine.generate(STREAM)
        assert await anext(items) == TextDelta("hel")
        seen.set()
        with pytest.raises(EngineGarbled, match="ReadError"):
            await anext(items)


async def test_closing_early_closes_the_stream() -> None:
    """A generator closed at its first delta hangs up: the server sees it go."""
    async with LocalApi(echo, faults=[Fault("stall")]) as api, engine_at(api.base_url) as engine:
        items = engine.generate(STREAM)
        assert isinstance(await anext(items), TextDelta)
        assert api.disconnects == 0
        await items.aclose()
        await asyncio.wait_for(api.disconnected(), PATIENCE_S)
        assert api.disconnects == 1


@pytest.mark.parametrize("request_", [ASK, STREAM], ids=["whole", "stream"])
@pytest.mark.parametrize("kind", ["slow", "stall"])
async def test_cancelling_closes_the_connection(request_: EngineRequest, kind: FaultKind) -> None:
    """A task cancelled while the server is at work hangs up."""
    asked = asyncio.Event()

    def reply(request: EngineRequest) -> str:
        asked.set()
        return echo(request)

    async with LocalApi(reply, faults=[Fault(kind)]) as api, engine_at(api.base_url) as engine:
        task = asyncio.create_task(complete(engine, request_))
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(api.disconnected(), PATIENCE_S)


async def test_a_closed_engine_says_so() -> None:
    """After `aclose` nothing is opened again."""
    async with LocalApi(echo) as api:
        engine = OpenAIEngine("asked", base_url=api.base_url)
        await engine.aclose()
        with pytest.raises(EngineUnavailable, match="is closed"):
            await complete(engine, ASK)
        assert api.received == []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"model": " "}, "model"),
        ({"base_url": "127.0.0.1:8000"}, "base_url"),
        ({"base_url": "ftp://host/v1"}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "http://host:99999"}, "base_url"),
        ({"base_url": "http://[::1"}, "base_url"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"silence_s": -1.0}, "silence_s"),
        ({"connect_s": math.nan}, "connect_s"),
        ({"max_retries": -1}, "max_retries"),
        ({"window_tokens": 0}, "window_tokens"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], named: str) -> None:
    """A wrong setting fails when the engine is made, and is named."""
    with pytest.raises(InvalidSetting, match=named):
        OpenAIEngine(**{"model": "asked", **settings})


def test_making_an_engine_imports_no_library() -> None:
    """The command line's help stays quick: openai and httpx2 are imported by the first call."""
    code = (
        "import sys; from riffler.service.inference.openai import OpenAIEngine; OpenAIEngine('m');"
        "print(sorted({'openai', 'httpx2', 'anyio', 'starlette', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
