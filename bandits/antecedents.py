"""What the pronouns of a query stand for, where the query itself doesn't say: looked for in what was said last.

It never guesses. What fits by kind, number and gender is weighed (`discourse`), and the heaviest is taken only when it
is heavier than all others by a margin: a wrong name is worse than none. The last four messages are read, and older ones
where these have nothing that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from riffler.bandits.capitals import names
from riffler.bandits.discourse import Said, Thing, things
from riffler.bandits.mention import Mention
from riffler.bandits.mentions import mentions
from riffler.bandits.people import ANIMAL, ANY
from riffler.bandits.pronouns import Anaphor, anaphors
from riffler.bandits.query import Query
from riffler.bandits.remembered import Remembered
from riffler.bandits.syntax import is_parsed, sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc

_KEPT = 128
"""So many passages stay read."""
NEAR = 4
"""So many messages are read at once."""
_MOST_SENTENCES = 24
"""So far back a pronoun may point."""
_MOST_ANAPHORS = 8
_MARGIN = 1.0
_MARGIN_OF_PEOPLE = 1.5
_MARGIN_OF_EQUALS = 4.0
"""Of two that were named in one breath (`Emma or Persuasion`) one has to be spoken of much more."""
_LEAST = 1.0
_SURE = 1.5
"""What somebody gains of whom one knows whether it is he or she."""
_ARTICLE = re.compile(r"(?:an?|some|one)\s+")
_COUNT = re.compile(r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d+)\s", re.IGNORECASE)
_GETTING = frozenset("buy order rent hire purchase adopt".split())
"""Verbs whose object isn't one's own yet."""
_OF_THINGS = frozenset("cost contain consist expire include taste fit bloom rust".split())
"""Verbs whose subject isn't people."""
_ADDRESSING = frozenset("tell ask call phone email text thank invite pay warn remind greet congratulate meet".split())
"""Verbs whose object is people."""
_INSIDE = frozenset("city town village country state province region county district area valley park forest".split())
_UPON = frozenset("island coast mountain street".split())
_OWNER = re.compile(r"(?:his|her|its|their|your|this|that|these|those)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A pronoun with what it stands for.

    Attributes:
        start: Where the pronoun begins in the query.
        end: Where it is over; of `this treaty` the noun belongs to it.
        possessive: Whether it says whose something is.
        plural: Whether what it stands for is several.
        antecedent: What it stands for, as it may stand in the pronoun's place.
        place: The preposition with which one is there, where the word is `there`; else empty.
        number: Which of the remembered texts says so.
        at: Where the antecedent begins there.
        sentence: The sentence that says so.
    """

    start: int
    end: int
    possessive: bool
    plural: bool
    antecedent: str = field(repr=False)
    place: str
    number: int
    at: int
    sentence: str = field(repr=False)


def resolve(query: Query) -> tuple[Resolved, ...]:
    """Find what the pronouns of a query stand for.

    Args:
        query: The query, with what went before it.

    Returns:
        Those pronouns, in order, whose antecedent isn't in the query and is plain from what was said last.
    """
    if query.remembered is None:
        return ()
    found: list[Resolved] = []
    spoken = _Spoken(query.remembered)
    for number, anaphor in enumerate(anaphors(query.doc)):
        if number == _MOST_ANAPHORS:
            break
        place = _antecedent(anaphor, spoken)
        if place is not None:
            at, mention = place
            found.append(
                Resolved(
                    anaphor.start,
                    anaphor.end,
                    anaphor.possessive,
                    mention.plural,
                    _definite(mention.text),
                    _preposition(mention) if anaphor.kind == "there" else "",
                    at.passage.number,
                    at.passage.offset + mention.start,
                    at.sentence,
                )
            )
    return tuple(found)


class _Spoken:
    """What was said, read as far back as somebody wants to go."""

    def __init__(self, remembered: Remembered) -> None:
        self._passages = remembered.recent()
        self._left = _MOST_SENTENCES
        self.said: list[Said] = []
        self.last = 0
        self.things: list[Thing] = []

    def stretches(self) -> Iterator[list[Thing]]:
        """Give what is spoken of in the last messages, then in these and one more, and so on."""
        if self.said:
            yield self.things
        while self._read(1 if self.said else NEAR):
            self.things = things(self.said)
            yield self.things

    def _read(self, count: int) -> bool:
        before = len(self.said)
        for passage in islice(self._passages, count):
            read = _read(passage.doc)[-self._left :] if self._left else ()
            self._left -= len(read)
            self.last = max(self.last, passage.number)
            self.said[:0] = [Said(passage, text, found) for text, found in read]
        return len(self.said) > before


def _preposition(mention: Mention) -> str:
    """Say how one is at a place."""
    if mention.form == "name" or not mention.nouns.isdisjoint(_INSIDE):
        return "in"
    return "on" if not mention.nouns.isdisjoint(_UPON) else "at"


def _definite(text: str) -> str:
    """Speak of a thing as one that was spoken of: `the boat`, `the two cats`."""
    if _COUNT.match(text):
        return f"the {text}"
    return _ARTICLE.sub("the ", text, count=1) if _ARTICLE.match(text) else text


@lru_cache(maxsize=_KEPT)
def _read(doc: Doc) -> tuple[tuple[str, list[Mention]], ...]:
    """Read the sentences of a passage, each with its mentions, once for all queries that come to it."""
    find = mentions if is_parsed(doc) else names
    return tuple((span.text.strip(), find(span)) for span in sentences(doc))


def _antecedent(anaphor: Anaphor, spoken: _Spoken) -> tuple[Said, Mention] | None:
    for found in spoken.stretches():
        if anaphor.kind in {"former", "latter"}:
            pair = _pair(spoken.said)
            if pair is not None:
                at, two = pair
                return (at, two[anaphor.kind == "latter"]) if two else None
            continue
        fits = [thing for thing in found if _fits(anaphor, thing)]
        if fits:
            best = _best(anaphor, fits, spoken.last)
            return None if best is None else _wording(anaphor, best)
    return None


def _pair(said: list[Said]) -> tuple[Said, tuple[Mention, Mention] | None] | None:
    """Find the two of whom one is the former: in the newest sentence that has two, unless it has more."""
    for at in reversed(said):
        pairs = [mention.pair for mention in at.mentions if mention.pair is not None]
        if pairs:
            return at, pairs[0] if len(pairs) == 1 else None
    return None


def _fits(anaphor: Anaphor, thing: Thing) -> bool:
    if anaphor.kind == "noun":
        return anaphor.noun in thing.nouns and (thing.plural == anaphor.plural or not anaphor.noun.endswith("s"))
    if anaphor.kind == "there":
        return thing.is_place
    if anaphor.verb in _GETTING and all(mention.form == "owned" for _, mention in thing.said):
        return False
    if anaphor.kind == "they" and anaphor.verb in _ADDRESSING and not thing.hears:
        return False
    if anaphor.acts in _OF_THINGS and thing.hears and thing.plural:
        return False
    return anaphor.kind in thing.readings


def _weight(anaphor: Anaphor, thing: Thing, last: int) -> float:
    """Weigh a thing, less when it is not known to be of the kind."""
    weight = thing.weight(last)
    if anaphor.kind in {"he", "she"}:
        unsure = 2.0 if thing.readings in {ANY, ANIMAL} else 0.0
        return weight - unsure + (_SURE if len(thing.readings) == 1 else 0.0)
    if anaphor.kind == "it" and thing.readings == ANY:
        return weight - 1.0
    if anaphor.kind == "they" and not thing.plural:
        return weight - (3.0 if anaphor.verb and anaphor.verb not in _ADDRESSING else 1.0)
    return weight


def _best(anaphor: Anaphor, fits: list[Thing], last: int) -> Thing | None:
    """Choose; None when nothing comes first by enough."""
    first = max(fits, key=lambda thing: _weight(anaphor, thing, last))
    weight = _weight(anaphor, first, last)
    about_people = anaphor.kind in {"he", "she"}
    if (weight < _LEAST and anaphor.kind != "noun") or (about_people and first.readings == ANY and first.rank() < 2):
        return None
    for thing in fits:
        unknown = about_people and thing.readings == ANY and thing.rank() > 1
        margin = _MARGIN_OF_PEOPLE if about_people and not unknown else _MARGIN
        if _are_equals(first, thing) or first.readings == ANY == thing.readings:
            margin = _MARGIN_OF_EQUALS
        other = thing.weight(last) if unknown else _weight(anaphor, thing, last)
        if thing is not first and weight - other < margin:
            return None
    return first


def _are_equals(one: Thing, other: Thing) -> bool:
    rows = {(id(at), mention.row) for at, mention in one.said if mention.row >= 0}
    return any((id(at), mention.row) in rows for at, mention in other.said)


def _wording(anaphor: Anaphor, thing: Thing) -> tuple[Said, Mention] | None:
    """Choose the words for a thing: a name before a description, the fullest first; None when none can stand alone."""
    usable = [(at, mention) for at, mention in thing.said if mention.firm and not _OWNER.match(mention.text)]
    if anaphor.kind == "noun":
        usable = [
            (at, mention)
            for at, mention in usable
            if len(mention.text.split()) > 2 or not mention.text.lower().endswith(anaphor.noun)
        ]
    return max(usable, key=_fullness, default=None)


def _fullness(pair: tuple[Said, Mention]) -> tuple[int, int, int]:
    mention = pair[1]
    if mention.form != "name":
        return 0, 0, len(mention.text)
    return 1 + (mention.text != mention.text.lower()), len(mention.words), -len(mention.text)
