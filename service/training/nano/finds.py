"""Finds: a question about a document. The answer is the sentence that answers, word for word, or that there is none.

The oracle searches for the thing that is asked about. Where the sentence is cut off in the results, it looks at the
match, but for those in the question itself, and where a result has no room for all, it asks for more. Where nothing in
the results answers, it says so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from types import MappingProxyType
from typing import Any

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.episode import (
    DETAIL,
    FIND,
    Episode,
    Move,
    Oracle,
    asked_at,
    call,
    done,
    is_hidden,
    more_after,
)
from riffler.service.training.nano.fact_words import Matter, Told, made_fact, matter, things, wish
from riffler.service.training.nano.noise import noise, spread
from riffler.service.training.nano.phrases import few_or_many
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import names, word

_RESULTS = 5
_CONTEXT = 80
_CLOSER = 300
_READ_AT_ONCE = 12
"""Sentences up to which a text is read off without a search, where nothing is hidden."""
_FOUND = re.compile(r"^\[(s[0-9a-f]{5})\] message (\d+) ", re.MULTILINE)
_END = re.compile(r"[.!?](?:[\s⏎]|$)|⏎")
"""Of a sentence, in a match's one line, which has a sign for an end of a line; no sentence goes over lines."""


def find(rng: random.Random, most_noise: int = 1500, *, asking: random.Random | None = None) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        most_noise: How many sentences about nothing there are at most; few are drawn more often.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode. In one of four the document doesn't answer, though it speaks of the thing or of things like it.
    """
    named = things(rng, rng.randint(3, 10))
    subjects = _subjects(rng, rng.randint(3, 8))
    told = {
        (thing, number): subjects[number](rng, thing)
        for thing in named
        for number in rng.sample(range(len(subjects)), rng.choice((1, 1, 2, 2, 3)))
    }
    asked = rng.choice([*told])
    fact = told[asked]
    if rng.random() < 0.7:  # the same is told of another thing, so that the thing matters
        other = rng.choice([each for each in named if each != asked[0]])
        told[other, asked[1]] = subjects[asked[1]](rng, other)
    answers = rng.random() < 0.75
    if not answers:
        del told[asked]
    matters = [each.sentence for each in told.values()]
    rng.shuffle(matters)
    many = few_or_many(rng, 100, most_noise)
    text = spread(rng, matters, noise(rng, many), rng.choice((" ", " ", "\n", "\n\n")))
    if asking is not None:
        untold = [each for each in product(named, range(len(subjects))) if each not in told]
        answers = not untold or asking.random() < 0.75
        asked = asking.choice([*told] if answers else untold)
        fact = told[asked] if answers else subjects[asked[1]](asking, asked[0])
    wished, absent = wish(asking or rng, wordings("find")["absent"][0])
    sentence = fact.sentence if answers else ""
    few = many + len(matters) <= _READ_AT_ONCE
    oracle = _oracle(asked[0], sentence, sentence or absent, few=few)
    return Episode("find", (text,), fact.question + wished, sentence or absent, oracle, tuple(filter(None, [sentence])))


def _subjects(rng: random.Random, count: int) -> list[Callable[[random.Random, str], Told]]:
    """Draw what can be told of things: some of the wordings, each once, and facts made of words."""
    facts = rng.sample(wordings("find")["facts"], rng.randint(0, count // 2))
    return [partial(_worded, facts[at]) if at < len(facts) else partial(_made, matter(rng)) for at in range(count)]


def _worded(fact: Mapping[str, Any], rng: random.Random, thing: str) -> Told:
    return Told(tell(rng, fact, thing), rng.choice(fact["questions"]).format(s=thing))


def _made(about: Matter, rng: random.Random, thing: str) -> Told:
    return made_fact(rng, thing, about)


def tell(rng: random.Random, fact: Mapping[str, Any], thing: str) -> str:
    """Tell of a thing, with a value drawn at random.

    Args:
        rng: Source of the draws.
        fact: One of `wordings("find")["facts"]`.
        thing: The thing.

    Returns:
        The sentence.
    """
    said: str = fact["sentence"].format(s=thing, v=_VALUES[fact["value"]](rng))
    return said[0].upper() + said[1:]


def _oracle(thing: str, sentence: str, answer: str, *, few: bool) -> Oracle:
    def move(request: EngineRequest) -> Move:
        if few and not is_hidden(request):
            return answer
        made = done(request)
        if not made:
            return call(request, FIND, queries=[thing], max_results=_RESULTS, context_size=_CONTEXT)
        if sentence and any(sentence in each.result.replace("«", "").replace("»", "") for each in made):
            return answer
        if after := more_after(request):
            return call(request, FIND, **made[-1].arguments | {"after": after})
        looked = {each.arguments.get("search_id") for each in made}
        results = [each.result for each in made if each.call.name == FIND]
        cut = [
            id_
            for one in results
            for id_ in _in_document(one, asked_at(request))
            if id_ not in looked and is_cut(one, id_)
        ]
        if cut:
            return call(request, DETAIL, search_id=cut[0], extended_context=_CLOSER)
        return answer

    return move


def _in_document(result: str, document: int) -> list[str]:
    """Give the ids of the matches that stand in the document, and not in the question that names the thing too."""
    return [id_ for id_, message in _FOUND.findall(result) if int(message) == document]


def is_cut(result: str, id_: str) -> bool:
    """Tell whether the sentence of a match isn't whole: no end of a sentence stands between it and what is cut off.

    Args:
        result: What a search gave.
        id_: The match.

    Returns:
        Whether it isn't.
    """
    shown = result.split(f"[{id_}] ", 1)[1].split("\n", 1)[0].partition(": ")[2]
    before, _, after = shown.partition("»")
    begins = before.rpartition("«")[0]
    cut_before = begins.startswith("...") and not _END.search(begins[3:])
    cut_after = after.rstrip().endswith("...") and not _END.search(after.rstrip()[:-3])
    return cut_before or cut_after


_VALUES: Mapping[str, Callable[[random.Random], str]] = MappingProxyType(
    {
        "weight": lambda rng: f"{rng.randrange(2, 900)} {rng.choice(('kilograms', 'pounds', 'tons'))}",
        "time": lambda rng: f"{rng.randrange(2, 90)} {rng.choice(('days', 'weeks', 'months', 'years'))}",
        "name": lambda rng: names(rng, 1)[0],
        "word": word,
        "year": lambda rng: str(rng.randrange(1400, 2020)),
    }
)
