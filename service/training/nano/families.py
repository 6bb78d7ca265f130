"""Families: episodes that ask several things about one and the same text.

What a model learns from is what is said, and of an episode alone that is little beside what is read. The episodes of a
family begin alike, so that what they share stands once in an example.

Counted on 80 families of the stage `short`: an example has 2,125 tokens on average, 15.6% of them said, where an
episode of `middle` alone has 2,600, 7% said. By skill: plain 38%, streams 22%, find 21%, tidy 8%, chains and recover
7%: a chain's answer is one name, and each fold writes the view anew. Of the episodes 2.4% teach nothing; in a window
of 1,536 a third of those with texts of up to 2,500 characters did, with 8 questions. Of `middle` with 4 questions, 60
families had 6,583 tokens, 8.9% said.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import count

from riffler.service.training.nano.before import with_before
from riffler.service.training.nano.episode import Episode
from riffler.service.training.nano.skills import SKILLS, drawn_skill

_TRIES = 4
"""For each question of a family, as two may come out alike."""


@dataclass(frozen=True, slots=True)
class Kin:
    """What families are like.

    Attributes:
        questions: Episodes of each, with a question of its own; with one it is an episode alone.
        most_text: Characters that a user says in an episode at most, about; None sets no limit.
    """

    questions: int = 1
    most_text: int | None = None


def family(seed: int, number: int, kin: Kin) -> list[Episode]:
    """Make a family of a skill drawn at random.

    Args:
        seed: Of all families.
        number: Which one; each can be made alone.
        kin: What it is like.

    Returns:
        Its episodes, the same for the same arguments: one system message, one text and the same earlier questions, and
        different questions. There are fewer than wished for where no more were found.
    """
    name = f"nano {seed} {number}"
    skill, _ = _begun(name)  # it stays as drawn, though some skills have fewer small texts than others
    names = (f"{name} {at}" if at else name for at in count())
    return next(filter(None, (_made(each, skill, kin) for each in names)))


def _begun(name: str) -> tuple[str, random.Random]:
    """Draw a skill, and give the source that goes on from there: as an episode alone begins, too."""
    rng = random.Random(name)  # noqa: S311 - no secret
    return drawn_skill(rng), rng


def _made(name: str, skill: str, kin: Kin) -> list[Episode]:
    """Make a family, or none where its first episode has more text than wished for."""
    asking = random.Random(f"{name} asked") if kin.questions > 1 else None  # noqa: S311 - no secret
    made: dict[str, Episode] = {}
    for _ in range(_TRIES * kin.questions):
        _, rng = _begun(name)
        one = with_before(rng, SKILLS[skill](rng, asking=asking))
        if not made and kin.most_text is not None and _characters(one) > kin.most_text:
            return []
        made.setdefault(one.question, one)
        if len(made) == kin.questions:
            break
    return [*made.values()]


def _characters(episode: Episode) -> int:
    return sum(len(text) for each in (*episode.earlier, episode) for text in (*each.contexts, each.question))
