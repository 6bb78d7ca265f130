"""Update streams: many keys, each updated many times; the last value of a key is its current one.

The form is that of PI-LLM (Wang and Sun 2025, "Unable to Forget", https://arxiv.org/abs/2506.08184); keys, values and
wording are ours.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from riffler.service.evaluation.words import make_words


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream with its answers.

    Attributes:
        text: The updates.
        current: Each key's current value.
    """

    text: str
    current: Mapping[str, str]


def make_stream(seed: int, keys: int = 46, updates: int = 100) -> Stream:
    """Make a stream.

    Args:
        seed: The same seed gives the same stream.
        keys: How many keys.
        updates: How often each is updated.

    Returns:
        The stream.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    names = make_words(rng, keys)
    values = make_words(rng, 200)
    order = [name for name in names for _ in range(updates)]
    rng.shuffle(order)
    pairs = [(name, f"{rng.choice(values)} {rng.randrange(1000)}") for name in order]
    text = "The register, as it was written down:\n" + " ".join(f"{name}: {value};" for name, value in pairs)
    return Stream(text, dict(pairs))
