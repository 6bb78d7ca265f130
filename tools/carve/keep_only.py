"""`keep_only`: show these fragments and fold all others, by one call and as one version.

Text that was never cut is no fragment and stays as it is, as does pinned text. A fragment around one that is kept stays
visible, too, so that the kept one can be seen; what else lies in it is folded.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState
from riffler.tools.carve.edit import apart, guarded, outcome
from riffler.tools.events import Event, FragmentsFolded, FragmentsRestored
from riffler.tools.fragments import Fragment, FragmentState, outermost
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words
from riffler.tools.selection import EVERYTHING, Choices, selected
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool


class KeepOnly(Arguments):
    """Arguments of `keep_only`."""

    fragments: Choices
    strict: Annotated[bool, Field(description="Refuse to hide what appears nowhere else in view.")] = False


def _run(memory: WorkingMemory, arguments: KeepOnly, inputs: Inputs) -> Outcome:
    kept = selected(memory, arguments.fragments)
    names = {fragment.id for fragment in kept}
    restored = _hidden_around(memory, names)
    others = outermost(selected(memory, (EVERYTHING,), tuple(names)))
    foldable = [fragment for fragment in others if fragment.state is not FragmentState.FOLDED]
    hiding, pinned = apart(memory, foldable, ())
    events: list[Event] = []
    if restored:
        events.append(FragmentsRestored(tuple(fragment.id for fragment in restored)))
    if hiding:
        events.append(FragmentsFolded(tuple(fragment.id for fragment in hiding)))
    if not events:
        raise InvalidState(f"only {ids_words(memory, kept)} is visible already{pinned}: nothing was changed")
    shown_again = memory.commit(events[:1]) if restored else memory
    warning = guarded(shown_again, hiding, strict=arguments.strict)
    again = f" (shown again: {ids_words(memory, restored)})" if restored else ""
    head = f"kept {ids_words(memory, kept)}{again}, folded {ids_words(memory, hiding) if hiding else 'no other'}"
    return outcome(memory, tuple(events), head, inputs, f"{pinned}{warning}")


def _hidden_around(memory: WorkingMemory, kept: Set[str]) -> tuple[Fragment, ...]:
    """Give the hidden ones of some fragments and of those around them, by position."""
    found: list[Fragment] = []
    following: Fragment | None = None  # the first of them that begins no earlier: it lies in what is around any
    for fragment in reversed(memory.by_position):
        if fragment.id in kept:
            following = fragment
        if fragment.hidden and following is not None and fragment.span.contains(following.span):
            found.append(fragment)
    return tuple(reversed(found))


KEEP_ONLY = Tool(
    name="keep_only",
    description="Show these fragments and fold all others. Text that isn't cut into fragments stays.",
    arguments=KeepOnly,
    run=_run,
)
