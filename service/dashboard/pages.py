"""Serves the dashboard's files. They hold nothing of a user's: pages read the REST API, with the user's credential.

Pages are plain files: modules that a browser runs as they are, with two vendored libraries and their licences. No
request leaves the host, and no script or style that isn't one of these files runs (the policy below).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC: Final = Path(__file__).parent / "static"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Charts place their parts by style attributes; texts of users are never written as HTML."""


class _Guarded:
    """Middleware that says what a page may load: only what is served here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cache-Control"] = "no-cache"  # files have tags: an upgrade is seen at once
            await send(message)

        await self._app(scope, receive, guarded)


def install(app: FastAPI) -> None:
    """Serve the dashboard under `/dashboard/`.

    Args:
        app: The service's app.
    """

    async def to_pages(_request: object) -> RedirectResponse:
        return RedirectResponse("dashboard/", status_code=308)  # relative: whatever the host is called

    app.add_route("/dashboard", to_pages, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/dashboard/", _Guarded(StaticFiles(directory=STATIC, html=True)), name="dashboard")
