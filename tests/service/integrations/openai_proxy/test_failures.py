"""What a client hears when something fails, and what becomes of the work when a client goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from tests.service.http.served import served
from tests.service.integrations.openai_proxy.bench import MODEL, Bench, benched

from riffler.service.app import Riffler
from riffler.service.http import chat_stream
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings
from riffler.tools.messages import ToolCall

ASK: list[Any] = [{"role": "user", "content": "When does the harbour open?"}]
LOOK = ToolCall("call_o", "find_in_context", '{"queries": ["harbour"]}')
CANCELLED = 'riffler_engine_call_seconds_count{outcome="cancelled"}'
OFF: dict[str, Any] = {"rewriting": False, "tools": "none"}


async def error_of(client: openai.AsyncOpenAI, *, stream: bool, headers: dict[str, str] | None = None) -> Any:
    """Ask, hear all, and give the error that the client raises."""
    with pytest.raises(openai.APIError) as caught:
        await heard(client.with_options(default_headers=headers or {}), stream=stream)
    return caught.value


async def heard(client: openai.AsyncOpenAI, *, stream: bool) -> None:
    """Ask, and hear all."""
    answer = await client.chat.completions.create(model=MODEL, messages=ASK, stream=stream)
    if isinstance(answer, openai.AsyncStream):
        async for _ in answer:
            pass


@pytest.mark.parametrize("way", ["sessions", "straight"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_a_refusal_comes_as_it_was(server_folder: Path, status: int, stream: bool, way: str) -> None:
    """Status, error and what is said of trying again are the server's, whole or streamed; it is asked once."""
    said = {"retry-after": "7", "retry-after-ms": "7000", "x-ratelimit-remaining-requests": "0"}
    faults = [Fault("status", status, "no such luck", "some_error", said)] * 2
    async with benched(server_folder, lambda _: "At six.", faults=faults, **OFF) as bench:
        own = await error_of(bench.straight, stream=stream)
        passed = await error_of(
            bench.through, stream=stream, headers={"X-Riffler-Features": "off"} if way == "straight" else {}
        )
        assert len(bench.bodies) == 2
    assert (type(passed), passed.status_code, passed.body) == (type(own), own.status_code, own.body)
    assert {name: passed.response.headers[name] for name in said} == said


@pytest.mark.parametrize("settings", [OFF, {**OFF, "fitting": False}], ids=["sessions", "straight"])
async def test_an_error_in_the_middle_comes_as_it_was(server_folder: Path, settings: dict[str, Any]) -> None:
    """An error that a server sends in the middle of a stream reaches the client as the same one, after what came."""
    faults = [Fault("error_event", 503, "gone astray", "server_error")] * 2
    async with benched(server_folder, lambda _: "one two three four", faults=faults, **settings) as bench:
        own, passed = [await error_of(client, stream=True) for client in (bench.straight, bench.through)]
        assert (type(passed), passed.body) == (type(own), own.body)


async def test_an_inner_call_that_fails_is_told(server_folder: Path) -> None:
    """When the second call of a turn fails, the answer fails: by its status, or in the stream that has begun."""

    def model(request: EngineRequest) -> Reply:
        return LOOK if request.messages[-1].role == "user" else "At six."

    fault = Fault("status", 500, "out of luck", headers={"retry-after-ms": "1"})
    async with benched(server_folder, model, faults=[None, fault, None, fault], rewriting=False) as bench:
        whole = await error_of(bench.through, stream=False)
        streamed = await error_of(bench.through, stream=True)
        assert (whole.status_code, whole.body["message"]) == (500, "out of luck")
        assert (type(streamed), streamed.body["message"]) == (openai.APIError, "out of luck")


