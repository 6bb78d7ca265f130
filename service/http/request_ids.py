"""Each request has an id: the client's own, or a new one. It is in the answer, in problems and in the log.

In the log it is in each line that the request causes, also of a turn that goes on when its client has gone.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.service.logs import bind

_HEADER = "x-request-id"
_CURRENT: ContextVar[str] = ContextVar("riffler_request_id", default="none")


def current_request_id() -> str:
    """Give the id of the request that is being answered; `none` outside of one."""
    return _CURRENT.get()


def name_request(given: str) -> str:
    """Name the request that is being answered, from here on.

    Args:
        given: The client's own name for it; empty when it has none.

    Returns:
        That, where it can stand in a log line and a URN; else a new one: it is replaced, not refused.
    """
    id_ = given if re.fullmatch(r"[A-Za-z0-9._-]{1,128}", given) else secrets.token_hex(8)
    _CURRENT.set(id_)
    return id_


class RequestIds:
    """Middleware that names requests.

    Args:
        app: What answers them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(_HEADER, "")
        # Never reset: each request has a task, and so a context, of its own, and an error that nobody foresaw is
        # answered outside of this middleware, still under the request's id.
        id_ = name_request(given)
        bind(request=id_)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_HEADER] = id_
            await send(message)

        await self._app(scope, receive, named)
