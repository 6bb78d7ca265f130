"""Failures of httpx2 in our words. `LEAVES` names each; a test fails when a new version brings another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import httpx2

from riffler.service.client.errors import ClientError, ConnectionLost, InvalidReply, TimedOut, Unreachable

LEAVES: Mapping[type[Exception], type[ClientError]] = MappingProxyType(
    {
        httpx2.HTTPError: ConnectionLost,
        httpx2.RequestError: ConnectionLost,
        httpx2.TransportError: ConnectionLost,
        httpx2.TimeoutException: TimedOut,
        httpx2.ConnectTimeout: Unreachable,
        httpx2.PoolTimeout: Unreachable,  # all connections of this client are in use: nothing was sent
        httpx2.ReadTimeout: TimedOut,
        httpx2.WriteTimeout: TimedOut,
        httpx2.NetworkError: ConnectionLost,
        httpx2.ConnectError: Unreachable,
        httpx2.ProxyError: Unreachable,
        httpx2.ReadError: ConnectionLost,
        httpx2.WriteError: ConnectionLost,
        httpx2.CloseError: ConnectionLost,
        httpx2.ProtocolError: ConnectionLost,
        httpx2.LocalProtocolError: ConnectionLost,
        httpx2.RemoteProtocolError: ConnectionLost,  # cut off, or no HTTP at all
        httpx2.UnsupportedProtocol: Unreachable,  # of a proxy; ours is checked when the client is made
        httpx2.DecodingError: InvalidReply,
        httpx2.TooManyRedirects: InvalidReply,  # none is followed
    }
)
_WORDS: Mapping[type[ClientError], str] = MappingProxyType(
    {
        Unreachable: "no connection to {address}",
        ConnectionLost: "the connection to {address} broke before the reply was whole",
        TimedOut: "{address} didn't reply in time",
        InvalidReply: "the reply of {address} can't be read",
    }
)


@contextmanager
def translated(operation: str, address: str) -> Iterator[None]:
    """Raise our errors in the place of the library's.

    Args:
        operation: What is done meanwhile.
        address: The server's, to start the text with.

    Yields:
        Once.

    Raises:
        ClientError: What the library raised.
    """
    try:
        yield
    except httpx2.HTTPError as exc:
        leaf = next(LEAVES[each] for each in type(exc).__mro__ if each in LEAVES)
        text = f"{_WORDS[leaf].format(address=address)} ({type(exc).__name__})"
        # Quoted, and not chained: the library repeats bytes of what it couldn't read, which may be a user's text.
        raise leaf(operation, text, f": {exc}" if str(exc) else "") from None
