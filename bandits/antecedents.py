"""What the pronouns of a query stand for, where the query itself doesn't say: looked for in what was said last.

It never guesses. In the newest sentence that has anything of the pronoun's kind and number there has to be one that
comes first: of two people none is taken, of things the subject goes before the object, and this before all else. A
pronoun in that place sends the search on to the sentence before it. The idea is that of centering (Grosz, Joshi and
Weinstein 1995, "Centering: a framework for modeling the local coherence of discourse", Computational Linguistics
21(2), https://aclanthology.org/J95-2003/), with people held to a stricter rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from riffler.bandits.mentions import Mention, mentions, names
from riffler.bandits.people import ANY, HE, SHE, THING, Reading
from riffler.bandits.pronouns import Anaphor, anaphors
from riffler.bandits.query import Query
from riffler.bandits.remembered import Passage
from riffler.bandits.syntax import is_parsed, sentences

_MOST_SENTENCES = 12
"""So far back a pronoun may point."""
_MOST_ANAPHORS = 8
_READINGS: dict[str, frozenset[Reading]] = {"he": HE, "she": SHE, "it": THING, "they": ANY}
_ARTICLE = re.compile(r"(?:an?|some)\s+")
_PLACEHOLDER = re.compile(r"(?:his|her|its|their|your|this|that|these|those)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A pronoun with what it stands for.

    Attributes:
        start: Where the pronoun begins in the query.
        end: Where it is over; of `this treaty` the noun belongs to it.
        possessive: Whether it says whose something is.
        plural: Whether it means several.
        antecedent: What it stands for, as it may stand in the pronoun's place.
        number: Which of the remembered texts says so.
        at: Where the antecedent begins there.
        sentence: The sentence that says so.
    """

    start: int
    end: int
    possessive: bool
    plural: bool
    antecedent: str = field(repr=False)
    number: int
    at: int
    sentence: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Said:
    passage: Passage
    sentence: str
    mentions: list[Mention]


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
    said = _Cached(_said(query.remembered.recent()))
    for number, anaphor in enumerate(anaphors(query.doc)):
        if number == _MOST_ANAPHORS:
            break
        place = _antecedent(anaphor, said)
        if place is not None:
            at, mention = place
            found.append(
                Resolved(
                    anaphor.start,
                    anaphor.end,
                    anaphor.possessive,
                    anaphor.plural,
                    _ARTICLE.sub("the ", mention.text, count=1) if _ARTICLE.match(mention.text) else mention.text,
                    at.passage.number,
                    at.passage.offset + mention.start,
                    at.sentence,
                )
            )
    return tuple(found)


class _Cached:
    """Sentences that were looked at once, so that the next pronoun doesn't read them again."""

    def __init__(self, source: Iterator[_Said]) -> None:
        self._source = source
        self._seen: list[_Said] = []

    def __iter__(self) -> Iterator[_Said]:
        for number in range(_MOST_SENTENCES):
            if number == len(self._seen):
                item = next(self._source, None)
                if item is None:
                    return
                self._seen.append(item)
            yield self._seen[number]


def _said(passages: Iterable[Passage]) -> Iterator[_Said]:
    for passage in passages:
        find = mentions if is_parsed(passage.doc) else names
        for sentence in reversed(sentences(passage.doc)):
            yield _Said(passage, sentence.text.strip(), find(sentence))


def _antecedent(anaphor: Anaphor, said: Iterable[_Said]) -> tuple[_Said, Mention] | None:
    for at in said:
        if anaphor.kind in {"former", "latter"}:
            pairs = [mention.pair for mention in at.mentions if mention.pair is not None]
            if pairs:
                return (at, pairs[0][anaphor.kind == "latter"]) if len(pairs) == 1 else None
            continue
        fits = [mention for mention in at.mentions if _fits(anaphor, mention)]
        best = _best(anaphor, fits)
        if fits and (best is None or not best.pronoun):
            return None if best is None or not _usable(best) else (at, best)
    return None


def _fits(anaphor: Anaphor, mention: Mention) -> bool:
    if mention.asked:
        return False
    if anaphor.kind == "noun":
        says_more = len(mention.text.split()) > 2 or not mention.text.lower().endswith(anaphor.noun)
        return says_more and anaphor.noun in mention.nouns and mention.plural == anaphor.plural
    return mention.plural == anaphor.plural and bool(mention.readings & _READINGS[anaphor.kind])


def _best(anaphor: Anaphor, fits: list[Mention]) -> Mention | None:
    """Choose; None when nothing comes first."""
    if anaphor.kind in {"he", "she"}:
        best = [mention for mention in fits if mention.readings != ANY]
    elif anaphor.kind == "noun":
        best = fits
    else:
        rank = max((mention.rank for mention in fits), default=0)
        best = [mention for mention in fits if mention.rank == rank]
    if not best or any(not _same(mention, best[0]) for mention in best):
        return None
    first = max(best, key=lambda mention: len(mention.text))
    return None if any(_rivals(anaphor, first, mention) for mention in fits) else first


def _rivals(anaphor: Anaphor, first: Mention, other: Mention) -> bool:
    """Tell whether a name of which nobody said what it is makes the choice a guess."""
    if _same(first, other) or anaphor.kind in {"they", "noun"}:
        return False
    if anaphor.kind == "it":
        return first.readings == ANY
    return other.readings == ANY and other.rank >= first.rank


def _same(one: Mention, other: Mention) -> bool:
    """Tell whether two mentions name one thing: `Marie Curie` and `Curie`, or `she` and `she`."""
    short, long = sorted((one.text.lower(), other.text.lower()), key=len)
    return one.pronoun == other.pronoun and (one.pronoun or short == long or long.endswith(f" {short}"))


def _usable(mention: Mention) -> bool:
    return mention.firm and _PLACEHOLDER.match(mention.text) is None
