"""Serves the dashboard's files. They hold nothing of a user's: pages read the REST API, with the user's credential.

Pages are plain files: modules that a browser runs as they are, with two vendored libraries and their licences. No
request leaves the host, and no script or style that isn't one of these files runs (the policy below).
"""

from __future__ import annotations

from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from stat import S_ISREG
from typing import Final, NamedTuple

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
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


class _Held(NamedTuple):
    """A file in memory, and when it was changed."""

    changed_ns: int
    content: bytes
    headers: dict[str, str]


class _Files(StaticFiles):
    """Serves files from memory: a page asks for all of them at once, and a thread for each would be felt."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, html=True)
        self._held: dict[str, _Held] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See the base class, which answers for all that is no file."""
        held = self._read("index.html" if path == "." else path)
        if held is None:
            return await super().get_response(path, scope)
        if self.is_not_modified(Headers(held.headers), Headers(scope=scope)):
            return NotModifiedResponse(Headers(held.headers))
        return Response(held.content, headers=held.headers)

    def _read(self, name: str) -> _Held | None:
        """Give a file, read again when it was changed."""
        full, stat = self.lookup_path(name)
        if stat is None or not S_ISREG(stat.st_mode):
            return None
        held = self._held.get(full)
        if held is None or held.changed_ns != stat.st_mtime_ns:
            content = Path(full).read_bytes()
            kind = guess_type(full)[0] or "text/plain"
            charset = "; charset=utf-8" if kind.startswith("text/") else ""
            headers = {"Content-Type": f"{kind}{charset}", "ETag": f'"{sha256(content).hexdigest()[:32]}"'}
            held = self._held[full] = _Held(stat.st_mtime_ns, content, headers)
        return held


def install(app: FastAPI, files: Path = STATIC) -> None:
    """Serve the dashboard under `/dashboard/`.

    Args:
        app: The service's app.
        files: The folder of its files.
    """

    async def to_pages(_request: object) -> RedirectResponse:
        return RedirectResponse("dashboard/", status_code=308)  # relative: whatever the host is called

    app.add_route("/dashboard", to_pages, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/dashboard/", _Guarded(_Files(files)), name="dashboard")
