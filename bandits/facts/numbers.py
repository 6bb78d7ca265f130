"""Numbers, by what they are worth: `1,500`, `fifteen hundred`, `1.5k`; `XIV` after a name, `14th`, `fourteenth`.

`one` is a pronoun as often, so it isn't found alone; `second` isn't where it is a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from riffler.bandits.facts.base import Fact

_DIGITS = re.compile(
    r"(?:(?<![\w.,:])[-−+])?(?:(?<!\d)\d{1,3}(?:(?:[\u00a0\u202f\u2009]\d{3})+|(?: 000)+)(?!\d)|\d+(?:[.,:]\d+)*)"
    r"(?P<fraction>/\d{1,2}(?![\d/]))?"
)
_TAIL = re.compile(
    r"\s?(?P<scale>k|hundred|thousand|million|mn|billion|bn|trillion)\b|\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b)",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \u00a0\u202f\u2009]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SCALES = {
    "k": 1000, "hundred": 100, "thousand": 1000, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9,
    "trillion": 10**12, "dozen": 12,
}  # fmt: skip
_LONGEST = 24
"""Digits of a number that may be scaled: longer ones are no amounts."""

_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth"
).split()
_VALUES = (
    {word: value for value, word in enumerate(_SMALL, 1)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {word: value for value, word in enumerate(_ORDINALS, 1)}
    | {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, 2)}
    | {"zero": 0, "hundredth": 100, "thousandth": 1000}
)
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "eighth": 8,
    "tenth": 10,
}
_ANY = "|".join(sorted([*_VALUES, *(scale for scale in _SCALES if len(scale) > 2)], key=len, reverse=True))
_WORDS = re.compile(
    rf"\b(?:(?P<part>(?:(?:one|two|three|four|five|a)[ -])?(?:{'|'.join(_PARTS)})s?)(?<!\ba second)\b"
    rf"|(?P<words>(?:{_ANY})\b(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )(?:{_ANY})\b)*))",
    re.IGNORECASE,
)
_NO_RANK = re.compile(r"(?:\b(?:per|each|every|one|last)|\d)[ -]$|\bat $|\bin the $", re.IGNORECASE)
"""Before `second` a time, before `first` an idiom."""

_NO_COUNT = re.compile(r"[ -]?hand\b| (?:name|names|aid|of all|place)\b", re.IGNORECASE)
_ROMAN = re.compile(
    r"\b[A-Z]\w*(?:['’]s)?\s(?P<roman>[IVXLC]{2,7}|V|(?:(?<=\bWar )|(?<=\bPart )|(?<=\bType ))I)\b(?!['’-])"
)
_ROMAN_FORM = re.compile(r"C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def numbers(text: str) -> Iterator[Fact]:
    """Find the numbers of a text: those in digits, then those in words, then Roman ones, each in its order."""
    scaled: set[int] = set()
    for match in _DIGITS.finditer(text):
        tail = _TAIL.match(text, match.end()) if not match["fraction"] else None
        end = tail.end() if tail else match.end()
        scaled.add(end)
        yield Fact("number", _valued(match[0], tail), match.start(), end)
    for match in _WORDS.finditer(text):
        if match.end() not in scaled:
            yield from _from_words(text, match)
    for match in _ROMAN.finditer(text):
        if _ROMAN_FORM.fullmatch(match["roman"]):
            yield Fact("number", str(_roman(match["roman"])), *match.span("roman"))


def _valued(digits: str, tail: re.Match[str] | None) -> str:
    value = _SPACES.sub("", digits).replace("−", "-").lstrip("+")
    if _GROUPED.fullmatch(value.lstrip("-")):
        value = value.replace(",", "")
    if (
        tail is None
        or len(value) > _LONGEST
        or (not value.replace(".", "", 1).lstrip("-").isdecimal() and tail["scale"])
    ):
        return value
    if tail["scale"]:
        return f"{(Decimal(value) * _SCALES[tail['scale'].lower()]).normalize():f}"
    hour, _, minutes = value.partition(":")
    if not hour.isdecimal() or int(hour) > 12:
        return value
    hour = str(int(hour) % 12 + 12 * (tail["half"].lower() == "p"))
    return f"{hour}:{minutes}" if minutes.strip("0") else hour


def _from_words(text: str, match: re.Match[str]) -> Iterator[Fact]:
    start, end = match.span()
    if match["part"]:
        count, _, part = match["part"].lower().replace("-", " ").rpartition(" ")
        whole = _PARTS.get(part) or _PARTS[part.removesuffix("s")]
        if count or part.startswith(("half", "halves", "quarter")) or part.endswith("s"):
            yield Fact("number", f"{_VALUES.get(count, 1)}/{whole}", start, end)
        else:
            yield Fact("number", str(whole), start, end)
        return
    spelled = match["words"].lower()
    if spelled == "one" or (spelled in {"first", "second"} and _is_idiom(text, start, end)):
        return
    for value in _worth(re.split(r" and |[ -]", spelled)):
        yield Fact("number", str(value), start, end)
        start += 1  # several numbers in a row ("three four") each have a place of their own


def _is_idiom(text: str, start: int, end: int) -> bool:
    return bool(_NO_RANK.search(text[max(0, start - 8) : start]) or _NO_COUNT.match(text, end))


def _worth(spelled: list[str]) -> Iterator[int]:
    """Give the values of number words in a row: mostly one."""
    total = current = 0
    open_ = False
    for word in spelled:
        if word in _SCALES:
            scale = _SCALES[word]
            if scale <= 100:
                current = max(current, 1) * scale
            else:
                total, current = total + max(current, 1) * scale, 0
            open_ = True
            continue
        value = _VALUES[word]
        if open_ and not _goes_on(current, value):
            yield total + current
            total = current = 0
        year = 13 <= current <= 20 and value >= 10  # nineteen ninety, twenty twelve
        current = current * 100 + value if year else current + value
        open_ = True
    yield total + current


def _goes_on(current: int, value: int) -> bool:
    if value < 10:
        return current % 10 == 0 and current % 100 != 10
    return current % 100 == 0 or (13 <= current <= 20 and value >= 10)


def _roman(spelled: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in spelled]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
