"""`show_history`: what happened to the session lately, a version a line, the newest first.

For operators and for models that look after a session; no text of the conversation is repeated.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from riffler.tools.history import PastOrder, Version, origin_words, reach
from riffler.tools.memory import WorkingMemory
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool


class ShowHistory(Arguments):
    """Arguments of `show_history`."""

    versions: Annotated[int, Field(ge=1, le=100, description="How many versions to show, newest first.")] = 20


def _past(memory: WorkingMemory, arguments: ShowHistory) -> PastOrder:
    return PastOrder(versions=arguments.versions)


def _run(memory: WorkingMemory, arguments: ShowHistory, inputs: Inputs) -> Outcome:
    shown = inputs.past[: arguments.versions]
    head, origin = f"this session has version {memory.version}", origin_words(memory)
    if not shown:
        return Outcome((), f"{head}, and no history before it is kept{origin}")
    lines = [line(version, memory) for version in shown]
    oldest = reach(memory, shown)
    if oldest > shown[-1].number - 1:
        lines.append(f"undo goes back to version {oldest}: what older versions changed wasn't kept")
    elif oldest == 0:
        lines.append("version 0: empty")
    return Outcome((), "\n".join([f"{head}{origin}; the newest first:", *lines]))


def line(version: Version, memory: WorkingMemory) -> str:
    """Write a version's line.

    Args:
        version: The version.
        memory: The session at this version or later.

    Returns:
        For example `version 12, model, 2026-11-26 12:01:56: folded f00001 (812 tokens)`.
    """
    at = "now" if version.at_ms is None else f"{datetime.fromtimestamp(version.at_ms // 1000, UTC):%Y-%m-%d %H:%M:%S}"
    return f"version {version.number}, {version.actor}, {at}: {version.words(memory)}"


SHOW_HISTORY = Tool(
    name="show_history",
    description="List what happened to this session lately, a version a line, with who did it. undo_edits goes back.",
    arguments=ShowHistory,
    run=_run,
    past=_past,
)
