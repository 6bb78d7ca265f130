"""Streams and long turns: what stays whole when bytes, clients, engines and sessions go their own ways."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.http.conftest import Model
from tests.service.http.served import served

from riffler.bandits.policies.fixed import Fixed
from riffler.errors import EngineUnavailable
from riffler.service.agent.progress import AnswerDelta, Arrived, Progress
from riffler.service.app import Riffler
from riffler.service.http.event_stream import EventStream
from riffler.service.http.metrics import Metrics
from riffler.service.http.running import RunningTurn
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings
from riffler.tools.messages import ToolCall

TEXT = "Ünïcode 🚤 שלום e\u0301 \u2028 " * 50
QUESTION = {"question": "Where is the blue boat?"}


async def test_a_quiet_stream_is_kept_alive() -> None:
    """While nothing happens comments come, and none of them in the middle of an event."""
    heard: list[bytes] = []
    enough = asyncio.Event()

    async def turn() -> AsyncGenerator[Progress]:
        yield Arrived(1, 0)
        await enough.wait()
        yield AnswerDelta("at last")
        raise EngineUnavailable("the engine is away")

    async def send(message: Any) -> None:
        heard.append(message.get("body", b""))
        if heard.count(b": ping\n\n") == 3:
            enough.set()

    async def receive() -> Any:
        await asyncio.Event().wait()

    running = RunningTurn(turn(), Metrics([]))
    items = running.items()
    stream = EventStream(running, await anext(items), items, keep=False, quiet_s=0.01)
    async with asyncio.timeout(10):
        await stream({"type": "http"}, receive, send)
    events = b"".join(heard).decode().split("\n\n")
    assert [event.splitlines()[0] for event in events if event] == [
        "event: arrived",
        *[": ping"] * events.count(": ping"),
        "event: delta",
        "event: problem",
    ]


async def test_nothing_waits_behind_a_client_that_left() -> None:
    """What a stream waited for when its client went has ended with it, also where the turn goes on."""
    ended = asyncio.Event()
    before = asyncio.all_tasks()

    async def turn() -> AsyncGenerator[Progress]:
        yield Arrived(1, 0)
        await ended.wait()
        yield AnswerDelta("unheard")
        raise EngineUnavailable("the engine is away")

    async def send(message: Any) -> None:
        if message.get("body"):
            left.set()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    left = asyncio.Event()
    running = RunningTurn(turn(), Metrics([]))
    items: Any = running.items()
    async with asyncio.timeout(10):
        await EventStream(running, await anext(items), items, keep=True)({"type": "http"}, receive, send)
    assert asyncio.all_tasks() - before == {running.task}
    await items.aclose()  # nobody reads it any more
    ended.set()
    with pytest.raises(EngineUnavailable):
        await running.task


async def test_a_stream_cut_anywhere_is_the_same_text(client: httpx.AsyncClient, model: Model) -> None:
    """Read byte by byte, an answer in many scripts is what was said; no line separator in it ends an event."""
    model.says = TEXT.strip()
    deltas: list[str] = []
    rest = b""
    headers = {"accept": "text/event-stream"}
    async with client.stream("POST", "/api/v1/ask", json=QUESTION, headers=headers) as response:
        async for byte in response.aiter_bytes(1):
            rest += byte
            if rest.endswith(b"\n\n"):
                name, _, data = rest.decode().strip("\n").partition("\n")
                deltas += [json.loads(data.removeprefix("data: "))["text"]] if name == "event: delta" else []
                rest = b""
    assert "".join(deltas) == TEXT.strip()
    assert rest == b""


class Steps:
    """A model that searches, then waits, and fails as long as it is told to."""

    def __init__(self) -> None:
        self.waiting, self.go_on, self.away = asyncio.Event(), asyncio.Event(), False
        self.bug: Exception | None = None
        self.asked: list[int] = []
        self.wanted = 1

    async def __call__(self, request: EngineRequest) -> Reply:
        """Answer."""
        results = sum(message.role == "tool" for message in request.messages)
        self.asked.append(results)
        if not results:
            return [ToolCall("call_1", "search_context", '{"query": "boat"}')]
        self.wanted -= 1
        if not self.wanted:
            self.waiting.set()
        await self.go_on.wait()
        if self.bug is not None:
            raise self.bug
        return EngineUnavailable("the engine is away") if self.away else "In the harbour."


@pytest.fixture
def steps() -> Steps:
    """The model of one test."""
    return Steps()


@pytest.fixture
async def own(server_folder: Path, steps: Steps) -> AsyncIterator[Riffler]:
    """A Riffler with that model, a tenant of its own, and no arm that asks the model."""
    settings, tenant = read_settings(data_folder=server_folder), f"tenant-{secrets.token_hex(8)}"
    async with Riffler(settings, tenant, ScriptedEngine(steps), Fixed("reread")) as made:
        yield made


@pytest.fixture
async def service(own: Riffler) -> AsyncIterator[httpx.AsyncClient]:
    """A service with that model."""
    async with served(own) as client:
        yield client


async def test_a_turn_that_lost_its_engine_goes_on_under_its_decision(
    service: httpx.AsyncClient, own: Riffler, steps: Steps
) -> None:
    """Asked again with its key it takes up steps, rewrite and decision; nothing is asked or stored twice."""
    path = (await service.post("/api/v1/sessions", json={})).headers["location"]
    key = {"idempotency-key": "mine"}
    steps.go_on.set()
    steps.away = True
    failed = await service.post(f"{path}/ask", json=QUESTION, headers=key)
    assert (failed.status_code, failed.json()["detail"]) == (503, "the engine is away")
    steps.away = False
    answer = await service.post(f"{path}/ask", json=QUESTION, headers=key)
    assert answer.status_code == 200, answer.text
    assert steps.asked == [0, 1, 1], "the first call of the model was not made again"
    assert [step["tool"] for step in answer.json()["steps"]] == ["search_context"]
    decisions = (await service.get("/api/v1/decisions")).json()["items"]
    assert [each["decision"] for each in decisions] == [answer.json()["rewriting"]["decision"]]
    assert (decisions[0]["state"], answer.json()["rewriting"]["arm"]) == ("open", "reread")
    texts = [message.text for message in (await own.memory(path.rpartition("/")[2])).messages]
    assert texts.count(QUESTION["question"]) == 1
    again = (await service.post(f"{path}/ask", json=QUESTION, headers=key)).json()
    assert again.pop("times_ms"), "kept with the answer's commit, so without the time that this commit took"
    assert answer.json().items() >= again.items()


async def test_a_turn_that_was_overtaken_says_so(service: httpx.AsyncClient, own: Riffler, steps: Steps) -> None:
    """When the conversation went on meanwhile, the repetition is a 409, and changes nothing."""
    path = (await service.post("/api/v1/sessions", json={})).headers["location"]
    key = {"idempotency-key": "mine"}
    steps.go_on.set()
    steps.away = True
    assert (await service.post(f"{path}/ask", json=QUESTION, headers=key)).status_code == 503
    steps.away = False
    added = await service.post(f"{path}/messages", json={"messages": [{"role": "user", "content": "Never mind."}]})
    assert added.status_code == 200
    before = await own.memory(path.rpartition("/")[2])
    late = await service.post(f"{path}/ask", json=QUESTION, headers=key)
    assert (late.status_code, late.json()["title"]) == (409, "Turn overtaken")
    assert await own.memory(path.rpartition("/")[2]) == before


async def test_a_session_that_is_asked_stays_as_it_is(service: httpx.AsyncClient, own: Riffler, steps: Steps) -> None:
    """While a turn runs nobody else deletes, adds, calls or asks, and all may read; then the answer comes."""
    path = (await service.post("/api/v1/sessions", json={})).headers["location"]
    asking = asyncio.create_task(service.post(f"{path}/ask", json=QUESTION))
    await steps.waiting.wait()
    cut = {"arguments": {"start_marker": "Where is", "end_marker": "boat?", "num_fragments": 1}}
    message = {"messages": [{"role": "user", "content": "Me first."}]}
    for method, target, body in [
        ("DELETE", path, None),
        ("POST", f"{path}/messages", message),
        ("POST", f"{path}/tools/fragment_context", cut),
        ("POST", f"{path}/ask", QUESTION),
    ]:
        busy = await service.request(method, target, json=body)
        assert busy.status_code == 409, busy.text
        assert busy.headers["content-type"] == "application/problem+json"
    for part in ("", "/messages", "/view", "/fragments", "/events"):
        assert (await service.get(path + part)).status_code == 200
    steps.go_on.set()
    answer = await asking
    assert answer.json()["version"] == (await own.memory(path.rpartition("/")[2])).version
    assert (await service.delete(path)).status_code == 204


async def test_a_session_that_goes_in_the_middle_is_told(
    service: httpx.AsyncClient, own: Riffler, steps: Steps
) -> None:
    """A session that expired under a running turn is a 404 at its end, and doesn't come back half."""
    path = (await service.post("/api/v1/sessions", json={})).headers["location"]
    asking = asyncio.create_task(service.post(f"{path}/ask", json=QUESTION))
    await steps.waiting.wait()

    async def expire(client: Any) -> None:
        async for key in client.scan_iter(match=f"riffler:{{{own.tenant}/s/*", count=10_000):
            await client.delete(key)

    await own._connection.run(expire)
    steps.go_on.set()
    answer = await asking
    assert (answer.status_code, answer.json()["title"]) == (404, "Unknown session")
    assert (await service.get(path)).status_code == 404
    assert (await service.get("/api/v1/sessions")).json()["items"] == []


