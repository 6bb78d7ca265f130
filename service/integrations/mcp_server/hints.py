"""What a host is told of each tool, to decide what to ask its user: the protocol's tool annotations.

No tool destroys anything: originals are immutable, each edit can be undone, and what is added is only added. None
reaches out into the world. *Read-only* is a tool that changes neither the conversation nor its view; a search notes
where it matched, so that a match can be looked up by its id, and draws nothing else after it. *Idempotent* is one that
changes nothing more when the same call is made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mcp_types import ToolAnnotations


@dataclass(frozen=True, slots=True)
class Hints:
    """How a tool acts.

    Attributes:
        reads: Whether it changes neither the conversation nor its view.
        again: Whether the same call made again changes nothing more.
    """

    reads: bool = False
    again: bool = False

    def annotations(self, name: str) -> ToolAnnotations:
        """Give them in the protocol's shape.

        Args:
            name: The tool's name, of which a title is made.

        Returns:
            The annotations.
        """
        return ToolAnnotations(
            title=name.replace("_", " ").capitalize(),
            read_only_hint=self.reads,
            destructive_hint=False,
            idempotent_hint=self.reads or self.again,
            open_world_hint=False,
        )


READS: Final = Hints(reads=True)
AGAIN: Final = Hints(again=True)
CHANGES: Final = Hints()

HINTS: Final = MappingProxyType(
    {
        "find_in_context": READS,
        "search_context": READS,
        "get_search_detail": READS,
        "suggest_folds": READS,
        "show_history": READS,
        "fold_fragments": AGAIN,
        "fold_fragment": AGAIN,
        "keep_only": AGAIN,
        "restore_fragments": AGAIN,
        "restore_fragment": AGAIN,
        "cut_context": CHANGES,
        "fragment_context": CHANGES,
        "summarize_fragment": CHANGES,
        "undo_edits": CHANGES,
    }
)
"""Those of the context tools; a tool of ours has its own in its file."""
