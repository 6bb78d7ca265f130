"""The embedded server: real processes, real kills. No orphan, no second server on a folder, nothing acknowledged lost.

What a kill shows: a killed process leaves what it wrote in the system's page cache, so what `strict` writes before it
acknowledges is there. With `default`, Redis puts off a write for up to two seconds while the disk is busy with the sync
before: a kill on a slow disk can lose the newest commits, as the design's rule 5 says, and nothing before them.
"""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
import redis

from riffler.errors import MemoryFailed, MemoryFull, MemoryUnavailable, VersionConflict
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import Durability, EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import MessagesAppended
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message

KEY = SessionKey("t", "s")
GONE_S = 10.0


class Opener(Protocol):
    """Makes a server on a folder, and a store that has an empty session."""

    async def __call__(
        self, folder: Path, durability: Durability = "default"
    ) -> tuple[EmbeddedServer, RedisMemoryStore]:
        """Make them."""
        ...


OWNER = """
import asyncio, sys
from pathlib import Path
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import MessagesAppended
from riffler.tools.messages import Message

async def main():
    server = EmbeddedServer(Path(sys.argv[1]), sys.argv[2])
    await server.ensure()
    connection = RedisConnection(embedded=server)
    info = await connection.run(lambda client: client.info("server"))
    print("server", info["process_id"], flush=True)
    for line in sys.stdin:
        store, key = RedisMemoryStore(connection), SessionKey("t", "s")
        memory = await store.load(key)
        event = MessagesAppended(len(memory.entries), (Message.user(line.strip()),))
        await store.commit(key, memory, [event], "app")
        print("done", flush=True)
    await connection.aclose()

asyncio.run(main())
"""


@contextmanager
def another_process(folder: Path, durability: Durability = "default") -> Iterator[subprocess.Popen[str]]:
    """Run a process that ensures a server, tells its id, commits each line it is given, and stops when told no more."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder), durability],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """Wait for a line of another process."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def server_of(process: subprocess.Popen[str]) -> int:
    """Wait until another process has its server, and give the server's process id."""
    word, pid = line_of(process).split()
    assert word == "server"
    return int(pid)


def tell(process: subprocess.Popen[str], line: str) -> None:
    """Have another process commit a line."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that ended and wasn't waited for yet doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def gone(pid: int) -> None:
    """Wait until a process is gone."""
    deadline = time.monotonic() + GONE_S
    while runs(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs after {GONE_S} s"
        await asyncio.sleep(0.01)


async def pid_of(server: EmbeddedServer) -> int:
    """Ask the server for its process id, and start it when there is none."""
    while True:
        await server.ensure()
        try:
            with redis.Redis(unix_socket_path=server.socket) as client:
                return int(client.info("server")["process_id"])
        except redis.ConnectionError:  # it ended in between
            await asyncio.sleep(0.01)


def said(memory: WorkingMemory, text: str) -> MessagesAppended:
    """A user's message at the end of a conversation."""
    return MessagesAppended(len(memory.entries), (Message.user(text),))


