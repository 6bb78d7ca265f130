"""Sentences about nothing in particular, and texts in which those that matter stand among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from riffler.service.training.nano.phrases import clause, noun, salad, thing, where
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import made_up, words

_THINGS = 60
_MONTHS = ("January", "March", "April", "May", "June", "August", "October", "December")
_JOINTS = (
    " and ",
    ", but ",
    ", and then ",
    " while ",
    " because ",
    "; ",
    ", though ",
    " before ",
    ": ",
    ", so ",
    " or ",
)
_OPENERS = (
    *("As a rule, ", "In the end ", "Of course ", "By then ", "Once more ", "On the whole ", "It is said that "),
    *("Nobody denies that ", "Perhaps ", "As far as one can see, ", "Even so, ", "They say that ", "Here "),
)
_LINES = 0.06
"""Of a document's noise that are lines of another kind than sentences."""


def sentences(rng: random.Random, count: int, people: Sequence[str] = ()) -> list[str]:
    """Make sentences about nothing, each on one line and with its end.

    Args:
        rng: Source of the draws.
        count: How many.
        people: Names of people that are told of here and there.

    Returns:
        The sentences.
    """
    things, forms = words(rng, _THINGS if count > _THINGS else 8), wordings("noise")["sentences"]
    made = list[str]()
    for _ in range(count):
        if rng.random() < 0.2:
            made.append(rng.choice(forms).format(a=rng.choice(things), b=rng.choice(things)))
        else:
            made.append(_sentence(rng, people))
    return made


def noise(rng: random.Random, count: int, people: Sequence[str] = ()) -> list[str]:
    """Make what documents have beside what matters: sentences, and in some documents other lines.

    Args:
        rng: Source of the draws.
        count: How many.
        people: Names of people that are told of here and there.

    Returns:
        Sentences, each on one line, and lines of a log, of a list, of a table, of code, with ends of lines about them.
    """
    made = sentences(rng, count, people)
    if rng.random() < 0.4:
        kind = rng.choice(_OTHERS)
        return [f"\n{kind(rng)}\n" if rng.random() < _LINES else each for each in made]
    return made


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


def _sentence(rng: random.Random, people: Sequence[str]) -> str:
    kind = rng.random()
    if people and kind < 0.25:
        said = rng.choice(_ABOUT)(rng, rng.choice(people))
    elif kind < 0.35:
        said = salad(rng, rng.randint(4, 20))
    elif kind < 0.55:
        said = rng.choice(_EXTRAS)(rng)
    else:
        said = clause(rng)
        if rng.random() < 0.3:
            said += rng.choice(_JOINTS) + clause(rng)
        if rng.random() < 0.25:
            said = rng.choice(_OPENERS) + said
    return said[0].upper() + said[1:] + rng.choice("......!")


_ABOUT: tuple[Callable[[random.Random, str], str], ...] = (
    lambda rng, name: f"{name} and {clause(rng)}",
    lambda rng, name: f"{name} went {where(rng)} {where(rng)}",
    lambda rng, name: f"{clause(rng)}, as {name} wrote",
    lambda rng, name: f"{where(rng)}, {name} told of {thing(rng)}",
    lambda rng, name: f"{thing(rng)} of {name} was {where(rng)}",
    lambda rng, name: f"nobody but {name} liked {thing(rng)} {where(rng)}",
    lambda rng, name: f"{salad(rng, rng.randint(1, 5))} {name} {salad(rng, rng.randint(2, 8))}",
    lambda rng, name: f"{name}'s {noun(rng)} {where(rng)} is {thing(rng)}",
)
_EXTRAS: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: f'"{clause(rng)}," said {thing(rng)}',
    lambda rng: f"{clause(rng)} ({clause(rng)})",
    lambda rng: f"on {rng.randint(1, 28)} {rng.choice(_MONTHS)} {rng.randrange(1500, 2030)} {clause(rng)}",
    lambda rng: f"at {rng.randint(0, 23)}:{rng.randint(10, 59)} {clause(rng)}",
    lambda rng: f"{rng.randrange(3, 9000)} of {thing(rng)}, {rng.randrange(1, 90)}% {where(rng)}, {clause(rng)}",
    lambda rng: f"{noun(rng)}, {noun(rng)}, {noun(rng)} and {noun(rng)}: {clause(rng)}",
    lambda rng: f"{thing(rng)}, which {rng.choice(('is', 'was', 'lay', 'stood'))} {where(rng)}, {clause(rng)}",
    lambda rng: f"{where(rng)} there {rng.choice(('is', 'was', 'stood', 'lay'))} {thing(rng)}",
    lambda rng: f"whoever has {thing(rng)} {where(rng)} needs {thing(rng)}",
    lambda rng: f"{made_up(rng).capitalize()} {rng.randrange(1, 400)} is {thing(rng)} {where(rng)}",
    lambda rng: f"when {clause(rng)}, {clause(rng)}",
    lambda rng: f"not {thing(rng)} but {thing(rng)} {where(rng)}",
)
_OTHERS: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: f"{rng.randint(10, 23)}:{rng.randint(10, 59)}:{rng.randint(10, 59)} INFO {noun(rng)}: {salad(rng, 4)}",
    lambda rng: f"- {salad(rng, rng.randint(1, 6))}",
    lambda rng: f"| {noun(rng)} | {noun(rng)} | {rng.randrange(1000)} |",
    lambda rng: f"def {noun(rng)}({noun(rng)}): return {noun(rng)} + {rng.randrange(100)}",
    lambda rng: f"{noun(rng)} = {rng.randrange(1000)}  # {salad(rng, 3)}",
    lambda rng: f"{noun(rng).upper()} {noun(rng).upper()}",
    lambda rng: f'{{"{noun(rng)}": "{noun(rng)}", "{noun(rng)}": {rng.randrange(1000)}}}',
    lambda rng: f"{rng.randrange(1, 30)}. {thing(rng).capitalize()}",
)
