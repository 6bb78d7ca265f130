"""Small pictures of numbers in a line of text: a curve as bars, an interval on a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_WIDTH: Final = 40
_LINE: Final = 31


def spark(values: Sequence[float], top: float, width: int = _WIDTH) -> str:
    """Draw a curve as a row of bars.

    Args:
        values: The curve, none below 0.
        top: What the highest bar stands for.
        width: Most bars; a longer curve is thinned.

    Returns:
        The bars.
    """
    last, count = len(values) - 1, min(width, len(values))
    at = [round(number * last / max(count - 1, 1)) for number in range(count)]
    return "".join(_BARS[min(int(values[place] / top * len(_BARS)), len(_BARS) - 1) if top > 0 else 0] for place in at)


def whisker(value: float, low: float, high: float, reach: float, width: int = _LINE) -> str:
    """Draw an estimate with its interval on a line whose middle is 0.

    Args:
        value: The estimate.
        low: The interval's lower end.
        high: Its upper end.
        reach: What the line's right end stands for, above 0; what lies beyond an end is at it.
        width: Characters of the line, an odd number.

    Returns:
        The line.
    """
    middle = width // 2

    def place(number: float) -> int:
        return middle + round(min(max(number / reach, -1.0), 1.0) * middle)

    cells = [" "] * width
    for cell in range(place(low), place(high) + 1):
        cells[cell] = "─"
    cells[middle] = "│" if cells[middle] == " " else "┼"
    cells[place(value)] = "●"
    return "".join(cells)
