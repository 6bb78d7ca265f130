"""The past over HTTP: history, the view as it was, what differs, and forks."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.service.http.conftest import Model
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.http.paging import write_cursor
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import read_settings
from riffler.tools.events import MessagesAppended
from riffler.tools.messages import Message

TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(100))


@pytest.fixture
async def path(client: httpx.AsyncClient) -> str:
    """A session of version 4: two messages, five fragments, the first folded, one message more."""
    messages = [{"role": "user", "content": TEXT}, {"role": "user", "content": "And?"}]
    made = await client.post("/api/v1/sessions", json={"session": "s", "messages": messages})
    path: str = made.headers["location"]
    cut = {"start_marker": "Entry 10 ", "end_marker": "Entry 90 "}
    for tool, arguments in (("fragment_context", cut), ("fold_fragment", {"fragment_id": "f00001"})):
        done = await client.post(f"{path}/tools/{tool}", json={"arguments": arguments})
        assert done.status_code == 200, done.text
    await client.post(f"{path}/messages", json={"messages": [{"role": "assistant", "content": "So."}]})
    return path


async def items(client: httpx.AsyncClient, path: str, **query: int) -> list[dict[str, object]]:
    """Read a list."""
    response = await client.get(path, params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, object]] = response.json()["items"]
    return found


async def test_the_view_as_it_was(client: httpx.AsyncClient, path: str) -> None:
    """Of each version, in pages too; without a version it is the present's."""
    views = [await items(client, f"{path}/view", version=number) for number in range(5)]
    assert views[4] == await items(client, f"{path}/view")
    assert [len(view) for view in views] == [0, 2, 2, 2, 3]
    assert views[1][0] == views[2][0]
    assert views[2][1]["message"]["content"].startswith(f"{views[1][1]['message']['content']}\n\n[[status ")
    assert views[1][0]["message"] == {"role": "user", "content": TEXT}
    assert [each["changed"] for each in views[3]] == [True, True]
    page = (await client.get(f"{path}/view", params={"version": 3, "limit": 1})).json()
    rest = (await client.get(f"{path}/view", params={"version": 3, "limit": 1, "cursor": page["next"]})).json()
    assert page["items"] + rest["items"] == views[3]
    assert (page["version"], rest["version"], rest["next"]) == (3, 3, None)
    assert (await client.get(f"{path}/view")).json()["version"] == 4


async def test_history_says_what_made_each_version(client: httpx.AsyncClient, path: str) -> None:
    """The newest first, with who and when, and nothing of a text."""
    page = (await client.get(f"{path}/history")).json()
    assert [(each["version"], each["actor"], each["edits"], each["words"]) for each in page["items"]] == [
        (4, "app", False, "1 message came"),
        (3, "app", True, "folded f00001 (80 tokens)"),
        (2, "app", False, "cut f00001-f00005"),
        (1, "app", False, "2 messages came"),
    ]
    assert (page["next"], page["oldest"]) == (None, 0)
    events = await items(client, f"{path}/events")
    assert [each["at_ms"] for each in page["items"]] == [each["at_ms"] for each in events[::-1]]


async def test_what_differs(client: httpx.AsyncClient, path: str) -> None:
    """Fragments, messages and tokens between two versions, the present by default."""
    page = (await client.get(f"{path}/diff", params={"from": 2})).json()
    [cut, *_] = await items(client, f"{path}/fragments")
    place = {name: cut[name] for name in ("message", "slot", "start")}
    assert page["items"] == [{"id": "f00001", "before": "visible", "after": "folded", "tokens": 80, **place}]
    assert (page["before"], page["after"], page["first"], page["messages"]) == (2, 4, 2, 1)
    assert page["seen_tokens_after"] < page["seen_tokens_before"]
    same = (await client.get(f"{path}/diff", params={"from": 2, "to": 2})).json()
    assert (same["items"], same["messages"], same["seen_tokens_before"]) == ([], 0, same["seen_tokens_after"])
    new = (await client.get(f"{path}/diff", params={"from": 1, "to": 2})).json()
    assert [each["before"] for each in new["items"]] == [None] * 5


