"""What a context tool is: a name, a description, arguments, and one pure function."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from riffler.errors import InvalidState, UnknownFragment
from riffler.tools.events import Event
from riffler.tools.fragments import Fragment
from riffler.tools.history import PastOrder, Version
from riffler.tools.memory import WorkingMemory
from riffler.tools.price import CachePrices, EditPrice
from riffler.tools.tokens import TokenCounter


class Arguments(BaseModel):
    """Base of all tools' arguments. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class SummaryOrder:
    """What a model must write before a tool can run, because tools have no model.

    Attributes:
        text: The original to summarise.
        focus: What the summary is about.
    """

    text: str
    focus: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a tool is given beside its arguments.

    Attributes:
        counter: Counts tokens as the served model does.
        summary: The text that was written for the tool's `SummaryOrder`; empty for tools that order none.
        prices: Of the engine's prompt cache.
        budget_tokens: What a view may take; None where that isn't known.
        cached: What the model saw last, when other calls of the same step came before this one; else None.
        sent: How many messages calls of the model have sent before; None stands for all.
        past: The session's versions, newest first, at least as far as the tool's `PastOrder` wants and they are kept.
        by_hand: Whether a person wrote the summary, or an app: it isn't tested for a model's refusal.
    """

    counter: TokenCounter
    summary: str = ""
    prices: CachePrices = field(default_factory=CachePrices)
    budget_tokens: int | None = None
    cached: WorkingMemory | None = None
    sent: int | None = None
    past: tuple[Version, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call did.

    Attributes:
        events: To be committed together; empty when nothing happened.
        reply: What the model reads.
        price: What it changes in the price of the conversation; None of a call that changes no view.
    """

    events: tuple[Event, ...]
    reply: str
    price: EditPrice | None = None


@dataclass(frozen=True)
class Tool(Generic[A]):
    """A context tool.

    Attributes:
        name: As the model calls it.
        description: What the model reads in the schema.
        arguments: The class of its arguments; field descriptions are what the model reads.
        run: Works out what happens. Raises a leaf of `ToolRefused` when it can't; then nothing happens.
        order: For a tool that needs a summary: what has to be summarised.
        past: For a tool that needs the session's past: how much of it, or None for nothing.
    """

    name: str
    description: str
    arguments: type[A]
    run: Callable[[WorkingMemory, A, Inputs], Outcome]
    order: Callable[[WorkingMemory, A], SummaryOrder] | None = None
    past: Callable[[WorkingMemory, A], PastOrder | None] | None = None

    def schema(self) -> dict[str, Any]:
        """Give the tool in OpenAI's shape.

        Returns:
            A new dictionary with the name, the description and the JSON schema of the arguments.
        """
        parameters = parameters_of(self.arguments)
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": parameters},
        }


def parameters_of(arguments: type[BaseModel]) -> dict[str, Any]:
    """Give the JSON schema of a tool's arguments, as a model reads it: a new dictionary."""
    return deepcopy(_parameters(arguments))


@cache
def _parameters(arguments: type[BaseModel]) -> dict[str, Any]:
    """Give the schema of a tool's arguments; made once for a process, as pydantic takes 2 ms for each."""
    return _lean(arguments.model_json_schema())


def find_fragment(memory: WorkingMemory, id_: str) -> Fragment:
    """Find a fragment by its id.

    An id of another session means nothing here: it is unknown, or it names this session's own fragment.

    Args:
        memory: The working memory.
        id_: The id.

    Returns:
        The fragment.

    Raises:
        UnknownFragment: This session has none of this id; the error names those that it has.
    """
    fragment = memory.fragments.get(id_)
    if fragment is None:
        ids = list(memory.fragments)
        known = f"this session has {ids[0]} to {ids[-1]}" if ids else "this session has no fragments yet"
        raise UnknownFragment(f"no fragment {id_}: {known}")
    return fragment


def refuse_if_inside_hidden(memory: WorkingMemory, fragment: Fragment) -> None:
    """Refuse to change a fragment that can't be seen, because one around it is hidden.

    Args:
        memory: The working memory.
        fragment: The fragment.

    Raises:
        InvalidState: A fragment around it is folded or summarised.
    """
    hiding = memory.hiding(fragment.span)  # the outermost: asking all fragments around would cost all of the text's
    if hiding is not None and hiding.id != fragment.id and hiding.span.contains(fragment.span):
        raise InvalidState(f"{fragment.id} lies inside {hiding.id}, which is {hiding.state}: restore {hiding.id} first")


def _lean(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop what pydantic adds and what tells a model nothing: a schema costs its tokens with every call."""
    for name in ("title", "description"):
        schema.pop(name, None)
    for property_ in schema.get("properties", {}).values():
        property_.pop("title", None)
        if not property_.get("default", True) and property_.get("type") != "boolean":
            del property_["default"]  # None, or empty: left out is left out
        for choice in property_.pop("anyOf", ()):
            if choice != {"type": "null"}:
                property_.update(choice)
    return schema
