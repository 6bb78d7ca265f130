"""The skills that are taught, and how often."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import Episode
from riffler.service.training.nano.finds import find
from riffler.service.training.nano.recover import recover
from riffler.service.training.nano.streams import stream

SKILLS: Mapping[str, Callable[[random.Random], Episode]] = MappingProxyType(
    {"streams": stream, "chains": chain, "find": find, "recover": recover}
)
"""What makes an episode of each."""
_SHARES = {"streams": 0.45, "chains": 0.23, "find": 0.23, "recover": 0.09}


def episode(seed: int, number: int) -> Episode:
    """Make an episode of a skill drawn at random.

    Args:
        seed: Of all episodes.
        number: Which one; each can be made alone.

    Returns:
        The episode: the same for the same seed and number.
    """
    rng = random.Random(f"nano {seed} {number}")  # noqa: S311 - no secret
    (skill,) = rng.choices([*_SHARES], [*_SHARES.values()])
    return SKILLS[skill](rng)
