"""Numbers with what gives them their meaning."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.quantities import compared, quantities


def found(text: str) -> list[str]:
    """Give the numbers of a text, as they are compared."""
    return [said for said, _, _ in quantities(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5 mg, 5mg and 5\xa0MG", ["5mg"] * 3),
        ("10 km/h, 10km/h; 5 €/kg", ["10km/h", "10km/h", "5€/kg"]),
        ("5 m², 5m²", ["5m²", "5m²"]),
        ("20 °C, 20°C", ["20°c", "20°c"]),
        ("5 percent, 5 %, 5%, 5％", ["5%"] * 4),
        ("5 million and 300万元", ["5million", "300万元"]),
        ("5 of 17 men and 3 miles in 4 minutes", ["5", "17", "3", "4"]),
        ("5 m, 5 a, 5 M", ["5m", "5", "5"]),
    ],
)
def test_units(text: str, numbers: list[str]) -> None:
    """A unit belongs to its number, with a blank before it or without; other words don't."""
    assert found(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("-300 is −300 or –300, (-300) x=-300", ["-300"] * 5),
        ("+300", ["300"]),
        ("10-5, a-5, 3 - 4, --9, 2026-11-25", ["10-5", "5", "3", "4", "9", "2026-11-25"]),
        ("-$5 $-5 -5 $", ["-5$"] * 3),
        ("€ 5 5 € 5€ €5", ["5€"] * 4),
        ("5 € 7 apples, 3€ 4", ["5€", "7", "3€", "4"]),
        ("$1$2 US$3", ["1$", "2$", "3$"]),
        ("-5", ["-5"]),
        ("$ 5", ["5$"]),
        ("$5", ["5$"]),
        ("10-$5", ["10", "5$"]),
    ],
)
def test_signs(text: str, numbers: list[str]) -> None:
    """A minus and a currency belong to their number, in any order; a dash between two things is none."""
    assert found(text) == numbers


@given(st.text() | st.text("15aA .,-−+$€%km/²°(:\xa0"))
def test_numbers_stand_in_the_text(text: str) -> None:
    """Any text can be read: numbers are in order, of bounded length, apart, and are compared as written."""
    places = list(quantities(text))
    assert all(one[2] <= other[1] for one, other in pairwise(places))
    for said, start, end in places:
        assert 0 <= start < end <= min(len(text), start + 255)
        assert compared(text[start:end]) == said
        assert compared(f" {text[start:end].upper()}".replace(" ", "")) == compared(text[start:end].replace(" ", ""))