async def test_a_fork_is_a_session_of_its_own(client: httpx.AsyncClient, riffler: Riffler, path: str) -> None:
    """It has a place and a tag, begins as the session was, goes its own way, and is made once by its request's name."""
    was = await items(client, f"{path}/view", version=3)
    headers = {"idempotency-key": "fork-1"}
    made = await client.post(f"{path}/fork", json={"version": 3, "session": "quay"}, headers=headers)
    assert (made.status_code, made.headers["location"]) == (201, "/api/v1/sessions/quay")
    assert (made.json()["version"], made.json()["fragments"]["folded"]) == (3, 1)
    assert await items(client, "/api/v1/sessions/quay/view") == was
    restored = await client.post(
        "/api/v1/sessions/quay/tools/restore_fragment",
        json={"arguments": {"fragment_id": "f00001"}},
        headers={"if-match": made.headers["etag"]},
    )
    assert restored.json()["version"] == 4
    assert await items(client, f"{path}/view", version=3) == was
    again = await client.post(f"{path}/fork", json={"version": 3, "session": "quay"}, headers=headers)
    assert (again.status_code, again.json()["version"]) == (201, 4)
    assert [each["version"] for each in await items(client, "/api/v1/sessions/quay/history")] == [4]
    assert (await client.get("/api/v1/sessions/quay/view?version=2")).status_code == 404
    origin = {"session": "s", "version": 3}
    read = [await client.get(f"/api/v1/sessions/quay{part}") for part in ("", "/history")]
    assert [each.json()["forked_from"] for each in (made, again, *read)] == [origin] * 4
    assert [(await client.get(f"{path}{part}")).json()["forked_from"] for part in ("", "/history")] == [None, None]
    present = await client.post(f"{path}/fork", json={})
    assert (present.status_code, present.json()["version"]) == (201, 4)
    assert len((await riffler.sessions.sessions(riffler.tenant)).sessions) == 3


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_pages_of_a_difference_are_of_one_difference(client: httpx.AsyncClient, path: str, limit: int) -> None:
    """Whatever is edited between two pages, all pages compare what the first one did, and join to the whole of that."""
    for number in (2, 3, 4):
        await client.post(f"{path}/tools/fold_fragment", json={"arguments": {"fragment_id": f"f0000{number}"}})
    whole = (await client.get(f"{path}/diff", params={"from": 2})).json()
    assert [each["id"] for each in whole["items"]] == ["f00001", "f00002", "f00003", "f00004"]
    found: list[dict[str, object]] = []
    cursor: dict[str, str] = {}
    edits = [("restore", 1), ("fold", 5), ("restore", 3), ("fold", 1)]
    while True:
        response = await client.get(f"{path}/diff", params={"from": 2, "limit": limit, **cursor})
        page = response.json()
        assert {**page, "items": [], "next": None} == {**whole, "items": [], "next": None}
        found += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
        verb, number = edits.pop(0)
        edited = {"arguments": {"fragment_id": f"f0000{number}"}}
        assert (await client.post(f"{path}/tools/{verb}_fragment", json=edited)).status_code == 200
    assert found == whole["items"]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"from": 1}, "a page from 1, got that of one from 2 to 8"),
        ({"from": 2, "to": 4}, "a page from 2 to 4, got that of one from 2 to 8"),
        ({"from": 2, "to": 8}, ""),
    ],
)
async def test_a_cursor_is_of_its_difference(
    client: httpx.AsyncClient, path: str, query: dict[str, int], detail: str
) -> None:
    """A cursor of one comparison is refused by another one; where both name the later version, they may."""
    for number in (2, 3, 4, 5):
        await client.post(f"{path}/tools/fold_fragment", json={"arguments": {"fragment_id": f"f0000{number}"}})
    first = (await client.get(f"{path}/diff", params={"from": 2, "limit": 2})).json()
    response = await client.get(f"{path}/diff", params={**query, "cursor": first["next"]})
    assert response.status_code == (422 if detail else 200)
    assert detail in response.json().get("detail", "")


