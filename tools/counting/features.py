"""What of a text decides how many tokens it has, as numbers: each character is counted under exactly one feature.

Which one depends on its class (a script, or a kind of ASCII character), on how far into a run of its class it stands,
and on what stands before the run. A vocabulary of byte pairs takes the space before a word into the word, has short
words whole and long ones in pieces, and splits where the class changes. So the features of a text sum to its length,
and text at its end never lowers one of them.

Shape letters: F features, C characters, R runs, K classes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from riffler.tools.counting.characters import Kind, kind_table

Features = npt.NDArray[np.int64]
"""How many characters of a text each feature has, shape (F,)."""

_CHUNK = 1 << 16
"""Characters that are looked at together: arrays stay small. A run that a border cuts costs a token at most."""

_STEPS: dict[Kind, tuple[tuple[int, str], ...]] = {
    Kind.LOWER: ((1, "lower_2"), (5, "lower_6"), (8, "lower_9"), (11, "lower_12")),
    Kind.UPPER: ((1, "upper_2"), (4, "upper_5")),
    Kind.DIGIT: ((1, "digit_2"), (3, "digit_4")),
    Kind.SPACE: ((1, "space_2"), (7, "space_8")),
    Kind.LINE: ((1, "line_2"),),
    Kind.TAB: ((1, "tab_2"),),
    Kind.STOP: ((1, "stop_2"),),
    Kind.QUOTE: ((1, "quote_2"),),
    Kind.BRACKET: ((1, "bracket_2"),),
    Kind.SIGN: ((1, "sign_2"), (4, "sign_5")),
    Kind.UNDER: ((1, "under_2"),),
    Kind.LATIN: ((1, "latin"),),
    Kind.LETTER: ((1, "letter_2"), (5, "letter_6")),
    Kind.FAR: ((1, "far"),),
    Kind.OTHER: ((1, "other"),),
    Kind.HIRAGANA: ((1, "hiragana_2"),),
    Kind.KATAKANA: ((1, "katakana_2"),),
    Kind.TOP: ((1, "top_2"),),
    Kind.COMMON: ((1, "common_2"),),
    Kind.IDEOGRAPH: ((1, "ideograph_2"),),
    Kind.RARE: ((1, "rare"),),
    Kind.WIDE_STOP: ((1, "wide_stop"),),
    Kind.WIDE_MARK: ((1, "wide_mark"),),
    Kind.HANGUL: ((1, "hangul_2"),),
    Kind.ASTRAL: ((1, "astral"),),
}
"""Names of the features of a run's second and later characters: from which place on, counted from 0, which name."""

_MARKS = {Kind.STOP, Kind.QUOTE, Kind.BRACKET, Kind.SIGN, Kind.UNDER}
_BREAKS = {Kind.SPACE, Kind.LINE, Kind.TAB}


def _first_name(kind: Kind, before: Kind) -> str:
    """Name the feature of a run's first character, by what stands before it."""
    name = kind.name.lower()
    if kind == Kind.LOWER:
        return f"{name}_start" if before in _BREAKS else f"{name}_camel" if before == Kind.UPPER else f"{name}_joined"
    if kind in {Kind.UPPER, Kind.DIGIT}:
        return f"{name}_start" if before in _BREAKS else f"{name}_joined"
    if kind == Kind.SPACE:
        return f"{name}_after_line" if before == Kind.LINE else f"{name}_after_mark" if before in _MARKS else name
    if kind in _MARKS:
        return f"{name}_start" if before in _BREAKS else f"{name}_after_mark" if before in _MARKS else name
    return name


NAMES: tuple[str, ...] = tuple(
    dict.fromkeys(
        name
        for kind in Kind
        for name in (*(_first_name(kind, before) for before in Kind if before != kind), *(n for _, n in _STEPS[kind]))
    )
)
"""The features' names, in order."""
_ID = {name: number for number, name in enumerate(NAMES)}
_PLACES = np.array(sorted({place for steps in _STEPS.values() for place, _ in steps}))
_DEEP = int(_PLACES.max()) + 1
_REACH = np.maximum(np.arange(_DEEP + 1)[:, None] - _PLACES, 0)
"""How many characters of a run of a length stand at a place or later; shape (lengths, places)."""
_LINE, _KINDS = int(Kind.LINE), len(Kind)


def features_of(text: str) -> Features:
    """Count the characters of a text by feature. One pass; a million characters take some tens of milliseconds.

    Args:
        text: Any text.

    Returns:
        The counts, which sum to the text's length.
    """
    found = np.zeros(len(NAMES), np.int64)
    for start in range(0, len(text), _CHUNK):
        found += _of_chunk(text[start : start + _CHUNK])
    return found


def _of_chunk(text: str) -> Features:
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    table = kind_table()
    kinds = table[np.minimum(points, len(table) - 1)]
    first = np.concatenate(([0], np.flatnonzero(kinds[1:] != kinds[:-1]) + 1))
    lengths = np.concatenate((first[1:], [len(kinds)])) - first
    kind = kinds[first].astype(np.int64)
    before = np.concatenate(([_LINE], kind[:-1]))  # a text begins as a line does
    pairs = np.bincount(kind * _KINDS + before, minlength=_KINDS * _KINDS)
    held = np.bincount(kind * (_DEEP + 1) + np.minimum(lengths, _DEEP), minlength=_KINDS * (_DEEP + 1))
    reaching: Features = held.reshape(_KINDS, -1) @ _REACH  # how many characters of a class stand at a place or later
    long = lengths > _DEEP
    reaching += np.bincount(kind[long], lengths[long] - _DEEP, _KINDS).astype(np.int64)[:, None]
    first_ids, later = _tables()
    found = np.bincount(first_ids, pairs, len(NAMES)) + later @ reaching.ravel()
    return np.rint(found).astype(np.int64)


@cache
def _tables() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Give the feature of a run's first character, shape (K * K,), and how later ones add up, (F, K * places)."""
    # The second turns "how many characters of this class stand at this place of a run or later" into the features,
    # which say "from this place on and before the next".
    first = np.array([_ID[_first_name(kind, before)] for kind in Kind for before in Kind], np.int64)
    later = np.zeros((len(NAMES), _KINDS * len(_PLACES)))
    for kind, steps in _STEPS.items():
        cells = [kind * len(_PLACES) + int(np.searchsorted(_PLACES, place)) for place, _ in steps]
        for number, (_, name) in enumerate(steps):
            later[_ID[name], cells[number]] += 1
            later[_ID[name], cells[number + 1 : number + 2]] -= 1
    return first, later
