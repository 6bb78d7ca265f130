"""Answers of Redis that are lost on their way, with a proxy between that loses them for real."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from tests.contracts.sessions import said

from riffler.errors import VersionConflict
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey


class LosingProxy:
    """Passes bytes to a server and back, but for one answer: that to what has these bytes.

    Args:
        socket: Where the server is.
        marked: What the request has whose answer is lost.
        meanwhile: What happens before the link breaks; the request is done by then.
    """

    def __init__(self, socket: str, marked: bytes, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self.lost = 0
        self._socket = socket
        self._marked = marked
        self._meanwhile = meanwhile
        self._due = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve, and give the address."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        async with server:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_unix_connection(self._socket)
        requests = asyncio.create_task(self._requests(reader, server))
        while data := await answers.read(65536):
            if self._due:
                self._due = False
                self.lost += 1
                await self._meanwhile()
                break
            writer.write(data)
        requests.cancel()
        server.close()
        writer.transport.abort()

    async def _requests(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self._due = self._due or (self._marked in data and not self.lost)
            server.write(data)
        server.close()


async def test_a_commit_counts_once_also_when_others_commit_before_it_is_sent_again(
    server_folder: Path, memory_store: RedisMemoryStore, session_key: SessionKey
) -> None:
    """Its own answer is what it made, nothing is there twice, and going on from there is a conflict."""

    async def another() -> None:
        seen = await memory_store.load(session_key)
        await memory_store.commit(session_key, seen, [said(seen, "other")], "app")

    proxy = LosingProxy(EmbeddedServer(server_folder).socket, b"mine", another)
    async with proxy.serving() as url, aclosing(RedisConnection(url)) as connection:
        store = RedisMemoryStore(connection)
        memory = await store.create(session_key)
        after = await store.commit(session_key, memory, [said(memory, "mine")], "app")
        assert proxy.lost == 1
        assert after == memory.commit([said(memory, "mine")])
        with pytest.raises(VersionConflict):
            await store.commit(session_key, after, [said(after, "next")], "app")
        whole = await memory_store.load(session_key)
        assert [message.text for message in whole.messages] == ["mine", "other"]
        assert await store.load(session_key) == whole
        assert len(await store.events(session_key)) == 2