async def texts(folder: Path) -> list[str]:
    """Read the session's messages as a new owner of the folder would."""
    server = EmbeddedServer(folder)
    await server.ensure()
    store = RedisMemoryStore(RedisConnection(embedded=server))
    memory = await store.load(KEY)
    await store.aclose()
    return [message.text for message in memory.messages]


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Makes servers on folders, each with a store that has an empty session; all are stopped when the test ends."""
    stores: list[RedisMemoryStore] = []

    async def open_(folder: Path, durability: Durability = "default") -> tuple[EmbeddedServer, RedisMemoryStore]:
        server = EmbeddedServer(folder, durability)
        await server.ensure()
        store = RedisMemoryStore(RedisConnection(embedded=server))
        stores.append(store)
        await store.create(KEY)
        return server, store

    yield open_
    for store in stores:
        await store.aclose()


async def test_a_stopped_server_leaves_its_data(opened: Opener, data_folder: Path) -> None:
    """After an orderly stop the process is gone, and the next start has what was committed."""
    server, store = await opened(data_folder)
    await store.commit(KEY, WorkingMemory(), [said(WorkingMemory(), "kept")], "app")
    pid = await pid_of(server)
    await store.aclose()
    assert not runs(pid)
    assert await texts(data_folder) == ["kept"]


async def test_a_second_process_attaches(opened: Opener, data_folder: Path) -> None:
    """Another process uses the same server and sees the same data; its end doesn't end a server that it doesn't own."""
    server, store = await opened(data_folder)
    pid = await pid_of(server)
    with another_process(data_folder) as other:
        assert server_of(other) == pid
        tell(other, "from another process")
        assert line_of(other) == "done"
        other.communicate(timeout=GONE_S)
        assert other.returncode == 0
    assert runs(pid)
    assert [message.text for message in (await store.load(KEY)).messages] == ["from another process"]
    await store.aclose()
    assert not runs(pid)


async def test_no_orphan_after_the_owner_is_killed(opened: Opener, data_folder: Path) -> None:
    """When the owner is killed the server ends by itself, and what was committed is there at the next start."""
    _, store = await opened(data_folder)
    await store.aclose()
    with another_process(data_folder) as owner:
        pid = server_of(owner)
        tell(owner, "kept")
        assert line_of(owner) == "done"
        owner.kill()
        await gone(pid)
    assert await texts(data_folder) == ["kept"]


async def test_a_race_to_start_gives_one_server(data_folder: Path) -> None:
    """Processes that start at the same time all get the same server."""
    with (
        another_process(data_folder) as one,
        another_process(data_folder) as two,
        another_process(data_folder) as three,
    ):
        pids = {server_of(process) for process in (one, two, three)}
        assert len(pids) == 1
    await gone(pids.pop())


async def test_an_attached_process_starts_the_server_again(opened: Opener, data_folder: Path) -> None:
    """After the owner's death an attached process goes on at its next command, with all the data, as the new owner."""
    with another_process(data_folder) as owner:
        first = server_of(owner)
        server, store = await opened(data_folder)
        memory = await store.commit(KEY, WorkingMemory(), [said(WorkingMemory(), "before")], "app")
        owner.kill()
        deadline = time.monotonic() + GONE_S
        while (second := await pid_of(server)) == first:  # while it ends, and after, each commit is answered
            assert time.monotonic() < deadline
            memory = await store.commit(KEY, memory, [said(memory, f"{memory.version}")], "app")
        memory = await store.commit(KEY, memory, [said(memory, "after")], "app")
        assert not runs(first)
    await store.aclose()
    assert not runs(second)
    assert await texts(data_folder) == [message.text for message in memory.messages]


@pytest.mark.parametrize("durability", ["default", "strict"])
async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    opened: Opener, data_folder: Path, durability: Durability
) -> None:
    """Killed in the middle of writes: each acknowledged commit is there, once and in order, and writing goes on.

    With `default` the newest ones may be missing where the disk was slow; those before them never are, and who goes on
    from what was lost is told of a conflict.
    """
    server, store = await opened(data_folder, durability)
    acknowledged: list[str] = []
    memory = WorkingMemory()
    for round_ in range(3):
        killed = asyncio.get_running_loop().call_later(0.05, os.kill, await pid_of(server), signal.SIGKILL)
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            text = f"{round_}.{len(acknowledged)}"
            try:
                memory = await store.commit(KEY, memory, [said(memory, text)], "app")
            except VersionConflict:
                assert durability == "default"
                memory = await store.load(KEY)
                kept = [message.text for message in memory.messages]
                assert kept == acknowledged[: len(kept)]
                acknowledged = kept
            else:
                acknowledged.append(text)
        assert killed.when() < asyncio.get_running_loop().time()
    assert [message.text for message in (await store.load(KEY)).messages] == acknowledged
    assert len(await store.events(KEY, limit=100_000)) == len(acknowledged) > 3
    await store.aclose()
    assert await texts(data_folder) == acknowledged


async def test_a_server_that_hangs_gets_no_second_beside_it(opened: Opener, data_folder: Path) -> None:
    """A server that doesn't answer for a while keeps its folder: others wait for it, and use it when it answers."""
    server, store = await opened(data_folder)
    pid = await pid_of(server)
    os.kill(pid, signal.SIGSTOP)
    try:
        attaching = asyncio.create_task(EmbeddedServer(data_folder).ensure())
        await asyncio.wait([attaching], timeout=4.5)  # longer than two pings that get no answer
        assert not attaching.done()
    finally:
        os.kill(pid, signal.SIGCONT)
    await attaching
    assert await pid_of(server) == pid
    await store.aclose()
    assert not runs(pid)


