"""Units of measure and of money, in any spelling. `units.txt` lists them.

A word that is mostly something else (`second`, `cup`) is a unit right after a number only; one of time also after `per`,
`a` or `every`. Nothing is converted: 1 km and 1000 m differ, as the one who asks chose how to be answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from riffler.bandits.facts.base import Fact

_TIMES = "second minute hour day night week month year decade century".split()
_OFTEN = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year",
          "annual": "year", "mph": "mile", "kph": "km", "kmh": "km"}  # fmt: skip
_COUNTED = r"\d|[½¼¾]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|\w{0,6}teen|\w{3,5}ty|hundred|thousand|million|billion|half|few|several|many"


def _read() -> tuple[dict[str, str], dict[str, str]]:
    """Read the list: values of the words that are units anywhere, and of those that are after a number."""
    anywhere: dict[str, str] = {}
    counted: dict[str, str] = {}
    for line in files(__package__).joinpath("units.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            everywhere, _, after = line.partition("|")
            value, *forms = everywhere.split()
            anywhere |= dict.fromkeys(forms, value)
            counted |= dict.fromkeys(after.split(), value)
    return anywhere, counted


def _any_of(forms: dict[str, str] | list[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


_ANYWHERE, _AFTER_COUNT = _read()
_UNIT = re.compile(
    rf"(?<![^\W\d_])(?<!\w['’])(?:(?P<anywhere>{_any_of(_ANYWHERE)})|(?P<often>{_any_of(list(_OFTEN))})"
    rf"|(?:(?<=\d)|(?<=\d[ -])|(?<=/))(?P<counted>{_any_of(_AFTER_COUNT)})"
    rf"|(?:(?P<number>{_COUNTED})[ -]|(?P<each>(?:per|a|an|each|every|in)[ -]))(?P<word>{_any_of(_AFTER_COUNT)}))"
    r"(?:(?<=[€$£¥₹₽₩°%'′])|(?![^\W_²³]|-?\s?(?:olds?|hand)\b|\.m\b))",
    re.IGNORECASE,
)
_SCALED = re.compile(r"s? ?(?:celsius|centigrade|fahrenheit|[cf]\b)", re.IGNORECASE)


def units(text: str) -> Iterator[Fact]:
    """Find the units of a text, in its order."""
    for match in _UNIT.finditer(text):
        spelled = (match["anywhere"] or match["often"] or match["counted"] or match["word"]).lower()
        value = _OFTEN.get(spelled) or (_ANYWHERE if match["anywhere"] else _AFTER_COUNT)[spelled]
        if match["word"] and not _is_counted(match, spelled, value):
            continue
        if value == "degree" and _SCALED.match(text, match.end()):
            continue
        yield Fact("unit", value, match.end() - len(spelled), match.end())


def _is_counted(match: re.Match[str], spelled: str, value: str) -> bool:
    """Tell whether a word after a number word, "per", "a" or "in" is a unit there."""
    if match["number"]:
        return spelled != "second"  # twenty-second
    if match["each"].lower().startswith("in"):
        return spelled != value and len(spelled) > 2  # in feet, in knots, not "in a day"
    return value in _TIMES
