"""A dependency tree as a picture in text: a line a word, with arcs from heads to dependents on its left."""

from __future__ import annotations

from collections.abc import Sequence

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_SIGNS = " ╵╷│╴┘┐┤╶└┌├─┴┬┼"
"""The sign of each set of directions that a line leaves a cell in; its place is their sum."""
_ARROW = "▸"


def arcs(heads: Sequence[int]) -> list[str]:
    """Draw a tree.

    Args:
        heads: The position of each word's head; a root's is its own.

    Returns:
        A line a word, all of one width: the arcs that pass it, and an arrow where the word is a dependent.
    """
    levels = _levels(heads)
    width = max(levels.values(), default=0) + 1
    cells = [[0] * width for _ in heads]
    for word, level in levels.items():
        column = width - 1 - level
        first, last = sorted((word, heads[word]))
        for row in range(first, last + 1):
            cells[row][column] |= (_UP if row > first else 0) | (_DOWN if row < last else 0)
        for row in (first, last):
            cells[row][column] |= _RIGHT
            for between in range(column + 1, width):
                cells[row][between] |= _LEFT | _RIGHT
    lines = []
    for word, row in enumerate(cells):
        signs = "".join(_SIGNS[cell] for cell in row[:-1])
        lines.append(signs + (_ARROW if word in levels else _SIGNS[row[-1]]))
    return lines


def _levels(heads: Sequence[int]) -> dict[int, int]:
    """Give each arc, named by its dependent, its distance from the words: one more than the arcs below it."""
    levels: dict[int, int] = {}
    by_length = sorted((abs(word - head), word) for word, head in enumerate(heads) if word != head)
    taken = [set[int]() for _ in heads]  # of each word, the levels that pass it
    for _, word in by_length:
        rows = range(min(word, heads[word]), max(word, heads[word]) + 1)
        level = 1 + max((max(taken[row], default=0) for row in rows), default=0)
        levels[word] = level
        for row in rows:
            taken[row].add(level)
    return levels
