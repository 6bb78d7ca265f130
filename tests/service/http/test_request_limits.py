"""What comes before a request is one has limits: its headers, how slow it is, how deep its JSON, how many messages.

Each is told as a problem, under `/v1` in OpenAI's shape, with the limit's name and number.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.service.http.raw import hurry, sent, words
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.http.bodies import MOST_DEPTH
from riffler.service.http.head_limits import MOST_HEADERS
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.integrations.openai_proxy.asked import MOST_MESSAGES
from riffler.service.settings import read_settings

HEAD = 65_536
PATHS = ["/api/v1/ask", "/v1/chat/completions"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience of a second."""
    hurry(monkeypatch)


@pytest.fixture
async def client(server_folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A service with limits."""
    engine = ScriptedEngine(lambda _: "It is in the harbour.")
    async with (
        Riffler(read_settings(data_folder=server_folder, rewriting=False), "limits", engine=engine) as riffler,
        served(riffler) as client,
    ):
        yield client


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_head_that_is_too_large(client: httpx.AsyncClient, path: str, at_once: bool) -> None:
    """However it comes, at once or without an end, it is 431, and one that is as large as may be is none."""
    name = f"POST {path} HTTP/1.1\r\nHost: {client.base_url.host}\r\n".encode()
    large = b"X-Large: " + b"x" * HEAD
    end = b"\r\nConnection: close\r\n\r\n"
    status, kind, body = await sent(client.base_url, *([name + large + end] if at_once else [name, large, b"x" * HEAD]))
    assert status == 431
    assert f"at most {HEAD} bytes" in words(path, status, kind, body)
    fits = {"X-Large": "x" * (HEAD - 2000)}
    assert (await client.post(path, json={}, headers=fits)).status_code in {400, 422}


@pytest.mark.parametrize("path", PATHS)
async def test_too_many_headers(client: httpx.AsyncClient, path: str) -> None:
    """Their number has a limit of its own."""
    many = {f"X-{number}": "1" for number in range(MOST_HEADERS)}
    refused = await client.post(path, json={}, headers=many)
    assert refused.status_code == 431
    assert f"at most {MOST_HEADERS}," in words(path, 431, refused.headers["content-type"], refused.text)
    fewer = dict(list(many.items())[:-20])
    assert (await client.post(path, json={}, headers=fewer)).status_code in {400, 422}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("path", PATHS)
async def test_what_is_slow_is_let_go(client: httpx.AsyncClient, path: str) -> None:
    """A head or a body that trickles is 408; who says nothing is closed; one that comes steadily is waited for."""
    head = f"POST {path} HTTP/1.1\r\nHost: {client.base_url.host}\r\n".encode()
    status, kind, body = await sent(client.base_url, head, *[b"X: y\r\n"] * 8, wait_s=0.25)
    assert (status, "within 1 s" in words(path, status, kind, body)) == (408, True)
    with_body = head + b"Content-Type: application/json\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
    status, kind, body = await sent(client.base_url, with_body, *[b"{"] * 8, wait_s=0.25)
    assert (status, "at least 1000 bytes" in words(path, status, kind, body)) == (408, True)
    assert (await sent(client.base_url))[0] == 0
    text = b"{" + b" " * 99_998 + b"}"
    pieces = [text[at : at + 10_000] for at in range(0, len(text), 10_000)]
    assert (await sent(client.base_url, with_body, *pieces, wait_s=0.25))[0] in {400, 422}


@pytest.mark.usefixtures("quick")
async def test_who_waits_between_requests_or_for_an_answer_is_not_late(client: httpx.AsyncClient) -> None:
    """The time of an answer, and between two requests of one connection, isn't the request's."""
    for _ in range(2):
        assert (await client.get("/livez")).status_code == 200
        await asyncio.sleep(1.5)
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(f"GET /api/v1/live HTTP/1.1\r\nHost: {client.base_url.host}\r\n\r\n".encode())
    await asyncio.sleep(1.5)
    writer.close()
    assert b"200 OK" in await reader.read(100)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("opens", ["[", '{"a":'])
async def test_json_that_is_too_deep(client: httpx.AsyncClient, path: str, opens: str) -> None:
    """Lists and objects inside each other have a limit that is named; brackets in texts don't count."""
    close = "]" if opens == "[" else "}"
    deep = opens * MOST_DEPTH + "1" + close * MOST_DEPTH
    refused = await client.post(path, content=f'{{"question": {deep}}}', headers=JSON)
    assert refused.status_code == 400
    assert f"at most {MOST_DEPTH} " in words(path, 400, refused.headers["content-type"], refused.text)
    for fits in (json.dumps({"question": "[" * 1000}), f'{{"question": {deep[len(opens) : -1]}}}'):
        answer = await client.post(path, content=fits, headers=JSON)
        assert answer.status_code in {200, 400, 422}
        assert "inside each other" not in answer.text


@pytest.mark.parametrize("off", [{}, {"X-Riffler-Features": "off"}])
async def test_messages_of_a_chat_have_a_limit(client: httpx.AsyncClient, off: dict[str, str]) -> None:
    """More than so many are refused before any of them is read, also where the request would go straight on."""
    chat = {"model": "riffler", "messages": [{"role": "user", "content": "x"}] * (MOST_MESSAGES + 1)}
    refused = await client.post("/v1/chat/completions", json=chat, headers=off)
    assert refused.status_code == 400
    assert f"messages: expected at most {MOST_MESSAGES}, got {MOST_MESSAGES + 1}" in words(
        "/v1/", 400, "", refused.text
    )