async def test_a_bug_in_the_middle_of_a_stream_is_told(service: httpx.AsyncClient, steps: Steps) -> None:
    """What nobody foresaw ends the stream with a problem that says nothing of it, and the stream is whole."""
    steps.bug = ZeroDivisionError("the secret words")
    steps.go_on.set()
    told = await service.post("/api/v1/ask", json=QUESTION, headers={"accept": "text/event-stream"})
    events = [event.partition("\n") for event in told.text.split("\n\n") if event]
    assert [name for name, _, _ in events] == [f"event: {name}" for name in ("arrived", "rewriting", "step", "problem")]
    problem = json.loads(events[-1][2].removeprefix("data: "))
    assert (problem["status"], problem["title"]) == (500, "Internal error")
    assert "secret" not in told.text


async def test_a_service_that_stops_tells_whom_it_has_no_time_for(own: Riffler, steps: Steps) -> None:
    """A turn that answers at once and one that streams each end with a problem, and leave no session behind."""
    steps.wanted = 2
    async with served(own, shutdown_s=0.2) as client:
        whole = asyncio.create_task(client.post("/api/v1/ask", json=QUESTION))
        events = {"accept": "text/event-stream"}
        streamed = asyncio.create_task(client.post("/api/v1/ask", json=QUESTION, headers=events))
        await steps.waiting.wait()
    answer = await whole
    assert (answer.status_code, answer.json()["title"]) == (503, "Service stopping")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]
    *_, last = [event for event in (await streamed).text.split("\n\n") if event]
    name, _, data = last.partition("\n")
    assert (name, json.loads(data.removeprefix("data: "))["title"]) == ("event: problem", "Service stopping")
    assert (await own.sessions.sessions(own.tenant)).sessions == []


