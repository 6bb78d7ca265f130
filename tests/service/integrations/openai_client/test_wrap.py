"""What a wrapped client does: sessions, tools inside, errors, time limits, cancelling, closing."""

import asyncio
import functools
import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from tests.service.integrations.openai_client.wrapped import MODEL, wrapped

import riffler
from riffler.errors import InvalidInput
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.scripted import Reply
from riffler.service.integrations.openai_client.door import Door
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.tools.messages import Message, ToolCall

SEARCH = ToolCall("call_s", "find_in_context", '{"queries": ["harbour"]}')
ASKED: list[Any] = [{"role": "user", "content": "When does the harbour open?"}]
QUIET = {"rewriting": False}


def searching(request: EngineRequest) -> Reply:
    """Search before each answer, so that something is done inside."""
    return "At six." if request.messages[-1].role == "tool" else SEARCH


def counting(request: EngineRequest) -> str:
    """Tell how much was said."""
    return f"{len(request.messages)} messages, last {request.messages[-1].text}"


async def until(there: Callable[[], bool]) -> None:
    """Wait for what another task does; the test's own time limit ends it."""
    while not there():  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_tools_run_inside(server_folder: Path, stream: bool) -> None:
    """The client hears the answer alone; the model's server was called twice, and the session holds the step."""
    async with wrapped(server_folder, searching, **QUIET) as bench:
        create: Any = bench.through.chat.completions.with_raw_response.create
        response = await create(model=MODEL, messages=ASKED, stream=stream)
        answer = response.parse()
        if stream:
            chunks = [chunk async for chunk in answer]
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
            assert not any(chunk.choices[0].delta.tool_calls for chunk in chunks if chunk.choices)
        else:
            text = answer.choices[0].message.content
            assert answer.usage.total_tokens > 0
        assert text == "At six."
        assert len(bench.bodies) == 2
        kept = await bench.messages(response.headers["x-riffler-session"])
        assert [message["role"] for message in kept] == ["user", "assistant", "tool"]


async def test_a_limit_within_a_call_costs_one_more(server_folder: Path) -> None:
    """A reply that `max_tokens` ends within a call of Riffler's is asked for once more, without Riffler's tools."""

    def cut_off(request: EngineRequest) -> Reply:
        said = Message.assistant(None, [ToolCall("call_s", "find_in_context", '{"qu')])
        return Completion(said if request.tools else Message.assistant("At"), "length", Usage(100, 5), MODEL)

    async with wrapped(server_folder, cut_off, **QUIET) as bench:
        answer = await bench.through.chat.completions.create(model=MODEL, messages=ASKED, max_tokens=5)
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("At", "length")
        assert ["tools" in body for body in bench.bodies] == [True, False]


async def test_tools_run_inside_of_the_sync_client(server_folder: Path) -> None:
    """The synchronous client hears the answer alone, too, whole and streamed, in one conversation."""
    async with wrapped(server_folder, searching, **QUIET) as bench:

        def ask(client: openai.OpenAI) -> list[str]:
            said, sessions = list(ASKED), []
            whole = client.chat.completions.with_raw_response.create(model=MODEL, messages=said)
            said += [{"role": "assistant", "content": whole.parse().choices[0].message.content}, *ASKED]
            with client.chat.completions.with_streaming_response.create(
                model=MODEL, messages=said, stream=True
            ) as streamed:
                text = "".join(chunk.choices[0].delta.content or "" for chunk in streamed.parse() if chunk.choices)
                sessions = [whole.headers["x-riffler-session"], streamed.headers["x-riffler-session"]]
            assert text == "At six."
            return sessions

        first, second = await bench.synchronous(ask)
        assert first == second
        assert len(bench.bodies) == 4


async def test_a_session_is_named_by_a_header(server_folder: Path) -> None:
    """The header names it, goes no further, and one that no session may have is refused."""
    async with wrapped(server_folder, counting, **QUIET) as bench:
        headers = {"X-Riffler-Session": "harbour", "X-Own": "1"}
        await bench.through.chat.completions.create(model=MODEL, messages=ASKED, extra_headers=headers)
        assert len(await bench.messages("harbour")) == 1
        sent = bench.upstream.received[-1].headers
        assert sent["x-own"] == "1"
        assert sent["authorization"] == "Bearer key-1"
        assert "x-riffler-session" not in sent
        with pytest.raises(openai.BadRequestError, match="session"):
            await bench.through.chat.completions.create(
                model=MODEL, messages=ASKED, extra_headers={"X-Riffler-Session": "a b"}
            )


