"""Chains: relations in a long text, followed name by name until nobody is further up.

The oracle searches for the name that it has reached, reads who is next, and goes on. Where the results don't show that
and there is more of them, it asks for more; a name of which all results say nothing more is the end.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.chain_words import explained, framed, link, name_form, question
from riffler.service.training.nano.episode import (
    FIND,
    GIVEN_UP,
    Episode,
    Move,
    Oracle,
    call,
    done,
    is_hidden,
    more_after,
)
from riffler.service.training.nano.noise import noise, spread
from riffler.service.training.nano.phrases import few_or_many
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import names

MOST_LINKS = 6
_RESULTS = 4
_CONTEXT = 160
_BYSTANDERS = 8
"""People who have nothing to do with the chain, so that not each name is a link."""
_READ_AT_ONCE = 8
"""Sentences of noise up to which a text is read off without a search, where nothing is hidden."""


def chain(rng: random.Random, most_noise: int = 3000, *, asking: random.Random | None = None) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        most_noise: How many sentences about nothing there are at most; few are drawn more often.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode. Beside its chain there may be a second one, which doesn't meet it. In a family any link of both may
        be the first.
    """
    kind = rng.choice(wordings("chains")["kinds"])
    links, others = rng.randint(1, MOST_LINKS), rng.choice((0, 0, 1, 2, 3))
    examples = rng.choice((0, 0, 0, 1, 2))
    # All at once, so that none stands inside another.
    people = names(rng, links + 1 + (others + 1 if others else 0) + 2 * examples + _BYSTANDERS)
    line, other = people[: links + 1], people[links + 1 : len(people) - 2 * examples - _BYSTANDERS]
    told = [link(rng, below, above, rng.choice(kind["terms"])) for of in (line, other) for below, above in pairwise(of)]
    rng.shuffle(told)
    many = few_or_many(rng, 150, most_noise)
    passers = people[-_BYSTANDERS:] if rng.random() < 0.6 else []
    texts = _texts(rng, told, noise(rng, many, passers))
    if asking is not None:
        line = asking.choice([of[at:] for of in (line, other) for at in range(len(of) - 1)])
    ask = asking or rng
    form = name_form(ask)
    asked = question(ask, kind, line[0])
    told_more = explained(ask, kind, form.form, people[len(people) - 2 * examples - _BYSTANDERS : -_BYSTANDERS])
    asked = f"{told_more}\n{asked}{form.wish}" if ask.random() < 0.3 else f"{asked}{form.wish}\n{told_more}".rstrip()
    answer = form.form.format(n=line[-1])
    oracle = _oracle(line, told, answer, few=many <= _READ_AT_ONCE)
    if len(texts) > 1 or rng.random() < 0.4:
        return Episode("chains", texts, asked, answer, oracle, tuple(line))
    return Episode("chains", (), framed(rng, texts[0], asked), answer, oracle, tuple(line))


def _texts(rng: random.Random, told: Sequence[str], around: Sequence[str]) -> tuple[str, ...]:
    """Put links among noise, in one message or in some: between sentences, on lines of their own, or inside one."""
    style = rng.random()
    if style < 0.4:
        told = [f"\n{each}\n" for each in told]
    between = rng.choice((" ", " ", "\n", "\n\n"))
    if style > 0.8:
        around = [word for sentence in around for word in sentence.split(" ")]
        between = " "
    if rng.random() < 0.75:
        return (spread(rng, told, around, between),)
    parts = rng.randint(2, 4)
    texts = [spread(rng, told[at::parts], around[at::parts], between) for at in range(parts)]
    return tuple(filter(None, texts))


def _oracle(line: Sequence[str], told: Sequence[str], answer: str, *, few: bool) -> Oracle:
    def move(request: EngineRequest) -> Move:
        if few and not is_hidden(request):
            return answer
        made = done(request)
        sought = {query for each in made for query in each.arguments["queries"]}
        reached = max((at for at, name in enumerate(line) if name in sought), default=-1)
        if reached + 1 < len(line) and (reached < 0 or _is_shown(request, line[reached], line[reached + 1], told)):
            return call(request, FIND, queries=[line[reached + 1]], max_results=_RESULTS, context_size=_CONTEXT)
        if after := more_after(request):
            return call(request, FIND, **made[-1].arguments | {"after": after})
        return answer if reached + 1 == len(line) else GIVEN_UP

    return move


def _is_shown(request: EngineRequest, below: str, above: str, told: Sequence[str]) -> bool:
    """Tell whether it can be seen who comes next: in a sentence in view, or in one line of a result."""
    lines = [line for message in request.messages if message.role == "tool" for line in message.text.split("\n")]
    if any(below in line and above in line for line in (each.replace("«", "").replace("»", "") for each in lines)):
        return True
    links = [each for each in told if below in each and above in each]
    return any(each.strip() in message.text for each in links for message in request.messages)
