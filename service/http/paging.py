"""Paging by cursor: a cursor says where the next page begins, and stays right while things are added."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from riffler.errors import InvalidInput

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=1000, description="Most items to give.")]
Cursor = Annotated[
    str | None, Query(max_length=2000, description="`next` of the page before; without it, from the beginning.")
]


class Page(BaseModel, Generic[T]):
    """Some items, and where the next ones are."""

    items: list[T] = Field(description="The items, in order.")
    next: str | None = Field(description="Cursor of the next page; null on the last one.")


def write_cursor(*place: int | str) -> str:
    """Write a place as a cursor: opaque, and safe in an address."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Read a cursor.

    Args:
        cursor: What `write_cursor` wrote, as a client gave it back.
        *kinds: The types of its parts.

    Returns:
        The parts; None without a cursor.

    Raises:
        InvalidInput: It is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as exc:
        raise InvalidInput(f"query.cursor: expected the `next` of a page, got {cursor[:40]!a}") from exc
    fits = isinstance(place, list) and [type(part) for part in place] == list(kinds)
    if not fits or any(isinstance(part, int) and not 0 <= part < 2**53 for part in place):
        raise InvalidInput(f"query.cursor: expected the `next` of a page of this list, got {cursor[:40]!a}")
    return tuple(place)


def page_of(items: Sequence[T], first: int, limit: int, *of: int | str) -> tuple[list[T], str | None]:
    """Cut a page out of a sequence that only grows at its end.

    Args:
        items: All items.
        first: Index of the page's first.
        limit: Most items.
        *of: What names the sequence, where an index alone would be one of another sequence by the next page. It stands
            before the index in the cursor.

    Returns:
        The page's items, and the cursor of the next one.
    """
    end = first + limit
    return list(items[first:end]), write_cursor(*of, end) if end < len(items) else None
