"""What a feature is: a property of a query, with the words that made it fire, or a number on a scale.

A feature knows a document, and what the session remembers if it reads that. It never guesses: where it can't tell, it
says unknown (None).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from riffler.bandits.features.definitions import Definition, definitions
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading

if TYPE_CHECKING:
    from spacy.tokens import Doc

Finder = Callable[[Reading], Iterable[WordSpan] | None]
"""Finds the words of a feature in an English text: spans in any order, none when it is absent, None when unknown."""
Measure = Callable[[Reading], float | None]
"""Measures a number of an English text; None when unknown."""
Needs = Literal["words", "tags", "tree"]
"""What of a document is read, each with what stands before it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a feature found.

    Attributes:
        value: 1.0 for present, 0.0 for absent; a number in its own unit.
        x: The entry of the context vector: the same for yes and no; a number brought to [-1, 1].
        spans: Pairs (start, end) of characters of the text, in order, apart from each other: what made it fire.
    """

    value: float
    x: float
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def present(self) -> bool:
        """Whether a yes-or-no feature fired; false for a number."""
        return bool(self.spans)


class Feature(Protocol):
    """One input of a policy."""

    @property
    def name(self) -> str:
        """Its name in the context vector."""
        ...

    @property
    def definition(self) -> Definition:
        """What it is."""
        ...

    def find_in(self, reading: Reading) -> Evidence | None:
        """Look for the feature in a document that was read already.

        Args:
            reading: The document's reading.

        Returns:
            The evidence, or None for unknown: the text isn't English, the pipeline doesn't give what is needed, or the
            feature can't tell.
        """
        ...


@dataclass(frozen=True, slots=True)
class Property:
    """A feature that is present or absent.

    Attributes:
        name: Its name, also in `definitions.toml`.
        finder: How it is found in an English text.
        needs: What of a document it reads; it is unknown where the pipeline doesn't give that.
    """

    name: str
    finder: Finder = field(repr=False)
    needs: Needs = "words"

    @property
    def definition(self) -> Definition:
        """What it is."""
        return definitions()[self.name]

    def find(self, doc: Doc) -> Evidence | None:
        """Look for the feature in a document.

        Args:
            doc: Any document.

        Returns:
            As `find_in`.
        """
        return self.find_in(Reading.of(doc))

    def find_in(self, reading: Reading) -> Evidence | None:
        """Find it; see `Feature`."""
        spans = self.finder(reading) if _readable(reading, self.needs) else None
        if spans is None:
            return None
        merged = _merged(reading, spans)
        return Evidence(float(bool(merged)), float(bool(merged)), merged)


@dataclass(frozen=True, slots=True)
class Number:
    """A feature that is a number.

    Attributes:
        name: Its name, also in `definitions.toml`.
        measure: How it is measured in an English text.
        low: The value that is -1 in the context vector, with all below it.
        high: The value that is 1, with all above it.
        needs: What of a document it reads; it is unknown where the pipeline doesn't give that.
    """

    name: str
    measure: Measure = field(repr=False)
    low: float
    high: float
    needs: Needs = "words"

    @property
    def definition(self) -> Definition:
        """What it is."""
        return definitions()[self.name]

    def find(self, doc: Doc) -> Evidence | None:
        """Measure a document.

        Args:
            doc: Any document.

        Returns:
            As `find_in`.
        """
        return self.find_in(Reading.of(doc))

    def find_in(self, reading: Reading) -> Evidence | None:
        """Measure it; see `Feature`."""
        value = self.measure(reading) if _readable(reading, self.needs) else None
        if value is None:
            return None
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        return Evidence(value, min(max((value - middle) / half, -1.0), 1.0))


def _readable(reading: Reading, needs: Needs) -> bool:
    if needs == "tree" and reading.tree is None:
        return False
    return reading.english and (needs == "words" or reading.tagged)


def _merged(reading: Reading, spans: Iterable[WordSpan]) -> tuple[tuple[int, int], ...]:
    """Put spans in order and join those that overlap."""
    merged: list[WordSpan] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(map(reading.characters, merged))
