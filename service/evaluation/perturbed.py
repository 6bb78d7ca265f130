"""Questions worded well and badly: one plain wording and five perturbations, each of the same question.

They are what happens to questions before they are asked: slips of the keyboard, speech written down as it was spoken,
words in the wrong order, a thing that is named by half, a name that is torn apart. They were written from these five
descriptions and not from any arm's rules: most can't be undone by an arm without a model, and some by nobody for sure.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

_SLIPS = 3
_FILLERS = ("um", "like", "you know", "well", "I mean", "sort of", "actually", "so", "er", "let me think", "right")
_FILLED = (3, 5)
_SHORTEST = 4
"""Letters of a word in which a slip happens."""
_TORN = (
    "It's about {half}. {q}",
    "{q} I mean the one that is called {half}.",
    "{half}, to begin with that. {q}",
    "{q} ({half}, that is)",
)


def _plain(_rng: random.Random, template: str, thing: str) -> str:
    return template.format(s=thing)


def _typed_badly(rng: random.Random, template: str, thing: str) -> str:
    """Swap, drop or double a letter in three words, the thing's among them or not."""
    words = template.format(s=thing).split(" ")
    longer = [at for at, word in enumerate(words) if len(word) >= _SHORTEST]
    for at in rng.sample(longer, min(_SLIPS, len(longer))):
        word = words[at]
        place = rng.randrange(1, len(word) - 2)
        before, one, other, after = word[:place], word[place], word[place + 1], word[place + 2 :]
        words[at] = before + rng.choice((other + one, other, one + one + other)) + after
    return " ".join(words)


def _as_spoken(rng: random.Random, template: str, thing: str) -> str:
    """Put words between the others that say nothing; never into the thing's name."""
    words = template.split(" ")
    for filler in rng.sample(_FILLERS, rng.randint(*_FILLED)):
        words.insert(rng.randrange(len(words)), f"{filler},")
    return " ".join(words).format(s=thing)


def _in_disorder(rng: random.Random, template: str, thing: str) -> str:
    """Cut the question into three runs of words, and say them in another order; the name stays whole."""
    words = template.rstrip("?").split(" ")
    first, second = sorted(rng.sample(range(1, len(words)), 2))
    runs = [words[:first], words[first:second], words[second:]]
    order = rng.choice(((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)))
    return " ".join(word for run in order for word in runs[run]).format(s=thing) + "?"


def _named_by_half(rng: random.Random, template: str, thing: str) -> str:
    """Name the thing by the half of its name that another one has, too."""
    vague = rng.choice(("that {half} place", "the thing at {half}", "the {half} one"))
    return template.replace("the {s}", vague.format(half=thing.split(maxsplit=1)[0]))


def _torn_apart(rng: random.Random, template: str, thing: str) -> str:
    """Name one half of the name in the question, and the other before or after it."""
    half, kind = thing.split()
    return rng.choice(_TORN).format(half=half, q=template.format(s=kind))


PERTURBED: Final[Mapping[str, Callable[[random.Random, str, str], str]]] = MappingProxyType(
    {
        "plain": _plain,
        "typing errors": _typed_badly,
        "filler words": _as_spoken,
        "word order": _in_disorder,
        "vague reference": _named_by_half,
        "split name": _torn_apart,
    }
)
"""From a source of draws, a question with `the {s}` in the thing's place, and a thing of two words, to the wording."""
