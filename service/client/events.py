"""Server-sent events, read as they come (https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import TypeVar

from riffler.service.client.call import Reply, parsed
from riffler.service.client.errors import InvalidReply
from riffler.service.client.models.answers import AnswerFields, Arrived, Delta, Rewriting, Step
from riffler.service.client.models.problems import Problem
from riffler.service.client.refusing import refused

A = TypeVar("A", bound=AnswerFields)

MEDIA_TYPE = "text/event-stream"


class EventReader:
    """Puts bytes together to events. Comments, ids and times to reconnect say nothing here."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest: list[str] = []  # pieces of a line without its end: an answer's line can be long
        self._name = ""
        self._data: list[str] = []

    def feed(self, content: bytes) -> Iterator[tuple[str, str]]:
        r"""Take some bytes.

        Args:
            content: The next bytes of the stream.

        Yields:
            Name and data of each event that they end. A line may end with `\n` or `\r\n`; a `\r` alone, which the
            standard allows too and Riffler doesn't send, ends none.
        """
        first, *others = self._decoder.decode(content).split("\n")
        self._rest.append(first)
        for other in others:
            line, self._rest = "".join(self._rest), [other]
            event = self._line(line.removesuffix("\r"))
            if event is not None:
                yield event

    def _line(self, line: str) -> tuple[str, str] | None:
        if not line:
            event = (self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data = "", []
            return event
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None


def progress_of(operation: str, name: str, data: str, answer: type[A]) -> Arrived | Rewriting | Step | Delta | A | None:
    """Read an event of a streamed answer.

    Args:
        operation: What is answered.
        name: The event's name.
        data: Its data.
        answer: What its last event becomes.

    Returns:
        What happened; None of an event that this version doesn't know.

    Raises:
        Refused: The turn failed on its way.
    """
    reply = Reply(200, {}, data.encode())
    match name:
        case "arrived":
            return parsed(operation, Arrived, reply)
        case "rewriting":
            return parsed(operation, Rewriting, reply)
        case "step":
            return parsed(operation, Step, reply)
        case "delta":
            return parsed(operation, Delta, reply)
        case "answer":
            return parsed(operation, answer, reply)
        case "problem":
            refusal = refused(operation, parsed(operation, Problem, reply))
            raise refusal
        case _:
            return None


def require_events(operation: str, reply: Reply) -> None:
    """Refuse a success that is no stream.

    Args:
        operation: What is answered.
        reply: The reply's head.

    Raises:
        InvalidReply: It is something else.
    """
    if reply.kind != MEDIA_TYPE:
        raise InvalidReply(operation, f"expected {MEDIA_TYPE}, got {reply.kind or 'none'}", status=reply.status)
