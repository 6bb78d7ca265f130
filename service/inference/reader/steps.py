"""What a rule can decide: to search, to look closer at a match, or to say something."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riffler.tools.messages import ToolCall

if TYPE_CHECKING:
    from riffler.service.inference.reader.turn import Turn

SEARCH, FIND, DETAIL = "search_context", "find_in_context", "get_search_detail"
"""The tools that the reader calls: the second, where it is on offer, in place of the first."""
MOST_QUERIES = 64
"""Of one call of `find_in_context`."""

NOTICE = "Read by rule from the text; no language model was asked."
NOT_FOUND = "I did not find an answer in the text."


@dataclass(frozen=True, slots=True)
class Search:
    """A call of `search_context`, or one query of a call of `find_in_context`.

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


def to_calls(
    step: Sequence[Search | Detail], role: str, taken: Set[str], first: int, *, together: bool
) -> tuple[ToolCall, ...]:
    """Word a step as tool calls.

    Args:
        step: What to call.
        role: The role to search.
        taken: Ids of calls that the conversation has already.
        first: The number of the first of the new calls, from zero.
        together: Whether to search with `find_in_context`, so that searches that differ in nothing but their query are
            one call.

    Returns:
        The calls, with ids that the conversation hasn't yet: `call_{number}`.
    """
    calls: list[ToolCall] = []
    number = first
    for name, arguments in _together(step, role) if together else _one_by_one(step, role):
        while f"call_{number}" in taken:
            number += 1
        calls.append(ToolCall(f"call_{number}", name, json.dumps(arguments, ensure_ascii=False)))
        number += 1
    return tuple(calls)


def _one_by_one(step: Sequence[Search | Detail], role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in step:
        if isinstance(one, Detail):
            yield _detail(one)
            continue
        arguments: dict[str, Any] = {"query": one.query, "max_results": one.max_results}
        yield SEARCH, arguments | {"context_size": one.context_size} | ({"role": role} if role != "user" else {})


def _together(step: Sequence[Search | Detail], role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    groups: dict[tuple[int, int], list[str]] = {}
    for one in step:
        if isinstance(one, Detail):
            yield _detail(one)
        else:
            groups.setdefault((one.max_results, one.context_size), []).append(one.query)
    for (most, context_size), queries in groups.items():
        for start in range(0, len(queries), MOST_QUERIES):
            arguments: dict[str, Any] = {"queries": queries[start : start + MOST_QUERIES], "max_results": most}
            yield FIND, arguments | {"context_size": context_size} | ({"roles": [role]} if role != "all" else {})


def _detail(detail: Detail) -> tuple[str, dict[str, Any]]:
    return DETAIL, {"search_id": detail.search_id, "extended_context": detail.extended_context}
