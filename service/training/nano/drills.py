"""Drills: short conversations that want nothing but exact copies, many in a row. They are trained on first.

Copying comes late and all of a sudden in training, and on episodes, where few tokens are copies and much else is to be
learned, many times later than here. The drills are the moves that episodes are made of: say a text again, the value of a
key, the newest of several, the sentence that has some words, what stands next in a list, a call with some of the keys.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from riffler.service.training.nano.episode import FIND
from riffler.service.training.nano.phrases import salad
from riffler.service.training.nano.words import made_up, names, word, words
from riffler.tools.messages import Message, ToolCall

_SEPARATORS = (": ", " = ", "=", " -> ", " is ", " | ", " => ", ", ", "\t", " - ", ":", " has ", " >> ")
_ENDS = ("\n", "; ", "\n", ". ", ", ", " / ")
_AT_ONCE = 8
"""Keys of one call."""

Asked = tuple[str, str | Message]
"""What a user says, and what is to be said then."""


def drill(rng: random.Random) -> list[dict[str, Any]]:
    """Make a conversation.

    Args:
        rng: Source of the draws.

    Returns:
        Its samples, one a reply, each with all that was said before; without tools, and without `skill` and `episode`.
    """
    text, asked = rng.choice(_DRILLS)(rng)
    said: list[Message] = []
    samples = []
    for number, (question, move) in enumerate(asked):
        said.append(Message.user(f"{text}\n\n{question}" if number == 0 else question))
        reply = Message.assistant(move) if isinstance(move, str) else move
        samples.append({"messages": [each.to_dict() for each in said], "tools": [], "said": reply.to_dict()})
        said.append(reply)
        if reply.tool_calls:
            said.append(Message.tool(reply.tool_calls[0].id, "ok"))
    return samples


def _value(rng: random.Random) -> str:
    return rng.choice(
        (
            lambda: word(rng),
            lambda: f"{word(rng)} {made_up(rng)}",
            lambda: str(rng.randrange(10_000)),
            lambda: names(rng, 1)[0],
            lambda: f"{rng.randrange(24):02}:{rng.randrange(60):02}",
            lambda: f"{rng.randrange(1000) / 10} {made_up(rng)}",
        )
    )()


def _keys(rng: random.Random, count: int) -> list[str]:
    kind = rng.randrange(3)
    if kind == 0:
        return words(rng, count)
    if kind == 1:
        halves = words(rng, 2 * count)
        between = rng.choice(" _-")
        return [between.join(pair) for pair in zip(halves[::2], halves[1::2], strict=True)]
    return names(rng, count)


def _lookup(rng: random.Random) -> tuple[str, list[Asked]]:
    """Keys with values, each key once or more; the newest value counts."""
    keys = _keys(rng, rng.randint(2, 16))
    pairs = [(key, _value(rng)) for key in keys for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    rng.shuffle(pairs)
    between, end = rng.choice(_SEPARATORS), rng.choice(_ENDS)
    text = "".join(f"{key}{between}{value}{end}" for key, value in pairs)
    newest = dict(pairs)
    form = rng.choice(("{v}", "{k}: {v}", "{k} is {v}.", f"{{k}}{between}{{v}}"))
    return text, [(key, form.format(k=key, v=newest[key])) for key in rng.sample(keys, min(len(keys), 8))]


def _all_of_them(rng: random.Random) -> tuple[str, list[Asked]]:
    """Some keys at once, in the order in which they are asked for."""
    keys = _keys(rng, rng.randint(2, 12))
    pairs = [(key, _value(rng)) for key in keys for _ in range(rng.choice((1, 1, 2)))]
    rng.shuffle(pairs)
    between, end = rng.choice(_SEPARATORS), rng.choice(_ENDS)
    text, newest = "".join(f"{key}{between}{value}{end}" for key, value in pairs), dict(pairs)
    asked: list[Asked] = []
    for _ in range(rng.randint(1, 3)):
        some = rng.sample(keys, rng.randint(1, len(keys)))
        asked.append((", ".join(some), "\n".join(f"{key}: {newest[key]}" for key in some)))
    return text, asked


def _again(rng: random.Random) -> tuple[str, list[Asked]]:
    """A text said again, or from a word on."""
    asked: list[Asked] = []
    for _ in range(rng.randint(1, 4)):
        size = rng.randint(3, 30)
        told = salad(rng, size) if rng.random() < 0.4 else " ".join(_value(rng) for _ in range(size // 2 + 1))
        asked.append((told, told))
    return "Again:", asked


def _sentence(rng: random.Random) -> tuple[str, list[Asked]]:
    """The sentence that has two words."""
    told = [salad(rng, rng.randint(4, 16)) for _ in range(rng.randint(2, 10))]
    asked: list[Asked] = []
    for sentence in rng.sample(told, min(len(told), 4)):
        within = [each for each in sentence.strip(".!?").split() if sum(each in other for other in told) == 1]
        if within:
            asked.append((" ".join(rng.sample(within, min(len(within), 2))), sentence))
    return rng.choice((" ", "\n")).join(told), asked or [(told[0], told[0])]


def _next(rng: random.Random) -> tuple[str, list[Asked]]:
    """What stands next in a list."""
    keys = _keys(rng, rng.randint(3, 20))
    at = rng.sample(range(len(keys) - 1), min(len(keys) - 1, 8))
    return rng.choice((", ", "\n", " ")).join(keys), [(keys[place], keys[place + 1]) for place in at]


def _call(rng: random.Random) -> tuple[str, list[Asked]]:
    """Calls that ask for the keys of a list, a few at a time."""
    keys = _keys(rng, rng.randint(1, 24))
    after = rng.choice(("", "", ":", " ->", "=", " is"))
    asked: list[Asked] = []
    for at in range(0, len(keys), _AT_ONCE):
        queries = [f"{key}{after}" for key in keys[at : at + _AT_ONCE]]
        arguments = json.dumps({"queries": queries, "max_results": 1, "context_size": 80}, ensure_ascii=False)
        asked.append(("go on" if at else f"Search '{after}'", Message.assistant(None, [ToolCall(f"c{at}", FIND, arguments)])))
    return rng.choice((", ", "\n")).join(keys), asked


_DRILLS: tuple[Callable[[random.Random], tuple[str, list[Asked]]], ...] = (
    *(_again, _again, _again, _again, _lookup, _lookup, _all_of_them, _sentence, _next, _call),
)


def drills(seed: int, first: int, last: int) -> Iterator[dict[str, Any]]:
    """Make the samples of some conversations.

    Args:
        seed: Of all of them.
        first: Number of the first one.
        last: Behind the last one.

    Yields:
        The samples, each with `skill` and `episode`.
    """
    for number in range(first, last):
        rng = random.Random(f"nano drill {seed} {number}")  # noqa: S311 - no secret
        for sample in drill(rng):
            yield {"skill": "drill", "episode": f"{seed}-{number}", **sample}
