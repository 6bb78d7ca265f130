"""Streams: keys that are updated again and again, and a question for the current value of some or all of them.

The oracle searches for the newest updates of a few keys a call, and answers when it has seen all values whole. Where a
result had no room for what it was asked for, it asks for half as many. With each further call it notes what the one
before gave, as Riffler folds results when many make the view too large. Where little was said and nothing is hidden, it
reads the values off. The evaluation's own sentences appear in none of the wordings.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.answer_forms import answer_form
from riffler.service.training.nano.episode import (
    FIND,
    GIVEN_UP,
    Done,
    Episode,
    Move,
    asked_at,
    call,
    done,
    is_hidden,
)
from riffler.service.training.nano.phrases import LITTLE, few_or_many
from riffler.service.training.nano.stream_words import (
    gap,
    introduction,
    named,
    pair_form,
    question,
    question_for_all,
)
from riffler.service.training.nano.words import made_up, word, words

MOST_KEYS = 46
KEYS_A_CALL = 8
"""More are copied with errors: facts/environment.md, "A tiny model"."""
_READ_AT_ONCE = 24
"""Pairs that are read off without a search, where nothing is hidden."""
_CONTEXT = 40
_SHORT = 36
"""Characters of a key's part of the answer, with its slots, where many keys are asked for."""
_MANY_PAIRS, _MOST_PAIRS = 2000, 12_000
"""What most streams don't exceed, and what none does: large ones are slow to play."""
_LONGEST_VALUE = 16
"""Characters: with what stands between it and its key it is seen whole, where a result isn't shortened."""
_NO_ROOM = re.compile(r"^(?:shortened to fit: |\d+ of the queries waits? |\[\[\d*:?f)", re.MULTILINE)


@dataclass(frozen=True)
class _Asked:
    """What is asked for: the keys, their true values, the form of the answer, and of a query for a key."""

    keys: tuple[str, ...]
    current: Mapping[str, str]
    line: str
    between: str
    query: str

    def answer(self, keys: Sequence[str] = ()) -> str:
        """Word the answer, or the part of it for some keys."""
        return self.between.join(self.line.format(k=key, v=self.current[key]) for key in keys or self.keys)


