"""`fold_fragments`: hide many fragments by one call, as one version that breaks the prompt's prefix once.

The paper's `fold_fragment` takes one id, so that twenty folds break a provider's cache twenty times. Here come ids,
ranges of positions and "all but"; the guard says what the whole batch would hide that appears nowhere else in view.
What is folded already is left as it is; pinned text stays visible, and is refused when it is named by its own id.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState
from riffler.tools.carve.edit import apart, guarded, outcome
from riffler.tools.events import FragmentsFolded
from riffler.tools.fragments import FragmentState, outermost
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words
from riffler.tools.selection import Choices, Exceptions, selected
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool


class FoldFragments(Arguments):
    """Arguments of `fold_fragments`."""

    fragments: Choices
    but: Exceptions = ()
    strict: Annotated[bool, Field(description="Refuse to hide what appears nowhere else in view.")] = False


def _run(memory: WorkingMemory, arguments: FoldFragments, inputs: Inputs) -> Outcome:
    chosen = selected(memory, arguments.fragments, arguments.but)
    reachable = {fragment.id for fragment in memory.reachable}
    foldable = [f for f in chosen if f.id in reachable and f.state is not FragmentState.FOLDED]
    hiding, pinned = apart(memory, foldable, arguments.fragments)
    hiding = outermost(hiding)
    if not hiding:
        what = f"{ids_words(memory, chosen)} can't be seen already" if chosen else "no fragment is left to fold"
        raise InvalidState(f"{what}{pinned}: nothing was changed")
    warning = guarded(memory, hiding, strict=arguments.strict)
    events = (FragmentsFolded(tuple(fragment.id for fragment in hiding)),)
    count = "" if len(hiding) == 1 else f" ({len(hiding)} fragments)"
    return outcome(memory, events, f"folded {ids_words(memory, hiding)}{count}", inputs, f"{pinned}{warning}")


FOLD_FRAGMENTS = Tool(
    name="fold_fragments",
    description="Hide fragments that you don't need now. A marker stays in their place; searches still find them.",
    arguments=FoldFragments,
    run=_run,
)
