"""A connection: uvicorn's own on h11, with limits on a request before it is one, told as all other problems are.

Nothing else sees what never becomes a request: a head that has no end, one that comes a byte a minute, a body that
stops half way. Each costs a connection, and nobody needs a key for that.
"""

from __future__ import annotations

import asyncio
import re
import sys
from contextvars import copy_context
from http import HTTPStatus
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from riffler.service.http.chat_errors import PREFIX, error_response
from riffler.service.http.problems import http_problem, respond
from riffler.service.http.request_ids import name_request

_PROXY: Final = re.compile(rb"\S+ " + PREFIX.encode())


class Connection(H11Protocol):
    """Takes requests in.

    Attributes:
        head_s: So long a request's head may take, from its first byte, or the connection's beginning, to its last.
        body_s: In so long a body that isn't at its end brings `least_bytes`, where the service reads it.
        least_bytes: About a kilobyte a second: the slowest of modems has more.
    """

    head_s: ClassVar[float] = 30.0
    body_s: ClassVar[float] = 30.0
    least_bytes: ClassVar[int] = 30_000

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as uvicorn has them
        super().__init__(*arguments, **named)
        self._clock: asyncio.TimerHandle | None = None
        self._waits_for, self._came = "", 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin; see asyncio."""
        super().connection_made(transport)
        self._wait_for("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """End; see asyncio."""
        self._wait_for("")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; see asyncio."""
        self._came += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Go on with the next request, which may be here already."""
        super().on_response_complete()
        self._look()

    def send_400_response(self, msg: str) -> None:
        """Refuse what can't be read. A head that is too large is told so."""
        error = sys.exc_info()[1]  # uvicorn calls this where it caught it
        if (
            isinstance(error, h11.RemoteProtocolError)
            and error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        ):
            most = self.config.h11_max_incomplete_event_size
            self._refuse(error.error_status_hint, too_large(most))
        else:
            super().send_400_response(msg)
        self._wait_for("")

    def _look(self) -> None:
        """See what the client is to send next."""
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._wait_for("body")
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait_for("head")
        else:
            self._wait_for("")

    def _wait_for(self, part: str) -> None:
        if part == self._waits_for:
            return
        self._waits_for = part
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if part:
            self._came = 0
            self._clock = self.loop.call_later(self.head_s if part == "head" else self.body_s, self._late)

    def _late(self) -> None:
        part, self._waits_for, self._clock = self._waits_for, "", None
        if self.transport.is_closing():
            return
        if part == "head":
            if self.conn.trailing_data[0]:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"headers: expected all of them within {self.head_s:g} s")
            else:  # it never began: nobody waits for an answer
                self.transport.close()
        elif self.flow.read_paused or self._came >= self.least_bytes:
            self._wait_for("body")
        else:
            least = f"at least {self.least_bytes} bytes each {self.body_s:g} s"
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"body: expected {least}, or its end, got {self._came}")

    def _refuse(self, status: int, detail: str) -> None:
        """Answer where nothing else does, and close."""
        body = self.conn.their_state is h11.SEND_BODY
        if body:  # what answers this request hears that its client has gone
            begun, self.cycle.disconnected = self.cycle.response_started, True
            self.cycle.message_event.set()
            if begun:
                self.transport.close()
                return
        proxied = self.scope["path"].startswith(PREFIX) if body else _PROXY.match(self.conn.trailing_data[0])
        problem = copy_context().run(_problem, status, detail)
        response = error_response(problem, {}) if proxied else respond(problem)
        headers = [*response.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=response.status_code, headers=headers, reason=HTTPStatus(status).phrase.encode()),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def too_large(most: int | None) -> str:
    """Word the refusal of a head.

    Args:
        most: The most bytes of one.

    Returns:
        The words.
    """
    return f"headers: expected at most {most} bytes with the address (RIFFLER_MAX_HEADER_BYTES), got more"


def _problem(status: int, detail: str) -> dict[str, Any]:
    name_request("")
    return http_problem(status, detail)
