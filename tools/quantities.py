"""Numbers of a text, each with what it means: its sign, its currency, a percent sign, a short unit or `million`.

    as written       as it is compared        as written      as it is compared
    5 mg, 5mg        5mg                      -300, −300      -300
    -$5, $-5         -5$                      5 percent, 5 %  5%
    € 5, 5 €, 5€     5€                       1,234.5         1,234.5
    10 km/h          10km/h                   A17, v1.2       a17, v1.2

Letters that touch a number belong to it, and of those after a blank the ones that are known as units. A plus has no
meaning. The digits of another script are digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

_LETTERS = (
    "mg kg µg μg ng km cm mm nm µm μm ml cl dl ms ns µs μs sec min hr hrs mb gb tb kb pb kib mib gib tib hz khz mhz "
    "ghz kw mw gw wh kwh mwh kv mv mah kj kcal cal pa hpa kpa mpa bar rpm mph kmh ft lb lbs oz mi ha usd eur gbp chf "
    "jpy cny inr mio mrd bn hundred thousand million millions billion billions trillion dozen percent "
    "кг км см мм мл руб тыс млн млрд"
).split()
_ONE_LETTER = "gmshlkKWVN"
_SIGNS_AFTER = "[%％‰°′″€$£¥₹₽₩₺₿￥元円圆千万萬億亿兆]"
_AFTER = frozenset("²³/")
_CURRENCY = frozenset("$€£¥₹₽₩₺₿￥")
_MINUS = frozenset("-−–")
_BEFORE_SIGN = frozenset("([{<=:,;/|~\"'`*“‘«")

_UNIT = (
    rf"(?:(?:(?i:{'|'.join(sorted(_LETTERS, key=len, reverse=True))})|[{_ONE_LETTER}]|°[CF])(?:[²³](?!\w)|(?!\w))"
    rf"|{_SIGNS_AFTER}{{1,3}}+(?![\-−–]?\d))"
)
_NUMBER = re.compile(r"\d{1,32}(?:[.,:/\-]\d{1,20}){0,6}+([A-Za-z0-9_]{0,32}+)")
_MEASURE = re.compile(rf"[ \xa0\u202f]?{_UNIT}(?:/{_UNIT})?+")
_AFTER_LETTERS = re.compile(rf"[²³]?+(?:/{_UNIT})?+")
_MAY_BEGIN = frozenset(chain(*_LETTERS, *map(str.upper, _LETTERS), _ONE_LETTER, _SIGNS_AFTER)) - {"[", "]"}
_BLANKS = frozenset(" \xa0\u202f")
_LETTERS_BEFORE = re.compile(r"[A-Za-z_]{1,25}\Z")
_PERCENT = re.compile(r"percent$|％")


def quantities(text: str) -> Iterator[tuple[str, int, int]]:
    """Find the numbers of a text.

    Args:
        text: Any text.

    Yields:
        What is compared, where it begins, and where it is over, 255 characters on at most; no two have a character in
        common.
    """
    past = 0
    for match in _NUMBER.finditer(text):
        at, until = start, end = match.span()
        before = text[start - 1 : start]
        if before in _BLANKS:  # as a rule; a few characters are looked at, since most numbers have nothing around them
            if text[start - 2 : start - 1] in _CURRENCY:
                start = _signed(text, start)
        elif before and before.isascii() and (before.isalnum() or before == "_"):
            letters = _LETTERS_BEFORE.search(text[max(0, start - 25) : start])
            if letters is None or len(letters[0]) > 24:  # it goes on what is longer than a number
                continue
            start -= len(letters[0])
        elif before in _MINUS or before in _CURRENCY:
            start = _signed(text, start)
        start = max(start, past)
        following = text[end : end + 1]
        if match[1]:
            if following in _AFTER:
                end = _end_of(_AFTER_LETTERS, text, end)
        elif following in _MAY_BEGIN or (following in _BLANKS and text[end + 1 : end + 2] in _MAY_BEGIN):
            end = _end_of(_MEASURE, text, end)
        past = end
        bare = start == at and end == until and not match[1]
        yield match[0] if bare else compared(text[start:end]), start, end


def compared(written: str) -> str:
    """Give a number as it is compared.

    Args:
        written: Its characters.

    Returns:
        The same text for numbers that say the same; without blanks and case.
    """
    said = _PERCENT.sub("%", "".join(written.split()).casefold())
    at = 0
    while said[at] in _CURRENCY or said[at] in _MINUS:
        at += 1
    currency = "".join(filter(_CURRENCY.__contains__, said[:at]))
    return f"{'-' if len(currency) < at else ''}{said[at:]}{currency}"


def _end_of(pattern: re.Pattern[str], text: str, end: int) -> int:
    measure = pattern.match(text, end)
    return measure.end() if measure else end


def _signed(text: str, start: int) -> int:
    """Give where a number begins with its minus and its currency."""
    at = start
    if text[at - 1] in _MINUS and _may_sign(text, at - 1):
        at -= 1
    blank = at == start and text[at - 1] in " \xa0" and text[at - 2 : at - 1] in _CURRENCY
    if blank or text[at - 1 : at] in _CURRENCY:
        at -= 1 + blank
        if text[at - 1 : at] in _MINUS and at > 0 and _may_sign(text, at - 1):
            at -= 1
    return at


def _may_sign(text: str, at: int) -> bool:
    """Tell whether a dash stands where a sign would, not between two words or numbers."""
    before = text[at - 1 : at] if at else ""
    return not before or before.isspace() or before in _BEFORE_SIGN or before in _CURRENCY
