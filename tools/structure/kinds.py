"""The kinds of structure by name, and pieces made of their places.

To add a kind: write its file (a function that gives places of a text between two offsets), and name it in `KINDS` and
in `Kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from riffler.tools.structure.code import code_places
from riffler.tools.structure.headings import heading_places
from riffler.tools.structure.joints import may_cut
from riffler.tools.structure.json_items import json_places
from riffler.tools.structure.places import solid
from riffler.tools.structure.prose import line_places, paragraph_places, sentence_places
from riffler.tools.structure.size import merged
from riffler.tools.tokens import TokenCounter

Kind = Literal["headings", "paragraphs", "lines", "sentences", "code", "json"]

KINDS: Mapping[Kind, Callable[[str, int, int], Iterator[int]]] = MappingProxyType(
    {
        "headings": heading_places,
        "paragraphs": paragraph_places,
        "lines": line_places,
        "sentences": sentence_places,
        "code": code_places,
        "json": json_places,
    }
)
"""Each gives the places of its kind in `text[start:end]`, ascending, linear in their distance."""


def structure_of(
    text: str, start: int, end: int, kind: Kind, *, target_tokens: int | None, counter: TokenCounter
) -> Iterator[int]:
    """Choose where to cut a span at structure of one kind.

    Args:
        text: The text.
        start: The span's first character.
        end: One past its last.
        kind: The kind.
        target_tokens: Neighbours are joined up to about this many; None joins none.
        counter: Counts tokens.

    Returns:
        The cuts strictly between start and end, ascending, worked out as they are taken; none where the span has no
        such structure.
    """
    places = KINDS[kind](text, start, end)
    # The places of JSON lie between its signs: in `[1,2]` the comma is no part of a number.
    allowed = _anywhere if kind == "json" else may_cut
    if target_tokens is None:
        return solid(text, start, end, (place for place in places if allowed(text, place)))
    return merged(text, start, end, places, target_tokens=target_tokens, counter=counter, allowed=allowed)


def _anywhere(text: str, place: int) -> bool:
    return True
