"""Pictures of a run, as SVG: regret over rounds in each setting, and bars of the geometric means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from benchmarks.bandits.settings import ROUNDS
from benchmarks.bandits.summary import ALLOWED, Excess, Policy, best_peer, excess, geometric_means

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 900, 520, 60, 30, 300, 50
COLOURS = ("#1b6ca8", "#c0392b", "#27865a", "#8e44ad", "#b9770e", "#148f9c", "#5d6d7e", "#a93277")
BAR = 20
"""Height of a bar with its gap."""


def curves(setting: str, policies: Sequence[Policy]) -> str:
    """Draw mean regret over rounds: our policies, the best of each peer, chance, the best fixed arm.

    Args:
        setting: The setting's name.
        policies: Its policies, the least regret first.

    Returns:
        An SVG document.
    """
    shown = _worth_drawing(policies)
    most = max(policy.curve[-1] for policy in shown)
    points = len(shown[0].curve)

    def x(share: float) -> float:
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(regret: float) -> float:
        return HEIGHT - BOTTOM - regret / most * (HEIGHT - TOP - BOTTOM)

    parts = _frame(WIDTH, HEIGHT)
    for step in range(5):
        at = y(most * step / 4)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, at + 4, f"{most * step / 4:.0f}", anchor="end"))
        parts.append(_text(x(step / 4), HEIGHT - BOTTOM + 20, f"{ROUNDS * step // 4:,}", anchor="middle"))
    parts.append(_text(x(0.5), HEIGHT - 8, f"rounds; mean regret in {setting}", anchor="middle"))
    under = -100.0
    for number, policy in enumerate(sorted(shown, key=lambda each: -each.curve[-1])):
        colour = "#000" if policy.name == "default" else COLOURS[number % len(COLOURS)]
        line = [(0.0, 0.0), *((at / points, value) for at, value in enumerate(policy.curve, start=1))]
        path = " ".join(f"{x(share):.1f},{y(value):.1f}" for share, value in line)
        width = 3 if policy.name == "default" else 1.6
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        under = max(y(policy.curve[-1]), under + 14)  # names apart, each beside its line's end
        parts.append(_text(WIDTH - RIGHT + 8, under + 4, policy.name, colour=colour))
    return "\n".join([*parts, "</svg>", ""])


def bars(settings: Mapping[str, Sequence[Policy]]) -> str:
    """Draw the geometric mean over settings of each learning policy's regret.

    Args:
        settings: Policies by setting.

    Returns:
        An SVG document.
    """
    means = geometric_means(settings)
    most, left, height = max(means.values()), 320, BAR * len(means) + 40
    parts = _frame(WIDTH, height)
    for number, (name, mean) in enumerate(means.items()):
        top, width = 10 + BAR * number, mean / most * (WIDTH - left - 60)
        colour = "#000" if name == "default" else COLOURS[6 if ":" in name or "," in name else 0]
        parts.append(_text(left - 8, top + 12, name, anchor="end"))
        parts.append(f'<rect x="{left}" y="{top}" width="{width:.1f}" height="{BAR - 4}" fill="{colour}"/>')
        parts.append(_text(left + width + 6, top + 12, f"{mean:.1f}"))
    parts.append(_text(left, height - 10, f"geometric mean of regret over {len(settings)} settings"))
    return "\n".join([*parts, "</svg>", ""])


def excesses(settings: Mapping[str, Sequence[Policy]]) -> str:
    """Draw the default's excess over the best peer in each setting, with its interval.

    Args:
        settings: Policies by setting, among them `default` and a peer, with at least two seeds.

    Returns:
        An SVG document.
    """
    found: dict[str, Excess] = {}
    for setting, policies in settings.items():
        peer = best_peer(policies)
        default = next((policy for policy in policies if policy.name == "default"), None)
        if peer and default and len(default.regrets) > 1:
            found[f"{setting}, {peer.name}"] = excess(default, peer)
    low = min(-0.1, *(over.low for over in found.values()))
    high = max(0.2, *(over.high for over in found.values()))
    left, height = 340, BAR * len(found) + 50

    def x(share: float) -> float:
        return left + (share - low) / (high - low) * (WIDTH - left - 30)

    parts = _frame(WIDTH, height)
    for share, colour in ((0.0, "#000"), (ALLOWED, "#c0392b")):
        parts.append(f'<line x1="{x(share):.1f}" x2="{x(share):.1f}" y1="5" y2="{height - 40}" stroke="{colour}"/>')
        parts.append(_text(x(share), height - 26, f"{share:+.0%}", anchor="middle", colour=colour))
    for number, (name, over) in enumerate(found.items()):
        at = 16 + BAR * number
        parts.append(_text(left - 8, at + 4, name, anchor="end"))
        parts.append(
            f'<line x1="{x(over.low):.1f}" x2="{x(over.high):.1f}" y1="{at}" y2="{at}" stroke="{COLOURS[0]}"/>'
        )
        parts.append(f'<circle cx="{x(over.share):.1f}" cy="{at}" r="4" fill="{COLOURS[0]}"/>')
    parts.append(_text(left, height - 8, "the default's regret over the best peer's, with its 95% interval"))
    return "\n".join([*parts, "</svg>", ""])


def bands(at: Sequence[float], lines: Mapping[str, Sequence[tuple[float, float]]], what: str) -> str:
    """Draw means with their intervals over a number.

    Args:
        at: The number, ascending, at least two.
        lines: Mean and half of its interval at each, by name.
        what: What the number is.

    Returns:
        An SVG document.
    """
    every = [mean + sign * half for line in lines.values() for mean, half in line for sign in (-1, 1)]
    low, high = min(0.0, *every), max(every)

    def x(value: float) -> float:
        return LEFT + (value - at[0]) / (at[-1] - at[0]) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = _frame(WIDTH, HEIGHT)
    for tick in range(math.ceil(low), math.floor(high) + 1, max(1, round((high - low) / 8))):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y(tick) + 4, f"{tick:+d}", anchor="end"))
    parts += [_text(x(value), HEIGHT - BOTTOM + 20, f"{value:.1f}", anchor="middle") for value in at]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, what, anchor="middle"))
    under = -100.0
    for number, (name, line) in enumerate(sorted(lines.items(), key=lambda each: -each[1][-1][0])):
        colour = "#000" if name == "default" else COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x(value):.1f},{y(mean):.1f}" for value, (mean, _) in zip(at, line, strict=True))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts += [
            f'<line x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{y(mean - half):.1f}" y2="{y(mean + half):.1f}" '
            f'stroke="{colour}"/>'
            for value, (mean, half) in zip(at, line, strict=True)
        ]
        under = max(y(line[-1][0]), under + 14)
        parts.append(_text(WIDTH - RIGHT + 8, under + 4, name, colour=colour))
    return "\n".join([*parts, "</svg>", ""])


def _worth_drawing(policies: Sequence[Policy]) -> list[Policy]:
    """Choose those that tell something: a peer's package and the fixed arms have one line each, their best."""
    seen: set[str] = set()
    shown: list[Policy] = []
    for policy in policies:
        kind = policy.name.split(":")[0]
        if kind not in seen:
            seen.add(kind)
            shown.append(policy)
    return shown


def _frame(width: float, height: float) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]


def _text(x: float, y: float, said: str, *, anchor: str = "start", colour: str = "#000") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(said)}</text>'
