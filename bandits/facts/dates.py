"""What names a time: months, days of the week, feasts, seasons, decades, days from today. Years are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riffler.bandits.facts.base import Fact

_MONTHS = "january february march april may june july august september october november december".split()
_SHORT = "|".join("jan feb mar apr jun jul aug sept? oct nov dec".split())
_CLEAR = "|".join(month for month in _MONTHS if month not in {"may", "march"})
_AFTER_DAY = "|".join(rf"(?<=\d{ending}\ )" for ending in ["", "st", "nd", "rd", "th"])
_AFTER_WORD = "|".join(
    rf"(?<=\b{word}\ )" for word in "in of on last next since until early late during before after from every".split()
)
"""Words before `may` or `march` that make a month of it."""

_PERIOD = (
    r"year|month|week|weekend|season|century|decade|summer|winter|spring|autumn|fall|night|evening|morning|afternoon"
)
_RELATIVE = {"previous": "last", "past": "last", "coming": "next", "current": "this", "following": "next"}
_DATE = re.compile(
    rf"""\b(?=\w)(?:(?P<month>{_CLEAR})\b
    |(?P<short>(?:{_AFTER_DAY})(?:{_SHORT})\b|(?:{_SHORT})\b(?=\.?\ \d))
    |(?P<verb>(?:{_AFTER_WORD}|{_AFTER_DAY}|(?<=\bmid-))(?:may|march)\b|(?:may|march)\b(?=\ \d))
    |(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b
    |(?P<near>today|tonight|tomorrow|yesterday|nowadays)\b
    |(?P<which>last|next|this|previous|past|coming|current|following)\ (?P<period>{_PERIOD})\b
    |(?P<season>winter|summer|autumn)s?\b|(?:(?<=\bin\ )|(?<=\bin\ the\ )|(?<=\bevery\ ))(?P<fall>fall|spring)\b
    |(?P<feast>(?:christmas|xmas)(?:\ (?:eve|day))?|new\ year(?:['’]?s)?\ (?:eve|day)|boxing\ day
        |easter(?:\ (?:sunday|monday))?|good\ friday|halloween
        |thanksgiving|ramadan|eid|diwali|hanukkah|passover|pentecost
        |valentine['’]?s(?:\ day)?)\b
    |(?P<decade>\d{{2,3}}0)['’]?s\b
    |(?P<era>BCE?)\b)""",
    re.IGNORECASE | re.VERBOSE,
)


def dates(text: str) -> Iterator[Fact]:
    """Find the names of times in a text, in its order."""
    for match in _DATE.finditer(text):
        yield Fact("date", _value(match), *match.span())


def _value(match: re.Match[str]) -> str:
    kind = match.lastgroup
    spelled = match[0].lower()
    if kind in {"month", "short", "verb"}:
        return spelled[:3]
    if kind == "period":
        which = match["which"].lower()
        return f"{_RELATIVE.get(which, which)} {match['period'].lower()}"
    if kind == "decade":
        return f"{match['decade']}s"
    if kind == "era":
        return "bc"
    if kind == "feast":
        return spelled.replace("xmas", "christmas").replace("’", "").replace("'", "").replace("years", "year")
    return {"fall": "autumn"}.get(spelled, spelled.removesuffix("s") if kind in {"day", "season"} else spelled)
