"""The embedded default: a real server as a child process, with its data in a folder.

Whoever needs it first starts it, under a lock; others attach to its private socket. When the process that owns it goes,
the server saves and stops with it, and an attached process starts it again under the same lock, at its next command.
So there is never an orphan, and never a second server on one folder: a server inherits a lock and keeps it for life.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Literal

import redis
import redis.exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from riffler.errors import MemoryFull, MemoryUnavailable
from riffler.service.logs import get_logger
from riffler.service.memory.server_binary import find_server

Durability = Literal["default", "strict"]
"""What survives a crash of the server: `default` may lose up to two seconds, `strict` nothing that was acknowledged."""

_LOG = get_logger("memory")
_LONGEST_SOCKET_PATH = 107
"""In bytes: what a Unix socket's address has room for."""
_START_S = 20.0
_LOCK_S = 30.0
_STOP_S = 10.0
_LONGEST_LOG_BYTES = 1_000_000


class EmbeddedServer:
    """A server on a data folder.

    Args:
        folder: Where the data lives; made when missing.
        durability: `strict` syncs each write to disk. A running server is raised to it, never lowered.
    """

    def __init__(self, folder: Path, durability: Durability = "default") -> None:
        self.folder = folder
        self.durability = durability
        self._child: subprocess.Popen[bytes] | None = None
        self._ensuring: asyncio.Task[None] | None = None

    @property
    def socket(self) -> str:
        """Path of the server's Unix socket: in the folder, or in a private one where that path would be too long."""
        inside = str(self.folder.resolve() / "server.sock")
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]
        return str(Path(tempfile.gettempdir()) / f"riffler-{os.getuid()}-{digest}" / "server.sock")

    def running(self) -> bool:
        """Tell whether a server runs on the folder, whoever started it. None is started for it."""
        try:
            alive = os.open(self.folder / "server.lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _locked(alive)
        finally:
            os.close(alive)

    async def ensure(self) -> None:
        """Make sure that the server runs. Cheap when it does.

        All that ask at once wait for one start, which goes on when one of them is cancelled.

        Call it from the main thread: the kernel ties the server to the thread that starts it.

        Raises:
            MemoryUnavailable: It can't be started, or the folder can't be used.
            MemoryFull: The disk is full.
        """
        under_way = self._ensuring is not None and not self._ensuring.done()
        try:
            await self._shared_start()
        except MemoryUnavailable:
            if not under_way:
                raise
            # It was of a server that may have died since, which may be why we came: that one needs another start.
            await self._shared_start()

    async def _shared_start(self) -> None:
        if self._ensuring is None or self._ensuring.done():
            self._ensuring = asyncio.create_task(self._ensure())
            self._ensuring.add_done_callback(_looked_at)
        ensuring = self._ensuring
        await asyncio.wait({ensuring})
        if ensuring.cancelled():
            raise MemoryUnavailable(f"data folder {self.folder}: the server is being stopped")
        ensuring.result()

    async def _ensure(self) -> None:
        if await asyncio.to_thread(self._answers):  # a server that hangs would stop the loop for seconds
            return
        deadline = time.monotonic() + _LOCK_S
        with self._lock_file("lock") as starting, self._lock_file("server.lock") as alive:
            while not _locked(starting):
                if time.monotonic() > deadline:
                    raise MemoryUnavailable(
                        f"data folder {self.folder}: another process keeps its lock for {_LOCK_S:g} s"
                    )
                await asyncio.sleep(0.02)
            while not _locked(alive):  # a server has it until it ends: this one answers soon, or is busy, or is ending
                if await asyncio.to_thread(self._answers):
                    return
                if time.monotonic() > deadline:
                    raise MemoryUnavailable(
                        f"data folder {self.folder}: its server runs, but gives no answer within {_LOCK_S:g} s"
                    )
                await asyncio.sleep(0.02)
            await self._start(alive)

    async def stop(self) -> None:
        """Stop the server if this process owns it. What was acknowledged is on disk then."""
        if self._ensuring is not None and not self._ensuring.done():  # one that is done may be of another loop
            self._ensuring.cancel()
            await asyncio.wait({self._ensuring})
        await self._stop_child()

    async def _stop_child(self) -> None:
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.terminate()
        deadline = time.monotonic() + _STOP_S
        while child.poll() is None:
            if time.monotonic() > deadline:
                child.kill()
            await asyncio.sleep(0.01)

    @contextmanager
    def _lock_file(self, name: str) -> Iterator[int]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(Path(self.socket).parent)
            lock = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise _folder_error(self.folder, exc) from exc
        try:
            yield lock
        finally:
            os.close(lock)

    async def _start(self, alive: int) -> None:
        await self._stop_child()  # one that was killed has ended, but wasn't waited for yet
        server, config = find_server(), self._write_config()
        self._child = subprocess.Popen(  # noqa: ASYNC220 - forks in this thread on purpose, and returns at once
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")), str(os.getpid()), server, config],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(alive,),  # the lock goes to the server, and is free when that has ended, however it ends
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which then stops its server
        )
        deadline = time.monotonic() + _START_S
        while not await asyncio.to_thread(self._answers):
            if self._child.poll() is not None:
                raise MemoryUnavailable(f"the embedded server stopped at its start: {self._last_log_line()}")
            if time.monotonic() > deadline:
                await self._stop_child()
                raise MemoryUnavailable(f"the embedded server gave no answer within {_START_S:.0f} s")
            await asyncio.sleep(0.01)
        _LOG.info("server started", folder=str(self.folder), pid=self._child.pid, durability=self.durability)

    def _write_config(self) -> str:
        folder = str(self.folder.resolve())
        if any(sign in folder for sign in '"\\\n'):
            raise MemoryUnavailable(f"data folder {self.folder}: its name has a quote, a backslash or a line feed")
        appendfsync = "always" if self.durability == "strict" else "everysec"
        text = files(__package__).joinpath("embedded.conf").read_text("utf-8")
        text = text.format(folder=folder, socket=self.socket, appendfsync=appendfsync)
        path = self.folder / "server.conf"
        log = self.folder / "server.log"
        try:
            if log.exists() and log.stat().st_size > _LONGEST_LOG_BYTES:
                log.unlink()
            path.touch(mode=0o600)
            path.write_text(text, "utf-8")
        except OSError as exc:
            raise _folder_error(self.folder, exc) from exc
        return str(path)

    def _answers(self) -> bool:
        """Tell whether the server is there and ready; it answers within a millisecond or not at all."""
        if not Path(self.socket).exists():
            return False
        client = redis.Redis(unix_socket_path=self.socket, socket_timeout=2.0, retry=Retry(NoBackoff(), 0))
        try:
            client.ping()
            if self.durability == "strict":
                client.config_set("appendfsync", "always")
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, redis.exceptions.BusyLoadingError):
            return False
        finally:
            client.close()
        return True

    def _last_log_line(self) -> str:
        try:
            lines = (self.folder / "server.log").read_text("utf-8", "replace").split("\n")
        except OSError:
            return "it left no log"
        return next((line.strip() for line in reversed(lines) if line.strip()), "it left no log")


def _make_private(folder: Path) -> None:
    """Make the socket's folder ours alone; refuse one that somebody else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(1, "the socket's folder belongs to somebody else", str(folder))
    folder.chmod(0o700)


def _looked_at(ensuring: asyncio.Task[None]) -> None:
    """Take a failure that all who waited for it don't, so that asyncio doesn't warn of it."""
    if not ensuring.cancelled():
        ensuring.exception()


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _folder_error(folder: Path, exc: OSError) -> MemoryFull | MemoryUnavailable:
    if exc.errno in {28, 122}:  # no space left on the device; quota exceeded
        return MemoryFull(f"data folder {folder}: {exc.strerror}")
    return MemoryUnavailable(f"data folder {folder}: {exc.strerror}")
