"""What an arm is: one way to reword a query, in two makings.

By rule an arm costs nothing and takes milliseconds; by engine it costs a call of a model. Both stand behind one port,
so that whoever draws an arm doesn't know which it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from riffler.bandits.arms.prompting import cleaned
from riffler.bandits.guard import LONGEST_SPARE_CHARACTERS, LONGEST_TIMES
from riffler.bandits.query import Query
from riffler.errors import RewriteFailed

Making = Literal["rule", "engine"]
"""Who words a rewrite."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A query in other words.

    Attributes:
        text: The new wording.
        drawn_on: Texts from the session's memory that it takes facts from, or may: the guard lets these facts pass.
    """

    text: str = field(repr=False)
    drawn_on: tuple[str, ...] = field(default=(), repr=False)


class Begun(NamedTuple):
    """A rewrite that was begun.

    Attributes:
        rewrite: The new wording; or the prompt, with what it shows.
        asks: Whether it is the prompt: `finish` makes the wording of the engine's reply.
    """

    rewrite: Rewrite
    asks: bool


class Arm(Protocol):
    """Rewords a query."""

    @property
    def name(self) -> str:
        """As it stands in logs."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same query would be reworded otherwise. A posterior belongs to it."""
        ...

    @property
    def asks(self) -> bool:
        """Whether it asks the engine when it is made by the engine; if not, both makings are the rule's."""
        ...

    def by_rule(self, query: Query) -> Rewrite | None:
        """Reword the query by rule.

        Args:
            query: The query, with or without a parse, with or without what went before it.

        Returns:
            The new wording, always the same for the same query; None when there is nothing to do.
        """
        ...

    def prompt(self, query: Query) -> Rewrite | None:
        """Write what to ask the engine.

        Args:
            query: The query.

        Returns:
            The prompt, and the texts from memory that it shows; None when there is nothing to do.
        """
        ...


def begin(arm: Arm, query: Query, making: Making) -> Begun | None:
    """Begin to reword a query.

    Args:
        arm: How.
        query: The query.
        making: Who words it.

    Returns:
        What it comes to; None where the arm has nothing to do on this query, so that it may not be drawn.
    """
    asks = making == "engine" and arm.asks
    made = arm.prompt(query) if asks else arm.by_rule(query)
    return None if made is None else Begun(made, asks)


def finish(arm: Arm, query: Query, prompt: Rewrite, reply: str) -> Rewrite:
    """Read the new wording off an engine's reply.

    Args:
        arm: How the query is reworded.
        query: The query.
        prompt: What the engine was asked.
        reply: What it said.

    Returns:
        The new wording.

    Raises:
        RewriteFailed: The reply has no wording.
    """
    text = cleaned(reply, query.text)
    if not text:
        raise RewriteFailed(f"{arm.name}: the engine's reply is empty")
    return Rewrite(text, prompt.drawn_on)


def room(text: str) -> int:
    """Tell how many characters may be added to a query before the guard takes it for running away."""
    return int((LONGEST_TIMES - 1) * len(text)) + LONGEST_SPARE_CHARACTERS
