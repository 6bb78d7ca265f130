"""Bodies and headers that can't be taken: told by field, and nothing changes."""

import json

import httpx
import pytest

from riffler.service.app import Riffler
from riffler.service.http.problems import MEDIA_TYPE
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory

ASK, SESSION = "/api/v1/ask", "/api/v1/sessions/s"
JSON = {"content-type": "application/json"}
DEEP = b'{"question": "Where?", "contexts": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"


@pytest.fixture
async def memory(client: httpx.AsyncClient, riffler: Riffler) -> WorkingMemory:
    """A session `s` with two messages."""
    messages = [{"role": "user", "content": text} for text in ("The harbour opens at six.", "Noted?")]
    made = await client.post("/api/v1/sessions", json={"session": "s", "messages": messages})
    assert made.status_code == 201
    return await riffler.memory("s")


async def refused(client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory, response: httpx.Response) -> str:
    """Hold a refusal to what every one keeps; give its detail."""
    assert 400 <= response.status_code < 500, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert problem["status"] == response.status_code
    assert await riffler.memory("s") == memory
    assert [each["session"] for each in (await client.get("/api/v1/sessions")).json()["items"]] == ["s"]
    detail: str = problem["detail"]
    return detail


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (ASK, {}, ["question", "messages"]),
        (ASK, {"question": " \n\t "}, ["body.question", "' \\n\\t '"]),
        (ASK, {"question": 12}, ["body.question", "string", "12"]),
        (ASK, {"question": None, "messages": None}, ["question"]),
        (ASK, {"question": "Where?", "contexts": "one"}, ["body.contexts", "list", "one"]),
        (ASK, {"question": "Where?", "contexts": ["one", ""]}, ["body.contexts.1"]),
        (ASK, {"question": "Where?", "messages": [{"role": "user", "content": "x"}]}, ["not both"]),
        (ASK, {"question": "Where?", "session": "s"}, ["body.session", "not permitted"]),
        (ASK, [], ["body", "[]"]),
        (ASK, {"messages": []}, ["body.messages"]),
        (ASK, {"messages": [{"role": "king", "content": "x"}]}, ["messages[0].role", "'user'", "str"]),
        (ASK, {"messages": [{"role": "tool", "content": "x"}]}, ["messages[0].tool_call_id"]),
        (ASK, {"messages": [{"role": "tool", "tool_call_id": "c", "content": "x"}]}, ["c"]),
        (f"{SESSION}/messages", {"messages": [{"role": "user", "content": 1}]}, ["messages[0].content"]),
        (f"{SESSION}/messages", {"messages": ["hello"]}, ["body.messages.0", "dictionary", "hello"]),
        (f"{SESSION}/tools/fold_fragment", {"arguments": {"fragment_id": 3}}, ["fragment_id", "3"]),
        (f"{SESSION}/tools/fold_fragment", {"arguments": {"fragment_id": "f00009"}}, ["f00009", "no fragments"]),
        (f"{SESSION}/tools/unfold", {}, ["unfold", "fold_fragment"]),
        ("/api/v1/sessions", {"session": "s"}, ["'s'", "exists"]),
        ("/api/v1/sessions", {"session": "a/b"}, ["body.session", "a/b"]),
        (f"{SESSION}/fork", {"version": 2}, ["no version 2", "version 1"]),
        (f"{SESSION}/fork", {"version": "1"}, ["body.version", "integer", "1"]),
        (f"{SESSION}/fork", {"version": -1}, ["body.version", "-1"]),
        (f"{SESSION}/fork", {"session": "s"}, ["'s'", "exists"]),
        (f"{SESSION}/fork", {"session": "a/b"}, ["body.session", "a/b"]),
        ("/api/v1/sessions/nobody/fork", {}, ["nobody"]),
        ("/api/v1/rewrites", {"query": ""}, ["body.query"]),
        ("/api/v1/decisions/d1/reward", {"reward": 2}, ["body.reward", "a number from 0 to 1", "2"]),
        ("/api/v1/decisions/d1/reward", {"reward": "1"}, ["body.reward", "number", "1"]),
        ("/api/v1/decisions/d1/reward", {"reward": True}, ["body.reward"]),
        ("/api/v1/decisions/d1/reward", {"reward": 1}, ["d1"]),
        ("/api/v1/sessions/nobody/ask", {"question": "Where?"}, ["nobody"]),
        ("/api/v1/sessions/nobody/messages", {"messages": [{"role": "user", "content": "x"}]}, ["nobody"]),
    ],
)
async def test_a_wrong_value_is_named(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory, path: str, body: object, words: list[str]
) -> None:
    """The problem says where, what came and what was expected; nothing is stored."""
    detail = await refused(client, riffler, memory, await client.post(path, json=body))
    assert all(word in detail for word in words), detail


