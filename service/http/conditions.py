"""Headers that make a change safe: `If-Match` (RFC 9110, 13.1.1) and `Idempotency-Key`; and entity tags, in one place.

A session's tag is made here and read here; all else passes on what has a version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Header, Request

from riffler.errors import UnknownSession, VersionConflict
from riffler.service.agent.made_again import NamedRequest
from riffler.service.http.core import CoreOf
from riffler.service.http.patterns import REQUEST_NAME, TAGS
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.tools.memory import Stamp

_TAG = re.compile(r'(W/)?("[^"]*")')
_OURS = re.compile(r'"([0-9]{1,15})-([0-9a-f]{8})"')


class Stamped(Protocol):
    """What knows which state of which session it is: a memory, or what came of a change or a question."""

    @property
    def stamp(self) -> Stamp:
        """The session's life and version."""
        ...


def etag(of: Stamped) -> str:
    """Write a session's life and version as an entity tag: a session made anew under a name has other tags."""
    return f'"{of.stamp.version}-{of.stamp.life}"'


def matches(tags: str, current: Stamped) -> bool:
    """Tell whether a reader has this version (the weak comparison of RFC 9110, 8.8.3.2).

    Args:
        tags: What the reader has, as `If-None-Match` names it.
        current: What there is.

    Returns:
        Whether one of them is the same.
    """
    return tags == "*" or etag(current) in {tag for _, tag in _tags(tags)}


def _tags(header: str) -> Iterator[tuple[bool, str]]:
    """Give each tag of a header, and whether it is weak."""
    for found in _TAG.finditer(header):
        yield found[1] is not None, found[2]


def _stamps(header: str) -> list[Stamp]:
    """Give the states that a change may be made for: a weak tag, or one that no session ever had, is none."""
    ours = [_OURS.fullmatch(tag) for weak, tag in _tags(header) if not weak]
    return [Stamp(int(found[1]), found[2]) for found in ours if found]


@dataclass(frozen=True)
class Expected:
    """What a change expects of a session.

    Attributes:
        tags: The tags of `If-Match`; None expects nothing.
        store: Where sessions live.
    """

    tags: str | None
    store: MemoryStore

    async def seen(self, key: SessionKey) -> Stamp | None:
        """Tell what the session must still be.

        Of several, it is the one that is there now, if any is: the change is then made for that one.

        Args:
            key: The session.

        Returns:
            What the client has seen; None takes any.

        Raises:
            VersionConflict: Nothing that a session can be is among the tags.
        """
        if self.tags is None or self.tags == "*":
            return None
        stamps = _stamps(self.tags)
        if not stamps:
            raise VersionConflict(f"If-Match: no session has the tag {self.tags:.80}: expected its `ETag` as it came")
        if len(stamps) > 1:
            with suppress(UnknownSession):  # told by the change itself, which may have been what deleted it
                memory = await self.store.load(key)
                return memory.stamp if memory.stamp in stamps else stamps[0]
        return stamps[0]


async def _expected(
    request: Request,
    core: CoreOf,
    if_match: Annotated[
        str | None,
        Header(
            description='Only if the session is still this: its `ETag`, such as `"7-1b2c3d4e"`, or one of several; '
            "else 412. `*` takes any.",
            pattern=TAGS,
            examples=['"7-1b2c3d4e"'],
        ),
    ] = None,
) -> Expected:
    lines = request.headers.getlist("if-match")  # a list may stand on several lines (RFC 9110, 5.3)
    return Expected(", ".join(lines) if len(lines) > 1 else if_match, core.sessions)


async def _named_request(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A name of your own for this request, unique in its session; that of a rewrite alone, or of "
            "many rewards, is kept for a day. Made again with the same name, it isn't done again: it gives the same "
            "answer (one reward says `repeated`), or goes on where it was interrupted. What changed nothing, such as a "
            "refusal, is worked out anew; a creation gives the session as it is by then. For another request of this "
            "name: 422.",
            pattern=REQUEST_NAME,
            examples=["9b2f6f0e-2c0e-4c57-8f0a-1f5d2a7c3b11"],
        ),
    ] = None,
) -> NamedRequest | None:
    if idempotency_key is None:
        return None
    asked = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    asked.update(await request.body())
    return NamedRequest(idempotency_key, asked.hexdigest()[:32])


ExpectedOf = Annotated[Expected, Depends(_expected)]
Named = Annotated[NamedRequest | None, Depends(_named_request)]
