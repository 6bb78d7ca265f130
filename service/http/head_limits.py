"""What a request's head may be: so many bytes, and so many headers.

The connection refuses a head that is too large before it has its end (`connection.py`); one that came all at once was
read by then, and is refused here.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from riffler.service.http.connection import too_large
from riffler.service.http.problems import http_problem, respond

MOST_HEADERS: Final = 200
"""Browsers and proxies send some thirty."""
_STATUS: Final = 431
_BETWEEN: Final = 4
"""Bytes of a header beside its name and its value."""


class HeadLimits:
    """Middleware that refuses heads.

    Args:
        app: What answers requests.
        most_bytes: The largest head.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app, self._most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] == "http":
            headers = scope["headers"]
            size = sum(len(name) + len(value) + _BETWEEN for name, value in headers)
            if size + len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._most:
                await respond(http_problem(_STATUS, too_large(self._most)))(scope, receive, send)
                return
            if len(headers) > MOST_HEADERS:
                words = f"headers: expected at most {MOST_HEADERS}, got {len(headers)}"
                await respond(http_problem(_STATUS, words))(scope, receive, send)
                return
        await self._app(scope, receive, send)
