"""Units of measure and of money, in any spelling. `units.txt` lists them.

A word that is mostly something else (`second`, `cup`) is a unit right after a number only; one of time also after
`per`, `a` or `every`. Nothing is converted: 1 km and 1000 m differ, as the one who asks chose how to be answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from riffler.bandits.facts.base import Fact

_SHOUTED = frozenset("ml mm cm cl dl lira".split())
_TIMES = "second minute hour day night week month year decade century".split()
_OFTEN = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year",
          "annual": "year", "mph": "mile", "kph": "km", "kmh": "km"}  # fmt: skip


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


_ANYWHERE, _AFTER_COUNT = _read()
_CANDIDATE = re.compile(
    r"(?<![^\W\d_])(?<!\w['’])(?:light-years?|°[cf]?|[^\W\d_]+[²³]?|(?<=\d)['′]|[€$£¥₹₽₩%])"
    r"(?:(?<=[€$£¥₹₽₩°%'′])|(?![^\W_²³]|-?\s?(?:olds?|hand)\b|\.m\b))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:(?P<digit>\d[ -]?|/)|\b(?P<number>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen"
    r"|\w{0,6}teen|\w{3,5}ty|hundred|thousand|million|billion|half|few|several|many)[ -]"
    r"|\b(?P<each>per|a|an|each|every|in)[ -]|[½¼¾] ?)$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 12
_SCALED = re.compile(r"s? ?(?:celsius|centigrade|fahrenheit|[cf]\b)", re.IGNORECASE)


def units(text: str) -> Iterator[Fact]:
    """Find the units of a text, in its order."""
    for match in _CANDIDATE.finditer(text):
        spelled = match[0].lower()
        value = _ANYWHERE.get(spelled) or _OFTEN.get(spelled)
        if value is None and spelled in _AFTER_COUNT and _is_counted(text, match.start(), spelled):
            value = _AFTER_COUNT[spelled]
        if value is None or (value == "degree" and _SCALED.match(text, match.end())):
            continue
        if value in _SHOUTED and match[0].isupper() and not _BEFORE.search(text[: match.start()][-3:]):
            continue  # ML is no millilitre
        yield Fact("unit", value, match.start(), match.end())


def _is_counted(text: str, start: int, spelled: str) -> bool:
    """Tell whether a word that is mostly something else is a unit where it stands."""
    before = _BEFORE.search(text[max(0, start - _LONGEST_BEFORE) : start])
    if before is None:
        return False
    if before["number"]:
        return spelled != "second" or not before["number"].lower().endswith("ty")  # twenty-second
    if before["each"] and before["each"].lower() == "in":
        return spelled != _AFTER_COUNT[spelled] and len(spelled) > 2  # in feet, in knots, not "in a day"
    return not before["each"] or _AFTER_COUNT[spelled] in _TIMES