@asynccontextmanager
async def saying(status: str, text: str) -> AsyncIterator[str]:
    """Serve one answer that is no JSON to every request, as a balancer before a model does."""
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nX-Request-Id: up-7\r\nContent-Length: {len(body)}\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(asked.split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


@pytest.mark.parametrize("way", ["sessions", "straight"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("status", "said"),
    [("502 Bad Gateway", "<html>upstream is away</html>"), ("404 Not Found", "no route"), ("500 Oh", "")],
)
async def test_a_text_is_passed_on(server_folder: Path, status: str, said: str, stream: bool, way: str) -> None:
    """What a server refuses with a page or a text is the error's message; one that says nothing isn't given away."""
    async with saying(status, said) as address:
        engine = OpenAIEngine(MODEL, base_url=address, max_retries=0)
        riffler = Riffler(read_settings(data_folder=server_folder, **OFF), tenant="away", engine=engine)
        async with riffler, served(riffler) as http:
            response = await http.post(
                "/v1/chat/completions",
                json={"model": MODEL, "messages": ASK, "stream": stream},
                headers={"X-Riffler-Features": "off"} if way == "straight" else {},
            )
    assert response.status_code == int(status[:3])
    assert response.headers["x-upstream-request-id"] == "up-7"
    error = response.json()["error"]
    assert error["message"] == said if said else "127.0.0.1" not in error["message"]
    assert error["type"] == ("server_error" if response.status_code >= 500 else "invalid_request_error")


async def test_a_client_that_tries_again_gets_through(server_folder: Path) -> None:
    """The client's own retries are all that there are, and they work."""
    fault = Fault("status", 429, headers={"retry-after-ms": "1"})
    async with benched(server_folder, lambda _: "At six.", faults=[fault, fault], **OFF) as bench:
        patient = bench.through.with_options(max_retries=2)
        answer = await patient.chat.completions.create(model=MODEL, messages=ASK)
        assert answer.choices[0].message.content == "At six."
        assert len(bench.bodies) == 3


async def test_a_server_that_is_away_is_told_in_openais_shape(server_folder: Path) -> None:
    """Nobody to be reached is 503 with an error of OpenAI's shape, by which clients know to try again."""
    engine = OpenAIEngine(MODEL, base_url="http://127.0.0.1:9/v1", max_retries=0)
    riffler = Riffler(read_settings(data_folder=server_folder, **OFF), tenant="away", engine=engine)
    async with riffler, served(riffler) as http:
        for path, body in (("/v1/chat/completions", {"model": MODEL, "messages": ASK}), ("/v1/models", None)):
            response = await (http.post(path, json=body) if body else http.get(path))
            assert response.status_code == 503
            assert response.json()["error"]["code"] == "engine_unavailable"
            assert response.json()["error"]["type"] == "server_error"


async def test_what_else_openai_serves_is_told_not_to_be_here(server_folder: Path) -> None:
    """Who begins with a part of the API that isn't served hears in the library's own error which parts are."""
    async with benched(server_folder, lambda _: "At six.", **OFF) as bench:
        with pytest.raises(openai.NotFoundError, match=r"/v1/chat/completions and /v1/models are served") as caught:
            await bench.through.responses.create(model=MODEL, input="When does the harbour open?")
        assert caught.value.code == "unknown_path"
        with pytest.raises(openai.NotFoundError, match=r"/v1/chat/completions and /v1/models are served"):
            await bench.through.embeddings.create(model=MODEL, input="harbour")
        assert not bench.bodies


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"messages": ASK}, "model"),
        ({"model": MODEL}, "messages"),
        ({"model": MODEL, "messages": []}, "messages"),
        ({"model": MODEL, "messages": ["hello"]}, "messages[0]"),
        ({"model": MODEL, "messages": ASK, "stream": "yes"}, "stream"),
        (["no object"], "body"),
    ],
    ids=["no model", "no messages", "none", "no object", "no bool", "a list"],
)
async def test_what_is_no_chat_request_is_refused(server_folder: Path, body: Any, named: str) -> None:
    """It is 400 in OpenAI's shape, names the field, and reaches no model."""
    async with benched(server_folder, lambda _: "At six.", **OFF) as bench:
        response = await bench.http.post("/v1/chat/completions", json=body)
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/json"
        error = response.json()["error"]
        assert error["type"] == "invalid_request_error"
        assert error["message"].startswith(named)
        assert not bench.bodies


