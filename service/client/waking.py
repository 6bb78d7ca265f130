"""Wakes a thread that waits for a reply which nobody wants any more."""

from __future__ import annotations

import contextlib
import socket

import httpx2


def wake(response: httpx2.Response) -> None:
    """End the connection of a reply that isn't read to its end, so that who waits for more of it stops waiting.

    To close a socket isn't enough: a thread that reads from it would wait on. Where an event loop reads, closing is
    enough, and its sockets are left alone.

    Args:
        response: The reply. One that was read to its end has given its connection back, which stays as it is.
    """
    stream = response.extensions.get("network_stream")
    found = stream.get_extra_info("socket") if stream is not None and not response.is_closed else None
    if isinstance(found, socket.socket):
        with contextlib.suppress(OSError):  # it may be closed by now
            socket.socket.shutdown(found, socket.SHUT_RDWR)  # of TLS, too: there is nothing more to say
