"""Small pictures of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.cli.bars import spark, whisker


def test_a_curve_is_drawn_from_the_lowest_bar_to_the_highest() -> None:
    """The highest value has the highest bar, zero the lowest, and a long curve is thinned to the width."""
    assert spark([0.0, 1.0], 1.0) == "▁█"
    assert spark([0.0, 0.0, 0.0], 0.0) == "▁▁▁"
    assert len(spark([float(number) for number in range(1000)], 999.0, width=20)) == 20
    assert spark([], 1.0) == ""
    assert spark([1.0], 1.0) == "█"


@pytest.mark.parametrize(
    ("value", "low", "high", "line"),
    [
        (0.0, 0.0, 0.0, "    ●    "),
        (0.5, 0.25, 0.75, "    │─●─ "),
        (-0.5, -1.0, 0.0, "──●─┼    "),
        (0.25, -0.25, 0.75, "   ─┼●── "),
        (0.75, -0.25, 0.75, "   ─┼──● "),
        (9.0, 8.0, 10.0, "    │   ●"),
    ],
)
def test_an_interval_is_drawn_around_its_estimate(value: float, low: float, high: float, line: str) -> None:
    """The line's middle is 0, its ends are the reach, and the estimate is seen also where the interval crosses 0."""
    assert whisker(value, low, high, 1.0, 9) == line


@given(st.floats(-1e3, 1e3), st.floats(0, 1e3), st.floats(1e-3, 1e3))
def test_every_interval_fits_its_line(value: float, margin: float, reach: float) -> None:
    """Whatever its size, the line has its width, and one estimate."""
    line = whisker(value, value - margin, value + margin, reach)
    assert len(line) == 31
    assert line.count("●") == 1
