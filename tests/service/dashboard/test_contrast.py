"""The style sheet's colours, in light and in dark: who sees little contrast can read text, and find controls."""

import re
from pathlib import Path

import pytest

from riffler.service.dashboard.pages import STATIC

SHEET = (STATIC / "style.css").read_text("utf-8")
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", SHEET)
}
SHEETS = [STATIC / "style.css", *sorted(STATIC.glob("css/*.css"))]
CHART = (STATIC / "js" / "chart.js").read_text("utf-8")
LINES = [re.findall(r"#[0-9a-f]{6}", *re.findall(rf"{scheme}: \[(.*)\]", CHART)) for scheme in ("light", "dark")]
DRAWN = {f"line {number}": pair for number, pair in enumerate(zip(*LINES, strict=True))} | {
    f"{sheet.stem} {name}": (light, dark)
    for sheet in SHEETS[1:]
    for name, light, dark in re.findall(
        r"([\w-]+)(?: \{ background)?: light-dark\((#\w{6}), (#\w{6})\)", sheet.read_text("utf-8")
    )
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


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_is_seen_on_each_ground(name: str, ground: str, scheme: int) -> None:
    """Lines of charts, bars, swatches and the heat map's full tones have 3 (WCAG 1.4.11)."""
    assert contrast(DRAWN[name][scheme], COLOURS[ground][scheme]) >= 3


def test_all_that_is_drawn_is_held_to_it() -> None:
    """Each colour that sheets and scripts write is one of these, or has a name that all pages use."""
    drawn = {colour for pair in DRAWN.values() for colour in pair}
    named = {colour for pair in COLOURS.values() for colour in pair}
    written = {
        colour.lower()
        for each in [*SHEETS, *STATIC.glob("js/**/*.js")]
        for colour in re.findall(r"#[0-9a-fA-F]{6}\b", each.read_text("utf-8"))
    }
    assert written == drawn | named


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_all_colours_of_text_are_held_to_it(sheet: Path) -> None:
    """These names are the ones that the style sheets give to text."""
    used = set(re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", sheet.read_text("utf-8")))
    assert used <= set(TEXT) | {"paper"}


def test_no_colour_is_without_a_place() -> None:
    """Names of text are all used, and so are those of the heat map."""
    sheets = "".join(each.read_text("utf-8") for each in SHEETS)
    assert all(f"var(--{name})" in sheets for name in (*TEXT, "gain", "loss"))