async def test_a_rewrite_that_the_service_has_no_time_for_is_told(server_folder: Path) -> None:
    """What is no turn, but waits for the model, gets its problem too, when the server gives up waiting for it."""
    waiting = asyncio.Event()

    async def model(_: EngineRequest) -> Reply:
        waiting.set()
        await asyncio.Event().wait()
        return "Where is the boat that is blue?"

    settings, tenant = read_settings(data_folder=server_folder), f"tenant-{secrets.token_hex(8)}"
    async with Riffler(settings, tenant, ScriptedEngine(model), Fixed("paraphrase")) as riffler:
        async with served(riffler, shutdown_s=0.0) as client:
            rewriting = asyncio.create_task(client.post("/api/v1/rewrites", json={"query": QUESTION["question"]}))
            await waiting.wait()
        answer = await rewriting
    assert (answer.status_code, answer.json()["title"]) == (503, "Service stopping")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("headers", [{}, {"accept": "text/event-stream"}])
async def test_a_service_that_stops_lets_its_turns_end(own: Riffler, steps: Steps, headers: dict[str, str]) -> None:
    """Told to stop in the middle of a turn, it takes no new connection, answers the turn, and then it is gone."""
    async with served(own) as client:
        asking = asyncio.create_task(client.post("/api/v1/ask", json=QUESTION, headers=headers))
        await steps.waiting.wait()

        async def later() -> None:
            while True:
                try:
                    async with httpx.AsyncClient(base_url=client.base_url) as other:
                        await other.get("/livez")
                except httpx.TransportError:
                    break
                await asyncio.sleep(0.02)
            assert not asking.done()
            steps.go_on.set()

        refused = asyncio.create_task(later())
    async with asyncio.timeout(20):
        await refused
        answer = await asking
    assert answer.status_code == 200
    assert "harbour." in answer.text
