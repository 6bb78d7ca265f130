"""Conditions of an answer: phrases and clauses without which more answers would be right."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.asking import SHORT_WORDS, asking_spans, asks
from riffler.bandits.features.base import Property
from riffler.bandits.features.constraint_words import (
    AMOUNTS,
    ASKS_THING,
    BEFORE_NOUN,
    COUNTS,
    DECADES,
    GOVERNS,
    GROUPS,
    IDLE_LIMITS,
    INDEFINITE,
    INDIRECT_IF,
    KNOWS_WHEN,
    LIMITS,
    LONG_QUOTATION,
    LONGEST_KEYWORDS,
    MONEY,
    NEGATIVES,
    NOMINAL,
    ORDER_VERBS,
    PIECES,
    PREPOSITIONS,
    RELATIONS,
    SEEMING,
    SELF,
    SENTENCE_WORDS,
    STAND_INS,
    UNITS,
    WIDE,
    WISHING,
)
from riffler.bandits.features.intention import situation
from riffler.bandits.features.names import names
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import PERSONAL_PRONOUNS, QUESTION_WORDS, REQUEST_VERBS


def _contextual_constraints(reading: Reading) -> list[WordSpan]:
    spans: list[WordSpan] = []
    places = {here for start, end in names().any_case.find(reading.words) for here in range(start, end)}
    idle = (
        _told(reading)
        | _quoted(reading)
        | {here for start, end in IDLE_LIMITS.find(reading.words) for here in range(start, end)}
    )
    whole = len(reading.words) > SHORT_WORDS and bool(situation(reading))
    for start, end in [(0, len(reading.words))] if whole else asking_spans(reading):
        if not _seeks_reason(reading, start, end):
            spans += (span for span in _conditions(reading, start, end, places) if span[0] not in idle)
    if is_keywords(reading):
        spans += _tail(reading, places)
    return spans


def _seeks_reason(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a part asks why: all of the fact is what is asked about then."""
    words = reading.words[start:end]
    return ("why" in words and end - start <= SHORT_WORDS) or words[:2] == ("how", "come")


def _conditions(reading: Reading, start: int, end: int, places: set[int]) -> Iterator[WordSpan]:
    stated = _only_tells(reading, start, end)
    for first, last in LIMITS.find(reading.words[start:end]):
        yield start + first, start + last
    for here in range(start, end):
        last = _clause(reading, here, start) or _relative(reading, here, start) or _adjective(reading, here, places)
        last = last or _active(reading, here, start)
        if not last and not stated:
            last = _phrase(reading, here, start, end) or _measure(reading, here)
        if last:
            yield here, min(last, end)


