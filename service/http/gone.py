"""Clients that go before they are answered: what is made for them alone is stopped.

The server cancels nothing when a connection closes; who wants to know has to listen for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")

CLIENT_GONE: Final = 499
"""Nobody reads this status; logs and metrics do. It is no problem: who leaves a page early does nothing wrong."""


async def until_gone(request: Request) -> None:
    """Wait until a client has gone.

    Args:
        request: Its request, whose body was read, or is read here and passed over.
    """
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T | Response:
    """Wait for work that changes nothing, for as long as the client waits, too.

    Args:
        request: The client's.
        work: What makes the answer. It is cancelled when the client goes.

    Returns:
        What the work gives, or raises; for a client that has gone, a response that nobody reads.
    """
    making, gone = asyncio.create_task(work), asyncio.create_task(until_gone(request))
    try:
        await asyncio.wait({making, gone}, return_when=asyncio.FIRST_COMPLETED)
        if making.done():
            return making.result()
        gone.result()  # raises where the body that came with the request is too large
        return Response(status_code=CLIENT_GONE)
    finally:
        for task in (making, gone):
            task.cancel()
        await asyncio.gather(making, gone, return_exceptions=True)
