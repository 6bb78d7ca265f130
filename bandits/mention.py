"""What a sentence speaks of: one person, one thing or several, as it is brought up there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riffler.bandits.people import Reading

Form = Literal["name", "indefinite", "definite", "owned", "bare"]
"""How something is brought up: `Anna`, `a boat`, `the boat`, `my boat`, `boats`."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a sentence speaks of.

    Attributes:
        text: Its words, as they stand in the middle of a sentence.
        start: Where it begins in the document, in characters.
        end: Where it is over.
        readings: What it can be.
        plural: Whether it is several.
        rank: How likely it is spoken of again: 3 for a subject, 2 for an object, 1 for anything else.
        nouns: Its own noun and those that say what it is, singular and in lower case.
        head: Where its noun stands in the document, in tokens; -1 without a parse.
        pronoun: Whether it is a pronoun, and so stands for something else.
        asked: Whether it is asked for: `which boat`.
        firm: Whether it means something certain, and can stand in a pronoun's place.
        pair: The two of `Anna and Ben`.
        form: How it is brought up.
        words: The words that say which one it is, in lower case.
        row: Where the first stands of a row of equals, `Anna, Ben or Carl`, in tokens; -1 outside of any.
        place: Whether one can be there.
        hears: Whether one can speak to it.
        defined: Whether its sentence says what it is.
    """

    text: str
    start: int
    end: int
    readings: frozenset[Reading]
    plural: bool
    rank: int
    nouns: frozenset[str] = frozenset()
    head: int = -1
    pronoun: bool = False
    asked: bool = False
    firm: bool = True
    pair: tuple[Mention, Mention] | None = None
    form: Form = "bare"
    words: frozenset[str] = frozenset()
    row: int = -1
    place: bool = False
    hears: bool = False
    defined: bool = False
