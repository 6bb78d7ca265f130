"""What comes before a request is one has the limits that the API has, over HTTP: a head's size and time, a body's."""

import asyncio
import logging
from pathlib import Path

import httpx
import pytest
from tests.service.http.raw import hurry, sent, words
from tests.service.http.served import NO_ROOTS
from tests.service.integrations.mcp_server.bench import Bench, over_http

from riffler.service.http.head_limits import MOST_HEADERS

HEAD = 8192
QUIET = {"rewriting": False, "max_header_bytes": HEAD}


def head_of(bench: Bench) -> tuple[httpx.URL, bytes]:
    """Begin a request."""
    url = httpx.URL(bench.url)
    return url, f"POST {url.path} HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n".encode()


async def test_a_head_has_limits(server_folder: Path) -> None:
    """One that is too large, at once or without an end, and one of too many headers is 431; smaller ones are answered.

    A client of the SDK, whose heads are small, works all the same.
    """
    async with over_http(server_folder, gated=True, **QUIET) as bench:
        url, begin = head_of(bench)
        large = b"X-Large: " + b"x" * HEAD
        end = b"Connection: close\r\n\r\n"
        for pieces in ([begin + large + b"\r\n" + end], [begin, large, b"x" * HEAD]):
            status, kind, body = await sent(url, *pieces)
            assert status == 431
            assert f"at most {HEAD} bytes" in words(url.path, status, kind, body)
        many = b"".join(b"X-%d: 1\r\n" % number for number in range(MOST_HEADERS))
        status, kind, body = await sent(url, begin + many + end)
        assert (status, f"at most {MOST_HEADERS}," in words(url.path, status, kind, body)) == (431, True)
        async with httpx.AsyncClient(timeout=60, verify=NO_ROOTS) as http:
            fits = await http.post(url, json={}, headers={"X-Large": "x" * (HEAD - 1000)})
            assert fits.status_code in {400, 406, 422}
        async with bench.client() as client:
            assert (await client.list_tools()).tools


async def test_what_is_slow_is_let_go(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A head or a body that trickles is 408, who says nothing is closed, and the app bears that its client has gone."""
    hurry(monkeypatch)
    async with over_http(server_folder, gated=True, **QUIET) as bench:
        url, begin = head_of(bench)
        status, kind, body = await sent(url, begin, *[b"X: y\r\n"] * 8, wait_s=0.25)
        assert (status, "within 1 s" in words(url.path, status, kind, body)) == (408, True)
        fields = b"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
        with_body = begin + fields + b"Content-Length: 100000\r\n\r\n"
        with caplog.at_level(logging.WARNING):
            status, kind, body = await sent(url, with_body, *[b"{"] * 8, wait_s=0.25)
        assert (status, "at least 1000 bytes" in words(url.path, status, kind, body)) == (408, True)
        assert not [record for record in caplog.records if record.name.startswith("uvicorn")]
        assert (await sent(url))[0] == 0


async def test_who_listens_is_not_late(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a call, and between two of them on one connection, isn't the request's."""
    hurry(monkeypatch)
    async with over_http(server_folder, gated=True, **QUIET) as bench, bench.client() as client:
        await client.call_tool("add_text", {"text": "The pier opens at six."})
        await asyncio.sleep(2.5)
        assert not (await client.call_tool("view_context", {})).is_error
