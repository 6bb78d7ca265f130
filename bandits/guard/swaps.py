"""Exchanges: a word that narrows the answer has another in its place, `on a balcony`, `in a greenhouse`.

Who words a question anew exchanges verbs, turns nouns into verbs and moves phrases. A noun or an adjective that stands
where another one stood, between the same neighbours, and isn't known to mean the same, is another restriction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riffler.bandits.features.lexicon import is_known
from riffler.bandits.guard.grammar import ARTICLES, is_adjective, is_verb, may_be_verb
from riffler.bandits.guard.kinship import bases, related
from riffler.bandits.guard.reading import Reading, Token, is_grammar

_PLACES = frozenset("in on at inside near by within under into".split())
_PREPOSITIONS = _PLACES | frozenset(
    "for with from of to as during about against between like without than through per after before".split()
)
_SYMMETRIC = frozenset("and or vs versus between with".split())
_BREAKS = frozenset(",.;:?!()\n")


@dataclass(frozen=True, slots=True)
class _Run:
    """Words side by side that only one of the texts has, with their neighbours; "" is the end of a clause."""

    words: tuple[str, ...]
    start: int
    left: str
    right: str
    article: bool
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
    alone = len(ours) == len(theirs) == 1 and _rest(before, ours[0]) == _rest(after, theirs[0])
    return any(_is_swap(one, other, alone) for one in ours for other in theirs)


def _is_swap(one: _Run, other: _Run, alone: bool) -> bool:
    if not (is_known(one.words[-1]) and is_known(other.words[-1])):
        return False
    if any(related(word, another) for word in one.words for another in other.words):
        return False
    if one.verb or other.verb:
        return one.verb and other.verb and alone
    if alone and one.left == other.left and one.right == other.right:
        return True
    if one.right and one.right == other.right and not is_grammar(one.right):  # before the same noun
        return (one.article and other.article) or all(is_adjective(run.words[0]) for run in (one, other))
    if (one.right and not is_grammar(one.right)) or (other.right and not is_grammar(other.right)):
        return False
    if one.left in _PREPOSITIONS:
        return one.left == other.left or {one.left, other.left} <= _PLACES
    if one.left != other.left or is_grammar(one.left or "a") or one.article != other.article:
        return False
    return one.article or not (may_be_verb(one.words[0]) and may_be_verb(other.words[0]))


def _runs(reading: Reading, fresh: Sequence[Token]) -> Iterator[_Run]:
    words = {token.word for token in fresh if not token.capital or token.start == 0}
    tokens = reading.tokens
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and tokens[end].word in words and not (end > at and _breaks(reading, end)):
            end += 1
        if end > at:
            left, article = _left(reading, at)
            yield _Run(
                tuple(token.word for token in tokens[at:end]),
                at,
                left,
                tokens[end].word if end < len(tokens) and not _breaks(reading, end) else "",
                article,
                is_verb(tokens, at),
            )
        at = max(end, at + 1)


def _left(reading: Reading, at: int) -> tuple[str, bool]:
    """Give the word before another, and whether an article stands between them."""
    article = False
    while at and not _breaks(reading, at):
        at -= 1
        word = reading.tokens[at].word
        if word not in ARTICLES:
            return word, article
        article = True
    return "", article


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
