"""A picture of a training: the loss of what is said and of what is read, over steps, as SVG."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from riffler.errors import InvalidSetting

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 900, 420, 60, 30, 90, 50
_LINES = (("said", "#1b6ca8"), ("read", "#b9770e"))
_POINTS = 400
"""Of a line at most: each is the mean over the steps around it."""


def curve(losses: Path) -> str:
    """Draw the losses of a run.

    Args:
        losses: Its file of losses. A step that was made again, after its run was ended, counts as it was made last.

    Returns:
        An SVG document; the losses' axis is logarithmic, in nats a token.

    Raises:
        InvalidSetting: There are no losses.
    """
    steps = _steps(losses)
    lines = {name: _means([max(1e-4, step[f"{name}_loss"]) for step in steps]) for name, _ in _LINES}
    every = [value for values in lines.values() for value in values]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))

    def x(share: float) -> float:
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(loss: float) -> float:
        return _HEIGHT - _BOTTOM - (math.log10(loss) - low) / max(1, high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        for times in (1, 3) if power < high else (1,):
            at = y(times * 10.0**power)
            parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
            parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{times * 10.0**power:g}</text>')
    parts += _stages(steps, x)
    for name, colour in _LINES:
        values = lines[name]
        places = " ".join(f"{x(at / max(1, len(values) - 1)):.1f},{y(loss):.1f}" for at, loss in enumerate(values))
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        end = y(values[-1]) + 4
        parts.append(f'<text x="{_WIDTH - _RIGHT + 8}" y="{end:.1f}" fill="{colour}">{name} {values[-1]:.3f}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">steps; loss in nats a token</text>')
    return "\n".join([*parts, "</svg>", ""])


def _steps(losses: Path) -> list[dict[str, Any]]:
    try:
        made = {step["number"]: step for step in map(json.loads, losses.read_text("utf-8").splitlines())}
    except (OSError, ValueError) as exc:
        raise InvalidSetting(f"{losses}: no losses can be read ({type(exc).__name__}): train the model first") from exc
    if not made:
        raise InvalidSetting(f"{losses}: expected losses, found none: train the model first")
    return [made[number] for number in sorted(made)]


def _means(values: Sequence[float]) -> list[float]:
    size = max(1, len(values) // _POINTS)
    pieces = [values[at : at + size] for at in range(0, len(values), size)]
    return [sum(piece) / len(piece) for piece in pieces]


def _stages(steps: Sequence[dict[str, Any]], x: Any) -> list[str]:  # noqa: ANN401 - a function of a float
    """Mark where each stage begins, by its name and its first step."""
    parts = []
    for at, step in enumerate(steps):
        if at == 0 or step["stage"] != steps[at - 1]["stage"]:
            place = x(at / max(1, len(steps) - 1))
            bottom = _HEIGHT - _BOTTOM
            parts.append(
                f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP}" y2="{bottom}" stroke="#999" '
                'stroke-dasharray="4 4"/>'
            )
            parts.append(f'<text x="{place + 4:.1f}" y="{_TOP + 10}" fill="#555">{html.escape(step["stage"])}</text>')
            parts.append(f'<text x="{place:.1f}" y="{bottom + 18}" fill="#555">{step["number"]:,}</text>')
    return parts
