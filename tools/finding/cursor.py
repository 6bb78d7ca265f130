"""The cursor of a search: text that says where each query's page ended, for the same call to go on there.

It holds a checksum of the call and of itself, how many messages there were at the first page (later ones aren't
searched: pages neither repeat nor skip a match while a conversation grows), and a mark a query; before its first page
an empty one.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence

from riffler.errors import InvalidArguments
from riffler.tools.finding.base import Mark

_DONE, _NEW = "x", "n"


def write_cursor(call: object, entries: int, marks: Sequence[Mark | None]) -> str:
    """Write a cursor.

    Args:
        call: What the call asks for, as JSON-safe values.
        entries: How many messages are searched.
        marks: Where each query's page ended; None for those that are done, () for those that had none yet.

    Returns:
        The cursor.
    """
    written = (_DONE if mark is None else ".".join(map(str, mark)) or _NEW for mark in marks)
    body = f"{entries}-{'-'.join(written)}"
    return f"{_checksum(call, body)}-{body}"


def read_cursor(text: str, call: object, most: int, marks: tuple[int, int]) -> tuple[int, list[Mark | None]]:
    """Read a cursor.

    Args:
        text: What `write_cursor` gave.
        call: What this call asks for.
        most: How many messages there are now.
        marks: How many marks this call has, and how many numbers one of them.

    Returns:
        How many messages are searched, and each query's mark.

    Raises:
        InvalidArguments: It isn't a cursor of this call.
    """
    checksum, _, body = text.strip().partition("-")
    count, numbers = marks
    shape = rf"(\d{{1,9}})((?:-(?:{_DONE}|{_NEW}|\d{{1,9}}(?:\.\d{{1,9}}){{{numbers - 1}}})){{{count}}})"
    match = re.fullmatch(shape, body, re.ASCII)
    if not match or checksum != _checksum(call, body) or int(match[1]) > most:
        raise InvalidArguments(
            f"after: expected the cursor that the page before gave, with the same queries and scope, got {text!r:.80}"
        )
    return int(match[1]), [_mark(written) for written in match[2].split("-")[1:]]


def _mark(written: str) -> Mark | None:
    if written == _DONE:
        return None
    return () if written == _NEW else tuple(map(int, written.split(".")))


def _checksum(call: object, body: str) -> str:
    return f"{zlib.crc32(json.dumps([call, body]).encode()):08x}"
