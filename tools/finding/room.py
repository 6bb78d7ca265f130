"""How much of what a search found a reply has room for: of each query fewer matches first, then less text around them.

Sixty-four queries of fifty matches with a thousand characters each would be three million characters: more than most
windows, and hidden by the service before a model has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from riffler.tools.memory import WorkingMemory
from riffler.tools.tool import Inputs
from riffler.tools.view import bare_view

LEAST_CONTEXT = 20
"""Characters around a match, below which it tells nothing."""

_UNKNOWN = 20_000
_QUERY_ECHO, _LEAST_ECHO = 1000, 40


def room_for(memory: WorkingMemory, inputs: Inputs) -> int:
    """Tell how many tokens a reply may have.

    Args:
        memory: The working memory.
        inputs: With the budget.

    Returns:
        A quarter of the budget, or half of what of it is free, if that is more; without a budget 20,000.
    """
    budget = inputs.budget_tokens
    if budget is None:
        return _UNKNOWN
    return max(budget // 4, (budget - bare_view(memory).tokens(inputs.counter)) // 2)


def echo_size(queries: int, room_tokens: int) -> int:
    """Tell how many characters of each query its head line may repeat: together they get half of the room.

    Args:
        queries: How many there are.
        room_tokens: For the whole reply.

    Returns:
        40 to 1000 characters; a character of some scripts is a token.
    """
    return max(_LEAST_ECHO, min(_QUERY_ECHO, room_tokens // 2 // queries))


def share(
    counts: Sequence[int], cost: Callable[[int, int, int], int], room_tokens: int, context_size: int
) -> tuple[list[int], int]:
    """Share the room out: a match for each query, then a second one for each, and so on; one is always shown.

    Args:
        counts: How many matches each query has.
        cost: Gives the tokens of a match's line, for the query's number, the match's number, and the context.
        room_tokens: For all lines.
        context_size: The characters around a match that are wanted.

    Returns:
        How many matches of each query are shown, the first of them, and the characters around each. The context is
        less than what is wanted only where otherwise some query would have no match, and some query has none only
        where there is no room for all with the least context.
    """
    while True:
        shown = _shown(counts, cost, room_tokens, context_size)
        if context_size <= LEAST_CONTEXT and not any(shown) and any(counts):
            shown[next(number for number, count in enumerate(counts) if count)] = 1  # so that pages come to an end
        if context_size <= LEAST_CONTEXT or all(
            bool(some) == bool(all_) for some, all_ in zip(shown, counts, strict=True)
        ):
            return shown, context_size
        context_size = max(LEAST_CONTEXT, context_size // 2)


def _shown(counts: Sequence[int], cost: Callable[[int, int, int], int], left: int, context_size: int) -> list[int]:
    shown = [0] * len(counts)
    going = [number for number, count in enumerate(counts) if count]
    while going:
        still: list[int] = []
        for number in going:
            tokens = cost(number, shown[number], context_size)
            if tokens <= left:
                left -= tokens
                shown[number] += 1
                if shown[number] < counts[number]:
                    still.append(number)
        going = still
    return shown
