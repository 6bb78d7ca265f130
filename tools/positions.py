"""Positions of messages as a model writes them: `3`, `2-9`, `5-`, `-4`, `1,4-6`.

An end beyond the last message is the last message.
"""

from __future__ import annotations

import re

from riffler.errors import InvalidArguments

_RANGE = re.compile(r"\s*(?:(\d{1,9})|(\d{1,9})?\s*-\s*(\d{1,9})?)\s*")


def positions(text: str, count: int, name: str) -> range | tuple[int, ...]:
    """Read positions.

    Args:
        text: Positions from 1, and ranges of them with both ends, joined by commas; empty stands for all.
        count: How many messages there are.
        name: The argument, for errors.

    Returns:
        Indices from 0, ascending, each once.

    Raises:
        InvalidArguments: This isn't how positions are written, or there is no such message.
    """
    if not text.strip():
        return range(count)
    ranges: list[tuple[int, int]] = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        first = int(match[1] or match[2] or 1) if match else 0
        last = int(match[1] or match[3] or max(first, count)) if match else 0
        if part.strip() == "-" or not 1 <= first <= last:
            raise InvalidArguments(f'{name}: expected positions from 1, such as "3", "2-9" or "5-", got {text!r:.80}')
        if first > count:
            raise InvalidArguments(f"{name}: there are messages 1 to {count}, got {part.strip()!r:.80}")
        ranges.append((first - 1, min(last, count)))
    found: list[int] = []
    for begin, end in sorted(ranges):  # many ranges of everything cost no more than one
        found += range(max(begin, found[-1] + 1 if found else 0), end)
    return tuple(found)
