"""The past over HTTP: history, the view as it was, what differs, and forks."""

import httpx
import pytest

from riffler.service.app import Riffler

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
    assert rest["next"] is None


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
    assert page["items"] == [{"id": "f00001", "before": "visible", "after": "folded", "tokens": 80}]
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