async def test_http_itself_fails_in_openais_shape(server_folder: Path) -> None:
    """An unknown path, method or type of body, and what is no JSON, have it too; Riffler's own routes keep theirs."""
    async with benched(server_folder, lambda _: "At six.", **OFF) as bench:
        answers = {
            404: await bench.http.get("/v1/files"),
            405: await bench.http.get("/v1/chat/completions"),
            415: await bench.http.post("/v1/chat/completions", content="hi", headers={"content-type": "text/plain"}),
            400: await bench.http.post(
                "/v1/chat/completions", content="{", headers={"content-type": "application/json"}
            ),
        }
        assert {status: response.status_code for status, response in answers.items()} == {
            each: each for each in answers
        }
        assert all(response.json()["error"]["type"] == "invalid_request_error" for response in answers.values())
        assert "POST" in answers[405].headers["allow"]
        assert (await bench.http.get("/api/v1/x")).headers["content-type"] == "application/problem+json"


async def test_a_conversation_that_cannot_fit_is_told_as_openai_does(server_folder: Path) -> None:
    """The code is `context_length_exceeded`, by which clients know to shorten it."""
    engine = OpenAIEngine(MODEL, base_url="http://127.0.0.1:9/v1", window_tokens=2000)
    riffler = Riffler(read_settings(data_folder=server_folder, **OFF), tenant="small", engine=engine)
    async with riffler, served(riffler) as http:
        system = {"role": "system", "content": "be brief " * 3000}  # pinned
        response = await http.post("/v1/chat/completions", json={"model": MODEL, "messages": [system, *ASK]})
        assert (response.status_code, response.json()["error"]["code"]) == (400, "context_length_exceeded")


