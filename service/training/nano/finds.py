"""Finds: a question about a document. The answer is the sentence that answers, word for word, or that there is none.

The oracle searches for the thing that is asked about. Where the sentence is cut off in the results, it looks at the
match, but for those in the question itself; where nothing in the results answers, it says so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.episode import DETAIL, FIND, Episode, Move, Oracle, call, done, is_hidden
from riffler.service.training.nano.noise import sentences, spread
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import names, word, words

_RESULTS = 5
_CONTEXTS = (40, 80, 160)
_CLOSER = 300
_READ_AT_ONCE = 12
"""Sentences up to which a text is read off without a search, where nothing is hidden."""
_FOUND = re.compile(r"^\[(s[0-9a-f]{5})\] message (\d+) ", re.MULTILINE)
_END = re.compile(r"[.!?](?:[\s⏎]|$)")
"""Of a sentence, in a match's one line, which has a sign for an end of a line."""
_DOCUMENT = "1"
"""The number of the document's message, as results name it; the question has the next one."""


def find(rng: random.Random, most_noise: int = 1500) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        most_noise: How many sentences about nothing there are at most; few are drawn more often.

    Returns:
        The episode. In one of four the document doesn't answer, though it speaks of the thing or of things like it.
    """
    said_as = wordings("find")
    things = [
        f"{one} {other}" if rng.random() < 0.3 else one for one, other in _two(words(rng, 2 * rng.randint(3, 10)))
    ]
    told: dict[tuple[str, int], str] = {}
    for thing in things:
        for number in rng.sample(range(len(said_as["facts"])), rng.randint(1, 3)):
            told[thing, number] = tell(rng, said_as["facts"][number], thing)
    asked = rng.choice([*told])
    sentence = told[asked]
    answers = rng.random() < 0.75
    if not answers:
        del told[asked]
    matters = [*told.values()]
    rng.shuffle(matters)
    many = int(most_noise * rng.random() ** 3)
    text = spread(rng, matters, sentences(rng, many), rng.choice((" ", "\n")))
    question = rng.choice(said_as["facts"][asked[1]]["questions"]).format(s=asked[0])
    answer = sentence if answers else rng.choice(said_as["absent"])
    few = many + len(matters) <= _READ_AT_ONCE
    return Episode("find", (text,), question, answer, _oracle(asked[0], answer, rng.choice(_CONTEXTS), few=few))


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


def _oracle(thing: str, answer: str, context: int, *, few: bool) -> Oracle:
    def move(request: EngineRequest) -> Move:
        if few and not is_hidden(request):
            return answer
        made = done(request)
        if not made:
            return call(request, FIND, queries=[thing], max_results=_RESULTS, context_size=context)
        if any(answer in each.result.replace("«", "").replace("»", "") for each in made):
            return answer
        looked = {each.arguments.get("search_id") for each in made}
        cut = [id_ for id_ in _in_document(made[0].result) if id_ not in looked and is_cut(made[0].result, id_)]
        if cut:
            return call(request, DETAIL, search_id=cut[0], extended_context=_CLOSER)
        return answer

    return move


def _in_document(result: str) -> list[str]:
    """Give the ids of the matches that stand in the document, and not in the question that names the thing too."""
    return [id_ for id_, message in _FOUND.findall(result) if message == _DOCUMENT]


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


def _two(of: list[str]) -> list[tuple[str, str]]:
    return [*zip(of[::2], of[1::2], strict=True)]


_VALUES: Mapping[str, Callable[[random.Random], str]] = MappingProxyType(
    {
        "weight": lambda rng: f"{rng.randrange(2, 900)} {rng.choice(('kilograms', 'pounds', 'tons'))}",
        "time": lambda rng: f"{rng.randrange(2, 90)} {rng.choice(('days', 'weeks', 'months', 'years'))}",
        "name": lambda rng: names(rng, 1)[0],
        "word": word,
        "year": lambda rng: str(rng.randrange(1400, 2020)),
    }
)
