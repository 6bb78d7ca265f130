"""`suggest_folds`: what to fold first, with reasons, and with what the guard would say. Nothing is changed.

The order is that in which the service folds by itself when a view doesn't fit (`suggest.py`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.tools.lost import words
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words
from riffler.tools.suggest import Suggestion, suggestions
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool
from riffler.tools.view import bare_view

_MOST_RUNS = 30
"""Ids and ranges in a line; a second call has the others, when these are folded."""


class SuggestFolds(Arguments):
    """Arguments of `suggest_folds`."""

    tokens: Annotated[
        int | None, Field(ge=1, description="Tokens to free. Default: what is over the budget, else a quarter.")
    ] = None


def _run(memory: WorkingMemory, arguments: SuggestFolds, inputs: Inputs) -> Outcome:
    wanted = arguments.tokens or _default(memory, inputs)
    found = suggestions(memory, wanted, inputs.counter)
    if not found:
        reply = "nothing to fold: no visible fragment is longer than its marker and free of pinned text; cut text first"
        return Outcome((), reply)
    lines = [_line(memory, suggestion) for suggestion in found]
    total = sum(suggestion.tokens for suggestion in found)
    lines.append(f"in all {total} tokens of {wanted} to free; fold from the top")
    return Outcome((), "\n".join(lines))


def _default(memory: WorkingMemory, inputs: Inputs) -> int:
    tokens = bare_view(memory).tokens(inputs.counter)
    over = tokens - inputs.budget_tokens if inputs.budget_tokens is not None else 0
    return over if over > 0 else max(1, tokens // 4)


def _line(memory: WorkingMemory, suggestion: Suggestion) -> str:
    guard = words(suggestion.loses)
    ids = ids_words(memory, suggestion.ids, _MOST_RUNS)
    return f"{ids}: {suggestion.tokens} tokens, {suggestion.reason}" + (f"; {guard}" if guard else "")


SUGGEST_FOLDS = Tool(
    name="suggest_folds",
    description="Say which fragments to fold first, why, and what would be out of view then. Changes nothing.",
    arguments=SuggestFolds,
    run=_run,
)