async def test_a_full_disk_refuses_writes_and_keeps_the_rest(opened: Opener, data_folder: Path) -> None:
    """When the server's file can't grow, writes are refused as `MemoryFull`, reads work, and with room so do writes."""
    server, store = await opened(data_folder)
    pid = await pid_of(server)
    memory = await store.commit(KEY, WorkingMemory(), [said(WorkingMemory(), "x" * 200_000)], "app")
    size = max(file.stat().st_size for file in (data_folder / "appendonlydir").iterdir())
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 10_000, hard))

    async def fill() -> None:
        nonlocal memory
        for _ in range(200):
            memory = await store.commit(KEY, memory, [said(memory, "y" * 1000)], "app")

    with pytest.raises(MemoryFull, match="disk or its memory is full"):
        await fill()
    assert await store.load(KEY) == memory
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    deadline = time.monotonic() + GONE_S
    while True:
        try:
            memory = await store.commit(KEY, memory, [said(memory, "room again")], "app")
            break
        except MemoryFull:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    await store.aclose()
    assert await texts(data_folder) == [message.text for message in memory.messages]


async def test_a_long_path_works(opened: Opener, tmp_path: Path) -> None:
    """A folder whose path is longer than a socket's address may be still has a server, with a private socket."""
    folder = tmp_path / ("long" * 20) / ("path" * 20)
    server, store = await opened(folder)
    assert len(os.fsencode(folder)) > 108 > len(os.fsencode(server.socket))
    assert Path(server.socket).parent.stat().st_mode & 0o777 == 0o700
    with another_process(folder) as other:
        assert server_of(other) == await pid_of(server)
    await store.aclose()
    Path(server.socket).parent.rmdir()


async def test_the_socket_is_private(opened: Opener, data_folder: Path) -> None:
    """Nobody else may come in: the server has no port, the socket and its folder are the user's alone."""
    server, store = await opened(data_folder)
    assert Path(server.socket).stat().st_mode & 0o777 == 0o600
    assert data_folder.stat().st_mode & 0o777 == 0o700
    with redis.Redis(unix_socket_path=server.socket) as client:
        assert client.config_get("port") == {"port": "0"}
    await store.aclose()


async def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    """A folder below a file is a clear error with the folder's name."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(MemoryUnavailable, match=r"file.data: Not a directory"):
        await EmbeddedServer(tmp_path / "file" / "data").ensure()


async def test_a_server_that_cannot_start_tells_why(data_folder: Path) -> None:
    """When the data can't be read, the error has the server's own last words, and nothing runs."""
    data_folder.mkdir()
    (data_folder / "appendonlydir").write_text("a file where the server has its folder", "utf-8")
    with pytest.raises(MemoryUnavailable, match="stopped at its start: .*append"):
        await EmbeddedServer(data_folder).ensure()


async def test_strict_raises_a_running_server(opened: Opener, data_folder: Path) -> None:
    """Whoever needs `strict` raises a running `everysec` server to it; nobody lowers it."""
    server, store = await opened(data_folder)

    def syncs() -> str:
        with redis.Redis(unix_socket_path=server.socket) as client:
            found: str = client.config_get("appendfsync")["appendfsync"]
            return found

    assert syncs() == "everysec"
    await EmbeddedServer(data_folder, "strict").ensure()
    assert syncs() == "always"
    await EmbeddedServer(data_folder).ensure()
    assert syncs() == "always"
    await store.aclose()


async def test_stopping_twice_and_without_a_start_is_safe(data_folder: Path) -> None:
    """`stop` on a server that isn't there does nothing."""
    server = EmbeddedServer(data_folder)
    await server.stop()
    await server.ensure()
    await server.stop()
    await server.stop()
    with pytest.raises(MemoryFailed):
        await RedisMemoryStore(RedisConnection(f"unix://{server.socket}")).load(KEY)


async def test_strict_holds_on_a_server_that_another_started(opened: Opener, data_folder: Path) -> None:
    """A strict process that attaches to a default server has each write synced, from its first command on."""
    _, store = await opened(data_folder)
    strict = RedisConnection(embedded=EmbeddedServer(data_folder, "strict"), durability="strict")
    await RedisMemoryStore(strict).create(SessionKey("t", "other"))
    found = await strict.run(lambda client: client.config_get("appendfsync"))
    assert found == {"appendfsync": "always"}
    await strict.aclose()
    await store.aclose()
