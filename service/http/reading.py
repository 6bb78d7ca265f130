"""A session read over HTTP: loaded, compared with what the reader has, named by its tag. All reads depend on this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Request, Response

from riffler.service.http.conditions import etag, matches
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.tools.memory import WorkingMemory

SessionPath = Annotated[str, Path(max_length=512, description="The session's name.")]
KnownVersion = Annotated[
    str | None,
    Header(
        # Without a pattern: who sends what is no tag has nothing, and reads the whole.
        description='Only if the session has another version than these: `ETag`s, such as `"7"`; else 304.',
        examples=['"7"'],
    ),
]


class _NotModified(Exception):
    """The reader has this version. No failure: it ends a read early."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


@dataclass(frozen=True)
class Reader:
    """Who reads a session, and what he has of it.

    Attributes:
        key: The session.
        known: What he has: the tags of `If-None-Match`, if any.
        store: Where sessions live.
        response: Is given the session's tag.
    """

    key: SessionKey
    known: str | None
    store: MemoryStore
    response: Response

    async def memory(self) -> WorkingMemory:
        """Load the session, and name it by its tag. Who has it is answered 304, and the route ends here.

        Returns:
            The session. Raises `UnknownSession` when there is none.

        Raises:
            _NotModified: The reader has it.
        """
        memory = await self.store.load(self.key)
        if self.known is not None and matches(self.known, memory):
            raise _NotModified(etag(memory))
        self.response.headers["ETag"] = etag(memory)
        return memory


async def _reader(
    core: CoreOf, tenant: TenantOf, session: SessionPath, response: Response, if_none_match: KnownVersion = None
) -> Reader:
    return Reader(SessionKey(tenant, session), if_none_match, core.sessions, response)


# Not the memory itself: who asks wrongly is told so, whatever he has, and all of that is checked before a route begins.
ReaderOf = Annotated[Reader, Depends(_reader)]


def install(app: FastAPI) -> None:
    """Make an app answer readers who have a version already.

    Args:
        app: The app.
    """
    app.add_exception_handler(_NotModified, _not_modified)


async def _not_modified(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, _NotModified)  # noqa: S101 - registered for these
    return Response(status_code=304, headers={"ETag": exc.tag})