async def test_a_request_turns_riffler_off(server_folder: Path) -> None:
    """With the header off, the model's server gets what the client wrote, and Riffler keeps nothing."""
    async with wrapped(server_folder, searching) as bench:
        response = await bench.through.chat.completions.with_raw_response.create(
            model=MODEL, messages=ASKED, extra_headers={"X-Riffler-Features": "off"}
        )
        assert "x-riffler-session" not in response.headers
        assert "x-riffler-features" not in bench.upstream.received[-1].headers
        assert bench.bodies == [{"messages": ASKED, "model": MODEL}]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_refusal_is_the_servers(server_folder: Path, stream: bool) -> None:
    """Status, words and type of error are what the client hears without Riffler, and it tries again as it does then."""
    fault = Fault("status", status=429, message="slow down", headers={"retry-after-ms": "1"})
    async with wrapped(server_folder, counting, faults=[fault] * 4 + [None], **QUIET) as bench:
        errors = []
        for client in (bench.straight, bench.through):
            with pytest.raises(openai.RateLimitError) as caught:
                await client.chat.completions.create(model=MODEL, messages=ASKED, stream=stream)
            errors.append((caught.value.status_code, caught.value.body, str(caught.value)))
        assert errors[0] == errors[1]
        again = bench.through.with_options(max_retries=2)
        await again.chat.completions.create(model=MODEL, messages=ASKED)
        assert len(bench.bodies) == 5


async def test_a_server_that_is_gone_is_a_lost_connection(server_folder: Path) -> None:
    """As without Riffler it is `APIConnectionError`, to both clients."""
    async with wrapped(server_folder, counting, **QUIET) as bench:
        await bench.upstream.__aexit__(None, None, None)
        with pytest.raises(openai.APIConnectionError):
            await bench.through.chat.completions.create(model=MODEL, messages=ASKED)

        def ask(client: openai.OpenAI) -> None:
            with pytest.raises(openai.APIConnectionError):
                client.chat.completions.create(model=MODEL, messages=ASKED)

        await bench.synchronous(ask)
        await bench.upstream.__aenter__()


async def test_the_clients_time_limit_holds(server_folder: Path) -> None:
    """A server that says nothing for longer than the client waits is `APITimeoutError`, to both clients."""
    async with wrapped(server_folder, counting, faults=[Fault("slow"), Fault("slow")], **QUIET) as bench:
        with pytest.raises(openai.APITimeoutError):
            await bench.through.with_options(timeout=0.5).chat.completions.create(model=MODEL, messages=ASKED)

        def ask(client: openai.OpenAI) -> None:
            with pytest.raises(openai.APITimeoutError):
                client.with_options(timeout=0.5).chat.completions.create(model=MODEL, messages=ASKED)

        await bench.synchronous(ask)


async def test_who_leaves_a_stream_ends_the_work(server_folder: Path) -> None:
    """A stream that is closed early, or a call that is cancelled, closes the connection to the model's server."""
    stalls = [Fault("stall"), Fault("slow")]
    async with wrapped(server_folder, lambda _: "word " * 400, faults=stalls, **QUIET) as bench:
        stream = await bench.through.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
        await anext(aiter(stream))
        await stream.close()
        call = asyncio.create_task(bench.through.chat.completions.create(model=MODEL, messages=ASKED))
        await until(lambda: len(bench.bodies) == 2)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: bench.upstream.disconnects == 2)


async def test_conversations_at_once_are_not_mixed(server_folder: Path) -> None:
    """Sixteen streams of one client, and as many threads on a sync one: each hears its own answer."""
    async with wrapped(server_folder, counting, **QUIET) as bench:

        async def ask(name: str) -> str:
            said: list[Any] = [{"role": "user", "content": name}]
            chunks = await bench.through.chat.completions.create(model=MODEL, messages=said, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices])

        names = [f"ship {number}" for number in range(16)]
        assert await asyncio.gather(*map(ask, names)) == [f"1 messages, last {name}" for name in names]

        def ask_all(client: openai.OpenAI) -> list[str]:
            heard = [""] * len(names)

            def one(at: int) -> None:
                said: list[Any] = [{"role": "user", "content": names[at]}]
                heard[at] = client.chat.completions.create(model=MODEL, messages=said).choices[0].message.content or ""

            threads = [threading.Thread(target=one, args=(at,)) for at in range(len(names))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return heard

        assert await bench.synchronous(ask_all) == [f"1 messages, last {name}" for name in names]


async def test_a_client_serves_one_loop_after_another(server_folder: Path) -> None:
    """A client that nobody closes answers in two event loops, one after the other, and leaves no socket open."""
    async with wrapped(server_folder, counting, **QUIET) as bench:

        def twice() -> list[str | None]:
            network = httpx2.AsyncClient(limits=httpx2.Limits(max_keepalive_connections=0))
            own = openai.AsyncOpenAI(base_url=bench.upstream.base_url, api_key="key-1", http_client=network)
            client = riffler.wrap(own, bench.settings, tenant=bench.tenant)

            async def ask() -> str | None:
                answer = await client.chat.completions.create(model=MODEL, messages=ASKED)
                return answer.choices[0].message.content

            return [asyncio.run(ask()), asyncio.run(ask())]

        assert len(set(await asyncio.to_thread(twice))) == 1
        gc.collect()  # a socket that was left open is told of here


async def test_a_client_that_is_dropped_is_closed(server_folder: Path) -> None:
    """One that nobody closes and nobody has any more closes its connections while the loop runs on."""
    async with wrapped(server_folder, counting, **QUIET) as bench:
        closed = asyncio.Event()

        async def told(door: Door) -> None:
            await close(door)
            closed.set()

        close = Door.aclose
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Door, "aclose", told)
            client = riffler.wrap(bench.straight, bench.settings, tenant=bench.tenant)
            await client.chat.completions.create(model=MODEL, messages=ASKED)
            del client
            gc.collect()
            async with asyncio.timeout(20):
                await closed.wait()
    gc.collect()  # as above


