"""The style sheet's colours, in light and in dark: who sees little contrast can read text, and find controls."""

import re

import pytest

from riffler.service.dashboard.pages import STATIC

SHEET = (STATIC / "style.css").read_text("utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", SHEET)
}
TEXT = [name for name in COLOURS if name in {"ink", "soft", "accent", "bad", "good"}]


def luminance(colour: str) -> float:
    """Compute relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Compute the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_right() -> None:
    """Black on white has 21; WCAG's own example of a grey that just suffices has 4.54."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
@pytest.mark.parametrize(("name", "least"), [*((name, 4.5) for name in TEXT), ("edge", 3.0)])
def test_each_colour_is_seen_on_each_ground(name: str, least: float, ground: str, scheme: int) -> None:
    """Text has 4.5 (WCAG 1.4.3), the edges of controls 3 (1.4.11)."""
    assert contrast(COLOURS[name][scheme], COLOURS[ground][scheme]) >= least


def test_all_colours_of_text_are_held_to_it() -> None:
    """These names are the ones that the style sheet gives to text."""
    assert set(TEXT) == {"ink", "soft", "accent", "bad", "good"}
    for sheet in STATIC.glob("css/*.css"):
        used = set(re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", sheet.read_text("utf-8")))
        assert used <= set(TEXT) | {"paper"}, sheet.name