async def grow(riffler: Riffler, name: str, commits: int, events: int = 1) -> None:
    """Add so many versions to a session, each of so many events."""
    key = SessionKey(riffler.tenant, name)
    memory = await riffler.sessions.load(key)
    for number in range(commits):
        count = len(memory.entries)
        said = [MessagesAppended(count + at, (Message.user(f"{number} " * 20),)) for at in range(events)]
        memory = await riffler.sessions.commit(key, memory, said, "app")


@pytest.fixture
async def short(server_folder: Path, model: Model) -> AsyncIterator[Riffler]:
    """A Riffler that keeps the last 100 versions, and some more."""
    settings = read_settings(data_folder=server_folder, history_versions=100)
    tenant = f"tenant-{secrets.token_hex(8)}"
    async with Riffler(settings, tenant=tenant, engine=ScriptedEngine(model), seed=1) as made:
        yield made


async def test_a_difference_that_is_past_is_told(short: Riffler) -> None:
    """A next page whose comparison isn't kept any more is a problem, and no other comparison."""
    key, memory = await short.edits.create(short.tenant, "s", [Message.user(TEXT), Message.user("And?")])
    await short.edits.call(key, "fragment_context", '{"start_marker": "Entry 10 ", "end_marker": "Entry 90 "}')
    async with served(short) as client:
        query: dict[str, int | str] = {"from": memory.version, "limit": 2}
        first = (await client.get("/api/v1/sessions/s/diff", params=query)).json()
        await grow(short, "s", 250)
        response = await client.get("/api/v1/sessions/s/diff", params={**query, "cursor": first["next"]})
        assert (response.status_code, response.json()["type"]) == (404, "urn:riffler:problem:unknown-version")
        assert "version 1 isn't kept" in response.json()["detail"]


@pytest.mark.parametrize("events", [1, 3])
async def test_events_that_are_not_kept_are_told(short: Riffler, events: int) -> None:
    """A page says how far back events are kept, and a follower who fell behind that is told, not led over a gap."""
    await short.edits.create(short.tenant, "s")
    await grow(short, "s", 20, events)
    async with served(short) as client:
        page = (await client.get("/api/v1/sessions/s/events", params={"limit": 10})).json()
        assert (page["oldest"], page["items"][0]["version"]) == (1, 1)
        await grow(short, "s", 232, events)
        late = await client.get("/api/v1/sessions/s/events", params={"cursor": page["next"]})
        kept = (await client.get("/api/v1/sessions/s/events", params={"limit": 1000})).json()
        oldest = kept["oldest"]
        assert 1 < oldest <= 152
        assert (late.status_code, late.json()["type"]) == (404, "urn:riffler:problem:unknown-version")
        assert f"events before version {oldest} aren't kept" in late.json()["detail"]
        whole = [each for each in kept["items"] if each["version"] >= oldest]
        numbers = [(version, number) for version in range(oldest, 253) for number in range(1, events + 1)]
        assert [(each["version"], each["number"]) for each in whole] == numbers
        # Who stands at the very first that is kept has missed nothing.
        first = kept["items"][0]
        cursor = write_cursor(first["version"], first["number"])
        rest = (await client.get("/api/v1/sessions/s/events", params={"limit": 1000, "cursor": cursor})).json()
        assert rest == kept


async def test_events_of_a_session_that_is_another_one_by_now(short: Riffler) -> None:
    """A cursor that leads nowhere is told, too: nobody takes an empty page for the end of what he follows."""
    key, _ = await short.edits.create(short.tenant, "s")
    async with served(short) as client:
        empty = (await client.get("/api/v1/sessions/s/events")).json()
        assert (empty["items"], empty["next"], empty["oldest"]) == ([], None, None)
        await grow(short, "s", 3)
        page = (await client.get("/api/v1/sessions/s/events", params={"limit": 2})).json()
        await short.edits.delete(key)
        await short.edits.create(short.tenant, "s", [Message.user("Anew.")])
        late = await client.get("/api/v1/sessions/s/events", params={"cursor": page["next"]})
        assert late.status_code == 404
        assert "no event 1 of version 3: the session has version 1" in late.json()["detail"]
