"""A picture of growth: times over sizes, both on logarithmic axes, as SVG. A slope of one is linear."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 900, 520, 70, 30, 250, 50
COLOURS = ("#1b6ca8", "#c0392b", "#27865a", "#8e44ad", "#b9770e", "#148f9c", "#5d6d7e", "#a93277")


def growth_plot(sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """Draw times over sizes, with a dotted line of slope one to compare.

    Args:
        sizes: Tokens, ascending; at least two.
        lines: Milliseconds by name, one a size.

    Returns:
        An SVG document.
    """
    every = [max(0.01, value) for values in lines.values() for value in values]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))

    def x(size: float) -> float:
        share = (math.log10(size) - math.log10(sizes[0])) / (math.log10(sizes[-1]) - math.log10(sizes[0]))
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(max(0.01, value)) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>')
    under_axis = HEIGHT - BOTTOM + 20
    parts += [f'<text x="{x(size):.1f}" y="{under_axis}" text-anchor="middle">{size:,}</text>' for size in sizes]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">tokens</text>')
    slope = [(x(size), y(10.0**low * size / sizes[0] * 3)) for size in sizes]
    parts.append(_line(slope, "#999", dashed=True))
    names: list[tuple[float, str, str]] = []
    for number, (name, values) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(_line([(x(size), y(value)) for size, value in zip(sizes, values, strict=True)], colour))
        names.append((y(values[-1]), name, colour))
    names.append((slope[-1][1], "linear", "#999"))
    under = 0.0
    for at, name, colour in sorted(names):
        under = max(at, under + 14)  # names apart, each beside its line's end
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{under + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _line(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'
