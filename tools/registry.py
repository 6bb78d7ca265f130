"""The tools on offer: one registry gives the JSON schemas for a model and the functions behind them.

To add a tool: write its file beside the others in `carve/` (arguments, `_run`, a `Tool`), name it in `RIFFLER` or a
profile of your own, and add its row to `tests/tools/test_registry.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from pydantic import ValidationError

from riffler.errors import InvalidArguments, UnknownTool
from riffler.tools.carve.cut_context import CUT_CONTEXT
from riffler.tools.carve.find_in_context import FIND_IN_CONTEXT
from riffler.tools.carve.fold_fragments import FOLD_FRAGMENTS
from riffler.tools.carve.keep_only import KEEP_ONLY
from riffler.tools.carve.restore_fragments import RESTORE_FRAGMENTS
from riffler.tools.carve.show_history import SHOW_HISTORY
from riffler.tools.carve.suggest_folds import SUGGEST_FOLDS
from riffler.tools.carve.undo_edits import UNDO_EDITS
from riffler.tools.fragments import FRAGMENT_ID, SEARCH_ID
from riffler.tools.history import PastOrder
from riffler.tools.memory import WorkingMemory
from riffler.tools.paper.fold_fragment import FOLD_FRAGMENT
from riffler.tools.paper.fragment_context import FRAGMENT_CONTEXT
from riffler.tools.paper.get_search_detail import GET_SEARCH_DETAIL
from riffler.tools.paper.restore_fragment import RESTORE_FRAGMENT
from riffler.tools.paper.search_context import SEARCH_CONTEXT
from riffler.tools.paper.summarize_fragment import SUMMARIZE_FRAGMENT
from riffler.tools.tool import Arguments, Inputs, Outcome, SummaryOrder, Tool

PAPER: tuple[Tool[Any], ...] = (
    FRAGMENT_CONTEXT,
    FOLD_FRAGMENT,
    RESTORE_FRAGMENT,
    SUMMARIZE_FRAGMENT,
    SEARCH_CONTEXT,
    GET_SEARCH_DETAIL,
)
"""The six tools of Sculptor, under their own names and parameters."""

RIFFLER: tuple[Tool[Any], ...] = (
    FIND_IN_CONTEXT,
    GET_SEARCH_DETAIL,
    CUT_CONTEXT,
    FOLD_FRAGMENTS,
    KEEP_ONLY,
    RESTORE_FRAGMENTS,
    SUMMARIZE_FRAGMENT,
    SUGGEST_FOLDS,
    UNDO_EDITS,
)
"""The tools of this project's own profile: batches, a guard, and a search that finds the newest first."""

Profile = Literal["none", "paper", "riffler"]
"""Which tools a model is offered."""

PROFILES: Mapping[Profile, tuple[Tool[Any], ...]] = MappingProxyType({"none": (), "paper": PAPER, "riffler": RIFFLER})
"""The tools of each profile, in the order in which a model sees them."""

EVERY_TOOL: tuple[Tool[Any], ...] = tuple({tool.name: tool for tool in (*RIFFLER, SHOW_HISTORY, *PAPER)}.values())
"""What can be called by hand, whatever a model is offered."""


_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "expected a text",
        "string_too_short": "expected at least {min_length} character",
        "string_too_long": "expected a text of at most {max_length} characters",
        "list_type": "expected a list",
        "tuple_type": "expected a list",
        "too_short": "expected a list of at least {min_length}",
        "too_long": "expected a list of at most {max_length}",
        "bool_type": "expected true or false",
        "bool_parsing": "expected true or false",
        "int_type": "expected a whole number",
        "int_parsing": "expected a whole number",
        "int_from_float": "expected a whole number",
        "greater_than_equal": "expected at least {ge}",
        "less_than_equal": "expected at most {le}",
        "literal_error": "expected {expected}",
    }
)
"""What was expected, by the kind of pydantic's error. Its own words speak of Python's types."""

_PATTERNS: Mapping[str, str] = MappingProxyType(
    {FRAGMENT_ID: 'expected an id such as "f0001a"', SEARCH_ID: 'expected an id such as "s0001a"'}
)


class Registry:
    """A set of tools by name.

    Args:
        tools: The tools, in the order in which a model sees them.
    """

    def __init__(self, tools: Sequence[Tool[Any]] = PAPER) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._schemas = tuple(tool.schema() for tool in tools)

    def schemas(self) -> tuple[dict[str, Any], ...]:
        """Give all tools in OpenAI's shape.

        Returns:
            One schema a tool, in order. They are made once: copy before you change one.
        """
        return self._schemas

    def order(self, memory: WorkingMemory, name: str, arguments: str) -> SummaryOrder | None:
        """Tell what a model must summarise before this call can run.

        Args:
            memory: The working memory.
            name: The tool.
            arguments: JSON text of its arguments.

        Returns:
            The order, or None for a call that needs no model.
        """
        tool, checked = self._checked(name, arguments)
        return tool.order(memory, checked) if tool.order else None

    def past(self, memory: WorkingMemory, name: str, arguments: str) -> PastOrder | None:
        """Tell how much of the session's past this call needs.

        Args:
            memory: The working memory.
            name: The tool.
            arguments: JSON text of its arguments.

        Returns:
            The order, or None for a call that looks at the present alone.
        """
        tool, checked = self._checked(name, arguments)
        return tool.past(memory, checked) if tool.past else None

    def call(self, memory: WorkingMemory, name: str, arguments: str, inputs: Inputs) -> Outcome:
        """Run a tool.

        Args:
            memory: The working memory; it isn't changed.
            name: The tool.
            arguments: JSON text of its arguments, as a model wrote it.
            inputs: What tools are given beside.

        Returns:
            Events to commit and the reply.
        """
        tool, checked = self._checked(name, arguments)
        return tool.run(memory, checked, inputs)

    def _checked(self, name: str, arguments: str) -> tuple[Tool[Any], Arguments]:
        tool = self._tools.get(name)
        if tool is None:
            raise UnknownTool(f"no tool {name!r}: there are {', '.join(self._tools)}")
        try:
            values = json.loads(arguments or "{}")
        except (ValueError, RecursionError) as exc:
            raise InvalidArguments(f"{name}: the arguments aren't valid JSON ({exc})") from exc
        if not isinstance(values, dict):
            raise InvalidArguments(f"{name}: expected a JSON object of arguments, got {type(values).__name__}")
        try:
            return tool, tool.arguments.model_validate(_without_nulls(values, tool))
        except ValidationError as exc:
            raise InvalidArguments(f"{name}: {_words(exc, tool)}") from exc


def _words(error: ValidationError, tool: Tool[Any]) -> str:
    """Say what is wrong with arguments, in words that a model can act on."""
    complaint = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in complaint["loc"])
    kind = complaint["type"]
    if kind == "missing":
        return f"{where}: is missing, and needed"
    if kind == "extra_forbidden":
        return f"{where}: there is no such argument: there are {', '.join(tool.arguments.model_fields)}"
    expected = _EXPECTED.get(kind)
    if kind == "string_pattern_mismatch":
        expected = _PATTERNS.get(complaint["ctx"]["pattern"])
    words = expected.format_map(complaint.get("ctx", {})) if expected else complaint["msg"]
    return f"{where}: {words}, got {complaint['input']!r:.80}"


def _without_nulls(values: dict[str, Any], tool: Tool[Any]) -> dict[str, Any]:
    """Leave out what is null: that is how many models leave an argument out."""
    return {
        name: value for name, value in values.items() if value is not None or name not in tool.arguments.model_fields
    }
