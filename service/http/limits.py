"""What a body may be: JSON, or lines of it where a log is sent, and no larger than the setting.

Checked before anything is read into memory.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.service.http.problems import http_problem, respond


class BodyLimits:
    """Middleware that refuses bodies.

    Args:
        app: What answers requests.
        most_bytes: The largest body.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        has_body = length != "0" or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        expected = "application/jsonl" if scope["path"].endswith("/log") else "application/json"
        if has_body and kind != expected:
            # Also what keeps a web page from posting here: a form or plain text needs no permission of the browser.
            came = ascii(kind) if kind else "none"
            problem = http_problem(415, f"content-type: expected {expected}, got {came}")
            await respond(problem)(scope, receive, send)
            return
        if length.isdecimal() and int(length) > self._most:
            await respond(self._too_large())(scope, receive, send)
            return
        received, began = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most:
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
            await respond(self._too_large())(scope, receive, send)

    def _too_large(self) -> dict[str, object]:
        return http_problem(
            413, f"body: expected at most {self._most} bytes (RIFFLER_MAX_BODY_BYTES), got more: send texts in parts"
        )


class _TooLarge(BaseException):
    """A body without a length went over the limit. Not an `Exception`: FastAPI would take it for unreadable JSON."""
