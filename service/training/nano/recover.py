"""Recover: a move goes wrong, and the oracle reads why and goes on with the right one.

Whatever the task is, a call is spoiled at some step of its turn: a key is misspelled, an id or a marker isn't there, a
number is out of range. It is played, so that what comes back is what Riffler truly says, but only the moves after it
are learned. The task's own oracle makes these, as if the call had never been made.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.asked_folds import CUT, asked_fold
from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import (
    DETAIL,
    FIND,
    Episode,
    Maker,
    Move,
    Oracle,
    Wrong,
    call,
    done,
    endless,
    is_hidden,
    is_read_off,
    status_of,
)
from riffler.service.training.nano.finds import find
from riffler.service.training.nano.streams import stream
from riffler.service.training.nano.tidy import tidy
from riffler.tools.messages import Message, ToolCall

_SEPARATORS = (":", " =", "=", " ->", " is", " |", ";", " :", "\t")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = re.compile(r"^\W+|\W+$")
_TRIES = 20
_REFUSED = "error: "
"""What the result of a call that was refused begins with; no right call is refused."""
_BEYOND = {"max_results": (0, 60, 100), "context_size": (0, 10, 1500, 5000), "extended_context": (20, 50, 3000, 9000)}
"""Numbers that are out of an argument's range."""

Call = Mapping[str, Any]
"""A call as it ought to be: the tool's `name` and its `arguments`."""
Spoil = Callable[[random.Random, Call, str], tuple[str, dict[str, Any]] | None]
"""Makes a call that goes wrong out of the right one and all text of the conversation; None where it can't."""


def recover(rng: random.Random, *, asking: random.Random | None = None) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode: one of another skill, mostly a small one, in which one call goes wrong, or two.
    """
    task = rng.choices(_TASKS, _WEIGHTS)[0]
    # What is read off without a call has none to spoil; of tidy's it isn't known before Riffler has folded.
    usable = (each for each in endless(task, rng, asking) if each.skill == "tidy" or not is_read_off(each))
    made, ask = next(usable), asking or rng
    at, count = ask.choice((0, 0, 1)), ask.choice((1, 1, 1, 1, 2))
    return replace(made, skill="recover", oracle=_stumbling(made, at, count, ask.random()))


def _stumbling(episode: Episode, at: int, count: int, seed: float) -> Oracle:
    """Let an oracle's calls go wrong.

    Args:
        episode: With the oracle.
        at: How many calls are right before that; none where the turn needs none.
        count: How many go wrong, one after the other.
        seed: Of the draws: the same request has the same move.

    Returns:
        The oracle that stumbles.
    """
    text = "\n".join((*episode.contexts, episode.question))

    def move(request: EngineRequest) -> Move:
        made = done(request)
        first = 0 if made and made[0].result.startswith(_REFUSED) else at
        right = episode.oracle(_without(request, first, count))
        if isinstance(right, str):
            first = min(first, len(made))  # nothing went wrong so far, and no call would come any more
        if first <= len(made) < first + count:
            rng = random.Random(f"{seed} {len(made)}")  # noqa: S311 - no secret
            return Wrong(_spoiled(rng, request, right, text))
        return _renumbered(request, right)

    return move


def _spoiled(rng: random.Random, request: EngineRequest, right: Move, text: str) -> Message:
    """Word a call that goes wrong, where another move would be right."""
    wanted, note = _call_of(right)
    seen = text + "".join(each for message in request.messages for each in message.texts)
    name, arguments = next(filter(None, (spoil(rng, wanted, seen) for spoil in _spoils(rng))))
    return call(request, name, note, **arguments)


def _spoils(rng: random.Random) -> Iterator[Spoil]:
    while True:
        yield from rng.sample(_SPOILS, len(_SPOILS))


def _call_of(move: Move) -> tuple[Call, str]:
    """Give the call of a move and the note with it; an answer has none."""
    if not isinstance(move, Message):
        return {"name": "", "arguments": {}}, ""
    (made,) = move.tool_calls
    return {"name": made.name, "arguments": json.loads(made.arguments)}, move.text


def _without(request: EngineRequest, at: int, count: int) -> EngineRequest:
    """Leave out the calls that went wrong, with their results; the status stays at the end."""
    wrong = {each.call.id for each in done(request)[at : at + count]}
    if not wrong:
        return request
    kept = [
        message
        for message in request.messages
        if message.tool_call_id not in wrong and not any(each.id in wrong for each in message.tool_calls)
    ]
    less = replace(request, messages=tuple(kept))
    if is_hidden(request) and not is_hidden(less):
        *before, last = kept[-1].texts
        kept[-1] = kept[-1].with_texts([*before, f"{last}\n\n{status_of(request)}"])
        less = replace(request, messages=tuple(kept))
    return less


def _renumbered(request: EngineRequest, move: Move) -> Move:
    """Give a call an id that the whole conversation hasn't, and leave out a note that the wrong call had already."""
    if not isinstance(move, Message):
        return move
    (made,) = move.tool_calls
    noted = any(message.text == move.text for message in request.messages if message.role == "assistant")
    number = sum(len(message.tool_calls) for message in request.messages)
    text = None if noted else move.text or None
    return Message.assistant(text, [ToolCall(f"call_{number}", made.name, made.arguments)])


