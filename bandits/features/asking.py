"""Which part of a query asks: conditions of the answer stand there, and not in the story around it."""

from __future__ import annotations

from riffler.bandits.features.reading import Phrases, Reading, WordSpan
from riffler.bandits.features.words import AUXILIARIES, QUESTION_WORDS, REQUEST_VERBS

SHORT_WORDS = 24
"""A sentence of no more words than this asks with all of them."""

_OPENERS = (AUXILIARIES | QUESTION_WORDS | REQUEST_VERBS | {"please", "whats", "wheres", "hows", "whos"}) - {"'s"}
_AFTER = frozenset(", : ; - – — ( so but anyway and then now".split())
_AFTER_SPEAKING = frozenset("know me us wonder wondering ask asking say this clear".split())
_WISHES = Phrases(
    "i|we need|want|wanna",
    "i|we 'd|would|d like|love",
    "tell|show|advise|help me|us",
    "i|we wonder|wondering",
    "i|we 'm|am|was|m|are|were just| wondering|looking|after|trying",
    "looking for",
    "i|we do n't|nt know|understand",
    "i|we wish",
    "please",
)


def asking_spans(reading: Reading) -> list[WordSpan]:
    """Find the parts that ask.

    Args:
        reading: A query's reading.

    Returns:
        Spans of words, in order: all of a short query; of a longer one, the sentences that ask, from where the question
        or the order begins. When none asks outright, those with a wish; when there is none either, nothing.
    """
    if len(reading.words) <= SHORT_WORDS:
        return [(0, len(reading.words))] if reading.words else []
    found = [(_start(reading, span), span[1]) for span in reading.sentences if asks(reading, span)]
    return found or [
        (span[0] + first[0], span[1])
        for span in reading.sentences
        if (first := next(_WISHES.find(reading.words[slice(*span)]), None))
    ]


def asks(reading: Reading, span: WordSpan) -> bool:
    """Tell whether a sentence is a question or an order by its form."""
    words = reading.words[slice(*span)]
    return "?" in words or words[0] in _OPENERS or any(_is_opener(reading, here) for here in range(span[0] + 1, span[1]))


def _is_opener(reading: Reading, here: int) -> bool:
    word, before = reading.words[here], reading.words[here - 1]
    if word in QUESTION_WORDS and before in _AFTER_SPEAKING:
        return True
    return word in _OPENERS and before in _AFTER and reading.word(here + 1) not in {"", ",", "."}


def _start(reading: Reading, span: WordSpan) -> int:
    """Find where the question or order of a long sentence begins."""
    start, end = span
    if end - start <= SHORT_WORDS or reading.words[start] in _OPENERS:
        return start
    openers = [here for here in range(start + 1, end - 2) if _is_opener(reading, here)]
    after_colon = [here for here in openers if reading.words[here - 1] == ":"]
    return next(iter(after_colon or openers), start)
