"""Which pages may make a browser change something: those of this service alone.

As long as there are no keys whoever reaches the address may change everything, and so may any page that a user's
browser opens, if browsers let it. They ask first where a body is JSON, and get no permission; a body of another type is
refused (`limits.py`). This refuses all else, as a change that needs no body: by what browsers say of the page that
asks, in the order of Go's `http.CrossOriginProtection` (https://pkg.go.dev/net/http#CrossOriginProtection). Clients
that are no browser say neither, and aren't minded.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from riffler.service.http.problems import http_problem, respond

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS: Final = frozenset({"same-origin", "none"})
"""`none`: the user did it, with no page between. `same-site` is another port of this host, so another service."""


class OwnPages:
    """Middleware that refuses changes which pages of others ask for.

    Args:
        app: What answers requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] == "http" and scope["method"] not in _READS:
            headers = Headers(scope=scope)
            if not is_own(headers):
                came = ascii(headers.get("origin", "another site"))[:80]
                problem = http_problem(
                    403,
                    f"origin: a page of {came} can't change anything here; expected none, or this service's own page "
                    "(a proxy before it must leave `Host` as it came)",
                )
                await respond(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_own(headers: Headers) -> bool:
    """Tell whether a request comes from a page of this service, or from none.

    Args:
        headers: The request's. `Sec-Fetch-Site`, which no page can set, is believed before `Origin`: behind a proxy
            `Host` may be another one than the browser's. Browsers leave it out where a page came without TLS from
            another host than the loopback.

    Returns:
        Whether it does.
    """
    site = headers.get("sec-fetch-site")
    if site:
        return site in _OURS
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "").lower()
