"""Questions over HTTP: events as they happen, clients that go, requests made again, several at once."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.http.conftest import Model
from tests.service.http.served import served

from riffler.bandits.policies.fixed import Fixed
from riffler.errors import EngineUnavailable
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings
from riffler.tools.messages import ToolCall

QUESTION = {"question": "Where is the blue boat?", "contexts": ["The blue boat is in the harbour. Ünïcode 🚤."]}
EVENTS = {"accept": "text/event-stream"}
SEARCH = [ToolCall("call_1", "search_context", '{"query": "boat"}')]

CALL = {"id": "call_9", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
ORPHAN = {"role": "tool", "tool_call_id": "call_8", "content": "rain"}


class Slow:
    """A model that searches once and then waits to be let go; it may fail after that."""

    def __init__(self) -> None:
        self.waiting, self.go_on, self.calls = asyncio.Event(), asyncio.Event(), 0
        self.fails = False

    async def __call__(self, request: EngineRequest) -> Reply:
        """Answer."""
        self.calls += 1
        if not any(message.role == "tool" for message in request.messages):
            return SEARCH
        self.waiting.set()
        await self.go_on.wait()
        if self.fails:
            raise EngineUnavailable("the engine is away")
        return "In the harbour. 🚤"


@pytest.fixture
def slow() -> Slow:
    """A model of one test."""
    return Slow()


@pytest.fixture
async def service(server_folder: Path, slow: Slow) -> AsyncIterator[httpx.AsyncClient]:
    """A service with that model."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    settings = read_settings(data_folder=server_folder)
    async with (
        # Without the arm that asks the model: the model's calls are counted.
        Riffler(settings, tenant=tenant, engine=ScriptedEngine(slow), policy=Fixed("none")) as riffler,
        served(riffler) as client,
    ):
        yield client


