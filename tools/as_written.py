"""Arguments as models write them: one id in place of a list, ids joined by commas, a number for positions, capitals.

Each function stands before pydantic's own checks of a field (`BeforeValidator`), and takes what can mean only one
thing. The JSON schema that a model reads has none of it.
"""

from __future__ import annotations

import json
import re

from pydantic_core import PydanticCustomError

MOST_CHOICES = 1000
"""Ids and ranges in one list: more than a model names one by one."""

_CHOICE = re.compile(r"all|f[0-9a-f]{5}(?:-f[0-9a-f]{5})?")
_ID = re.compile(r"f[0-9a-f]{5}")
_DASH = re.compile(r"\s*[-‐‑–—]\s*")
_BETWEEN_IDS = re.compile(r"[\s,;]+")


def id_list(value: object) -> object:
    """Make a list of ids and ranges.

    Args:
        value: A list, or one text; each text may hold several, joined by commas or blanks.

    Returns:
        The list, in small letters.

    Raises:
        PydanticCustomError: It is no list and no text, or too long.
    """
    parts: list[object] = []
    for part in _items(value, 'a list such as ["f00001", "f00003-f00019"]'):
        parts += _BETWEEN_IDS.split(_DASH.sub("-", part.strip().lower())) if isinstance(part, str) else [part]
    if len(parts) > MOST_CHOICES:
        raise PydanticCustomError(
            "too_many", f"expected at most {MOST_CHOICES} ids or ranges, and {len(parts)} came: name ranges, or all"
        )
    return parts


def id_or_range(value: object) -> object:
    """Check one id, range, or `all`.

    Args:
        value: What stands in a list.

    Returns:
        The same.

    Raises:
        PydanticCustomError: It is none of them.
    """
    if not isinstance(value, str) or not _CHOICE.fullmatch(value):
        raise PydanticCustomError("id_or_range", 'expected a list such as ["f00001", "f00003-f00019"], or ["all"]')
    return value


def fragment_id(value: object) -> object:
    """Check one id, or nothing.

    Args:
        value: A text.

    Returns:
        The id, in small letters.

    Raises:
        PydanticCustomError: It is no id.
    """
    written = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(written, str) or (written and not _ID.fullmatch(written)):
        raise PydanticCustomError("fragment_id", 'expected one id such as "f0001a"')
    return written


def word_list(value: object) -> object:
    """Make a list of words out of a fixed set.

    Args:
        value: A list, or one text; each text may hold several, joined by commas or blanks.

    Returns:
        The list, in small letters.
    """
    parts: list[object] = []
    for part in _items(value, 'a list such as ["user", "tool"]'):
        parts += _BETWEEN_IDS.split(part.strip().lower()) if isinstance(part, str) else [part]
    return parts


def text_list(value: object) -> object:
    """Make a list of texts.

    Args:
        value: A list, or one text. A text that is JSON of a list of texts is that list; else it's taken as it is.

    Returns:
        The list.
    """
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
        if found and all(isinstance(each, str) for each in found):
            return found
    return [value]


def position_text(value: object) -> object:
    """Make a text of positions.

    Args:
        value: A text, a number, or a list of both.

    Returns:
        The text, joined by commas; empty for `all`.

    Raises:
        PydanticCustomError: It is none of them.
    """
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
        raise PydanticCustomError("positions", 'expected a text such as "3", "2-9" or "5-"')
    text = ",".join(map(str, parts))
    return "" if text.strip().lower() == "all" else text


def _items(value: object, expected: str) -> list[object]:
    """Give what is in a list, also in one that was written as a text."""
    if isinstance(value, str):
        if not value.lstrip().startswith("["):
            return [value]
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [str(value).strip(" []")]
    if not isinstance(value, list | tuple):
        raise PydanticCustomError("list", f"expected {expected}")
    return list(value)
