"""Sentences about nothing in particular, and texts in which those that matter stand among them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import words

_THINGS = 60


def sentences(rng: random.Random, count: int) -> list[str]:
    """Make sentences about nothing.

    Args:
        rng: Source of the draws.
        count: How many.

    Returns:
        The sentences.
    """
    things, forms = words(rng, _THINGS if count > _THINGS else 8), wordings("noise")["sentences"]
    return [rng.choice(forms).format(a=rng.choice(things), b=rng.choice(things)) for _ in range(count)]


def spread(rng: random.Random, matters: Sequence[str], noise: Sequence[str], between: str) -> str:
    """Put what matters anywhere among the noise, in its order.

    Args:
        rng: Source of the draws.
        matters: What matters.
        noise: What doesn't.
        between: What stands between two sentences.

    Returns:
        The text.
    """
    places = sorted(rng.randint(0, len(noise)) for _ in matters)
    text = list(noise)
    for place, said in reversed([*zip(places, matters, strict=True)]):
        text.insert(place, said)
    return between.join(text)
