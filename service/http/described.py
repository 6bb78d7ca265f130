"""How answers are described in OpenAPI: what a route gives, and the problems that it may answer with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from riffler.service.http.examples import PROBLEMS
from riffler.service.http.problems import MEDIA_TYPE

Described = dict[int | str, dict[str, Any]]

READS = (422, 503)
"""What each read of something may answer with."""
CHANGES = (400, 413, 415, *READS)
"""What each request with a body may answer with."""

_ETAG: dict[str, Any] = {"ETag": {"description": "The session's version.", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "Where the session is.", "schema": {"type": "string"}}}
_ABOUT: Mapping[int, str] = MappingProxyType(
    {
        400: "The body can't be read as JSON in UTF-8.",
        404: "There is nothing of this name. What belongs to others isn't told from what doesn't exist.",
        409: "Somebody else was first, or what is there doesn't allow this now: look again, then decide.",
        412: "The session has another version than `If-Match` names. Nothing was changed.",
        413: "The body has more bytes, or more values, than the service takes.",
        415: "The body is of another type than the one that is described.",
        422: "A field isn't as described, or what is asked for can't be done. Nothing was changed.",
        500: "Riffler itself failed. Its log says why; give the operator the problem's `instance`.",
        502: "The engine refused, or gave what can't be read.",
        503: "Redis or the engine can't be reached, or is overloaded, or the service stops. Try again, after "
        "`Retry-After` if given.",
        504: "The engine took longer than it may.",
        507: "Disk or memory is full, of Redis or of the engine's device.",
    }
)
_MAY_BE_RETRIED = {409, 503}


def answers(status: int, about: str, example: object, *, tagged: bool = False, located: bool = False) -> Described:
    """Describe what a route gives when all is well.

    Args:
        status: The status that it has.
        about: What it is, as one sentence.
        example: A body, without nulls: the framework leaves them out of examples.
        tagged: Whether it has the session's `ETag`.
        located: Whether it says where something new is.

    Returns:
        What FastAPI takes as `responses`.
    """
    headers = (_ETAG if tagged else {}) | (_LOCATION if located else {})
    described = {"description": about, "content": {"application/json": {"example": example}}}
    return {status: described | ({"headers": headers} if headers else {})}


def read_answers(about: str, example: object) -> Described:
    """Describe what a read of a session gives, and that it gives nothing to who has it.

    Args:
        about: What it is, as one sentence.
        example: A body, without nulls.

    Returns:
        What FastAPI takes as `responses`.
    """
    same = {"description": "The reader has this version (`If-None-Match`).", "headers": _ETAG}
    return {**answers(200, about, example, tagged=True), 304: same}


def documented(*statuses: int, unknown: str = "session") -> Described:
    """Describe the problems that a route may answer with.

    Args:
        *statuses: Beside 500, which any route may.
        unknown: What isn't there, when it is 404.

    Returns:
        What FastAPI takes as `responses`.
    """
    described: Described = {}
    for status in sorted({500, *statuses}):
        example = PROBLEMS[f"unknown-{unknown}" if status == 404 else status]
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
        retry = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}}
        described[status] = {
            "description": _ABOUT[status],
            "content": content,
            **(retry if status in _MAY_BE_RETRIED else {}),
        }
    return described
