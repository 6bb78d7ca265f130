"""An operation of the API as a value: what is sent, and how the reply is read. No I/O happens here."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from riffler.errors import InvalidInput
from riffler.service.client.errors import InvalidReply
from riffler.service.client.models.base import Tagged
from riffler.service.client.models.problems import Problem
from riffler.service.client.refusing import refused

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
NAMED: Final = "Idempotency-Key"
SEEN: Final = "If-Match"


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        status: The HTTP status.
        headers: Its headers, their names in lower case.
        content: Its body.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def kind(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def retry_after_s(self) -> float | None:
        """After how many seconds it is worth trying again; a date, which Riffler never sends, counts as none."""
        said = self.headers.get("retry-after", "")
        return float(said) if said.isdecimal() else None


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """One operation, asked for.

    Attributes:
        operation: Its name in the API's description.
        method: The HTTP method.
        path: The path, with all that came from outside made safe by `path_of`.
        reads: Reads the body of a success, with the call's operation at hand for an error.
        query: Query parameters; None stands for one that isn't given.
        body: The JSON body, written once: made again, the request is the same to the byte.
        headers: Headers beside those that each request has.
        changes: Whether it changes something.
        taken: Statuses that mean success.
    """

    operation: str
    method: str
    path: str
    reads: Callable[[str, Reply], T_co]
    query: Mapping[str, str | int | bool] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)  # a user's texts
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: bool = False
    taken: frozenset[int] = frozenset({200, 201, 204})

    @property
    def name(self) -> str | None:
        """The name by which the server knows it again; None where it has none."""
        return self.headers.get(NAMED)

    @property
    def repeatable(self) -> bool:
        """Whether it may be made again where it isn't known if it was done: it changes nothing, or has a name."""
        return not self.changes or NAMED in self.headers

    def read(self, reply: Reply) -> T_co:
        """Read the reply.

        Args:
            reply: What came.

        Returns:
            What was asked for.

        Raises:
            Refused: The server said no.
            InvalidReply: It isn't what the description says.
        """
        if reply.status in self.taken and reply.kind != _PROBLEM:
            return self.reads(self.operation, reply)
        if reply.kind == _PROBLEM:
            problem = parsed(self.operation, Problem, reply)
            refusal = refused(self.operation, problem, reply.retry_after_s)
            raise refusal
        raise InvalidReply(
            self.operation,
            f"{reply.status} {reply.kind or 'without a content type'}, where a problem or a success of Riffler's API "
            f"was expected: is this its address?",
            status=reply.status,
            retry_after_s=reply.retry_after_s,
        )


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type that pydantic knows
    return TypeAdapter(kind)


def parsed(operation: str, kind: type[T], reply: Reply) -> T:
    """Read a JSON body.

    Args:
        operation: What it answers.
        kind: Its shape.
        reply: What came.

    Returns:
        The body.

    Raises:
        InvalidReply: It is no JSON, or of another shape.
    """
    try:
        read: T = _adapter(cast(Hashable, kind)).validate_json(reply.content)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        # Not chained: the cause would show what came, which may be a user's text.
        raise InvalidReply(
            operation, f"the reply can't be read: {where}: {first['msg']}", status=reply.status
        ) from None
    return read


def reading(kind: type[T]) -> Callable[[str, Reply], T]:
    """Make what reads a shape, and the entity tag with it where it has one."""

    def read(operation: str, reply: Reply) -> T:
        if reply.kind != JSON:
            came = reply.kind or "none"
            raise InvalidReply(operation, f"the reply can't be read: expected {JSON}, got {came}", status=reply.status)
        found = parsed(operation, kind, reply)
        if isinstance(found, Tagged):
            found.tag(reply.headers.get("etag"))
        return found

    return read


def nothing(_operation: str, _reply: Reply) -> None:
    """Read a success without a body."""


def path_of(*parts: str) -> str:
    """Write a path of which every second part came from outside.

    Args:
        *parts: A part of ours, one from outside, one of ours, and so on.

    Returns:
        The path. What is from outside stays within its own part.

    Raises:
        InvalidInput: One is empty, or a dot or two, which in an address mean another place.
    """
    for given in parts[1::2]:
        if given in {"", ".", ".."}:
            raise InvalidInput(f"expected a name or an id, got {given!r}")
    return "".join(quote(part, safe="") if at % 2 else part for at, part in enumerate(parts))


def query_of(**given: str | int | bool | None) -> dict[str, str | int | bool]:
    """Take the parameters that are given."""
    return {name: value for name, value in given.items() if value is not None}


def several(name: str, given: Sequence[str]) -> list[str]:
    """Take some texts.

    Args:
        name: What they are, for an error.
        given: The texts.

    Returns:
        They, as a list.

    Raises:
        InvalidInput: It is one text, whose characters Python would take for several.
    """
    if isinstance(given, str):
        raise InvalidInput(f"{name}: expected several texts, got one: put it into a list")
    return list(given)


def body_of(**given: object) -> bytes:
    """Write a body of the fields that are given.

    Args:
        **given: Fields; None stands for one that isn't.

    Returns:
        JSON, in ASCII.

    Raises:
        InvalidInput: A value is none that JSON has.
    """
    try:
        return json.dumps({k: v for k, v in given.items() if v is not None}, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        raise InvalidInput(f"expected values that JSON has, got others: {type(exc).__name__}") from exc


def change(idempotency_key: str | None = None, if_match: str | None = None, *, named: bool = True) -> dict[str, str]:
    """Write the headers that make a change safe.

    Args:
        idempotency_key: The caller's name for the request.
        if_match: The entity tag of what the caller has seen.
        named: Whether the request gets a name where the caller gave none, so that it can be made again.

    Returns:
        The headers.

    Raises:
        InvalidInput: A header can't have this value.
    """
    made = idempotency_key if idempotency_key is not None else str(uuid4()) if named else None
    headers = {NAMED: made, SEEN: if_match}
    for name, value in headers.items():
        # Checked here: what the HTTP library says of a header that can't be sent is for its developers.
        if value is not None and not (value and value.isascii() and value.isprintable()):
            raise InvalidInput(f"{name}: expected visible ASCII characters, got {value[:40]!a}")
    return {name: value for name, value in headers.items() if value is not None}
