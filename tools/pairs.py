"""Pairs of a key and a value: in lines, on one line, in JSON, and in a table's rows of two cells.

    line      `key: value` where a line begins or after `;`, without bullets and quotes around the key
    quoted    `"key": value`, also without a space; the value ends where JSON's would
    sentence  `It moved. Owner: Anna`, `{owner: Anna}`: at most three words, without articles and the like
    comma     `owner: Anna, city: Ulm`: the same, and only in the value of another pair
    row       `| key | value |`; a table's head is none

`https://...` and `12:30` are no pairs: a space follows a key's colon. A value ends where the next pair begins. All
lengths are bounded, so the cost is linear in the text whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from riffler.tools.common_words import COMMON

LONGEST = 255
"""Characters of a fact; of a pair with a longer value, the first ones are its fact."""

_MOST_WORDS = 6
"""Of a key at the start of a line: what is longer is a sentence before a colon."""

_FEW_WORDS = 3
"""Of a key inside a line."""

_STATE_WORDS, _STATE_CHARACTERS = 4, 60
"""Of a value at most, for it to be a state that a newer pair of its key replaces. What is longer says more than that:
somebody's turn in a talk, a line of a log, a note."""

_MOST_KNOWN = 1000
"""Keys whose comparison is kept while a text is read."""

_QUOTED_GROUP, _ROW_GROUP, _LINE_GROUP, _SENTENCE_GROUP, _COMMA_GROUP = range(1, 6)
"""Of the pattern, in this order."""

_QUOTED = r"[\s{\[(\-*]{0,32}+[\"'](\w[^\n:：|\"'\\]{0,47}+)[\"'][ \t]{0,4}+:\s{0,16}+(?=[^\s,;}\]])"
_CELLS = (
    r"[ \t]{0,8}+\|[ \t*_\"'`]{0,8}+(\w[^|\n:：]{0,47}+)\|[ \t]{0,8}+"
    r"(?=[^\s|][^|\n]{0,179}+(?:\|[ \t\r]{0,8}+)?+(?:\n(?![ \t]{0,8}+\|[ \t:]{0,8}+-)|\Z))"
)
_COLON_AND = r"(?::[ \t]{1,8}+|：[ \t]{0,8}+)(?=[^\s;；])"
_LINE = r"[\s\-*>•#\"'`{(\[]{0,16}+(?:\d{1,3}[.)][ \t])?[*\"'`]{0,3}+(\w[^\n:;：；|{]{0,47}+)" + _COLON_AND
_FEW = r"(\w[\w '’/\-]{0,39}+)" + _COLON_AND
_PAIR = re.compile(  # one class of characters comes first, so that these are searched quickly
    r"[;；\n{\[(,，、.!?…。！？](?:"
    rf"(?<=[;；\n{{\[(,]){_QUOTED}|(?<=\n){_CELLS}|(?<=[;；\n]){_LINE}|"
    rf"(?:(?<=[.!?…])[\"'”’»)]{{0,2}}+[ \t]{{1,2}}+|(?<=[{{。！？])[ \t]{{0,2}}+){_FEW}|"
    rf"(?:(?<=,)[ \t]{{1,2}}+|(?<=[，、])){_FEW})"
)
_FIRST_PAIR = re.compile(f"(?:{_QUOTED}|{_CELLS}|{_LINE})")

_REST = re.compile(r"[^\n;；]{0,180}+")
_VALUES = {
    _QUOTED_GROUP: re.compile(
        r"\"(?:[^\"\\\n]|\\[^\n]){0,178}+\"?+|'(?:[^'\\\n]|\\[^\n]){0,178}+'?+|"
        r"\[[^\[\]{}]{0,178}+\]?+|[\[{]|[^,}\]\n;；]{0,180}+"
    ),
    _ROW_GROUP: re.compile(r"[^|\n]{0,180}+"),
    _LINE_GROUP: _REST,
    _SENTENCE_GROUP: _REST,
    _COMMA_GROUP: _REST,
}

_SENTENCE = re.compile(r"(?:[.!?…][\"'”’»)]?\s|[。！？])\s*+")
_PARTS = re.compile(r"[:：|]")
_AROUND = " \t\"'`*_-"
_AROUND_VALUE = " \t\r\"'`*_,.。、}"


def pairs(text: str) -> Iterator[tuple[str, int, int]]:
    """Find the pairs of a text.

    Args:
        text: Any text.

    Yields:
        The key as it is compared, where it begins, and where the value is over, at most `LONGEST` on; in order,
        and no two have a character in common.
    """
    if ":" not in text and "：" not in text and "|" not in text:
        return
    known: dict[tuple[str, int], tuple[str, int]] = {}
    first = _FIRST_PAIR.match(text)
    key, start, end = "", 0, -1
    for match in chain([first] if first else [], _PAIR.finditer(text, first.end() if first else 0)):
        group = match.lastindex or _LINE_GROUP
        at = match.start()
        if group == _COMMA_GROUP and end < at:
            continue
        written = match[group]
        found = known.get((written, group))
        if found is None:
            found = _key(written, inside=group > _LINE_GROUP)
            if len(known) < _MOST_KNOWN:
                known[written, group] = found
        if found[0]:
            if key:
                yield key, start, min(end, at)
            key, start = found[0], match.start(group) + found[1]
            value = _VALUES[group].match(text, match.end())
            end = min(value.end() if value else match.end(), start + LONGEST)
    if key:
        yield key, start, end


def is_prose(stated: str) -> bool:
    """Tell whether the value of a pair is more than a state, so that a newer pair of its key doesn't replace it.

    Args:
        stated: The characters of the pair.

    Returns:
        Whether it has more than a few words, or is long.
    """
    between = _PARTS.search(stated)
    value = stated[between.end() if between else 0 :]
    return len(value) > _STATE_CHARACTERS or len(value.split(None, _STATE_WORDS)) > _STATE_WORDS


def pair_of(stated: str) -> tuple[str, str]:
    """Take a key's fact apart.

    Args:
        stated: The characters of the pair.

    Returns:
        The key as it is written, and its value as it is compared.
    """
    between = _PARTS.search(stated)
    at = between.start() if between else len(stated)
    return stated[:at].strip(_AROUND), plain(stated[at + 1 :]).strip(_AROUND_VALUE)


def plain(text: str) -> str:
    """Give a text as it is compared: without case, and with single blanks."""
    return " ".join(text.split()).casefold()


def _key(written: str, *, inside: bool) -> tuple[str, int]:
    """Give a key as it is compared, and where it begins in what is written; an empty one is none."""
    at = 0
    for sentence in _SENTENCE.finditer(written):
        at, inside = sentence.end(), True
    while inside:
        word, blank, _ = written[at:].partition(" ")
        if not blank or word.casefold() not in COMMON:
            break
        at += len(word) + 1
    key = plain(written[at:].strip(_AROUND))
    if key.count(" ") >= (_FEW_WORDS if inside else _MOST_WORDS) or (inside and (key in COMMON or key.isdigit())):
        key = ""
    return key, at