@pytest.mark.parametrize("path", [ASK, f"{SESSION}/ask", f"{SESSION}/messages", "/api/v1/sessions", "/api/v1/rewrites"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b'{"question": "\xc3("}', 400),
        (DEEP, 400),
        (b'{"question": "Where?", "contexts": [' + b"9" * 5000 + b"]}", 400),
    ],
)
async def test_a_body_that_is_no_json_is_refused(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory, path: str, body: bytes, status: int
) -> None:
    """Empty, cut off, not UTF-8, nested too deep, a number too long: told, never a failure inside."""
    response = await client.post(path, content=body, headers=JSON)
    assert response.status_code == status, response.text
    await refused(client, riffler, memory, response)


@pytest.mark.parametrize("value", [b'"\\ud800"', b'"\\ud800\\ud800"', b"NaN", b"-Infinity", b"1e999", b"true", b"[[]]"])
@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (ASK, b'{"question": %s}'),
        (ASK, b'{"question": "Where?", "contexts": [%s]}'),
        (f"{SESSION}/messages", b'{"messages": [{"role": "user", "content": %s}]}'),
        (f"{SESSION}/messages", b'{"messages": [{"role": "user", "content": [{"type": "text", "text": %s}]}]}'),
        (f"{SESSION}/tools/search_context", b'{"arguments": {"query": %s}}'),
        ("/api/v1/rewrites", b'{"query": %s}'),
    ],
)
async def test_a_value_that_json_shouldn_t_have_is_refused(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory, path: str, shape: bytes, value: bytes
) -> None:
    """Half a surrogate pair, numbers that are none, wrong types in each place where text is expected."""
    await refused(client, riffler, memory, await client.post(path, content=shape % value, headers=JSON))


async def test_unknown_fields_of_messages_are_kept_but_not_what_isn_t_json(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory
) -> None:
    """A field that Riffler doesn't know comes back byte for byte; one that no JSON has is refused."""
    message = {"role": "user", "content": "x", "mood": {"é": [1, 2.5, None, "\0"]}}
    body = b'{"messages": [{"role": "user", "content": "x", "mood": NaN}]}'
    await refused(client, riffler, memory, await client.post(f"{SESSION}/messages", content=body, headers=JSON))
    assert (await client.post(f"{SESSION}/messages", json={"messages": [message]})).status_code == 200
    items = (await client.get(f"{SESSION}/messages")).json()["items"]
    assert items[-1] == message


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_only_json_is_taken(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory, kind: str
) -> None:
    """What a web page can send without asking its browser is refused, also when it looks like JSON."""
    response = await client.post(ASK, content=b'{"question": "Where?"}', headers={"content-type": kind})
    assert response.status_code == 415
    assert "application/json" in await refused(client, riffler, memory, response)


