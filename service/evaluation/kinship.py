"""Chains of kinship, a sentence here and there in a long text.

The form is that of NeedleBench's multi-needle reasoning (Li et al. 2024, https://arxiv.org/abs/2407.11963); names,
sentences around and wording are ours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

from riffler.service.evaluation.words import make_words
from riffler.tools.tokens import EstimatedTokens

_RELATIONS = ("father", "mother", "grandfather", "grandmother")
_FILLERS = (
    "The {a} of the {b} was mended in spring, and nobody thought of it again.",
    "A ship with {a} and {b} came in late; the harbour master wrote it down.",
    "In the {a} street there is a {b} that opens on two days of the week.",
    "They argued about the {a} until the {b} was cold.",
)


@dataclass(frozen=True, slots=True)
class Chain:
    """A text with a chain in it.

    Attributes:
        text: The text.
        youngest: The name from which the chain goes up.
        eldest: The name at its end.
    """

    text: str
    youngest: str
    eldest: str


def make_chain(seed: int, needles: int = 4, tokens: int = 32_000) -> Chain:
    """Make a text with a chain.

    Args:
        seed: The same seed gives the same text.
        needles: Sentences of kinship.
        tokens: Length of the text, as Riffler estimates tokens.

    Returns:
        The text with its answer.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    names = [word.capitalize() for word in make_words(rng, needles + 1, 3)]
    things = make_words(rng, 120)
    counter = EstimatedTokens()
    lines: list[str] = []
    length = 0
    while length < tokens:
        lines.append(rng.choice(_FILLERS).format(a=rng.choice(things), b=rng.choice(things)))
        length += counter.count(lines[-1]) + 1
    sentences = [f"{elder} is {younger}'s {rng.choice(_RELATIONS)}." for elder, younger in pairwise(names)]
    rng.shuffle(sentences)
    for sentence in sentences:
        lines.insert(rng.randrange(len(lines) // 10, len(lines)), sentence)
    return Chain("\n".join(lines), names[-1], names[0])
