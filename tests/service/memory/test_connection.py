"""Redis' errors become Riffler's, in one place, and none of them tells a password."""

import asyncio
import inspect
from pathlib import Path
from urllib.parse import quote

import pytest
import redis.exceptions as theirs

from riffler.errors import DurabilityUnavailable, InvalidSetting, MemoryFailed, MemoryFull, MemoryUnavailable
from riffler.service.memory.connection import RedisConnection, translated
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey

SECRET_URL = "redis://:secret@127.0.0.1:1/0"

BECOMES = {
    "AskError": MemoryFailed,  # of a cluster's client, which we have none of
    "AuthenticationError": MemoryUnavailable,
    "AuthenticationWrongNumberOfArgsError": MemoryFailed,
    "AuthorizationError": MemoryUnavailable,
    "BusyLoadingError": MemoryUnavailable,
    "ClusterCrossSlotError": MemoryFailed,
    "ClusterDownError": MemoryFailed,
    "ClusterError": MemoryFailed,
    "ConnectionError": MemoryUnavailable,
    "DataError": MemoryFailed,
    "ExecAbortError": MemoryFailed,
    "ExternalAuthProviderError": MemoryUnavailable,
    "InvalidResponse": MemoryFailed,
    "LockError": MemoryFailed,
    "LockNotOwnedError": MemoryFailed,
    "MasterDownError": MemoryFailed,
    "MaxConnectionsError": MemoryUnavailable,
    "ModuleError": MemoryFailed,
    "MovedError": MemoryFailed,
    "NoPermissionError": MemoryUnavailable,
    "NoScriptError": MemoryFailed,
    "NoSuchFieldsetError": MemoryFailed,
    "OutOfMemoryError": MemoryFull,
    "PubSubError": MemoryFailed,
    "ReadOnlyError": MemoryUnavailable,
    "RedisError": MemoryFailed,
    "ResponseError": MemoryFailed,
    "TimeoutError": MemoryUnavailable,
    "TryAgainError": MemoryFailed,
    "WatchError": MemoryFailed,
}
"""What each of redis-py's errors becomes."""

LIBRARYS = {
    name: kind for name, kind in inspect.getmembers(theirs, inspect.isclass) if issubclass(kind, theirs.RedisError)
}


def made(kind: type[theirs.RedisError]) -> theirs.RedisError:
    """Make an error of any class as the library would."""
    if issubclass(kind, theirs.AskError):
        return kind("1 127.0.0.1:1")
    return kind("words")


def test_the_library_has_no_error_that_nobody_mapped() -> None:
    """A release of redis-py that grows or drops an error fails here, so that somebody decides what it becomes."""
    assert set(LIBRARYS) == set(BECOMES)


@pytest.mark.parametrize("name", sorted(BECOMES))
def test_every_error_of_the_library_becomes_ours(name: str) -> None:
    """Each of redis-py's errors becomes the leaf of `MemoryFailed` that says what the user can do."""
    assert type(translated(made(LIBRARYS[name]), "redis://host")) is BECOMES[name]


@pytest.mark.parametrize(
    "words",
    [
        "MISCONF Errors writing to the AOF file: No space left on device",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "ERR write failed: No space left on device",
    ],
)
def test_a_full_server_is_told_by_its_words(words: str) -> None:
    """Replies that redis-py has no class for, but that mean a full disk or memory, become `MemoryFull`."""
    assert type(translated(theirs.ResponseError(words), "redis://host")) is MemoryFull


async def test_a_dead_port_is_unavailable_and_no_secret_is_told() -> None:
    """The error names the server, never its password; neither does the repr, nor any error that caused it."""
    connection = RedisConnection(SECRET_URL)
    with pytest.raises(MemoryUnavailable) as caught:
        await RedisMemoryStore(connection).load(SessionKey("t", "s"))
    assert str(caught.value) == "redis://127.0.0.1:1 can't be reached"
    exc: BaseException | None = caught.value
    while exc is not None:
        assert "secret" not in repr(exc) + str(exc)
        exc = exc.__cause__ or exc.__context__
    assert "secret" not in repr(connection)
    assert "127.0.0.1:1" in repr(connection)
    await connection.aclose()


@pytest.mark.parametrize(
    "url", ["", "localhost:6379", "http://:secret@localhost", "redis://:secret@localhost:port", "redis://:secret@[::1"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    """A setting that can't be an address is refused at once, in one line that shows no password."""
    with pytest.raises(InvalidSetting, match=r"redis://.*unix://") as caught:
        RedisConnection(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_connection_leads_somewhere() -> None:
    """Neither a url nor an embedded server is a mistake of the caller."""
    with pytest.raises(InvalidSetting, match="needs a url or an embedded server"):
        RedisConnection()


async def test_strict_refuses_a_server_that_does_not_promise_it(server_folder: Path) -> None:
    """A given server with `everysec` isn't used with `strict`: not one command, and none at the second try either."""
    url = f"unix://{quote(EmbeddedServer(server_folder).socket)}"
    connection = RedisConnection(url, durability="strict")
    store = RedisMemoryStore(connection)
    for _ in range(2):
        with pytest.raises(DurabilityUnavailable, match="everysec"):
            await store.create(SessionKey("strict", "s"))
    await connection.aclose()
    plain = RedisConnection(url)
    await RedisMemoryStore(plain).create(SessionKey("strict", "s"))  # was never made
    await RedisMemoryStore(plain).delete(SessionKey("strict", "s"))
    await plain.aclose()


async def test_strict_takes_a_server_that_promises_it(data_folder: Path) -> None:
    """A given server with `appendfsync always` is used."""
    server = EmbeddedServer(data_folder, "strict")
    await server.ensure()
    connection = RedisConnection(f"unix://{quote(server.socket)}", durability="strict")
    await RedisMemoryStore(connection).create(SessionKey("t", "s"))
    await connection.aclose()
    await server.stop()


async def test_many_operations_at_once_take_turns(server_folder: Path) -> None:
    """A thousand at once are done, over fewer connections: a queue is no outage."""
    server = EmbeddedServer(server_folder)
    for connection in (RedisConnection(embedded=server), RedisConnection(f"unix://{server.socket}")):
        before = int((await connection.run(lambda client: client.info("clients")))["connected_clients"])
        said = await asyncio.gather(*(connection.run(lambda client: client.echo("x")) for _ in range(1000)))
        after = int((await connection.run(lambda client: client.info("clients")))["connected_clients"])
        await connection.aclose()
        assert said == ["x"] * 1000
        assert after - before < 100


async def test_a_cancellation_that_the_client_swallows_comes_through(memory_connection: RedisConnection) -> None:
    """A task that is cancelled in the middle of an operation ends, also when the operation ends all the same."""
    begun = asyncio.Event()

    async def swallowing(_: object) -> str:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "done all the same"
        raise AssertionError("nobody cancelled it")

    async def keeping() -> None:
        while True:
            await memory_connection.run(swallowing)

    task = asyncio.create_task(keeping())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)


async def test_who_is_cancelled_may_still_tidy_up(memory_connection: RedisConnection) -> None:
    """In the `finally` of a task that was cancelled, operations run as ever."""
    said: list[object] = []

    async def working() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            said.append(await memory_connection.run(lambda client: client.echo("x")))

    task = asyncio.create_task(working())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert said == ["x"]
