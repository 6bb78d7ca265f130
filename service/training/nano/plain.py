"""Plain: little was said, all of it is in view, and the answer is given without a tool.

Small tasks of other skills, which their oracles read off, and short messages one after the other, of which one is asked
for or has what answers.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import Episode, endless, is_read_off
from riffler.service.training.nano.finds import find, tell
from riffler.service.training.nano.noise import sentences
from riffler.service.training.nano.streams import stream
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import words


def plain(rng: random.Random) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.

    Returns:
        The episode: its oracle calls no tool.
    """
    task = rng.choice(_TASKS)
    return replace(next(each for each in endless(rng, task) if is_read_off(each)), skill="plain")


def _messages(rng: random.Random) -> Episode:
    """Tell things in messages of their own; ask for one of them, or for what one message said."""
    said_as, facts = wordings("plain"), wordings("find")["facts"]
    things = words(rng, rng.randint(1, 6))
    asked = rng.choice(facts)
    about = rng.randrange(len(things))
    told = [tell(rng, asked if at == about else rng.choice(facts), thing) for at, thing in enumerate(things)]
    contexts = [rng.choice(said_as["told"]).format(said=" ".join(_among(rng, said))) for said in told]
    if rng.random() < 0.35:
        question = rng.choice(said_as["repeat"]).format(n=said_as["numbers"][about])
        answer = contexts[about]
    else:
        question, answer = rng.choice(asked["questions"]).format(s=things[about]), told[about]
    return Episode("plain", tuple(contexts), question, answer, lambda _: answer, (answer,))


def _among(rng: random.Random, said: str) -> list[str]:
    """Put a sentence among up to two others."""
    others = sentences(rng, rng.choice((0, 0, 1, 2)))
    others.insert(rng.randint(0, len(others)), said)
    return others


_TASKS: tuple[Callable[[random.Random], Episode], ...] = (
    lambda rng: stream(rng, 8, 6),
    lambda rng: chain(rng, 8),
    lambda rng: find(rng, 8),
    _messages,
    _messages,
)
