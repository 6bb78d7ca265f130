"""`keep_only`: show these fragments and fold all others, by one call and as one version.

Text that was never cut is no fragment and stays as it is, as does pinned text. A fragment around one that is kept stays
visible, too, so that the kept one can be seen; what else lies in it is folded.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState
from riffler.tools.carve.edit import apart, guarded, outcome
from riffler.tools.events import Event, FragmentsFolded, FragmentsRestored
from riffler.tools.fragments import FragmentState, outermost
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
    shown = {around.id: around for fragment in kept for around in memory.around(fragment.span)}
    restored = tuple(fragment for fragment in memory.by_position if fragment.id in shown and fragment.hidden)
    others = outermost(selected(memory, (EVERYTHING,), tuple(names)))
    foldable = [fragment for fragment in others if fragment.state is not FragmentState.FOLDED]
    hiding, pinned = apart(memory, foldable, ())
    events: list[Event] = []
    if restored:
        events.append(FragmentsRestored(tuple(fragment.id for fragment in restored)))
    if hiding:
        events.append(FragmentsFolded(tuple(fragment.id for fragment in hiding)))
    if not events:
        raise InvalidState(f"only {ids_words(kept)} is visible already{pinned}: nothing was changed")
    shown_again = memory.commit(events[:1]) if restored else memory
    warning = guarded(shown_again, hiding, strict=arguments.strict)
    head = f"kept {ids_words(kept)}, folded {ids_words(hiding) if hiding else 'no other'}"
    return outcome(memory, tuple(events), head, inputs, f"{pinned}{warning}")


KEEP_ONLY = Tool(
    name="keep_only",
    description="Show these fragments and fold all others. Text that isn't cut into fragments stays.",
    arguments=KeepOnly,
    run=_run,
)
