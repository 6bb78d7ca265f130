"""What the client raises beside `InvalidInput`, as a branch of the project's one tree.

    RifflerError
    └── ClientError           `operation` failed; `str(error)` is one line that a user can act on
        ├── Unreachable       no connection came about, so nothing was sent
        ├── ConnectionLost    the server went away after the request was sent, or in the middle of its reply
        ├── TimedOut          the reply wasn't there in time
        ├── InvalidReply      what came isn't what the API's description says: another server, or another version
        └── Refused           the server said no, in a problem (RFC 9457)

A refusal is also what the server itself raised: one for a busy session is a `Refused` and a `SessionBusy`, so an app
that embeds Riffler and one that calls it catch the same.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from riffler.errors import RifflerError


class ClientError(RifflerError):
    """A request failed.

    Args:
        operation: What was to be done, as the API's description names it.
        text: What happened, in our own words.
        quoted: What the server said of it, which may repeat a user's text. It is never logged.
        status: The HTTP status of the reply, if there was one.
        retry_after_s: After how many seconds the server finds it worth trying again; None when it doesn't say.

    Attributes:
        maybe_done: Whether the server may have done what was asked, at this try or at one before.
        idempotency_key: The request's name; None where it had none. Asked again by this name, it is done once, and a
            question that the server still answers is waited for.
    """

    _leaves_open: ClassVar[bool] = True

    def __init__(
        self,
        operation: str,
        text: str,
        quoted: str = "",
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{operation}: {text}", quoted)
        self.operation = operation
        self.status = status
        self.retry_after_s = retry_after_s
        self.maybe_done = self._leaves_open
        self.idempotency_key: str | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled by what it is made of; Python would pickle the text alone."""
        text = self.loggable.removeprefix(f"{self.operation}: ")
        kind = partial(type(self), status=self.status, retry_after_s=self.retry_after_s)
        return kind, (self.operation, text, self.quoted), self._found_later()

    def _found_later(self) -> dict[str, object]:
        """Give what is set after the error is made, which what it is made of doesn't tell."""
        return {"maybe_done": self.maybe_done, "idempotency_key": self.idempotency_key}


class Unreachable(ClientError):
    """No connection to the server came about. Nothing was sent, so nothing was done."""

    _leaves_open: ClassVar[bool] = False


class ConnectionLost(ClientError):
    """The connection broke after the request was sent. It isn't known whether it was done."""


class TimedOut(ClientError):
    """The reply wasn't there in time. It isn't known whether the request was done, or still is."""


class InvalidReply(ClientError):
    """The reply isn't what the API's description says."""
