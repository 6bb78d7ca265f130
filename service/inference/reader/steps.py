"""What a rule can decide: to search, to look closer at a match, or to say something."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riffler.tools.messages import ToolCall

if TYPE_CHECKING:
    from riffler.service.inference.reader.turn import Turn

NOTICE = "Read by rule from the text; no language model was asked."
NOT_FOUND = "I did not find an answer in the text."


@dataclass(frozen=True, slots=True)
class Search:
    """A call of `search_context`.

    Attributes:
        query: The exact text to look for.
        max_results: 1 to 50.
        context_size: Characters around a match, 50 to 1000.
    """

    query: str
    max_results: int = 10
    context_size: int = 200


@dataclass(frozen=True, slots=True)
class Detail:
    """A call of `get_search_detail`.

    Attributes:
        search_id: The id of a match.
        extended_context: Characters around it, 100 to 2000.
    """

    search_id: str
    extended_context: int = 600


@dataclass(frozen=True, slots=True)
class Say:
    """The answer."""

    text: str


Step = tuple[Search | Detail, ...] | Say
"""Calls that are made together (at least one), or the answer."""

Rule = Callable[["Turn"], Step | None]
"""Decides the next step of a turn. None: the question isn't of this rule's form, or this rule finds nothing.

A rule is a pure function of the turn, and a turn is all that the request says. It comes to an end because it never
makes the same call twice, and has a finite number of them to make.
"""


def to_calls(step: Sequence[Search | Detail], role: str, taken: Set[str], first: int) -> tuple[ToolCall, ...]:
    """Word a step as tool calls.

    Args:
        step: What to call.
        role: The role to search.
        taken: Ids of calls that the conversation has already.
        first: The number of the first of the new calls, from zero.

    Returns:
        One call each, with ids that the conversation hasn't yet: `call_{number}`.
    """
    calls: list[ToolCall] = []
    number = first
    for one in step:
        while f"call_{number}" in taken:
            number += 1
        if isinstance(one, Search):
            name = "search_context"
            arguments: dict[str, Any] = {"query": one.query, "max_results": one.max_results}
            arguments |= {"context_size": one.context_size} | ({"role": role} if role != "user" else {})
        else:
            name = "get_search_detail"
            arguments = {"search_id": one.search_id, "extended_context": one.extended_context}
        calls.append(ToolCall(f"call_{number}", name, json.dumps(arguments, ensure_ascii=False)))
        number += 1
    return tuple(calls)
