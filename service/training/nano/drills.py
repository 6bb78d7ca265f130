"""Drills: short conversations that want nothing but exact copies. They are trained on first, from small to large.

Copying comes late and all of a sudden in training. Where a text has many tokens, each is looked at a little, and what
is copied is a small part of what is to be learned: on episodes no copying had come after five million tokens, and on
drills of forty keys none after two. On drills of four it comes after 0.8 million, and then grows with them.

The drills are the moves that episodes are made of: say a text again, the value of a key, the newest of several, some
keys and values in a form that is shown, the sentence that has some words, what stands next in a list, a call with some
of the keys, a call with those that a question names. Which of them is wanted can be told from each question: what can't
be told would be learned as a doubt.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from riffler.service.training.nano.answer_forms import answer_form
from riffler.service.training.nano.episode import FIND
from riffler.service.training.nano.phrases import salad
from riffler.service.training.nano.words import made_up, names, word, words
from riffler.tools.messages import Message, ToolCall

_CHARACTERS = 2500
"""Of the conversations of one drill together, about."""
_SEPARATORS = (": ", " = ", "=", " -> ", " is ", " | ", " => ", ", ", "\t", " - ", ":", " has ", " >> ")
_LONG_SEPARATORS = (
    " goes to ",
    " now stands at ",
    " was set to ",
    ":» ",
    " goes to» ",
    "=»",
    " -- last seen with ",
    "'s reading is ",
)
"""As in texts and results of searches: the value's place doesn't see the key beside it."""
_ENDS = ("\n", "; ", "\n", ". ", ", ", " / ")
_AT_ONCE = 8
"""Keys of one call."""
_BARE = 4
"""Of so few keys, each is asked for by nothing but the key: what stands right before the answer is found first."""
_FRAMES = (
    "What is {}?",
    "What is {} now?",
    "What does {} have?",
    "What is the value of {}?",
    "What is the last value of {}, please?",
    "Which value does {} have at the end?",
    "Which is the newest one of {}?",
    "And {}?",
    "And what is {} in the end?",
    "How about {}?",
    "Tell me the value of {}, if you would. What is it?",
    "I want to know about {}. What does it say?",
    "{}: what is it?",
    "{}, is it known?",
    "Of {}, what is the latest?",
    "Where does {} stand now, and what is it?",
    "Is there a value for {}? Which one?",
    "Could you look up {} for me?",
    "Please say what {} is, and nothing else. What is it?",
    "For {} there was something; what was it in the end?",
)
"""Questions about a key."""
_UNTOLD = 0.15
"""Of the questions that have words around the key: so many have any words."""
_LONG = 0.3
"""Of the texts with keys and values: so many have a long separator."""
_MOST_ASKED = 3
"""Keys in one question."""
_WITH_STATUS = 0.6
"""Of the questions that want a call: so many have a status block behind them, as in views."""
_LONGEST_FORM = 60
"""Characters of a key's part in an answer, with its slots."""

KINDS: Mapping[str, int] = MappingProxyType(
    {"again": 3, "lookup": 2, "form": 3, "sentence": 1, "next": 1, "call": 1, "ask": 2}
)
"""What conversations are about, and their shares of all: see what makes each."""

Turn = tuple[str, str | Message]
"""What a user says, and what is to be said then."""


def drill(seed: int, number: int, size: int, kinds: Collection[str] = ()) -> list[dict[str, Any]]:
    """Make a drill: some conversations that have nothing to do with each other.

    Args:
        seed: Of all drills of a stage.
        number: Which one; each can be made alone.
        size: How many keys or words a text has at most.
        kinds: Of the conversations, of `KINDS`; none is all of them.

    Returns:
        The samples, one a reply, each with all that was said before in its conversation; without tools.
    """
    rng = random.Random(f"nano drill {seed} {number}")  # noqa: S311 - no secret
    shares = {name: share for name, share in KINDS.items() if not kinds or name in kinds}
    made: list[dict[str, Any]] = []
    written = 0
    while written < _CHARACTERS:
        said: list[Message] = []
        for question, move in _MAKERS[rng.choices([*shares], [*shares.values()])[0]](rng, rng.randint(1, size)):
            said.append(Message.user(question))
            reply = Message.assistant(move) if isinstance(move, str) else move
            messages = [each.to_dict() for each in said]
            made.append({"skill": "drill", "episode": f"{seed}-{number}", "messages": messages, "tools": []})
            made[-1]["said"] = reply.to_dict()
            said.append(reply)
            said += [Message.tool(call.id, "ok") for call in reply.tool_calls]
            written += len(question) + len(reply.text) + sum(len(call.arguments) for call in reply.tool_calls)
    return made


def _value(rng: random.Random) -> str:
    kind = rng.randrange(6)
    if kind < 2:
        return word(rng) if kind else f"{word(rng)} {made_up(rng)}"
    if kind < 4:
        return str(rng.randrange(10_000)) if kind == 2 else f"{rng.randrange(1000) / 10} {made_up(rng)}"
    return names(rng, 1)[0] if kind == 4 else f"{rng.randrange(24):02}:{rng.randrange(60):02}"


def _keys(rng: random.Random, count: int) -> list[str]:
    kind = rng.randrange(3)
    if kind == 0:
        return words(rng, count)
    if kind == 1:
        halves, between = words(rng, 2 * count), rng.choice(" _-")
        return [between.join(pair) for pair in zip(halves[::2], halves[1::2], strict=True)]
    return names(rng, count)


