"""`fold_fragment`: hide a fragment; a marker stays in its place.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: a summarised fragment may
be folded (its summary goes); folding twice, and folding pinned text, is refused.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState, Pinned
from riffler.tools.events import FragmentsFolded
from riffler.tools.fragments import FRAGMENT_ID, Fragment, FragmentState
from riffler.tools.memory import WorkingMemory
from riffler.tools.paper.priced import priced
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool, find_fragment, refuse_if_inside_hidden


class FoldFragment(Arguments):
    """Arguments of `fold_fragment`."""

    fragment_id: Annotated[str, Field(pattern=FRAGMENT_ID, description="Id of the fragment, such as f0001a.")]


def refuse_if_pinned(memory: WorkingMemory, fragment: Fragment) -> None:
    """Refuse to hide pinned text.

    Args:
        memory: The working memory.
        fragment: What would be hidden.

    Raises:
        Pinned: The fragment has pinned text.
    """
    if memory.pinned(fragment.span):
        raise Pinned(f"{fragment.id} can't be hidden: it has text of a system message or of the question being asked")


def _run(memory: WorkingMemory, arguments: FoldFragment, inputs: Inputs) -> Outcome:
    fragment = find_fragment(memory, arguments.fragment_id)
    refuse_if_inside_hidden(memory, fragment)
    if fragment.state is FragmentState.FOLDED:
        raise InvalidState(f"{fragment.id} is folded already")
    refuse_if_pinned(memory, fragment)
    reply = f"folded {fragment.id}: {fragment.tokens} tokens are hidden; restore_fragment shows them again"
    events = (FragmentsFolded((fragment.id,)),)
    return priced(memory, events, reply, inputs)


FOLD_FRAGMENT = Tool(
    name="fold_fragment",
    description="Hide a fragment that you don't need now. A marker stays in its place. Searches still find its text.",
    arguments=FoldFragment,
    run=_run,
)
