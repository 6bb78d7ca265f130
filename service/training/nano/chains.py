"""Chains: relations in a long text, followed name by name until nobody is further up.

The oracle searches for the name that it has reached, reads who is above, and goes on; a name of which the results say
nothing more is the end.
"""

from __future__ import annotations

import random
from itertools import pairwise

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.episode import FIND, Episode, Move, Oracle, call, done, is_hidden
from riffler.service.training.nano.noise import sentences, spread
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import names

MOST_LINKS = 6
_RESULTS = 4
_CONTEXT = 160
_READ_AT_ONCE = 8
"""Sentences of noise up to which a text is read off without a search, where nothing is hidden."""


def chain(rng: random.Random, most_noise: int = 3000) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        most_noise: How many sentences about nothing there are at most; few are drawn more often.

    Returns:
        The episode. Beside its chain there may be a second one, which doesn't meet it.
    """
    said_as = wordings("chains")
    kind = rng.choice(said_as["kinds"])
    links, others = rng.randint(1, MOST_LINKS), rng.choice((0, 0, 1, 2, 3))
    people = names(rng, links + 1 + (others + 1 if others else 0))
    line, other = people[: links + 1], people[links + 1 :]
    told = [
        rng.choice(said_as["links"]).format(a=above, b=below, t=rng.choice(kind["terms"]))
        for of in (line, other)
        for below, above in pairwise(of)
    ]
    rng.shuffle(told)
    many = int(most_noise * rng.random() ** 3)
    text = spread(rng, told, sentences(rng, many), rng.choice((" ", "\n")))
    boxed = rng.random() < 0.5
    question = rng.choice(kind["questions"]).format(name=line[0])
    question += said_as["boxed"].format() if boxed else ""
    answer = f"\\boxed{{{line[-1]}}}" if boxed else line[-1]
    oracle = _oracle(line, answer, few=many <= _READ_AT_ONCE)
    if rng.random() < 0.5:
        return Episode("chains", (text,), question, answer, oracle)
    return Episode("chains", (), f"{text}\n\n{question}", answer, oracle)


def _oracle(line: list[str], answer: str, *, few: bool) -> Oracle:
    def move(request: EngineRequest) -> Move:
        if few and not is_hidden(request):
            return answer
        sought = {query for each in done(request) for query in each.arguments["queries"]}
        left = [name for name in line if name not in sought]
        if not left:
            return answer
        return call(request, FIND, queries=left[:1], max_results=_RESULTS, context_size=_CONTEXT)

    return move
