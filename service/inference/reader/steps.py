"""What a rule can decide: to search, to look closer at a match, or to say something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riffler.service.inference.reader.turn import Turn


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
