"""The skills that are taught, and how often."""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import MappingProxyType

from riffler.service.training.nano.before import with_before
from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import Episode, Maker
from riffler.service.training.nano.finds import find
from riffler.service.training.nano.plain import plain
from riffler.service.training.nano.recover import recover
from riffler.service.training.nano.streams import stream
from riffler.service.training.nano.tidy import tidy

SKILLS: Mapping[str, Maker] = MappingProxyType(
    {"streams": stream, "chains": chain, "find": find, "recover": recover, "tidy": tidy, "plain": plain}
)
"""What makes an episode of each."""
_SHARES = {"streams": 0.4, "chains": 0.2, "find": 0.2, "recover": 0.08, "tidy": 0.07, "plain": 0.05}


def episode(seed: int, number: int) -> Episode:
    """Make an episode of a skill drawn at random.

    Args:
        seed: Of all episodes.
        number: Which one; each can be made alone.

    Returns:
        The episode: the same for the same seed and number.
    """
    rng = random.Random(f"nano {seed} {number}")  # noqa: S311 - no secret
    return with_before(rng, SKILLS[drawn_skill(rng)](rng))


def drawn_skill(rng: random.Random) -> str:
    """Draw a skill.

    Args:
        rng: Source of the draw.

    Returns:
        Its name.
    """
    (skill,) = rng.choices([*_SHARES], [*_SHARES.values()])
    return skill
