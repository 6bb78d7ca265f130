"""What a body may be: JSON, or lines of it where a log or an export is sent, and no larger than the setting.

Checked before anything is read into memory.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.service.http.problems import http_problem, respond

IMPORT: Final = "/api/v1/tenant/import"


class BodyLimits:
    """Middleware that refuses bodies.

    Args:
        app: What answers requests.
        most_bytes: The largest body.
        most_import_bytes: The largest export that is imported, which isn't held in memory as a whole.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, most_import_bytes: int) -> None:
        self._app = app
        self._most, self._most_import = most_bytes, most_import_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        has_body = length != "0" or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        path: str = scope["path"]
        expected = "application/jsonl" if path == IMPORT or path.endswith("/log") else "application/json"
        most, too_large = (self._most, self._too_large) if path != IMPORT else (self._most_import, self._too_long)
        if has_body and kind != expected:
            # Also what keeps a web page from posting here: a form or plain text needs no permission of the browser.
            came = ascii(kind) if kind else "none"
            problem = http_problem(415, f"content-type: expected {expected}, got {came}")
            await respond(problem)(scope, receive, send)
            return
        if length.isdecimal() and int(length) > most:
            await respond(too_large())(scope, receive, send)
            return
        received, began = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLarge:
            if began:
                raise
            await respond(too_large())(scope, receive, send)

    def _too_large(self) -> dict[str, object]:
        return http_problem(
            413, f"body: expected at most {self._most} bytes (RIFFLER_MAX_BODY_BYTES), got more: send texts in parts"
        )

    def _too_long(self) -> dict[str, object]:
        return http_problem(
            413,
            f"body: expected at most {self._most_import} bytes (RIFFLER_MAX_IMPORT_BYTES), got more: send some "
            "sessions of it at a time",
        )


class _TooLarge(BaseException):
    """A body without a length went over the limit. Not an `Exception`: FastAPI would take it for unreadable JSON."""
