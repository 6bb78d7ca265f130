"""What comes before an episode's own question now and then: a system message, and questions that are answered."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import Episode
from riffler.service.training.nano.finds import find
from riffler.service.training.nano.noise import sentences
from riffler.service.training.nano.phrases import noun, thing, where
from riffler.service.training.nano.plain import plain
from riffler.service.training.nano.streams import stream

_SYSTEM, _EARLIER = 0.2, 0.15
"""Shares of the episodes."""
_NOUNS = ("assistant", "helper", "clerk", "guide", "librarian", "servant", "tool", "companion", "secretary")
_RULES = (
    *("Be brief.", "Be exact.", "Be polite.", "Never guess.", "Answer in English.", "Keep to the form that is wished."),
    *("Say only what is there.", "Take your time.", "Nothing else is needed.", "Do as you are told.", "No chatter."),
)
_SMALL: tuple[Callable[[random.Random], Episode], ...] = (
    lambda rng: stream(rng, 6, 8),
    lambda rng: chain(rng, 20),
    lambda rng: find(rng, 20),
    plain,
)


def with_before(rng: random.Random, episode: Episode) -> Episode:
    """Put something before an episode, or mostly nothing.

    Args:
        rng: Source of the draws.
        episode: The episode.

    Returns:
        It, in one of five with a system message, and in one of seven with one or two small questions before it.
    """
    system = system_text(rng) if rng.random() < _SYSTEM else ""
    count = rng.choice((1, 1, 2)) if rng.random() < _EARLIER else 0
    return replace(episode, system=system, earlier=tuple(rng.choice(_SMALL)(rng) for _ in range(count)))


def system_text(rng: random.Random) -> str:
    """Word a system message.

    Args:
        rng: Source of the draws.

    Returns:
        One to five sentences: who is spoken to, rules, and now and then something about nothing.
    """
    you = rng.choice(("You are", "You act as", "Be", "Here you are", "Think of yourself as"))
    said = [f"{you} a {rng.choice(_NOUNS)} for {thing(rng)} {where(rng)}."]
    if rng.random() < 0.3:
        said = [f"{noun(rng).capitalize()} {rng.randrange(1, 90)}."]
    said += rng.sample(_RULES, rng.randint(0, 3)) + sentences(rng, rng.choice((0, 0, 0, 1)))
    rng.shuffle(said)
    return rng.choice((" ", "\n")).join(said)