async def test_closing_ends_what_was_started(server_folder: Path) -> None:
    """A closed sync client leaves no thread of Riffler's behind, refuses requests, and can be closed again."""
    async with wrapped(server_folder, counting, **QUIET) as bench:
        kept: list[openai.OpenAI] = []

        def ask(client: openai.OpenAI) -> None:
            client.chat.completions.create(model=MODEL, messages=ASKED)
            assert any(thread.name == "riffler-openai" for thread in threading.enumerate())
            client.close()
            assert not any(thread.name == "riffler-openai" for thread in threading.enumerate())
            client.close()
            with pytest.raises(RuntimeError, match="closed"):  # as of any client of OpenAI's
                client.chat.completions.create(model=MODEL, messages=ASKED)
            kept.append(client)

        await bench.synchronous(ask)
        assert kept[0].is_closed()
        assert len(bench.bodies) == 1


@pytest.mark.parametrize("kind", [openai.AsyncOpenAI, openai.OpenAI], ids=["async", "sync"])
async def test_closing_stops_turns_first(server_folder: Path, kind: type[openai.AsyncOpenAI | openai.OpenAI]) -> None:
    """A client closed in the middle of a turn lost the connection; the session is free at once, no socket is left."""
    named = {"X-Riffler-Session": "harbour"}
    async with wrapped(server_folder, counting, faults=[Fault("slow"), None], **QUIET) as bench:
        with openai.OpenAI(base_url=bench.upstream.base_url, api_key="key-1", max_retries=0) as plain:
            own = bench.straight if kind is openai.AsyncOpenAI else plain
            client: Any = riffler.wrap(own, bench.settings, tenant=bench.tenant)
            ask = functools.partial(client.chat.completions.create, model=MODEL, messages=ASKED, extra_headers=named)
            asking = asyncio.create_task(ask() if own is bench.straight else asyncio.to_thread(ask))
            await until(lambda: len(bench.bodies) == 1)
            await (client.close() if own is bench.straight else asyncio.to_thread(client.close))
            with pytest.raises(openai.APIConnectionError):
                await asking
        async with asyncio.timeout(bench.settings.lease_s - 5):  # a lease that was left would hold it for longer
            await bench.through.chat.completions.create(model=MODEL, messages=ASKED, extra_headers=named)
    gc.collect()  # a socket that was left open is told of here


def test_anything_else_is_refused() -> None:
    """What is no client of OpenAI's library is told so."""
    with pytest.raises(InvalidInput, match=r"openai\.OpenAI"):
        riffler.wrap(object())  # type: ignore[type-var]


async def test_who_closes_first_takes_nothing_from_others(tmp_path: Path) -> None:
    """A client that started the server of a data folder closes in the middle of another one's turn, which is kept."""
    folder = tmp_path / "data"

    def ask(client: openai.OpenAI, session: str) -> str:
        named = {"X-Riffler-Session": session}
        given = client.chat.completions.create(model=MODEL, messages=ASKED, extra_headers=named)
        return str(given.choices[0].message.content)

    async with wrapped(folder, ["one", "two"], faults=[None, Fault("slow", seconds=3)], **QUIET) as bench:
        own = openai.OpenAI(base_url=bench.upstream.base_url, api_key="key-1", max_retries=0)
        with own, riffler.wrap(own, bench.settings, tenant=bench.tenant) as second:
            with riffler.wrap(own, bench.settings, tenant=bench.tenant) as first:
                assert await asyncio.to_thread(ask, first, "one") == "one"
                asking = asyncio.create_task(asyncio.to_thread(ask, second, "two"))
                await until(lambda: len(bench.bodies) == 2)
                await asyncio.to_thread(first.close)
                assert not asking.done()
            assert await asking == "two"
        for session in ("one", "two"):
            assert [message["content"] for message in await bench.messages(session)] == [ASKED[0]["content"]]