def _only_tells(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a part only says what is so with the asker; where and when that is limits nothing."""
    words = reading.words[start:end]
    return not asks(reading, (start, end)) and WISHING.isdisjoint(words) and not SELF.isdisjoint(words)


def _told(reading: Reading) -> set[int]:
    """Collect the words of sentences that tell what happened to the asker, before a question."""
    told = [
        span
        for span in reading.sentences
        if reading.words[span[0]] in SELF
        and "?" not in reading.words[slice(*span)]
        and "VBD" in reading.tags[slice(*span)]
    ]
    asked = "?" in reading.words
    return {here for span in told if asked for here in range(*span)}


def _quoted(reading: Reading) -> set[int]:
    """Collect the words of longer quotations: they are what is worked on."""
    marks = [here for here, word in enumerate(reading.words) if word in {'"', "“", "”", "``", "''"}]
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return {here for first, last in pairs if last - first > LONG_QUOTATION for here in range(first, last)}


def _clause(reading: Reading, here: int, start: int) -> int:
    """Find a clause of condition or time; give where it is over, or 0."""
    word, before, after = reading.words[here], reading.word(here - 1), reading.word(here + 1)
    if word == "if":
        found = before not in INDIRECT_IF
    elif word in {"while", "once"}:
        found = here > start and bool(after)
    elif word == "when":
        asked = here == start or before in KNOWS_WHEN
        told = reading.words[start] in ASKS_THING or "VBD" in reading.tags[here : here + 8]
        found = not asked and not told and not reading.ends(here + 1)
    elif word == "as":
        found = after in {"if", "though"} and before not in SEEMING
    elif word in {"after", "before"}:
        found = here > start and after in PERSONAL_PRONOUNS and "VBD" not in reading.tags[here : here + 5]
    else:
        counted = reading.pos[here + 1] in {"NUM", "NOUN"} if after else False
        found = word == "only" and before not in {"not", "the", "if", "an"} and counted
    return here + 1 if found else 0


def _phrase(reading: Reading, here: int, start: int, end: int) -> int:
    """Find a phrase with a preposition that narrows the answer; give where it is over, or 0."""
    word, before, after = reading.words[here], reading.word(here - 1), reading.word(here + 1)
    if word == "of":  # "the kings of the 17th century"
        return here + 2 if _is_time(reading, here + 1) else 0
    if word == "between":
        return here + 1 if before not in RELATIONS and "and" in reading.words[here : here + 10] else 0
    if word not in PREPOSITIONS or here + 1 >= end or after in QUESTION_WORDS or _belongs(reading, here, start):
        return 0
    noun = _noun(reading, here + 1, end)
    if noun < 0 or (reading.words[noun] in WIDE and word in {"in", "on"}):
        return 0
    if word == "by" and not (reading.pos[noun] == "PROPN" and reading.pos[here - 1] == "NOUN"):  # "songs by Brel"
        return 0
    return noun + 1


def _belongs(reading: Reading, here: int, start: int) -> bool:
    """Tell whether a phrase with a preposition is no condition, but belongs to what is asked about."""
    word, before, after = reading.words[here], reading.word(here - 1), reading.word(here + 1)
    if here and reading.pos[here - 1] == "PRON":
        before = reading.word(here - 2)  # "help me with", "ask him for"
    if before in GOVERNS.get(word, ()) or before == "or" or (word == "from" and after.endswith("ing")):
        return True
    if word == "in" and "say" in reading.words[max(start, here - 10) : here]:  # "how do you say it in Polish"
        return True
    return _asks_amount(reading, here, start) or _is_subject(reading, here, start)


def _is_subject(reading: Reading, here: int, start: int) -> bool:
    """Tell "is it normal for a kitten to sleep"."""
    it = reading.words[start] in {"is", "was"} and reading.word(start + 1) in {"it", "there"}
    return it and reading.words[here] == "for" and "to" in reading.words[here : here + 6]


def _noun(reading: Reading, here: int, end: int) -> int:
    """Find the noun that a preposition leads to, the last of its compound; -1 when none follows soon."""
    noun = next(
        (
            place
            for place in range(here, min(here + 6, end))
            if reading.pos[place] not in BEFORE_NOUN or _stands_for_noun(reading, place)
        ),
        -1,
    )
    if noun < 0 or not (reading.pos[noun] in {"NOUN", "PROPN", "NUM"} or _stands_for_noun(reading, noun)):
        return -1
    while noun + 1 < end and reading.pos[noun + 1] in {"NOUN", "PROPN"}:
        noun += 1
    return noun


def _stands_for_noun(reading: Reading, here: int) -> bool:
    return reading.tags[here] == "VBG"  # "without using a loop"


def _is_time(reading: Reading, here: int) -> bool:
    """Tell a year, a decade or a century."""
    if reading.word(here) == "the":
        here += 1
    word = reading.word(here)
    return _is_year(word) or word in DECADES or reading.word(here + 1) in {"century", "centuries"}


def _is_year(word: str) -> bool:
    digits = word.removesuffix("s").removesuffix("'")
    return digits.isdecimal() and len(digits) == 4 and 1000 <= int(digits) <= 2199


def _asks_amount(reading: Reading, here: int, start: int) -> bool:
    """Tell "how many ounces are there in a pound", where the phrase is what is asked about."""
    before, word = reading.word(here - 1), reading.words[here]
    if word not in {"in", "on"}:
        return False
    there = before == "there" or (before in {"are", "is"} and reading.word(here - 2) == "there")
    number = not AMOUNTS.isdisjoint(reading.words[max(start, here - 4) : here])
    exists = reading.words[start] in {"is", "are"} and reading.word(start + 1) == "there"
    return there or number or before in {"is", "are", "was", "were"} or exists


def _measure(reading: Reading, here: int) -> int:
    """Find a measure, or a number of pieces that an order sets; give where it is over, or 0."""
    word, after = reading.words[here], reading.word(here + 1)
    number = word[:1].isdigit() or word in COUNTS
    if word in MONEY and after[:1].isdigit():
        return here + 2
    if not number or reading.word(here - 1) in {"how", "#"}:
        return 0
    name = reading.texts[here][0].isupper() and not reading.opens[here]  # "Napoleon's Hundred Days"
    if (after in UNITS or after in PIECES or after in MONEY) and not name:
        return here + 2
    if reading.word(here - 1) in ORDER_VERBS | {"me", "top", "with"} and reading.words[here] != "one":
        return here + 1
    return 0


def _relative(reading: Reading, here: int, start: int) -> int:
    """Find a relative clause that chooses among things; give where it is over, or 0."""
    word, before = reading.words[here], reading.word(here - 1)
    if word == "in" and reading.word(here + 1) == "which" and here > start:
        return here + 2
    if word not in {"that", "who", "which", "whose"} or here <= start + 1 or reading.pos[here - 1] not in NOMINAL:
        return 0
    negative = reading.word(here + 1) in NEGATIVES or reading.word(here + 2) in NEGATIVES
    if negative or before in STAND_INS:
        return here + 1
    first = here - 1
    while first > start and reading.pos[first] in {"NOUN", "ADJ", "PROPN", "NUM"}:
        first -= 1
    chooses = reading.words[first] in INDEFINITE or (reading.tags[here - 1] == "NNS" and reading.words[first] != "the")
    return here + 1 if chooses and reading.pos[here] != "SCONJ" else 0


def _active(reading: Reading, here: int, start: int) -> int:
    """Find "words ending in": a participle after a plural, with a preposition; give where it is over, or 0."""
    found = here > start and reading.tags[here - 1 : here + 1] == ("NNS", "VBG")
    return here + 1 if found and reading.word(here + 1) in PREPOSITIONS else 0


def _adjective(reading: Reading, here: int, places: set[int]) -> int:
    """Find "which European country"."""
    which = reading.words[here - 1] in {"which", "what", "any"} if here else False
    follows = here + 1 < len(reading.words) and reading.pos[here + 1] == "NOUN"
    return here + 1 if which and here in places and follows else 0


def is_keywords(reading: Reading) -> bool:
    """Tell keywords from a sentence."""
    words = reading.words
    if not words or len(words) > LONGEST_KEYWORDS or words[-1] in {"?", ".", "!"} or words[0] in REQUEST_VERBS:
        return False
    return not any(word in SENTENCE_WORDS for word in words) and "VBD" not in reading.tags


def _tail(reading: Reading, places: set[int]) -> Iterator[WordSpan]:
    """Find what limits keywords: a place or a kind of people that comes late, a year, what mustn't be in it."""
    count = len(reading.words)
    for here, word in enumerate(reading.words):
        late = here >= 2 or (here == 1 and count > 3)
        place = here in places and late and count >= 3 and reading.words[here - 1] != "of"
        people = word in GROUPS and late
        barred = word in {"no", "not"} and here > 0 and reading.word(here + 1)[:1].isalpha()
        when = (_is_year(word) or reading.word(here + 1) == "century") and here > 0
        if place or people or barred or when:
            yield here, here + 1


CONTEXTUAL_CONSTRAINTS = Property("contextual_constraints", _contextual_constraints, needs="tags")
