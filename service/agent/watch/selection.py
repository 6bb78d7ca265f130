"""A part of a log that is looked at by itself: decisions of a time, or of queries that have a feature or lack it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from riffler.errors import InvalidInput
from riffler.service.agent.watch.draw import feature_names
from riffler.service.ports.decisions import LoggedDecision, PolicyName

_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Selection:
    """Which decisions are meant. Without anything given it is all.

    Attributes:
        since_ms: Those made at this time or later, in milliseconds since 1970.
        until_ms: Those made before this time.
        feature: Those of queries that have this feature.
        present: Whether they have it; false means those that lack it.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    feature: str | None = None
    present: bool = True

    def of(self, rows: Sequence[LoggedDecision], names: Sequence[str]) -> list[LoggedDecision]:
        """Pick the decisions that are meant.

        Args:
            rows: Decisions.
            names: What the entries of their context vectors are, the bias first.

        Returns:
            Some of them, in the same order.

        Raises:
            InvalidInput: There is no such feature.
        """
        place = None if self.feature is None else _place(self.feature, names)
        return [row for row in rows if self._meant(row, place)]

    def _meant(self, row: LoggedDecision, place: int | None) -> bool:
        late = self.since_ms is None or row.at_ms >= self.since_ms
        early = self.until_ms is None or row.at_ms < self.until_ms
        return late and early and (place is None or (row.decision.x[place] > 0) == self.present)


EVERYTHING: Final = Selection()


def selectable(name: PolicyName, features_version: str) -> tuple[str, ...]:
    """Name what decisions of a policy can be selected by.

    Args:
        name: Which policy.
        features_version: Its version of the features.

    Returns:
        The entries of its context vectors, the bias first.
    """
    return feature_names(features_version, name.dimension)


def _place(feature: str, names: Sequence[str]) -> int:
    known = names[1:]  # the bias is in every query
    if feature not in known:
        raise InvalidInput(f"feature: expected one of {', '.join(known)}, got {feature[:_SHOWN]!r}")
    return names.index(feature)
