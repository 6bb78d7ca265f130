"""`restore_fragments`: show the originals of many folded or summarised fragments again, by one call.

A range, and `all`, show everything in them, also fragments inside hidden ones; an id shows its own fragment, and what
lies in it in the states that it had.
"""

from __future__ import annotations

from riffler.errors import InvalidState
from riffler.tools.carve.edit import outcome
from riffler.tools.events import FragmentsRestored
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words
from riffler.tools.selection import Choices, Exceptions, selected
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool


class RestoreFragments(Arguments):
    """Arguments of `restore_fragments`."""

    fragments: Choices
    but: Exceptions = ()


def _run(memory: WorkingMemory, arguments: RestoreFragments, inputs: Inputs) -> Outcome:
    chosen = selected(memory, arguments.fragments, arguments.but)
    hidden = [fragment for fragment in chosen if fragment.hidden]
    if not hidden:
        what = f"{ids_words(memory, chosen)} is visible" if chosen else "no fragment is left to restore"
        raise InvalidState(f"{what}: nothing was changed")
    events = (FragmentsRestored(tuple(fragment.id for fragment in hidden)),)
    count = "" if len(hidden) == 1 else f" ({len(hidden)} fragments)"
    return outcome(memory, events, f"restored {ids_words(memory, hidden)}{count}", inputs)


RESTORE_FRAGMENTS = Tool(
    name="restore_fragments",
    description="Show the original text of folded or summarised fragments again, in its place.",
    arguments=RestoreFragments,
    run=_run,
)
