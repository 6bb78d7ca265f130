"""Plain: little was said, all of it is in view, and the answer is given without a tool.

Small tasks of other skills, which their oracles read off, and short messages one after the other, of which one is asked
for or has what answers.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import Episode, Maker, endless, is_read_off
from riffler.service.training.nano.finds import find, tell
from riffler.service.training.nano.noise import sentences
from riffler.service.training.nano.streams import stream
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import words


def plain(rng: random.Random, *, asking: random.Random | None = None) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode: its oracle calls no tool.
    """
    task = rng.choice(_TASKS)
    made = next(each for each in endless(task, rng, asking) if is_read_off(each))  # which its text alone decides
    return replace(made, skill="plain")


def _messages(rng: random.Random, *, asking: random.Random | None = None) -> Episode:
    """Tell things in messages of their own; ask for one of them, or for what one message said."""
    said_as, facts = wordings("plain"), wordings("find")["facts"]
    things = words(rng, rng.randint(1, 6))
    asked = rng.choice(facts)
    about = rng.randrange(len(things))
    told = list[tuple[Mapping[str, Any], str]]()
    for at, thing in enumerate(things):
        fact = asked if at == about else rng.choice(facts)
        told.append((fact, tell(rng, fact, thing)))
    contexts = [rng.choice(said_as["told"]).format(said=" ".join(_among(rng, said))) for _, said in told]
    if asking is not None:
        about = asking.randrange(len(things))
    ask = asking or rng
    if ask.random() < 0.35:
        question = ask.choice(said_as["repeat"]).format(n=said_as["numbers"][about])
        answer = contexts[about]
    else:
        fact, answer = told[about]
        question = ask.choice(fact["questions"]).format(s=things[about])
    return Episode("plain", tuple(contexts), question, answer, lambda _: answer, (answer,))


def _among(rng: random.Random, said: str) -> list[str]:
    """Put a sentence among up to two others."""
    others = sentences(rng, rng.choice((0, 0, 1, 2)))
    others.insert(rng.randint(0, len(others)), said)
    return others


_TASKS: tuple[Maker, ...] = (
    partial(stream, most_keys=8, most_updates=6),
    partial(chain, most_noise=8),
    partial(find, most_noise=8),
    _messages,
    _messages,
)
