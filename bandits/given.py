"""A reward as it is given: the number that is learned, where it comes from, and what it was made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from riffler.bandits.checks import check_reward
from riffler.errors import InvalidInput

Source = Literal["number", "feedback", "reference", "judge", "import"]
"""A number of the app's own, a user's feedback, a comparison with a reference, a judge, or another log."""

_MOST_PARTS: Final = 32


@dataclass(frozen=True, slots=True)
class Given:
    """A reward with its parts.

    Attributes:
        reward: In [0, 1]: what is learned.
        source: Where it comes from.
        parts: What it was made of, by name: finite numbers, at most 32.
        criterion: What a judge judged by; empty without one.
        judge: Who judged, with the version of prompts and criteria: scores of two judges don't compare.

    Raises:
        InvalidReward: The reward isn't a finite number in [0, 1].
        InvalidInput: A part is no finite number, there are too many, or the source is unknown.
    """

    reward: float
    source: Source = "number"
    parts: Mapping[str, float] = field(default_factory=dict)
    criterion: str = ""
    judge: str = ""

    def __post_init__(self) -> None:
        check_reward(self.reward)
        if self.source not in get_args(Source):
            raise InvalidInput(f"source: expected one of {', '.join(get_args(Source))}, got {self.source!r}")
        if len(self.parts) > _MOST_PARTS:
            raise InvalidInput(f"parts: expected at most {_MOST_PARTS}, got {len(self.parts)}")
        for name, part in self.parts.items():
            if not math.isfinite(part):
                raise InvalidInput(f"part {name!r} of a reward: expected a finite number, got {part!r}")

    def to_dict(self) -> dict[str, Any]:
        """Give all but the number as JSON-safe values; without a judge there is nothing of one."""
        judged = {"criterion": self.criterion, "judge": self.judge}
        return {"source": self.source, "parts": dict(self.parts)} | {name: it for name, it in judged.items() if it}
