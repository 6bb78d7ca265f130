"""An episode: a question whose answer is known, and an oracle that shows how to come to it with the tools."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message, ToolCall

_STATUS = re.compile(r"\[\[(?:\d+:)?status \d+ of \d+ tokens used, [^\n]*\n(?:[^\n]*\n)*\]\]\s*\Z")
_MORE = re.compile(r'^more: call again with after="([^"]+)"', re.MULTILINE)
FIND, DETAIL = "find_in_context", "get_search_detail"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A move that goes wrong on purpose. It is played, so that its true result stands in the turn, and never learned.

    Attributes:
        message: Calls a tool in a way that brings nothing.
    """

    message: Message


GIVEN_UP = "?"
"""What an oracle answers that can't go on: it is never right, so the episode is left out."""

Move = str | Message | Wrong
"""What the oracle does next: it answers, or says the message that calls tools."""

Oracle = Callable[[EngineRequest], Move]
"""Decides by rule, from what a model would see and what it knows beside, the true answer. It must not use the truth
where a model couldn't know it: it says what stands in its request."""


class Maker(Protocol):
    """Makes an episode of a skill.

    All that a family of episodes shares, the text above all, is drawn from one source, and what is asked from another:
    the same `rng` with another `asking` is another question about the same text. No draw of the text, nor how many
    there are, may hang on what is asked. Where text and question are one message, the text comes first.
    """

    def __call__(self, rng: random.Random, *, asking: random.Random | None = None) -> Episode:
        """Make an episode.

        Args:
            rng: Source of the draws.
            asking: Source of what is asked and of how it is worded, where the episode is one of a family, so that it
                asks for more than one thing; None takes `rng` for all.

        Returns:
            The episode.
        """


@dataclass(frozen=True)
class Episode:
    """A question in its context.

    Attributes:
        skill: What it teaches: a name in `SKILLS`.
        contexts: Texts that come with the question.
        question: The asking words.
        answer: What is right, word for word.
        oracle: Plays the model.
        whole: Pieces of text that may be said only where they can be seen whole: values, names, sentences. Single words
            are always looked for.
        system: What the conversation begins with; empty for nothing.
        earlier: Questions that were asked before in the same session, with their contexts; nothing is learned of them.
    """

    skill: str
    contexts: tuple[str, ...]
    question: str
    answer: str
    oracle: Oracle
    whole: tuple[str, ...] = ()
    system: str = ""
    earlier: tuple[Episode, ...] = ()


def as_asked(episode: Episode) -> EngineRequest:
    """Give what a model would see first, if nothing were folded.

    Args:
        episode: The episode.

    Returns:
        The request, without tools.
    """
    return EngineRequest(tuple(Message.user(text) for text in (*episode.contexts, episode.question)))


def is_read_off(episode: Episode) -> bool:
    """Tell whether an episode needs no tool, if nothing is folded.

    Args:
        episode: The episode.

    Returns:
        Whether its oracle answers at once.
    """
    return isinstance(episode.oracle(as_asked(episode)), str)


def endless(make: Maker, rng: random.Random, asking: random.Random | None = None) -> Iterator[Episode]:
    """Make episodes until one is as it ought to be.

    Args:
        make: Makes one.
        rng: Source of the draws.
        asking: Source of what is asked.

    Yields:
        One after the other.
    """
    while True:
        yield make(rng, asking=asking)


@dataclass(frozen=True, slots=True)
class Done:
    """A call of this turn and its result."""

    call: ToolCall
    result: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The call's arguments."""
        arguments: dict[str, Any] = json.loads(self.call.arguments)
        return arguments


def asked_at(request: EngineRequest) -> int:
    """Tell where the newest question stands.

    Args:
        request: What the model sees.

    Returns:
        How many messages come before it, which is the number that results give the message before it; -1 for none.
    """
    return max((at for at, each in enumerate(request.messages) if each.role == "user"), default=-1)


def done(request: EngineRequest) -> list[Done]:
    """Give the calls of this turn, the oldest first.

    Args:
        request: What the model sees.

    Returns:
        Each call after the newest message of a user, with its result as it is seen.
    """
    turn = request.messages[asked_at(request) + 1 :]
    results = {each.tool_call_id: each.text for each in turn if each.role == "tool"}
    return [Done(call, results[call.id]) for each in turn for call in each.tool_calls if call.id in results]


def status_of(request: EngineRequest) -> str:
    """Give the status at the view's end.

    Args:
        request: What the model sees.

    Returns:
        The block; empty where there is none.
    """
    last = next((text for message in reversed(request.messages) for text in reversed(message.texts) if text), "")
    found = _STATUS.search(last)
    return found[0].rstrip() if found else ""


def is_hidden(request: EngineRequest) -> bool:
    """Tell whether some text can't be seen.

    Args:
        request: What the model sees.

    Returns:
        Whether the view ends in a status, which it has while something is hidden.
    """
    return bool(status_of(request))


def call(request: EngineRequest, name: str, /, note: str = "", **arguments: object) -> Message:
    """Word a call, with an id that the conversation hasn't yet.

    Args:
        request: What the model sees.
        name: The tool.
        note: What was read in the results before, so that it is still there when Riffler folds them to make room.
        **arguments: Its arguments.

    Returns:
        The move.
    """
    made = sum(len(message.tool_calls) for message in request.messages)
    calls = [ToolCall(f"call_{made}", name, json.dumps(arguments, ensure_ascii=False))]
    return Message.assistant(note or None, calls)


def more_after(request: EngineRequest) -> str:
    """Tell where the newest result goes on, if it had no room for all that was found.

    Args:
        request: What the model sees.

    Returns:
        What a search takes as `after`; empty where there is no more.
    """
    made = done(request)
    found = _MORE.search(made[-1].result) if made else None
    return found[1] if found else ""
