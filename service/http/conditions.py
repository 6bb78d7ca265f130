"""Headers that make a change safe: `If-Match` (RFC 9110, 13.1.1), `If-None-Match` and `Idempotency-Key`."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.responses import Response

from riffler.service.agent.made_again import NamedRequest
from riffler.service.http.patterns import REQUEST_NAME, VERSION
from riffler.tools.memory import Stamp


def etag(stamp: Stamp) -> str:
    """Write which state of which session it is as an entity tag: `"7-1b2c3d4e"`, the version and the session's life."""
    return f'"{stamp.version}-{stamp.life}"'


def not_modified(request: Request, stamp: Stamp) -> Response | None:
    """Answer a reader who has this version already.

    Args:
        request: The request.
        stamp: The session's.

    Returns:
        A 304, or None when the reader needs the whole.
    """
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag(stamp), "*"}:
        return Response(status_code=304, headers={"ETag": etag(stamp)})
    return None


def _expected_version(
    if_match: Annotated[
        str | None,
        Header(
            description='Only if the session is still this: its `ETag`, as `"7-1b2c3d4e"`; else 412. `*` takes any.',
            pattern=VERSION,
            examples=['"7-1b2c3d4e"'],
        ),
    ] = None,
) -> Stamp | None:
    if if_match is None or if_match == "*":
        return None
    version, _, life = if_match.strip('"').partition("-")
    return Stamp(int(version), life)


async def _named_request(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A name of your own for this request. Made again with the same name, it isn't done again: it "
            "gives the same answer, or goes on where it was interrupted.",
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


ExpectedVersion = Annotated[Stamp | None, Depends(_expected_version)]
Named = Annotated[NamedRequest | None, Depends(_named_request)]
