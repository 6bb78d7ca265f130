"""Which places of a text lie inside a word, a number or a character.

A word is what stands between blanks and punctuation in scripts that part words; `don't`, `well-known`, `3.14`,
`1,234.5`, `12 000`, `2026-11-25`, `10:30`, `a@b.org` are one word each, and so are `-5`, `$5` and `5%`. In scripts that
don't part words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) a word can't be seen without a dictionary: there a place
between two characters is allowed, and only a run of Katakana counts as a word. A character is an extended grapheme
cluster (Unicode Standard Annex 29, https://unicode.org/reports/tr29/), within 64 code points.
"""

from __future__ import annotations

import unicodedata

import regex

_CLUSTER = regex.compile(r"\X")
_MOST_CODE_POINTS = 64
"""Of one character that are looked at. Unicode's stream-safe form has 30 marks at most; an endless run is no text."""

_MOST_FLAGS = 1000
"""Flags in a row that are looked at: which two letters make one depends on how many stand before."""

_ZERO_WIDTH = "\u200c\u200d\u00ad\u2060"
"""Joiners, the soft hyphen and the word joiner: they stand inside words."""

_INSIDE = frozenset(".,:/-'’‐‑@+=&~·׳״٫٬\u00a0\u202f\u2007\u2009" + _ZERO_WIDTH)
"""Between two letters or digits, one of these makes them one word. No-break spaces part the digits of a number."""

_BEFORE_NUMBERS = frozenset("+-−±$€£¥₹#.,\\")
_AFTER_NUMBERS = frozenset("%‰°")

_APART = regex.compile(
    "[\x00-\x7f\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2e80-\u2fd5\u3000-\u3029\u3030-\u3098"
    "\u309b-\u30ff\u3400-\u4dbf\u4e00-\ua014\uff01-\uff9d\U00020000-\U0003134f]{2}"
)
"""Two characters that are two, and nearly all that come: Unicode's rules for clusters needn't be asked. Not CR LF."""

_GROUP_BEFORE = regex.compile(r"(?:\A|[\W_])[0-9]{1,3}\Z")
_GROUP_AFTER = regex.compile(r"[0-9]{3}(?![^\W_])")

_UNPARTED = regex.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\ua4cf\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_KATAKANA = regex.compile("[\u30a1-\u30fa\u30fc-\u30fe]")


def may_cut(text: str, place: int) -> bool:
    """Tell whether a text may be cut before the character at a place.

    Args:
        text: The text.
        place: An offset; the two ends of the text are places where it may be cut.

    Returns:
        False inside a word, a number or a character. Costs the same wherever it is.
    """
    if not 0 < place < len(text):
        return True
    return not _inside_word(text, place) and between_characters(text, place)


def between_characters(text: str, place: int) -> bool:
    """Tell whether a place lies between two characters as a reader sees them.

    Args:
        text: The text.
        place: An offset.

    Returns:
        False before an accent or a vowel sign, and inside a joined emoji, a flag, a syllable of Hangul or CR LF.
    """
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if _APART.match(text, place - 1):
        return before != "\r" or after != "\n"
    if unicodedata.category(after)[0] == "M" or after in _ZERO_WIDTH[:2] or before == "\u200d":
        return False
    if _flag(before) and _flag(after):
        first = place
        while first > max(0, place - _MOST_FLAGS) and _flag(text[first - 1]):
            first -= 1
        return (place - first) % 2 == 0
    anchor = max(0, place - _MOST_CODE_POINTS)
    match = None
    while anchor < place:  # a few clusters of a few code points each
        match = _CLUSTER.match(text, anchor, place + 1)
        anchor = match.end() if match else place
    return anchor == place


def between_parts(text: str, place: int) -> bool:
    """Tell whether a place lies inside a word or number, but behind a sign in it: after the comma of `[12,345]`.

    Args:
        text: The text.
        place: An offset.

    Returns:
        False beside letters and digits on both sides, before a sign, and inside a character.
    """
    if not 0 < place < len(text):
        return True
    return not _letter(text[place - 1]) and _letter(text[place]) and between_characters(text, place)


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _inside_word(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if "://" in text[max(0, place - 3) : place + 3]:
        return True
    if before == " " and "0" <= after <= "9":
        return _groups(text, place - 1)
    if after == " " and "0" <= before <= "9":
        return _groups(text, place)
    if _letter(before):
        if _letter(after):
            return _one_word(before, after)
        if after in _INSIDE and place + 1 < len(text) and _parted(text[place + 1]):
            return _parted(before)
        return after in _AFTER_NUMBERS and before.isdigit()
    if not _letter(after):
        return False
    if before in _BEFORE_NUMBERS and (after.isdigit() or before == "\\"):
        return True
    return before in _INSIDE and place > 1 and _parted(text[place - 2]) and _parted(after)


def _groups(text: str, blank: int) -> bool:
    """Tell whether a blank parts the thousands of a number, as in `12 000`; a row of such numbers looks the same."""
    return bool(_GROUP_AFTER.match(text, blank + 1) and _GROUP_BEFORE.search(text[max(0, blank - 4) : blank]))


def _one_word(before: str, after: str) -> bool:
    if _parted(before) and _parted(after):
        return True
    return bool(_KATAKANA.match(before) and _KATAKANA.match(after))


def _letter(character: str) -> bool:
    """Tell whether this is a letter, a digit, an underscore, or a mark or joiner that belongs to one."""
    return (
        character.isalnum()
        or character == "_"
        or (not character.isascii() and (character in _ZERO_WIDTH or unicodedata.category(character)[0] == "M"))
    )


def _parted(character: str) -> bool:
    """Tell whether this is a letter or digit of a script that parts its words."""
    return _letter(character) and (character.isascii() or not _UNPARTED.match(character))
