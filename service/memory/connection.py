"""The connection to Redis, and the one place where redis-py's errors become Riffler's.

Every operation that runs here may be sent twice when its answer was lost, so callers give operations that count once:
reads, and scripts that know a repeated call. Each has one deadline, however often it is sent: a server that hangs holds
nobody up for longer, and isn't asked again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis.asyncio as redis_asyncio
import redis.exceptions as theirs
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.commands.core import AsyncScript

from riffler.errors import DurabilityUnavailable, InvalidSetting, MemoryFailed, MemoryFull, MemoryUnavailable
from riffler.service.memory.embedded import Durability, EmbeddedServer
from riffler.service.ports.observer import Observer, Observers

T = TypeVar("T")
Operation = Callable[["redis_asyncio.Redis"], Awaitable[Any]]

_TIMEOUT_S = 5.0
_HANGING_S = 1.0
"""The deadline while the server is known to hang: what tidies up after a failure shouldn't wait as long once more."""
_ATTEMPTS = 3
_CONNECTIONS = 64
"""Most connections of a process. Operations take turns on them: one that waits is late, and no outage."""


class RedisConnection:
    """A client of a given server, or of the embedded one.

    Args:
        url: Address of a server, as `redis://`, `rediss://` or `unix://`; None uses the embedded one.
        embedded: The embedded server; needed when there is no url.
        durability: `strict` is checked on a given server before its first use.
        timeout_s: The longest time of an operation. The first start of an embedded server may take longer: it reads its
            data back.
        observer: Is told of each operation; None tells nobody.

    Raises:
        InvalidSetting: The url isn't one, or there is neither url nor embedded server.
    """

    def __init__(
        self,
        url: str | None = None,
        embedded: EmbeddedServer | None = None,
        durability: Durability = "default",
        timeout_s: float = _TIMEOUT_S,
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observers()
        self._timeout_s = timeout_s
        self._reached = self._hangs = False
        self._embedded = embedded if url is None else None
        self._check_durability = url is not None and durability == "strict"
        self._where = "the embedded server"
        if url is not None:
            try:
                self._where = _without_secret(url)
                pool = redis_asyncio.BlockingConnectionPool.from_url(
                    url,
                    max_connections=_CONNECTIONS,
                    timeout=None,  # `run` has the deadline
                    decode_responses=True,
                    socket_timeout=None,  # `run` has the deadline: another one would take a task for each command
                    socket_connect_timeout=timeout_s + 1,
                    retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 3, (theirs.ConnectionError,)),
                )
            except ValueError:  # without its cause: that may quote a part of the password
                raise InvalidSetting("REDIS_URL: expected redis://, rediss:// or unix://") from None
        elif embedded is not None:
            pool = redis_asyncio.BlockingConnectionPool(
                max_connections=_CONNECTIONS,
                timeout=None,
                connection_class=redis_asyncio.UnixDomainSocketConnection,
                path=embedded.socket,
                decode_responses=True,
                socket_timeout=None,
                retry=Retry(NoBackoff(), 0),  # `run` retries, after a start of the server
                redis_connect_func=_strict_connect if durability == "strict" else None,
            )
        else:
            raise InvalidSetting("a connection needs a url or an embedded server")
        self._client = redis_asyncio.Redis.from_pool(pool)
        self._scripts: dict[tuple[str | None, str], AsyncScript] = {}

    def __repr__(self) -> str:
        """Say where it leads, without its secret."""
        return f"RedisConnection({self._where})"

    async def run(
        self, operation: Callable[[redis_asyncio.Redis], Awaitable[T]], *, within_s: float | None = None
    ) -> T:
        """Run an operation that may be repeated.

        Args:
            operation: Takes the client.
            within_s: Its deadline, where it is shorter than the connection's.

        Returns:
            What the operation gives.

        Raises:
            MemoryUnavailable: The server can't be reached, also not after starting the embedded one anew, or hangs.
            MemoryFull: The server refuses writes.
            DurabilityUnavailable: The server doesn't keep what `strict` promises.
            MemoryFailed: The server refused for another reason.
        """
        return await self._observed("command", operation, within_s)

    async def script(
        self,
        package: str | None,
        file: str,
        keys: Sequence[str],
        arguments: Sequence[str],
        *,
        within_s: float | None = None,
    ) -> Any:  # noqa: ANN401 - replies have many types
        """Run a Lua script that knows a repeated call.

        Args:
            package: The package that has the file.
            file: The script's file, below the package.
            keys: Its keys, all of one hash tag.
            arguments: Its arguments.
            within_s: Its deadline, where it is shorter than the connection's.

        Returns:
            The reply.
        """
        script = self._scripts.get((package, file))
        if script is None:
            script = self._client.register_script(_script_text(package or "", file))
            self._scripts[package, file] = script
        return await self._observed(
            PurePosixPath(file).stem, lambda client: script(list(keys), list(arguments), client), within_s
        )

    async def aclose(self) -> None:
        """Give back the connections, and stop the embedded server when this process owns it."""
        await self._client.aclose()
        if self._embedded is not None:
            await self._embedded.stop()

    async def _observed(
        self, name: str, operation: Callable[[redis_asyncio.Redis], Awaitable[T]], within_s: float | None
    ) -> T:
        """Run an operation, and tell of it. One that is cancelled isn't told: it says nothing of the server."""
        began = time.perf_counter()
        try:
            result = await self._run(operation, within_s)
        except MemoryFailed as exc:
            self._observer.operated(name, time.perf_counter() - began, type(exc).__name__)
            raise
        self._observer.operated(name, time.perf_counter() - began, "")
        return result

    async def _run(self, operation: Callable[[redis_asyncio.Redis], Awaitable[T]], within_s: float | None) -> T:
        within = self._timeout_s if within_s is None else min(within_s, self._timeout_s)
        if self._hangs:
            within = min(within, _HANGING_S)
        task = asyncio.current_task()
        asked = task.cancelling() if task else 0
        try:
            async with asyncio.timeout(within) as deadline:
                result = await self._repeated(operation, deadline, within)
        except TimeoutError as exc:
            self._hangs = True
            raise MemoryUnavailable(f"{self._where} gives no answer within {within:g} s") from exc
        except MemoryFailed:
            self._hangs = False
            raise
        self._hangs, self._reached = False, True
        if task and task.cancelling() > asked:
            # What an operation waits for may swallow a cancellation that comes as it ends, as asyncio.wait_for does
            # before Python 3.12: whoever cancelled this task would wait for ever for one that goes on.
            raise asyncio.CancelledError
        return result

    async def _repeated(
        self, operation: Callable[[redis_asyncio.Redis], Awaitable[T]], deadline: asyncio.Timeout, within_s: float
    ) -> T:
        """Run an operation, and again after a start of the embedded server. One that hangs isn't asked again."""
        if self._check_durability:
            await self._require_strict()
        attempts = _ATTEMPTS
        while True:
            attempts -= 1
            try:
                return await operation(self._client)
            except theirs.RedisError as exc:
                if not isinstance(exc, theirs.ConnectionError) or attempts == 0 or self._embedded is None:
                    raise translated(exc, self._where) from exc
            if self._reached:
                await self._embedded.ensure()
            else:  # a first start may have much to read back
                deadline.reschedule(None)
                await self._embedded.ensure()
                deadline.reschedule(asyncio.get_running_loop().time() + within_s)

    async def _require_strict(self) -> None:
        try:
            found = await self._client.config_get("append*")
        except theirs.ResponseError as exc:
            raise DurabilityUnavailable(
                f"{self._where}: durability `strict` can't be verified, because the server doesn't show its settings"
            ) from exc
        except theirs.RedisError as exc:
            raise translated(exc, self._where) from exc
        if found.get("appendonly") != "yes" or found.get("appendfsync") != "always":
            raise DurabilityUnavailable(
                f"{self._where}: durability `strict` needs `appendonly yes` and `appendfsync always`, the server has "
                f"`{found.get('appendonly')}` and `{found.get('appendfsync')}`"
            )
        self._check_durability = False


