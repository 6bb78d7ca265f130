"""What went before a query in its session, as a source of what the query leaves out.

A session may hold a million tokens, so nothing here looks at all of it unless it is asked to, and then by exact search.
Parsed are only the ends of the newest messages, one after the other as they are wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from riffler.errors import RewriteFailed

if TYPE_CHECKING:
    from spacy.tokens import Doc

RECENT_CHARACTERS = 3200
"""So much of what was said last may be parsed, in passages of at most `PASSAGE_CHARACTERS`."""
PASSAGE_CHARACTERS = 800
"""A passage takes some 10 to 20 ms to parse."""
SEARCHED_CHARACTERS = 4_000_000
"""So much is searched for one term, the newest first: about a million tokens, and a few milliseconds."""

_BLOCK_CHARACTERS = 65_536
_SENTENCE_START = re.compile(r"[.!?]\s+|\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """The end of a message, parsed.

    Attributes:
        doc: Its document.
        number: Which of the texts it is of.
        offset: Where it begins there, in characters.
    """

    doc: Doc = field(repr=False)
    number: int
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """What went before a query.

    Attributes:
        texts: The originals' texts, oldest first, folded or not.
        parse: Makes a document of a text.
    """

    texts: tuple[str, ...] = field(repr=False)
    parse: Callable[[str], Doc] = field(repr=False)
    _parsed: dict[int, Doc | None] = field(default_factory=dict, init=False, repr=False)

    def recent(self) -> Iterator[Passage]:
        """Read what was said last, in passages. Each is parsed once, when somebody comes to it.

        Yields:
            The ends of messages, the newest first. A text that the pipeline refuses is passed over.
        """
        left = RECENT_CHARACTERS
        for number in range(len(self.texts) - 1, -1, -1):
            text = self.texts[number]
            size = min(left, PASSAGE_CHARACTERS, len(text))
            offset = len(text) - size
            if offset:  # half a sentence has half of its names
                start = _SENTENCE_START.search(text, offset - 1)
                offset = offset if start is None or start.end() == len(text) else start.end()
            if text[offset:].strip():
                doc = self._doc(number, text[offset:])
                if doc is not None:
                    yield Passage(doc, number, offset)
                left -= size
                if left <= 0:
                    return

    def places(self, term: str) -> Iterator[tuple[int, int]]:
        """Search for a term, letter by letter as it stands.

        Args:
            term: At least one character.

        Yields:
            Pairs of the text's number and the place in it, the newest first.
        """
        left = SEARCHED_CHARACTERS
        for number in range(len(self.texts) - 1, -1, -1):
            text = self.texts[number]
            end = len(text)
            while end > 0 and left > 0:  # `str.find` is linear on any text, `str.rfind` isn't: so block by block
                start = max(0, end - min(left, _BLOCK_CHARACTERS))
                left -= end - start
                yield from ((number, place) for place in reversed(_found(text, term, start, end)))
                end = start

    def _doc(self, number: int, text: str) -> Doc | None:
        if number not in self._parsed:
            try:
                self._parsed[number] = self.parse(text)
            except RewriteFailed:
                self._parsed[number] = None
        return self._parsed[number]


def _found(text: str, term: str, start: int, end: int) -> list[int]:
    """Find the places of a term that begin in a block."""
    places: list[int] = []
    last = end + len(term) - 1
    place = text.find(term, start, last)
    while place >= 0:
        places.append(place)
        place = text.find(term, place + len(term), last)
    return places