@pytest.mark.parametrize("settings", [OFF, {**OFF, "fitting": False}], ids=["sessions", "straight"])
@pytest.mark.parametrize("kind", ["slow", "stall"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_client_that_goes_stops_the_work(
    server_folder: Path, settings: dict[str, Any], kind: Any, stream: bool
) -> None:
    """Before or in the middle of an answer: the model's server is let go, and the next request is answered."""
    asked = asyncio.Event()

    def model(_request: EngineRequest) -> Reply:
        asked.set()
        return "one two three four"

    async with benched(server_folder, model, faults=[Fault(kind)], **settings) as bench:
        going = asyncio.create_task(heard(bench.through, stream=stream))
        async with asyncio.timeout(30):
            await asked.wait()
            await asyncio.sleep(0.1)  # into the answer, where that begins
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            await bench.upstream.disconnected()
            answer = await bench.through.chat.completions.create(model=MODEL, messages=ASK)
        assert answer.choices[0].message.content == "one two three four"


async def test_a_client_that_waits_no_longer_has_its_own_error(server_folder: Path) -> None:
    """A client's timeout is raised by the client, and the work is stopped."""
    async with benched(server_folder, lambda _: "At six.", faults=[None, Fault("slow")], **OFF) as bench:
        await heard(bench.through, stream=True)  # connections are there: a busy machine takes longer to make them
        hasty = bench.through.with_options(timeout=2.0)
        with pytest.raises(openai.APITimeoutError):
            await hasty.chat.completions.create(model=MODEL, messages=ASK, stream=True)
        async with asyncio.timeout(30):
            await bench.upstream.disconnected()


async def test_a_quiet_stream_is_kept_alive(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While steps run inside comments go out, which clients pass over; nothing goes out before the server answers."""
    monkeypatch.setattr(chat_stream, "QUIET_S", 0.05)

    def model(request: EngineRequest) -> Reply:
        return LOOK if request.messages[-1].role == "user" else "At six."

    faults = [None, Fault("slow", seconds=0.5)] * 2
    async with benched(server_folder, model, faults=faults, rewriting=False) as bench:
        body = {"model": MODEL, "messages": ASK, "stream": True}
        response = await bench.http.post("/v1/chat/completions", json=body)
        blocks = response.text.split("\n\n")
        assert blocks[0].startswith(":")
        assert blocks[-2] == "data: [DONE]"
        assert response.headers["x-accel-buffering"] == "no"
        chunks = await bench.through.chat.completions.create(**body)  # type: ignore[call-overload]
        assert "".join([chunk.choices[0].delta.content or "" async for chunk in chunks]) == "At six."


async def test_two_tenants_share_no_conversation(server_folder: Path) -> None:
    """What one tenant said is not recognised for another, word for word though it be."""

    async def conversation(bench: Bench) -> tuple[str, str]:
        first = await bench.ask(ASK)
        said = [*ASK, first.parse().choices[0].message.model_dump(), {"role": "user", "content": "And then?"}]
        return first.headers["x-riffler-session"], (await bench.ask(said)).headers["x-riffler-session"]

    async with (
        benched(server_folder, lambda _: "At six.", **OFF) as one,
        benched(server_folder, lambda _: "At six.", **OFF) as other,
    ):
        mine, theirs = await conversation(one), await conversation(other)
        assert mine[0] == mine[1] != theirs[0] == theirs[1]
        assert (await other.http.get(f"/api/v1/sessions/{mine[0]}")).status_code == 404


async def counted(bench: Bench) -> dict[str, float]:
    """Read the service's metrics."""
    text = (await bench.http.get("/metrics")).text
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


async def test_what_goes_straight_is_counted(server_folder: Path) -> None:
    """Requests that no turn has are seen as calls of the model, by how they ended, and by why they went; in no log."""
    faults = [None, None, Fault("status"), Fault("error_event"), Fault("cut"), Fault("slow")]
    off = {"X-Riffler-Features": "off"}
    async with benched(server_folder, lambda _: "At six, or so.", faults=faults, **OFF) as bench:
        straight = bench.through.with_options(default_headers=off)
        for stream in (False, True):
            await heard(straight, stream=stream)
        for stream in (False, True, True):
            await error_of(bench.through, stream=stream, headers=off)
        going = asyncio.create_task(heard(straight, stream=True))
        while len(bench.bodies) < 6:  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.01)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        await bench.upstream.disconnected()
        async with asyncio.timeout(30):
            while CANCELLED not in await counted(bench):  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.05)
        found = await counted(bench)
        await heard(bench.through, stream=True)
        logged = (await bench.http.get("/api/v1/turns")).json()["items"]
        assert [(turn["outcome"], turn["calls"]) for turn in logged] == [("answered", 1)]
    ended = {how: found[f'riffler_engine_call_seconds_count{{outcome="{how}"}}'] for how in ("done", "failed")}
    assert ended == {"done": 2, "failed": 3}
    assert found['riffler_passed_on_total{why="client"}'] == 6
    for errors in ("riffler_engine_errors_total", "riffler_errors_total"):
        assert sum(value for name, value in found.items() if name.startswith(errors)) == 3


async def test_names_of_models_leave_nothing(server_folder: Path) -> None:
    """Models that clients make up reach the model's server, and each new name leaves no row behind in the metrics."""
    async with benched(server_folder, lambda _: "At six.", **OFF) as bench:
        rows = []
        for number in range(40):
            answer = await bench.through.chat.completions.create(model=f"made-up-{number}", messages=ASK)
            assert answer.choices[0].message.content == "At six."
            rows.append(set(await counted(bench)))
        assert [body["model"] for body in bench.bodies] == [f"made-up-{number}" for number in range(40)]
        assert rows[1] == rows[-1]


@pytest.mark.parametrize("most", [30_000, 32_768, 100_000])
async def test_a_large_max_tokens_takes_nothing_from_the_conversation(server_folder: Path, most: int) -> None:
    """A client may ask for as long an answer as it likes: its conversation stays whole, and the server judges."""
    said = [{"role": "user", "content": f"Note {number}: the pier opens at six. " * 40} for number in range(30)]
    async with benched(server_folder, lambda _: "At six.", **OFF) as bench:
        await bench.ask([*said, *ASK], max_tokens=most)
        (body,) = bench.bodies
    assert body["messages"] == [*said, *ASK]
    assert body["max_tokens"] == most
