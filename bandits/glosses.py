"""What terms mean where the session says nothing of them: short glosses, from two lists in `features/lists`.

`glosses.txt` has terms of one sense, from WordNet; `glosses_by_hand.txt`, written for this project, has abbreviations
of common use, and a few terms that WordNet explains badly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice

from riffler.bandits.facts.quotes import quotes
from riffler.bandits.features.lexicon import zipf
from riffler.bandits.words import AUXILIARIES, BE_FORMS, DETERMINERS, PREPOSITIONS, QUESTION_WORDS, REQUEST_VERBS

_LONGEST_WORDS = 4
_MOST_WORDS = 400
"""So much of a query is looked through."""
_KNOWN_ZIPF = 3.5
"""A word that is met as often as this needs no explanation: `phones` are no phons."""
_WORD = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
_RUN = re.compile(r"\S+")
_CODE = re.compile(r"\w[/\\.=<>]\w|_|\(\)")
_EMPTY = (
    AUXILIARIES
    | BE_FORMS
    | DETERMINERS
    | PREPOSITIONS
    | QUESTION_WORDS
    | REQUEST_VERBS
    | frozenset(
        "and or but so then please me us i you we it that this there to not mean means meaning meant"
        " definition term word stand stands work works short called explained exactly simple simply plain"
        " words english basically actually briefly detail details example examples something anything more"
        " some s".split()
    )
)
_ASKED = re.compile(
    r"(?:^|[.!?]\s|\b(?:me|and|know|explain|wonder|you|u)\s)"
    r"(?:what(?:['’]s|\s+(?:is|are|was|were|does|do))|who\s+(?:is|are)"
    r"|define|explain|describe|clarify|meaning\s+of|definition\s+of)\s+(?:(?:a|an|the|what)\s+){0,2}$",
    re.IGNORECASE,
)
_LOOKED_BACK = 60


def glossed(text: str) -> Iterator[tuple[str, str]]:
    """Find the terms in a query that the lists explain.

    Args:
        text: The query.

    Yields:
        Each term as the query has it with its gloss, the longest first where they overlap, in order. None that stands
        in quotes or code or in a name, and none that the query itself asks about (`What is a shofar?`).
    """
    words = list(islice(_WORD.finditer(text), _MOST_WORDS))
    closed = [(fact.start, fact.end) for fact in quotes(text)] + [
        match.span() for match in _RUN.finditer(text) if _CODE.search(match[0])
    ]
    here = 0
    seen: set[str] = set()
    while here < len(words):
        size, gloss = _longest(text, words, here)
        if not size:
            here += 1
            continue
        start, end = words[here].start(), words[here + size - 1].end()
        term = text[start:end]
        hidden = any(first < end and start < last for first, last in closed)
        if not hidden and term.lower() not in seen and not _is_asked(text, words, here, size):
            seen.add(term.lower())
            yield term, gloss
        here += size


def asks_about(text: str, term: str) -> bool:
    """Tell whether a query itself asks what a term means, or is nothing but it.

    Args:
        text: The query.
        term: A stretch of it.

    Returns:
        Whether an explanation would be the answer.
    """
    before, _, after = text.partition(term)
    others = (word[0].lower() for part in (before, after) for word in islice(_WORD.finditer(part), _MOST_WORDS))
    return all(word in _EMPTY for word in others) or _ASKED.search(before[-_LOOKED_BACK:]) is not None


def _longest(text: str, words: list[re.Match[str]], here: int) -> tuple[int, str]:
    """Find the longest term that begins at a word: how many words it has, and its gloss."""
    first = words[here][0]
    for form in (first, first.removesuffix("s")):
        if not form.islower() and form in _glosses():  # an abbreviation
            return 1, _glosses()[form]
    if first[0].isupper() and not _opens(text, words[here].start()):
        return 0, ""
    for size in range(min(_LONGEST_WORDS, len(words) - here), 0, -1):
        last = words[here + size - 1]
        term = text[words[here].start() : last.end()]
        if any(text[word.end()] != " " for word in words[here : here + size - 1]):
            continue
        for form in _singular(term.lower()) if size > 1 or zipf(term.lower()) < _KNOWN_ZIPF else ():
            if form in _glosses():
                return size, _glosses()[form]
    return 0, ""


def _is_asked(text: str, words: list[re.Match[str]], here: int, size: int) -> bool:
    """Tell whether the query asks what a term means, or is nothing but it."""
    others = (word[0].lower() for word in (*words[:here], *words[here + size :]))
    start = words[here].start()
    if all(word in _EMPTY for word in others):
        return True
    return _ASKED.search(text[max(0, start - _LOOKED_BACK) : start]) is not None


def _opens(text: str, start: int) -> bool:
    """Tell whether a word stands at the beginning of a sentence."""
    before = text[max(0, start - 3) : start].rstrip()
    return not before or before[-1] in ".!?:"


def _singular(term: str) -> Iterator[str]:
    yield term
    if term.endswith("ies"):
        yield f"{term[:-3]}y"
    if term.endswith("es"):
        yield term[:-2]
    if term.endswith("s"):
        yield term[:-1]


@cache
def _glosses() -> dict[str, str]:
    return _read("glosses.txt") | _read("glosses_by_hand.txt")


def _read(name: str) -> dict[str, str]:
    lines = (files("riffler.bandits.features") / "lists" / name).read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)
