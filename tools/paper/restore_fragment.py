"""`restore_fragment`: show a folded or summarised fragment's original text again.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: restoring what is visible
is refused, so that a model notices that it mistook an id.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidState
from riffler.tools.events import FragmentsRestored
from riffler.tools.fragments import FRAGMENT_ID
from riffler.tools.memory import WorkingMemory
from riffler.tools.paper.priced import priced
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool, find_fragment, refuse_if_inside_hidden


class RestoreFragment(Arguments):
    """Arguments of `restore_fragment`."""

    fragment_id: Annotated[str, Field(pattern=FRAGMENT_ID, description="Id of the fragment, such as f0001a.")]


def _run(memory: WorkingMemory, arguments: RestoreFragment, inputs: Inputs) -> Outcome:
    fragment = find_fragment(memory, arguments.fragment_id)
    refuse_if_inside_hidden(memory, fragment)
    if not fragment.hidden:
        raise InvalidState(f"{fragment.id} is visible already")
    reply = f"restored {fragment.id}: {fragment.tokens} tokens are visible again"
    events = (FragmentsRestored((fragment.id,)),)
    return priced(memory, events, reply, inputs)


RESTORE_FRAGMENT = Tool(
    name="restore_fragment",
    description="Show a folded or summarised fragment's original text again, in its place.",
    arguments=RestoreFragment,
    run=_run,
)
