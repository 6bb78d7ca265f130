"""The time limit of a try, where a thread waits: each wait for the network takes what is left, however the bytes come.

httpx2 has a limit for one read. A head that comes byte by byte begins it anew with each, and a body after each part.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any, Final

import httpcore2
import httpx2

from riffler.service.client.tries import Tries

TRIES: Final[ContextVar[Tries | None]] = ContextVar("riffler_tries", default=None)
"""Whose time it is, while a thread waits."""


def bounded(http: httpx2.AsyncClient | httpx2.Client) -> None:
    """Make the connections of a client know the time limit. Those of an event loop need it not: there, waits end.

    Args:
        http: The client.
    """
    if isinstance(http, httpx2.AsyncClient):
        return
    # httpx2 has no public way to this argument of httpcore2's pools. Where it isn't here any more, its own limits hold,
    # which are those of one read: a test would tell.
    for transport in (http._transport, *http._mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and isinstance(backend, httpcore2.NetworkBackend):
            pool._network_backend = _Backend(backend)


def _within(timeout_s: float | None) -> float | None:
    """Give what a wait may take; where there is no time left, this raises `TimedOut`."""
    tries = TRIES.get()
    if tries is None:
        return timeout_s
    left_s = tries.left_s()
    return left_s if timeout_s is None else min(timeout_s, left_s)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, inner: httpcore2.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, _within(timeout), local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.connect_unix_socket(path, _within(timeout), socket_options))


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _within(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore2 has it
        return self._inner.get_extra_info(info)
