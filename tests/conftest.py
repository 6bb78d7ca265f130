"""Fixtures that many tests share: a data folder, and a store on a real embedded server."""

import asyncio
import gc
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey

os.environ["RIFFLER_ENGINE"] = "reader"
"""What tests stand on that aren't about an engine: it answers by rule, the same each time and at once."""


def pytest_collection_finish() -> None:
    """Take what was imported and collected out of the garbage collector's sight: each full pass took half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """A folder of this test alone, not made yet."""
    return tmp_path / "data"


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a server that runs for all tests; each test has a tenant of its own on it."""
    folder = tmp_path_factory.mktemp("memory") / "data"
    server = EmbeddedServer(folder)
    with asyncio.Runner() as runner:
        runner.run(server.ensure())
        yield folder
        runner.run(server.stop())


@pytest.fixture
async def memory_connection(server_folder: Path) -> AsyncIterator[RedisConnection]:
    """A connection of this test's event loop; it is attached to the server and doesn't own it."""
    connection = RedisConnection(embedded=EmbeddedServer(server_folder))
    yield connection
    await connection.aclose()


@pytest.fixture
def memory_store(memory_connection: RedisConnection) -> RedisMemoryStore:
    """A store on a real server."""
    return RedisMemoryStore(memory_connection)


@pytest.fixture
def session_key() -> SessionKey:
    """A session of a tenant that no other test has."""
    return SessionKey(f"tenant-{secrets.token_hex(8)}", "session")


# A shared core is no clock. Examples are the same in each run, so that a run tells of a change and not of luck; to look
# for others: pytest --hypothesis-profile=search
hypothesis.settings.register_profile("riffler", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("search", deadline=None, max_examples=500)
hypothesis.settings.load_profile("riffler")
