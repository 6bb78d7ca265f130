"""What an evaluation is: cells, and cases in each cell whose score a rule of its source gives.

An evaluation knows nothing of engines, tools or sessions. One more is one more file with a `Benchmark`, and its command
in `service/cli/evaluate.py`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Cell = Mapping[str, int | float | str]
"""What the cases of a cell have in common, by name: `{"updates": 16}`. Its values stand in the results' rows."""

Call = tuple[str, Mapping[str, Any]]
"""A call of a tool: its name and its arguments."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its text.

    Attributes:
        text: The message that asks; mostly it has the text, too.
        score: Gives the score of an answer, in [0, 1], by the source's own rules.
        newest_match: Answers by a regular expression alone, in the form that is scored: a baseline.
        contexts: Texts that come before it, one message each.
        wrong_calls: What the turn begins with, said in the model's place: the first of these whose tool is on offer.
    """

    text: str
    score: Callable[[str], float]
    newest_match: Callable[[], str]
    contexts: tuple[str, ...] = ()
    wrong_calls: tuple[Call, ...] = ()


class Benchmark(Protocol):
    """Makes the cases of an evaluation."""

    @property
    def name(self) -> str:
        """As the command line knows it."""
        ...

    @property
    def cells(self) -> Sequence[Cell]:
        """The cells, in the order of the results."""
        ...

    @property
    def sessions(self) -> int:
        """Cases of each cell."""
        ...

    @property
    def seed(self) -> int:
        """What its cases are drawn from."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """All else that its cases depend on, as JSON values."""
        ...

    def case(self, cell: Cell, session: int) -> Case:
        """Make a case.

        Args:
            cell: One of the cells.
            session: Which of its cases, from 0. The same one is the same case, whatever else was made before.

        Returns:
            The case.
        """
        ...


def source_of(*names: object) -> random.Random:
    """Make a source of draws that depends on the names alone, and not on the order in which cases are made.

    Args:
        *names: The seed, the evaluation, the cell, the session.

    Returns:
        The source.
    """
    text = "/".join(str(name) for name in names)
    return random.Random(hashlib.sha256(text.encode()).digest())  # noqa: S311 - no secret
