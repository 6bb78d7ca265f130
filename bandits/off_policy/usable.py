"""The decisions of a log that tell what another policy would have done in their place."""

from __future__ import annotations

import math
from collections.abc import Iterable

from riffler.bandits.insight.entry import Entry
from riffler.bandits.policies.base import Rewarded
from riffler.errors import InvalidInput, RifflerError

_SLACK = 1e-6
"""So much may propensities miss a sum of 1: those of a log in JSON were rounded."""


def usable(log: Iterable[Entry]) -> list[tuple[Entry, Rewarded]]:
    """Pick the decisions that have a reward.

    Args:
        log: The decisions.

    Returns:
        Those with a reward, at least two, and what a policy learns of each.

    Raises:
        InvalidInput: Fewer than two have a reward; or one's arm wasn't allowed or had no chance, its propensities are
            no probabilities of the allowed arms, or its context vector isn't one or hasn't the length of the others.
            The text names its place in the log, from 0. (A reward outside [0, 1] is an `InvalidReward`.)
    """
    found: list[tuple[Entry, Rewarded]] = []
    for place, entry in enumerate(log):
        if entry.reward is None:
            continue
        try:
            entry.checked(found[0][0].x.size if found else entry.x.size)
            _check_chances(entry)
        except RifflerError as error:
            raise type(error)(f"row {place}: {error}") from error
        found.append((entry, Rewarded(entry.arm, entry.x, entry.reward, entry.propensities[entry.arm])))
    if len(found) < 2:
        raise InvalidInput(f"off-policy value: expected at least two rewarded decisions, got {len(found)}")
    return found


def _check_chances(entry: Entry) -> None:
    """Refuse propensities that aren't the probabilities of the allowed arms."""
    chances = entry.propensities.values()
    sound = all(0.0 <= chance <= 1.0 for chance in chances) and math.isclose(sum(chances), 1.0, abs_tol=_SLACK)
    if not sound or set(entry.propensities) != set(entry.allowed):
        raise InvalidInput(
            "propensities: expected a number from 0 to 1 for each allowed arm, and a sum of 1, got "
            f"{dict(entry.propensities)}"
        )
