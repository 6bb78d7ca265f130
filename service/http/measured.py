"""Each request counted and timed, by its route's template."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.service.http.metrics import Metrics
from riffler.service.http.problems import PROBLEM
from riffler.service.logs import get_logger

_LOG = get_logger("http")
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"})


class Measured:
    """Middleware that counts requests.

    Args:
        app: What answers them.
        metrics: Is told.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:  # a bug, which is answered outside of this
            scope[PROBLEM] = "internal-error"
            raise
        finally:
            route = _route(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            spent = time.perf_counter() - began
            self._metrics.answered(method, route, status, spent, scope.get(PROBLEM, ""))
            _LOG.info("request", method=method, route=route, status=status, ms=round(spent * 1000, 1))


def _route(scope: Scope) -> str:
    """Give the route's template. Files have none of their own, but are known by the folder that serves them."""
    folder = scope.get("root_path", "").removeprefix(scope.get("app_root_path", ""))
    return str(getattr(scope.get("route"), "path", "")) or (f"{folder}/*" if folder else "unmatched")
