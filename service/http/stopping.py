"""How the service stops: who is told of the signal, and what requests hear that get no answer in time.

uvicorn catches the signal, waits for all requests, and only then tells the app. The turns' deadline must begin at the
signal, so the app listens to it, too. What isn't a turn (a rewrite or a tool that asks a slow model) is cancelled by
uvicorn after that deadline.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riffler.errors import ServiceStopping
from riffler.service.http.problems import problem_of, respond
from riffler.service.http.running import STOPPING


def tell_at_the_signal(tell: Callable[[], None]) -> None:
    """Call a function in this loop at each signal to end, before whoever handles it now.

    Needed because uvicorn makes its servers itself where it has several workers, so that they can't be ours.

    Args:
        tell: What to call. From the main thread, in the loop that serves.
    """
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        handled = signal.getsignal(ending)

        def both(number: int, frame: FrameType | None, handled: object = handled) -> None:
            loop.call_soon_threadsafe(tell)
            if callable(handled):
                handled(number, frame)

        signal.signal(ending, both)


class Stoppable:
    """Middleware that answers a request which the server cancels: it does so only when it stops.

    Args:
        app: What answers otherwise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""
        begun = complete = False

        async def noted(message: Message) -> None:
            nonlocal begun, complete
            begun = True
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except asyncio.CancelledError:
            if scope["type"] != "http" or (begun and not complete):
                raise
            if not begun:
                await respond(*problem_of(ServiceStopping(STOPPING)))(scope, receive, send)
