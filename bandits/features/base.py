"""What a feature is: a yes-or-no property of a query, with the words that made it fire.

A feature knows a document only. It never guesses: where it can't tell, it says unknown (None).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from riffler.bandits.features.reading import Reading, WordSpan

if TYPE_CHECKING:
    from spacy.tokens import Doc

Group = Literal["structural", "scenario", "lexical", "stylistic", "grounding"]
Finder = Callable[[Reading], Iterable[WordSpan] | None]
"""Finds the words of a feature in an English text: spans in any order, none when it is absent, None when unknown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a feature found.

    Attributes:
        spans: Pairs (start, end) of characters of the text, in order, apart from each other. Empty means absent.
    """

    spans: tuple[tuple[int, int], ...] = ()

    @property
    def present(self) -> bool:
        """Whether the feature fired."""
        return bool(self.spans)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature.

    Attributes:
        name: Its name in the context vector.
        group: The group of QueryBandits that it belongs to.
        definition: One sentence that decides edge cases.
        finder: How it is found in an English text.
    """

    name: str
    group: Group
    definition: str
    finder: Finder = field(repr=False)

    def find(self, doc: Doc) -> Evidence | None:
        """Look for the feature in a document.

        Args:
            doc: Any document. Nothing is read from it but tokens and sentence starts.

        Returns:
            The evidence, or None for unknown: under half of the letters are A to Z (none at all included), or the
            feature can't tell.
        """
        return self.find_in(Reading.of(doc))

    def find_in(self, reading: Reading) -> Evidence | None:
        """Look for the feature in a document that was read already.

        Args:
            reading: The document's reading.

        Returns:
            As `find`.
        """
        spans = self.finder(reading) if reading.english else None
        return None if spans is None else Evidence(_merged(reading, spans))


def _merged(reading: Reading, spans: Iterable[WordSpan]) -> tuple[tuple[int, int], ...]:
    """Put spans in order and join those that overlap."""
    merged: list[WordSpan] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(map(reading.characters, merged))
