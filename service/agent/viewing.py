"""What the model sees of a working memory: made to fit, and checked. Turns and audits share it."""

from __future__ import annotations

from riffler.service.agent.offload import offload
from riffler.service.agent.state import Parts
from riffler.tools.arrival import fit
from riffler.tools.events import Event
from riffler.tools.memory import WorkingMemory
from riffler.tools.pairing import check_complete
from riffler.tools.sight import Sight
from riffler.tools.tokens import TokenCounter
from riffler.tools.view import View, view


async def fitting(parts: Parts, memory: WorkingMemory, counter: TokenCounter) -> tuple[Event, ...]:
    """Work out the cuts and folds that make a view fit.

    Args:
        parts: With the room, and whether anything is made to fit.
        memory: The working memory.
        counter: Counts tokens.

    Returns:
        Events for one commit; empty when nothing is to be done. Raises `OverBudget` when nothing helps.
    """
    if not parts.fitting:
        return ()
    if not parts.engine.info.settled:
        await parts.engine.ready()
    budget = parts.room.budget_tokens(counter)
    return await offload(memory.characters, lambda: fit(memory, budget, counter, sighted=parts.room.sighted))


async def seen(memory: WorkingMemory, sight: Sight | None) -> View:
    """Make the view, and check that each tool call in it has its result.

    Args:
        memory: The working memory.
        sight: For the status block; None for the short line.

    Returns:
        The view.
    """
    return await offload(memory.characters, lambda: _checked(memory, sight))


def _checked(memory: WorkingMemory, sight: Sight | None) -> View:
    made = view(memory, sight)
    check_complete(made.messages)
    return made