async def test_a_long_text_is_taken_and_a_too_long_one_isn_t(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory
) -> None:
    """10 MB go in; over the limit it is 413, with and without a length, before anything is stored."""

    async def parts() -> object:
        yield b'{"messages": [{"role": "user", "content": "'
        for _ in range(130):
            yield b"x" * 100_000
        yield b'"}]}'

    path = f"{SESSION}/messages"
    for content in (b'{"messages": "' + b"x" * 12_000_000 + b'"}', parts()):
        try:
            response = await client.post(path, content=content, headers=JSON)
        except httpx.WriteError:  # it answered before it had read all, and closed
            continue
        assert response.status_code == 413
        assert "12000000" in await refused(client, riffler, memory, response)
    assert await riffler.memory("s") == memory
    long = {"messages": [{"role": "user", "content": "ten megabytes " * 750_000}]}
    response = await client.post(path, json=long)
    assert response.status_code == 200, response.text
    assert (await riffler.memory("s")).messages[-1].text == long["messages"][0]["content"]


@pytest.mark.parametrize(
    ("method", "path", "header", "value", "words"),
    [
        ("DELETE", SESSION, "if-match", "7", "if-match"),
        ("DELETE", SESSION, "if-match", '"seven"', "If-Match"),
        ("DELETE", SESSION, "if-match", '"1" "2"', "if-match"),
        ("DELETE", SESSION, "if-match", '"7-1b2c3d4e"', "version 1"),
        ("DELETE", SESSION, "idempotency-key", "two words", "idempotency-key"),
        ("DELETE", SESSION, "idempotency-key", "x" * 256, "idempotency-key"),
        ("GET", "/api/v1/sessions?cursor=x", "", "", "query.cursor"),
        ("GET", "/api/v1/sessions?cursor=WzFd", "", "", "query.cursor"),
        ("GET", f"{SESSION}/events?cursor=WzFd", "", "", "query.cursor"),
        ("GET", f"{SESSION}/view?cursor=Wy0xXQ", "", "", "query.cursor"),
        ("GET", f"{SESSION}/history?cursor=WyJ4Il0", "", "", "query.cursor"),
        ("GET", f"{SESSION}/view?version=2", "", "", "no version 2: the session has version 1"),
        ("GET", f"{SESSION}/view?version=-1", "", "", "query.version"),
        ("GET", f"{SESSION}/view?version=1.5", "", "", "query.version"),
        ("GET", f"{SESSION}/diff", "", "", "query.from"),
        ("GET", f"{SESSION}/diff?from=1&to=0", "", "", "from, to: expected the earlier version first, got 1, 0"),
        ("GET", f"{SESSION}/diff?from=0&to=5", "", "", "no version 5"),
        ("GET", f"{SESSION}/messages?limit=0", "", "", "query.limit"),
        ("GET", f"{SESSION}/messages?limit=many", "", "", "query.limit"),
        ("GET", "/api/v1/sessions/..%2F..%2Fetc", "", "", "path"),
        ("GET", "/api/v1/sessions/%00", "", "", "session"),
        ("GET", f"/api/v1/sessions/{'x' * 600}", "", "", "path.session"),
        ("GET", "/api/v1/decisions/d%FF", "", "", "decision"),
    ],
)
async def test_a_wrong_header_or_address_is_named(
    client: httpx.AsyncClient,
    riffler: Riffler,
    memory: WorkingMemory,
    method: str,
    path: str,
    header: str,
    value: str,
    words: str,
) -> None:
    """Headers, cursors, limits and names that can't be taken are told by name."""
    response = await client.request(method, path, headers={header: value} if header else {})
    assert words in await refused(client, riffler, memory, response)


async def test_another_tenant_s_session_is_unknown(
    client: httpx.AsyncClient, riffler: Riffler, memory: WorkingMemory
) -> None:
    """What another tenant has is told in the same words as what nobody has."""
    await riffler.sessions.create(SessionKey("somebody else", "theirs"))
    theirs, nobody = [await client.get(f"/api/v1/sessions/{name}") for name in ("theirs", "nobody")]
    assert theirs.status_code == nobody.status_code == 404
    assert theirs.json()["detail"].replace("theirs", "nobody") == nobody.json()["detail"]
    assert json.loads(theirs.text)["type"] == "urn:riffler:problem:unknown-session"