async def events_of(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Read server-sent events."""
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def test_events_come_in_the_order_of_the_turn(service: httpx.AsyncClient, slow: Slow) -> None:
    """Each step is told when it happens, before the answer is there; the deltas join to the answer."""
    told: list[tuple[str, dict[str, Any]]] = []
    async with service.stream("POST", "/api/v1/ask", json=QUESTION, headers=EVENTS) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for event in events_of(response):
            told.append(event)
            if event[0] == "step":
                assert not slow.go_on.is_set()
                slow.go_on.set()
    names = [name for name, _ in told]
    assert names[:3] == ["arrived", "rewriting", "step"]
    assert names[-1] == "answer"
    assert set(names[3:-1]) == {"delta"}
    answer = told[-1][1]
    assert "".join(data["text"] for name, data in told if name == "delta") == answer["text"] == "In the harbour. 🚤"
    assert answer["rewriting"] == told[1][1]
    assert answer["steps"] == [told[2][1]]


async def test_a_turn_that_fails_on_its_way_ends_with_a_problem(service: httpx.AsyncClient, slow: Slow) -> None:
    """When the status is sent already, the last event says what went wrong, in a problem's shape."""
    slow.fails = True
    slow.go_on.set()
    async with service.stream("POST", "/api/v1/ask", json=QUESTION, headers=EVENTS) as response:
        told = [event async for event in events_of(response)]
    assert response.status_code == 200
    assert told[-1][0] == "problem"
    assert (told[-1][1]["status"], told[-1][1]["detail"]) == (503, "the engine is away")


@pytest.mark.parametrize("headers", [EVENTS, {}])
async def test_what_fails_first_has_its_own_status(service: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """With and without events, an unknown session is a 404."""
    response = await service.post("/api/v1/sessions/nobody/ask", json=QUESTION, headers=headers)
    assert (response.status_code, response.json()["title"]) == (404, "Unknown session")


@asynccontextmanager
async def begun(service: httpx.AsyncClient, slow: Slow, headers: dict[str, str]) -> AsyncIterator[str]:
    """Ask in a session, and lose the client in the middle; give the session's path."""
    path = (await service.post("/api/v1/sessions", json={})).headers["location"]
    async with httpx.AsyncClient(base_url=service.base_url) as lost:
        asking = asyncio.create_task(lost.post(f"{path}/ask", json=QUESTION, headers=headers))
        await slow.waiting.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    yield path


async def until_free(service: httpx.AsyncClient, path: str, **arguments: Any) -> httpx.Response:
    """Send until the session isn't busy any more."""
    for _ in range(600):
        response = await service.post(path, **arguments)
        if response.status_code != 409:
            return response
        await asyncio.sleep(0.05)
    raise AssertionError(response.text)


@pytest.mark.parametrize("accept", [EVENTS, {}])
async def test_a_client_that_goes_cancels_its_question(
    service: httpx.AsyncClient, slow: Slow, accept: dict[str, str]
) -> None:
    """Without a name the turn stops, the model's work with it, and the session is free for the next."""
    async with begun(service, slow, accept) as path:
        body = {"messages": [{"role": "user", "content": "Never mind."}]}
        added = await until_free(service, f"{path}/messages", json=body)
        assert added.status_code == 200
        assert not slow.go_on.is_set(), "the turn was stopped, it didn't end by itself"


@pytest.mark.parametrize("accept", [EVENTS, {}])
async def test_a_named_question_goes_on_without_its_client(
    service: httpx.AsyncClient, slow: Slow, accept: dict[str, str]
) -> None:
    """With a name the turn ends, and asked again it gives that answer, without asking the model again."""
    headers = {"idempotency-key": "mine", **accept}
    async with begun(service, slow, headers) as path:
        busy = await service.post(f"{path}/ask", json=QUESTION, headers=headers)
        assert busy.status_code == 409
        slow.go_on.set()
        answer = await until_free(service, f"{path}/ask", json=QUESTION, headers={"idempotency-key": "mine"})
        assert answer.json()["text"] == "In the harbour. 🚤"
        assert slow.calls == 2
        again = await service.post(f"{path}/ask", json=QUESTION, headers={"idempotency-key": "mine"})
        assert again.json() == answer.json()
        other = await service.post(f"{path}/ask", json={"question": "Who?"}, headers={"idempotency-key": "mine"})
        assert (other.status_code, other.json()["title"]) == (422, "Request key reused")


async def test_changes_made_again_are_made_once(client: httpx.AsyncClient, model: Model) -> None:
    """Each mutation, sent three times at once and then once more under one name, is done once with one answer."""
    keys: dict[str, str] = {}

    async def thrice(path: str, body: dict[str, Any]) -> httpx.Response:
        keys[path] = secrets.token_hex(8)
        key = {"idempotency-key": keys[path]}
        sent = [until_free(client, path, json=body, headers=key) for _ in range(3)]
        *first, again = [*await asyncio.gather(*sent), await until_free(client, path, json=body, headers=key)]
        told = [{**each.json(), "outcome": None} for each in (*first, again)]  # only a reward says that it is repeated
        assert all(each == told[0] for each in told), told
        assert again.status_code in {200, 201}, again.text
        return again

    path = (await thrice("/api/v1/sessions", {"messages": [{"role": "user", "content": "The boat is blue."}]})).headers[
        "location"
    ]
    assert (await thrice(f"{path}/messages", {"messages": [{"role": "user", "content": "Noted?"}]})).json() == {
        "version": 2,
        "first": 1,
        "count": 1,
    }
    cut = {"arguments": {"start_marker": "The boat", "end_marker": "blue.", "num_fragments": 1}}
    assert (await thrice(f"{path}/tools/fragment_context", cut)).json()["version"] == 3
    rewrite = await thrice("/api/v1/rewrites", {"query": "Where is the blue boat?"})
    decision = rewrite.json()["rewriting"]["decision"]
    rewarded = await thrice(f"/api/v1/decisions/{decision}/reward", {"reward": 0.5})
    assert (rewarded.json()["counted"], rewarded.json()["outcome"]) == (True, "repeated")
    again = await client.post(f"/api/v1/decisions/{decision}/reward", json={"reward": 0.25})
    assert (again.json()["counted"], again.json()["outcome"], again.json()["reward"]) == (False, "refused", 0.5)
    other = await client.delete(path, headers={"idempotency-key": keys[f"{path}/messages"]})
    assert (other.status_code, other.json()["title"]) == (422, "Request key reused"), "a name isn't a deletion's, too"
    deleted = [await client.delete(path, headers={"idempotency-key": "delete"}) for _ in range(2)]
    assert [each.status_code for each in deleted] == [204, 204]
    assert (await client.delete(path)).status_code == 404


@pytest.mark.parametrize(
    "messages",
    [
        [ORPHAN],
        [{"role": "system", "content": "pinned " * 100_000}, {"role": "user", "content": "Where?"}],
        # Refused when the model is to see it: a decision was logged by then.
        [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": None, "tool_calls": [CALL]}],
    ],
)
async def test_a_refused_question_leaves_nothing(client: httpx.AsyncClient, messages: list[dict[str, Any]]) -> None:
    """No session is listed, and its name is free for the question as it should have been."""
    key = {"idempotency-key": secrets.token_hex(8)}
    for _ in range(2):
        refused = await client.post("/api/v1/ask", json={"messages": messages}, headers=key)
        assert refused.status_code == 422, refused.text
        assert (await client.get("/api/v1/sessions")).json()["items"] == []
    answered = await client.post("/api/v1/ask", json=QUESTION, headers=key)
    assert answered.status_code == 200, answered.text
    again = await client.post("/api/v1/ask", json=QUESTION, headers=key)
    assert again.json()["rewriting"] == answered.json()["rewriting"]


async def test_a_question_that_its_engine_failed_goes_on_in_its_session(
    client: httpx.AsyncClient, model: Model
) -> None:
    """With a name it isn't refused: the session waits for it, and the decision is the same."""
    key, model.says = {"idempotency-key": secrets.token_hex(8)}, EngineUnavailable("the engine is away")
    assert (await client.post("/api/v1/ask", json=QUESTION, headers=key)).status_code == 503
    (listed,) = (await client.get("/api/v1/sessions")).json()["items"]
    (decision,) = (await client.get("/api/v1/decisions")).json()["items"]
    model.says = "In the harbour."
    answer = (await client.post("/api/v1/ask", json=QUESTION, headers=key)).json()
    assert (answer["session"], answer["rewriting"]["decision"]) == (listed["session"], decision["decision"])


async def test_a_name_that_was_given_to_another_rewrite_is_refused(client: httpx.AsyncClient) -> None:
    """The same name for another query is 422, as it is in a session."""
    key = {"idempotency-key": "mine"}
    for _ in range(2):
        assert (await client.post("/api/v1/rewrites", json={"query": "Where is it?"}, headers=key)).status_code == 200
    other = await client.post("/api/v1/rewrites", json={"query": "Who is it?"}, headers=key)
    assert (other.status_code, other.json()["title"]) == (422, "Request key reused")


async def test_versions_guard_changes_and_spare_reads(client: httpx.AsyncClient, model: Model) -> None:
    """`If-Match` changes only what was seen, `If-None-Match` reads only what is new; each change has a new `ETag`."""
    made = await client.post("/api/v1/sessions", json={})
    path, seen = made.headers["location"], made.headers["etag"]
    body = {"messages": [{"role": "user", "content": "The boat is blue."}]}
    assert (await client.get(path, headers={"if-none-match": seen})).status_code == 304
    added = await client.post(f"{path}/messages", json=body, headers={"if-match": seen})
    assert added.status_code == 200
    for stale in ({"if-match": seen}, {"if-match": '"99-1b2c3d4e"'}):
        for target, json_ in ((f"{path}/messages", body), (f"{path}/ask", {"question": "Where?"})):
            late = await client.post(target, json=json_, headers=stale)
            assert (late.status_code, late.json()["title"]) == (412, "Version conflict")
        assert (await client.delete(path, headers=stale)).status_code == 412
    for part in ("", "/view", "/messages"):
        read = await client.get(path + part, headers={"if-none-match": seen})
        assert (read.status_code, read.headers["etag"]) == (200, added.headers["etag"])
    asked = await client.post(f"{path}/ask", json={"question": "Where?"}, headers={"if-match": added.headers["etag"]})
    assert asked.status_code == 200
    assert asked.headers["etag"].startswith(f'"{asked.json()["version"]}-')
    assert model.requests


async def test_a_tag_is_of_one_session_and_not_of_its_name(client: httpx.AsyncClient) -> None:
    """A session that is deleted and made anew has another tag: nobody keeps, changes or deletes it for the old one."""
    body: dict[str, Any] = {"session": "again", "messages": [{"role": "user", "content": "The boat is blue."}]}
    old = await client.post("/api/v1/sessions", json=body)
    path = old.headers["location"]
    await client.delete(path)
    body["messages"][0]["content"] = "The boat is green."
    new = await client.post("/api/v1/sessions", json=body)
    assert (old.json()["version"], new.json()["version"]) == (1, 1)
    stale = {"if-match": old.headers["etag"]}
    assert (await client.delete(path, headers=stale)).status_code == 412
    assert (await client.post(f"{path}/ask", json={"question": "Which?"}, headers=stale)).status_code == 412
    read = await client.get(f"{path}/messages", headers={"if-none-match": old.headers["etag"]})
    assert (read.status_code, read.json()["items"][0]["content"]) == (200, "The boat is green.")
