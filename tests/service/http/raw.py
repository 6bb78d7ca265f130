"""Requests as bytes, for what no HTTP client would send."""

import asyncio
import json
from contextlib import suppress

import httpx
import pytest

from riffler.service.http.connection import Connection
from riffler.service.http.problems import MEDIA_TYPE


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give connections patience of a second."""
    monkeypatch.setattr(Connection, "head_s", 1.0)
    monkeypatch.setattr(Connection, "body_s", 1.0)
    monkeypatch.setattr(Connection, "least_bytes", 1000)


def words(path: str, status: int, kind: str, body: str) -> str:
    """Hold a refusal to its shape; give what it says."""
    said = json.loads(body)
    if path.startswith("/v1/"):
        assert said["error"]["type"] == "invalid_request_error"
        return str(said["error"]["message"])
    assert (kind, said["status"]) == (MEDIA_TYPE, status)
    assert said["instance"].removeprefix("urn:riffler:request:") != "none"
    return str(said["detail"])


async def sent(url: httpx.URL, *pieces: bytes, wait_s: float = 0.05) -> tuple[int, str, str]:
    """Send bytes as they are, with pauses; give status, type and body of what comes until the connection ends."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    came: list[bytes] = []

    async def read() -> None:  # meanwhile: who sends on is cut off, and then can't read what came before that
        with suppress(ConnectionError):
            while some := await reader.read(4096):
                came.append(some)

    reading = asyncio.create_task(read())
    with suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(wait_s)
    await asyncio.wait_for(reading, 60)
    writer.close()
    answer = b"".join(came).decode()
    if not answer:
        return 0, "", ""
    head, _, body = answer.partition("\r\n\r\n")
    kind = next(line for line in head.lower().split("\r\n") if line.startswith("content-type:"))
    return int(head.split()[1]), kind.partition(": ")[2], body