def _pairs(rng: random.Random, size: int) -> tuple[str, dict[str, str]]:
    """Give keys with values as text, some keys more than once, and the newest value of each."""
    keys = _keys(rng, size)
    pairs = [(key, _value(rng)) for key in keys for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    rng.shuffle(pairs)
    between, end = rng.choice(_LONG_SEPARATORS if rng.random() < _LONG else _SEPARATORS), rng.choice(_ENDS)
    return "".join(f"{key}{between}{value}{end}" for key, value in pairs), dict(pairs)


def _lookup(rng: random.Random, size: int) -> list[Turn]:
    """The newest value of a key, one after the other; of more than a few keys, some have words around them."""
    text, newest = _pairs(rng, size)
    keys = rng.sample(sorted(newest), min(size, 8))
    asked = [_amid_words(rng, key) if size > _BARE and rng.random() < 0.5 else key for key in keys]
    asked[0] = f"{text}\n\n{asked[0]}"
    return [(question, newest[key]) for question, key in zip(asked, keys, strict=True)]


def _amid_words(rng: random.Random, key: str) -> str:
    """Ask as people do: the key isn't the last word, and now and then nothing but the text tells which words it is."""
    if rng.random() < _UNTOLD:
        before, after = (" ".join(words(rng, rng.randint(least, 4))) for least in (0, 1))
        return f"{before} {key} {after}?".lstrip()
    return rng.choice(_FRAMES).format(key)


def _all_of_them(rng: random.Random, size: int) -> list[Turn]:
    """Some keys at once, in the order in which they are asked for, in a form that is shown."""
    text, newest = _pairs(rng, min(size, 16))
    some = rng.sample(sorted(newest), rng.randint(1, len(newest)))
    form = answer_form(rng, _LONGEST_FORM)
    said = form.between.join(form.line.format(k=key, v=newest[key]) for key in some)
    return [(f"{text}\n\n{', '.join(some)}?{form.wish}", said)]


def _again(rng: random.Random, size: int) -> list[Turn]:
    """A text said again."""
    told = salad(rng, size + 2) if rng.random() < 0.4 else " ".join(_value(rng) for _ in range(size))
    return [(told, told)]


def _sentence(rng: random.Random, size: int) -> list[Turn]:
    """The sentence that has two words."""
    told = [salad(rng, rng.randint(4, 14)) for _ in range(max(1, size // 4))]
    sentence = rng.choice(told)
    within = [each for each in sentence.strip(".!?").split() if sum(each in other for other in told) == 1]
    asked = " ".join(rng.sample(within, min(len(within), 2)))
    return [(f"{' '.join(told)}\n\n... {asked} ...", sentence)] if asked else _again(rng, size)


def _next(rng: random.Random, size: int) -> list[Turn]:
    """What stands next in a list."""
    keys = _keys(rng, size + 1)
    places = rng.sample(range(size), min(size, 6))
    listed = rng.choice((", ", "\n", " ")).join(keys)
    asked = [f"> {keys[at]}" for at in places]
    asked[0] = f"{listed}\n\n{asked[0]}"
    return [(question, keys[at + 1]) for question, at in zip(asked, places, strict=True)]


def _call(rng: random.Random, size: int) -> list[Turn]:
    """Calls that ask for the keys of a list, a few at a time."""
    keys = _keys(rng, size)
    after = rng.choice(("", ":", " ->", "=", " is"))
    asked: list[Turn] = []
    for at in range(0, len(keys), _AT_ONCE):
        queries = [f"{key}{after}" for key in keys[at : at + _AT_ONCE]]
        arguments = json.dumps({"queries": queries}, ensure_ascii=False)
        call = Message.assistant(None, [ToolCall(f"call_{at}", FIND, arguments)])
        asked.append(("go on" if at else f"{', '.join(keys)}\n\n({after})", call))
    return asked


def _ask(rng: random.Random, size: int) -> list[Turn]:
    """Calls with the keys that questions name: the newest question's, whatever stands behind it."""
    keys = _keys(rng, size)
    text = rng.choice(("", f"{salad(rng, rng.randint(5, 30))}\n\n", f"{_pairs(rng, size)[0]}\n\n"))
    asked: list[Turn] = []
    while keys and len(asked) < _AT_ONCE:
        some = [keys.pop() for _ in range(min(len(keys), rng.randint(1, _MOST_ASKED)))]
        named = " and ".join(filter(None, (", ".join(some[:-1]), some[-1])))
        before = f"{salad(rng, rng.randint(4, 14))} " if rng.random() < 0.3 else ""
        question = rng.choice(_FRAMES).format(named)
        question = f"{text}{before}{question}{_status(rng) if rng.random() < _WITH_STATUS else ''}"
        arguments = json.dumps({"queries": some}, ensure_ascii=False)
        asked.append((question, Message.assistant(None, [ToolCall(f"call_{len(asked)}", FIND, arguments)])))
        text = ""
    return asked


def _status(rng: random.Random) -> str:
    """A status block, whose numbers mean nothing."""
    used, free, folded, tokens = (rng.randrange(10, most) for most in (7000, 3000, 200, 40_000))
    head = f"[[status {used} of {used + free} tokens used, {free} free\nid state tokens messages-ago first-words"
    return f"\n\n{head}\nand {folded} more folded {tokens}\n]]"


_MAKERS: Mapping[str, Callable[[random.Random, int], list[Turn]]] = MappingProxyType(
    {
        "again": _again,
        "lookup": _lookup,
        "form": _all_of_them,
        "sentence": _sentence,
        "next": _next,
        "call": _call,
        "ask": _ask,
    }
)