def _misspelled(rng: random.Random, right: Call, text: str) -> tuple[str, dict[str, Any]] | None:
    """Search for what stands nowhere: a letter is wrong, or missing, or two are swapped."""
    if right["name"] != FIND:
        return None
    queries = [_misspell(rng, query, text) for query in right["arguments"]["queries"]]
    return (FIND, right["arguments"] | {"queries": queries}) if all(queries) else None


def _misspell(rng: random.Random, query: str, text: str) -> str:
    """Misspell a query so that it stands nowhere; empty where that doesn't succeed."""
    places = [place for place, letter in enumerate(query) if letter.isalnum()]
    for _ in range(_TRIES if places else 0):
        at = rng.choice(places)
        ways = (
            query[:at] + query[at + 1 :],
            query[:at] + rng.choice(_LETTERS) + query[at + 1 :],
            query[:at] + query[at : at + 2][::-1] + query[at + 2 :],
            query[:at] + 2 * query[at] + query[at + 1 :],
        )
        if (wrong := rng.choice(ways)) and wrong not in text:
            return wrong
    return ""


def _keys(right: Call) -> list[str]:
    """Give the keys of a search without the signs about them; none where its queries have no signs."""
    queries = right["arguments"]["queries"] if right["name"] == FIND else []
    keys = [_SIGNS.sub("", query) for query in queries]
    return keys if all(keys) and keys != queries else []


def _other_separator(rng: random.Random, right: Call, text: str) -> tuple[str, dict[str, Any]] | None:
    """Search for keys with what doesn't stand behind them in the text."""
    keys = _keys(right)
    if not keys:
        return None
    separators = [each for each in _SEPARATORS if not any(f"{key}{each}" in text for key in keys)]
    if not separators:
        return None
    separator = rng.choice(separators)
    return FIND, right["arguments"] | {"queries": [f"{key}{separator}" for key in keys]}


def _bare(_: random.Random, right: Call, __: str) -> tuple[str, dict[str, Any]] | None:
    """Search for keys with nothing behind them, so that what is found may be the question."""
    keys = _keys(right)
    if not keys or right["arguments"]["max_results"] != 1:
        return None
    return FIND, right["arguments"] | {"queries": keys}


def _out_of_range(rng: random.Random, right: Call, _: str) -> tuple[str, dict[str, Any]] | None:
    """Ask for more, or for less, than a tool gives."""
    names = [name for name in _BEYOND if name in right["arguments"]]
    if not names or rng.random() < 0.5:
        return None
    name = rng.choice(names)
    return right["name"], right["arguments"] | {name: rng.choice(_BEYOND[name])}


