"""A line of the log, as it is read here; and the answer where the log can't tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from riffler.bandits.checks import Vector, check_context
from riffler.bandits.policies.base import Rewarded, check_allowed
from riffler.errors import InvalidInput


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A decision with what became of it. A log has those with a reward in the order in which the rewards counted.

    Attributes:
        arm: The arm drawn.
        x: The context vector, float64 (d,), with the bias first.
        allowed: The arms that could be drawn.
        propensities: The probability of each of them.
        reward: In [0, 1]; None without one.
        at_ms: When it was made, in milliseconds since 1970.
    """

    arm: str
    x: Vector
    allowed: tuple[str, ...]
    propensities: Mapping[str, float]
    reward: float | None = None
    at_ms: int = 0

    def checked(self, dimension: int) -> Entry:
        """Refuse what is no decision.

        Args:
            dimension: d.

        Returns:
            Itself.

        Raises:
            InvalidInput: The arm drawn wasn't allowed or had no chance, an arm is named twice, or the context vector
                doesn't fit. (A reward outside [0, 1] is an `InvalidReward`.)
        """
        check_allowed(self.allowed)
        check_context(self.x, dimension)
        if self.arm not in self.allowed or self.arm not in self.propensities:
            raise InvalidInput(f"decision: the arm drawn, {self.arm!r}, wasn't allowed or has no propensity")
        Rewarded(self.arm, self.x, self.reward or 0.0, self.propensities[self.arm]).checked(dimension)
        return self


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A figure that can't be had.

    Attributes:
        reason: Why, in one line.
        kind: Stands in place of how the figure was come by.
    """

    reason: str
    kind: Literal["unavailable"] = field(default="unavailable", init=False)


def check_level(level: float) -> None:
    """Refuse what is no level of an interval.

    Args:
        level: The probability that the interval is to have.

    Raises:
        InvalidInput: It isn't between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise InvalidInput(f"level: expected a number between 0 and 1, got {level!r}")


def rewarded(entries: Iterable[Entry]) -> Iterator[tuple[int, Entry, Rewarded]]:
    """Pick the decisions that have a reward.

    Args:
        entries: The log.

    Yields:
        The place in the log, from 0, the decision, and what a policy learns of it.
    """
    for place, entry in enumerate(entries):
        if entry.reward is not None:
            entry.checked(entry.x.size)
            yield place, entry, Rewarded(entry.arm, entry.x, entry.reward, entry.propensities[entry.arm])
