"""Numbers, dates, units and quoted strings: each must stand in the rewrite, and none may be new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from riffler.bandits.facts import Fact, Kind
from riffler.bandits.guard.reading import SHORT_DATES, Reading, unexplained

_CALLED: dict[Kind, str] = {"number": "a number", "date": "a date", "unit": "a unit"}
_MARKS = str.maketrans("’‘“”„", '\'\'"""')
_SPACES = re.compile(r"\s+")
_LEADING = re.compile(r"^0+(?=\d)")


def complaints(before: Reading, after: Reading, known: Reading, plain: Reading) -> Iterator[str]:
    """Say which values a rewrite loses or invents.

    Args:
        before: The query.
        after: Its rewrite.
        known: What a rewrite may draw on.
        plain: The rewrite without what it explains.

    Yields:
        What is wrong.
    """
    for kind, called in _CALLED.items():
        lost = {_value(fact) for fact in before.asks_for(kind)} - _values(after, kind)
        new = (
            _values(unexplained(plain, before) if kind == "unit" else plain, kind)
            - _values(before, kind)
            - _values(known, kind)
        )
        if kind == "number":
            lost, new = _numbers(before, after, lost, new)
            if "2" in lost and _THE_TWO.search(before.core) and _taken(before, after, known) > 1:
                lost -= {"2"}
            if "2" in new and _THE_TWO.search(after.text) and not lost:
                new -= {"2"}
        if kind == "unit" and not lost:
            new -= _asked_for(after)
            new = {unit for unit in new if unit not in before.words}  # "a working week" has a unit of time too
        if kind == "date":
            lost -= _told(before)
            new = {date for date in new if not any(date.startswith(short[:3]) for short in before.words & SHORT_DATES)}
        if lost:
            yield f"the rewrite loses {called}"
        if new:
            yield f"the rewrite invents {called}"
    if _crossed(before, after):
        yield "the rewrite exchanges a unit"
    yield from _quotes(before, after, known)


def _crossed(before: Reading, after: Reading) -> bool:
    """Tell whether a number has the unit of another place in the question: 5 miles in km, 5 km in miles."""
    old, new = _measured(before), _measured(after)
    return any(
        unit != new.get(number, unit) and unit in _values(after, "unit") and new[number] in _values(before, "unit")
        for number, unit in old.items()
    )


def _measured(reading: Reading) -> dict[str, str]:
    """Give the numbers of a text that have a unit behind them, each with it."""
    units = {fact.start: fact.value for fact in reading.facts["unit"]}
    found = ((_value(fact), units.get(fact.end, units.get(fact.end + 1, ""))) for fact in reading.facts["number"])
    return {number: unit for number, unit in found if unit}


def _quotes(before: Reading, after: Reading, known: Reading) -> Iterator[str]:
    had, has = _quoted(before), _quoted(after)
    old, new, source = _even(before.raw), _even(after.raw), _even(known.raw)
    if any(text not in new for text in had):
        yield "the rewrite loses a quoted text"
    if any(text not in old and text not in source for text in has):
        yield "the rewrite invents a quoted text"
    if has and had - has and has - had:  # what was quoted stands in a longer or a shorter quoted text only
        yield "the rewrite loses a quoted text"


def _quoted(reading: Reading) -> set[str]:
    return {_even(fact.value).rstrip(".,!? ") for fact in reading.facts["quoted"]}


def _numbers(before: Reading, after: Reading, lost: set[str], new: set[str]) -> tuple[set[str], set[str]]:
    """Leave out the numbers that are said in another way, or that are none."""
    lost, new = _unsaid(lost, after), _unsaid(new, before)
    lost = {number for number in lost if not _is_texted(number, before, after)}
    glued = {_value(fact) for fact in before.facts["number"] if _is_glued(fact, before.text)}
    return (lost if new else lost - glued), new


def _unsaid(numbers: set[str], reading: Reading) -> set[str]:
    """Leave out the numbers that a text says in words of another kind."""
    return {number for number in numbers if _SAID.get(number, frozenset()).isdisjoint(reading.words)}


_SAID = {
    "1": frozenset(
        "one single once first 1st earliest initial initially debut original inaugural maiden sole only".split()
    ),
    "2": frozenset("both pair couple twice double twin twins duo runner".split()),
    "3": frozenset("thrice triple trio triplets".split()),
    "4": frozenset("quartet quadruple".split()),
    "1/2": frozenset({"half", "halfway"}),
}


def _is_texted(number: str, before: Reading, after: Reading) -> bool:
    """Tell whether a 2 or a 4 of a query stands for "to" or "for", which its neighbour has beside it in the rewrite."""
    meant = {"2": ("to", "too"), "4": ("for",)}.get(number)
    if meant is None:
        return False
    written = [token.word for token in before.tokens]
    pairs = set(pairwise(token.word for token in after.tokens if token.word not in {"a", "an", "the"}))
    return any(
        word == number and (left in _BEFORE_TO or any((left, one) in pairs or (one, right) in pairs for one in meant))
        for left, word, right in zip(["", *written], written, [*written[1:], ""], strict=False)
    )


_THE_TWO = re.compile(r"\b(?:the|these|those) two\b", re.IGNORECASE)
"""Stands for two that were named before."""


def _taken(before: Reading, after: Reading, known: Reading) -> int:
    """Count the names that a rewrite takes from what it may draw on."""
    names = {fact.value.lower() for fact in after.facts["name"]}
    return len((names & known.words) - before.words)


_BEFORE_TO = frozenset("how what where when want need have going like got".split())
_NEAR = frozenset("today tonight tomorrow yesterday".split())
_SPOKEN = re.compile(r"\b(?:i|we|my|our|me|us)\b", re.IGNORECASE)


def _told(reading: Reading) -> set[str]:
    """Give the near dates of what somebody tells before the question: "I bought a cactus yesterday."."""
    told = [sentence for sentence in reading.sentences[:-1] if sentence.endswith(".") and _SPOKEN.search(sentence)]
    return {word for sentence in told for word in _NEAR if word in sentence.lower()}


_ASKED_FOR = re.compile(r"\b(?:which|what|how many|time of)\s(?:the\s)?$", re.IGNORECASE)


def _asked_for(reading: Reading) -> set[str]:
    """Give the units of time that only ask when or how long: "in which months"."""
    return {
        fact.value
        for fact in reading.facts["unit"]
        if fact.value in _TIMES and _ASKED_FOR.search(reading.text[max(0, fact.start - 16) : fact.start])
    }


_TIMES = frozenset("hour day week month year decade century".split())


def _is_glued(fact: Fact, text: str) -> bool:
    """Tell whether a number is a part of a word (`CO2`)."""
    return fact.start > 0 and text[fact.start - 1].isalpha()


def _values(reading: Reading, kind: Kind) -> set[str]:
    return {_value(fact) for fact in reading.facts[kind]}


def _value(fact: Fact) -> str:
    return _LEADING.sub("", fact.value).removesuffix(":00") if fact.kind == "number" else fact.value


def _even(text: str) -> str:
    """Give a text with plain quotes, single spaces and small letters."""
    return _SPACES.sub(" ", text.translate(_MARKS)).casefold()