def _misnamed(rng: random.Random, right: Call, _: str) -> tuple[str, dict[str, Any]] | None:
    """Call the argument by a name that it hasn't."""
    names = {"queries": ("query", "text"), "search_id": ("id", "match"), "fragments": ("fragment", "ids")}
    found = [name for name in names if name in right["arguments"]]
    if not found or rng.random() < 0.6:  # what a model does least often
        return None
    arguments = {rng.choice(names[name]) if name in found else name: each for name, each in right["arguments"].items()}
    return right["name"], arguments


def _unknown_match(rng: random.Random, right: Call, text: str) -> tuple[str, dict[str, Any]] | None:
    """Look at a match that no search gave, or at a fragment as if it were one."""
    id_ = f"{rng.choice('sssf')}{rng.randrange(1, 1 << rng.choice((4, 8, 20))):05x}"
    if id_ in text or (right["name"] not in {DETAIL, ""} and rng.random() < 0.5):
        return None
    return DETAIL, {"search_id": id_, "extended_context": rng.choice((200, 300, 500))}


def _unknown_fragment(rng: random.Random, right: Call, text: str) -> tuple[str, dict[str, Any]] | None:
    """Fold or restore a fragment that isn't there."""
    id_ = f"f{rng.randrange(128, 1 << rng.choice((8, 12, 20))):05x}"
    own = "fragments" in right["arguments"]
    if id_ in text or (not own and rng.random() < 0.6):
        return None
    name = right["name"] if own else rng.choice(("restore_fragments", "fold_fragments"))
    return name, {"fragments": [id_]}


def _wrong_marker(rng: random.Random, right: Call, text: str) -> tuple[str, dict[str, Any]] | None:
    """Cut at words that stand in several places, or in none, or the wrong way round."""
    arguments = right["arguments"]
    if right["name"] != CUT or "start_marker" not in arguments:
        return None
    start, end = arguments["start_marker"], arguments["end_marker"]
    everywhere = {name: each for name, each in arguments.items() if name != "messages"}
    short = " ".join(start.split()[: rng.randint(1, 3)])
    misspelled = _misspell(rng, start, text)
    ways = [everywhere, arguments | {"start_marker": end, "end_marker": start}]
    ways += [arguments | {"start_marker": misspelled}] if misspelled else []
    count = text.count(short)  # the view has most of it a second time, and the question the marker
    ways += [everywhere | {"start_marker": short}] if count > 3 else []
    ways += [arguments | {"start_marker": short}] if count > 6 else []
    return CUT, rng.choice(ways)


def _needless_cut(rng: random.Random, right: Call, text: str) -> tuple[str, dict[str, Any]] | None:
    """Cut, though nothing is to be cut, at words that stand in several places or in none."""
    if right["name"] == CUT or rng.random() < 0.3:
        return None
    words = text.split()
    for _ in range(_TRIES):
        starts = rng.sample(range(len(words)), 2)
        first, last = (" ".join(words[at : at + rng.randint(1, 4)]) for at in starts)
        if text.count(first) > 3 and text.count(last) > 3:
            if rng.random() < 0.3:
                first = _misspell(rng, first, text) or first
            return CUT, {"by": "markers", "start_marker": first, "end_marker": last}
    return None


_SPOILS: tuple[Spoil, ...] = (
    *(_wrong_marker, _needless_cut, _misspelled, _misspelled),
    *(_other_separator, _other_separator, _bare, _bare),
    *(_out_of_range, _misnamed, _unknown_match, _unknown_fragment),
)
"""Twice what fits few calls, or is met most often."""
_TASKS: tuple[Maker, ...] = (
    partial(stream, most_keys=12, most_updates=20),
    partial(chain, most_noise=40),
    partial(find, most_noise=40),
    asked_fold,
    tidy,
    partial(stream, most_keys=46, most_updates=60),
    partial(chain, most_noise=600),
    partial(find, most_noise=300),
)
_WEIGHTS = (6, 6, 6, 5, 2, 1, 1, 1)
"""Small tasks are drawn more often: what is to be learned is near the turn's end."""
