"""The tools on offer: one registry gives the JSON schemas for a model and the functions behind them.

To add a tool: write its file beside the others in `carve/` (arguments, `_run`, a `Tool`), name it in `RIFFLER` or a
profile of your own, and add its row to `tests/tools/test_registry.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from riffler.errors import UnknownTool
from riffler.tools.arguments import read_arguments
from riffler.tools.carve.cut_context import CUT_CONTEXT
from riffler.tools.carve.find_in_context import FIND_IN_CONTEXT
from riffler.tools.carve.fold_fragments import FOLD_FRAGMENTS
from riffler.tools.carve.keep_only import KEEP_ONLY
from riffler.tools.carve.restore_fragments import RESTORE_FRAGMENTS
from riffler.tools.carve.show_history import SHOW_HISTORY
from riffler.tools.carve.suggest_folds import SUGGEST_FOLDS
from riffler.tools.carve.undo_edits import UNDO_EDITS
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


class Registry:
    """A set of tools by name.

    Args:
        tools: The tools, in the order in which a model sees them.
    """

    def __init__(self, tools: Sequence[Tool[Any]] = PAPER) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._schemas = tuple(tool.schema() for tool in tools)

    @property
    def tools(self) -> tuple[Tool[Any], ...]:
        """The tools, in order."""
        return tuple(self._tools.values())

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
        return tool, read_arguments(name, tool.arguments, arguments)
