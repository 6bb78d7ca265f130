"""Exchanges: a word that narrows the answer has another in its place, `on a balcony`, `in a greenhouse`.

Who words a question anew exchanges verbs, turns nouns into verbs and moves phrases. A noun or an adjective that stands
where another one stood, between the same neighbours, and isn't known to mean the same, is another restriction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riffler.bandits.features.lexicon import is_known
from riffler.bandits.guard.grammar import ARTICLES, is_verb
from riffler.bandits.guard.kinship import bases, related
from riffler.bandits.guard.reading import Reading, Token, is_grammar

_SYMMETRIC = frozenset("and or vs versus between with".split())
_BREAKS = frozenset(",.;:?!()\n")


@dataclass(frozen=True, slots=True)
class _Run:
    """Words side by side that only one of the texts has, with their neighbours; "" is the end of a clause."""

    words: tuple[str, ...]
    start: int
    left: str
    right: str
    verb: bool


def swapped(before: Reading, after: Reading, lost: Sequence[Token], new: Sequence[Token]) -> bool:
    """Tell whether a word of a query has another one in its place.

    Args:
        before: The query.
        after: Its rewrite.
        lost: The content words that only the query has.
        new: Those that only the rewrite has.

    Returns:
        Whether one has, or two names have changed places.
    """
    if _names_swapped(before, after) or _turned(before, after) or _turned(after, before):
        return True
    ours, theirs = list(_runs(before, lost)), list(_runs(after, new))
    if len(ours) != 1 or len(theirs) != 1 or _rest(before, ours[0]) != _rest(after, theirs[0]):
        return False  # who rewords the rest, too, may have reworded this
    return _is_swap(ours[0], theirs[0])


def _is_swap(one: _Run, other: _Run) -> bool:
    if not (is_known(one.words[-1]) and is_known(other.words[-1])):
        return False
    if any(related(word, another) for word in one.words for another in other.words):
        return False
    return (one.verb, one.left, one.right) == (other.verb, other.left, other.right)


def _runs(reading: Reading, fresh: Sequence[Token]) -> Iterator[_Run]:
    words = {token.word for token in fresh if not token.capital or token.start == 0}
    tokens = reading.tokens
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and tokens[end].word in words and not (end > at and _breaks(reading, end)):
            end += 1
        if end > at:
            yield _Run(
                tuple(token.word for token in tokens[at:end]),
                at,
                _left(reading, at),
                tokens[end].word if end < len(tokens) and not _breaks(reading, end) else "",
                is_verb(tokens, at),
            )
        at = max(end, at + 1)


def _left(reading: Reading, at: int) -> str:
    """Give the word before another, past articles."""
    while at and not _breaks(reading, at):
        at -= 1
        if reading.tokens[at].word not in ARTICLES:
            return reading.tokens[at].word
    return ""


def _breaks(reading: Reading, at: int) -> bool:
    """Tell whether a clause ends before a word."""
    last = reading.tokens[at - 1]
    return not _BREAKS.isdisjoint(reading.core[last.start + len(last.word) : reading.tokens[at].start])


def _rest(reading: Reading, run: _Run) -> list[str]:
    tokens = reading.tokens
    return [
        token.word
        for number, token in enumerate(tokens)
        if not run.start <= number < run.start + len(run.words) and token.word not in ARTICLES
    ]


_SUBJECT = re.compile(
    r"\W*who\s+(?!(?:is|are|was|were|has|have|had|did|does|do|can|could|will|would|should)\b)(\w+)", re.IGNORECASE
)
_OBJECT = re.compile(r"\W*whom?\s+(?:did|does|do)\s+(?:\w+\s){1,4}?(\w+)\W*$", re.IGNORECASE)


def _turned(one: Reading, other: Reading) -> bool:
    """Tell whether who did something has become whom it was done to: "who taught Plato", "whom did Plato teach"."""
    if len(one.sentences) != 1 or len(other.sentences) != 1:
        return False
    asks, asked = _SUBJECT.match(one.sentences[0]), _OBJECT.match(other.sentences[0])
    return asks is not None and asked is not None and not bases(asks[1].lower()).isdisjoint(bases(asked[1].lower()))


def _names_swapped(before: Reading, after: Reading) -> bool:
    """Tell whether two names have changed places, and nothing else has: who said what about whom."""
    old, new = before.tokens, after.tokens
    if len(old) != len(new):
        return False
    moved = [number for number, (one, other) in enumerate(zip(old, new, strict=True)) if one.word != other.word]
    if len(moved) != 2:
        return False
    first, second = moved
    return (
        old[first].word == new[second].word
        and old[second].word == new[first].word
        and old[first].capital
        and old[second].capital
        and not (is_grammar(old[first].word) or is_grammar(old[second].word))
        and _SYMMETRIC.isdisjoint(token.word for token in old[first:second])
    )
