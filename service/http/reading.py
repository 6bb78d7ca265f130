"""A session read over HTTP: loaded, compared with what the reader has, named by its tag. All reads depend on this."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Request, Response

from riffler.service.http.conditions import etag, matches
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.patterns import TAGS
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory

SessionPath = Annotated[str, Path(max_length=512, description="The session's name.")]
KnownVersion = Annotated[
    str | None,
    Header(
        description='Only if the session has another version than these: `ETag`s, such as `"7"`; else 304.',
        pattern=TAGS,
        examples=['"7"'],
    ),
]


class _NotModified(Exception):
    """The reader has this version. No failure: it ends a read early."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


async def _read(
    core: CoreOf, tenant: TenantOf, session: SessionPath, response: Response, if_none_match: KnownVersion = None
) -> WorkingMemory:
    memory = await core.sessions.load(SessionKey(tenant, session))
    if if_none_match is not None and matches(if_none_match, memory):
        raise _NotModified(etag(memory))
    response.headers["ETag"] = etag(memory)
    return memory


Read = Annotated[WorkingMemory, Depends(_read)]
"""The session that the path names, for a reader who hasn't it yet."""


def install(app: FastAPI) -> None:
    """Make an app answer readers who have a version already.

    Args:
        app: The app.
    """
    app.add_exception_handler(_NotModified, _not_modified)


async def _not_modified(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, _NotModified)  # noqa: S101 - registered for these
    return Response(status_code=304, headers={"ETag": exc.tag})