def stream(
    rng: random.Random, most_keys: int = MOST_KEYS, most_updates: int = 400, *, asking: random.Random | None = None
) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        most_keys: How many keys there are at most; small numbers are drawn more often.
        most_updates: How often each is updated at most.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode; its stream has at most some 12,000 pairs.
    """
    count = 1 + int(most_keys * rng.random() ** 3)
    updates = _updates(rng, count, most_updates)
    keys = _keys(rng, count)
    value = rng.choice(_VALUES)
    pairs = [(key, _short(rng, value)) for key in keys for _ in range(updates)]
    rng.shuffle(pairs)
    pair = pair_form(rng)
    few = len(pairs) <= _READ_AT_ONCE
    names_all = few and rng.random() < 0.3
    text = introduction(rng, keys, naming=names_all)
    numbered = enumerate(pairs, rng.randrange(100))
    text += "".join(pair.format(k=key, v=said, n=number) for number, (key, said) in numbered)
    of_all = names_all and (asking is None or asking.random() < 0.5)
    of = keys if of_all else _some(rng, keys, asking)
    form = answer_form(asking or rng, _SHORT if len(of) > KEYS_A_CALL else 200)
    asked = _Asked(tuple(of), dict(pairs), form.line, form.between, query_for(pair))
    said = _question(asking or rng, asked, of_all=of_all, names_them=not few and len(of) == count) + form.wish
    oracle = _oracle(asked, few=few)
    whole = (*asked.keys, *(asked.current[key] for key in asked.keys))
    if rng.random() < 0.5:
        return Episode("streams", (text,), said, asked.answer(), oracle, whole)
    message = f"{text}{gap(rng, much=len(text) > LITTLE)}{said}"
    return Episode("streams", (), message, asked.answer(), oracle, whole)


def _some(rng: random.Random, keys: list[str], asking: random.Random | None) -> list[str]:
    """Draw the keys that are asked for: all or some; in a family in any order, as it asks more than once."""
    if asking is None:
        return keys if rng.random() < 0.6 else rng.sample(keys, rng.randint(1, len(keys)))
    return asking.sample(keys, len(keys) if asking.random() < 0.3 else asking.randint(1, len(keys)))


def _updates(rng: random.Random, count: int, most: int) -> int:
    """Draw how often each key is updated: in one of five streams seldom, else so that much of a stream is hidden."""
    if rng.random() < 0.2:
        return max(1, few_or_many(rng, 12, most))
    largest = _MOST_PAIRS if rng.random() < 0.05 else _MANY_PAIRS
    pairs: float = _READ_AT_ONCE * (largest / _READ_AT_ONCE) ** rng.random()
    return max(1, min(most, round(pairs / count)))


def _question(rng: random.Random, asked: _Asked, *, of_all: bool, names_them: bool) -> str:
    """Ask so that no query finds a key in the question, which is newer than all updates."""
    if of_all:
        return question_for_all(rng)
    while True:
        said = question(rng, asked.keys)
        if names_them and rng.random() < 0.2:
            said = f"{named(rng, asked.keys)} {question_for_all(rng)}"
        if not any(asked.query.format(k=key).lower() in f"{said} ".lower() for key in asked.keys):
            return said


def _oracle(asked: _Asked, *, few: bool) -> Callable[[EngineRequest], Move]:
    def move(request: EngineRequest) -> Move:
        if few and not is_hidden(request):
            return asked.answer()
        made = done(request)
        noted = "\n".join(each.text for each in request.messages[asked_at(request) + 1 :] if each.role == "assistant")
        results = "\n".join(each.result for each in made)
        new = [key for key in asked.keys if asked.answer([key]) not in noted and _is_shown(results, asked, key)]
        left = [key for key in asked.keys if asked.answer([key]) not in noted and key not in new]
        if not left:
            return asked.answer()
        size = _size(made[-1]) if made else KEYS_A_CALL
        queries = [asked.query.format(k=key) for key in left[:size]]
        if made and queries == made[-1].arguments["queries"]:
            return GIVEN_UP
        note = asked.answer(new) if new else ""
        return call(request, FIND, note, queries=queries, max_results=1, context_size=_CONTEXT)

    return move


def _size(last: Done) -> int:
    """Tell how many keys are asked for next: half as many as last, where what came had no room or was folded."""
    asked_for = len(last.arguments["queries"])
    return max(1, asked_for // 2) if _NO_ROOM.search(last.result) else asked_for


def _is_shown(results: str, asked: _Asked, key: str) -> bool:
    """Tell whether a key's value can be read in results, and that it ends there: it isn't cut off."""
    query, value = (re.escape(each) for each in (asked.query.format(k=key), asked.current[key]))
    return bool(re.search(rf"«{query}»[ \t]*{value}(?!\w|\.\.\.)", results))


def query_for(pair: str) -> str:
    """Give the form of a query that finds a key where it is updated, and not where the question names it.

    Args:
        pair: The form of an update.

    Returns:
        The key with what stands between it and its value, and before it, unless that changes: `{k}:`, `set {k} to`.
    """
    before, _, between = pair.partition("{v}")[0].partition("{k}")
    return f"{'' if '{n}' in before else before}{{k}}{between}".strip(" \n")


def _keys(rng: random.Random, count: int) -> list[str]:
    kind = rng.choice(("one", "one", "two", "snake", "numbered"))
    if kind == "one":
        return words(rng, count)
    if kind == "numbered":
        name = word(rng)
        return [f"{name}-{number}" for number in rng.sample(range(100, 1000), count)]
    between = " " if kind == "two" else "_"
    halves = words(rng, 2 * count)
    return [between.join(pair) for pair in zip(halves[::2], halves[1::2], strict=True)]


def _short(rng: random.Random, value: Callable[[random.Random], str]) -> str:
    return next(made for made in iter(lambda: value(rng), "") if len(made) <= _LONGEST_VALUE)


_VALUES: tuple[Callable[[random.Random], str], ...] = (
    word,
    lambda rng: f"{word(rng)} {word(rng)}",
    lambda rng: str(rng.randrange(10_000)),
    lambda rng: f"{made_up(rng)} {rng.randrange(1000)}",
    lambda rng: f"{rng.randrange(1000) / 10} {rng.choice(('kg', 'm', 'ms', 'bar', 'kW'))}",
    lambda rng: f"{rng.randrange(24):02}:{rng.randrange(60):02}",
)