def translated(exc: theirs.RedisError, where: str) -> MemoryFailed:
    """Make one of redis-py's errors one of ours.

    Args:
        exc: Theirs.
        where: The server, without its secret.

    Returns:
        Ours; the text has no secret.
    """
    words = str(exc)
    if isinstance(exc, theirs.AuthenticationError | theirs.NoPermissionError):
        return MemoryUnavailable(f"{where}: the server refuses these credentials")
    if isinstance(exc, theirs.OutOfMemoryError) or words.startswith(("MISCONF", "OOM")) or "No space" in words:
        return MemoryFull(
            f"{where}: writes are refused, because its disk or its memory is full; free some and try again"
        )
    if isinstance(exc, theirs.ReadOnlyError):
        return MemoryUnavailable(f"{where}: the server is a read-only replica")
    if isinstance(exc, theirs.TimeoutError):
        return MemoryUnavailable(f"{where} gives no answer in time")
    if isinstance(exc, theirs.ConnectionError):
        return MemoryUnavailable(f"{where} can't be reached")
    return MemoryFailed(f"{where}: {type(exc).__name__}: {words[:200]}")


async def _strict_connect(connection: Any) -> None:  # noqa: ANN401 - redis-py doesn't export the type
    """Raise the server to `strict` at each new connection: another process may have started it without."""
    await connection.on_connect()
    await connection.send_command("CONFIG", "SET", "appendfsync", "always")
    await connection.read_response()


def _script_text(package: str, file: str) -> str:
    return files(package).joinpath(file).read_text("utf-8")


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or parts.path}" + (f":{parts.port}" if parts.port else "")
