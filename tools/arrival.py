"""Messages arriving, and a conversation made to fit a budget: Riffler's own cuts and folds, as events.

When a view fits, nothing happens. When it doesn't, long texts are cut into pieces and these are folded, in the order in
which `suggest.py` would suggest it, until the view takes three quarters of the budget, so that the next steps of a turn
don't break the prefix again at once. Short messages are cut when that isn't enough, or would hide what was shown again.
Pinned text is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from riffler.errors import OverBudget
from riffler.tools.asking import find_asking
from riffler.tools.cutting import cut, gaps
from riffler.tools.events import Event, FragmentsFolded, MessagesAppended, Origin
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.pairing import check_arrival
from riffler.tools.sight import Sight
from riffler.tools.suggest import SHOWN_AGAIN, ranked
from riffler.tools.tokens import TokenCounter
from riffler.tools.view import view

TARGET_SHARE = 0.75
"""Share of the budget that a view has after folding: room for about a dozen steps before the next fold."""

_PIECE_TOKENS = 500
"""Size of a piece. A marker takes some ten tokens, so a fold frees 98% of a piece."""

_SHORTEST_TOKENS = 12
"""A marker takes about as much: folding less than this frees nothing."""

_PIECES_A_BUDGET = 8
"""A piece is no larger than this share of the budget, so that small windows keep something in view."""


def append(
    memory: WorkingMemory, messages: Sequence[Message], counter: TokenCounter, origin: Origin = "app"
) -> MessagesAppended:
    """Work out what happens when messages arrive.

    Args:
        memory: The working memory.
        messages: What arrives, in order.
        counter: Counts tokens, to find the asking part.
        origin: Where the messages come from.

    Returns:
        The event.

    Raises:
        UnpairedToolCall: A tool result answers no call.
    """
    first = len(memory.entries)
    check_arrival((*memory.messages, *messages), first)
    asking = None
    if origin == "app":
        asked = [
            find_asking(message, first + number, counter)
            for number, message in enumerate(messages)
            if message.role == "user"
        ]
        asking = next((found for found in reversed(asked) if found is not None), None)
    return MessagesAppended(first, tuple(messages), origin, asking)


def fit(
    memory: WorkingMemory, budget_tokens: int, counter: TokenCounter, *, sighted: bool = False
) -> tuple[Event, ...]:
    """Work out the cuts and folds that make the view fit.

    Args:
        memory: The working memory.
        budget_tokens: What the view may take, at least 1.
        counter: Counts tokens as the served model does.
        sighted: Whether the view ends with the status block, which takes of the budget, too.

    Returns:
        Events for one commit; empty when the view fits as it is.

    Raises:
        OverBudget: Pinned text, markers and the messages' own overhead alone are more than the budget.
    """
    look = Sight(budget_tokens, counter) if sighted else None
    if view(memory, look).tokens(counter) <= budget_tokens:
        return ()
    piece_tokens = max(20, min(_PIECE_TOKENS, budget_tokens // _PIECES_A_BUDGET))
    try:
        long = _uncut_spans(memory, piece_tokens, piece_tokens // 2, counter)
        return _folds(memory, budget_tokens, counter, long, look, spare=True)
    except OverBudget:  # a long chat of short messages: fold these too, and before what somebody wanted to see again
        shortest = min(_SHORTEST_TOKENS, piece_tokens // 2)
        return _folds(memory, budget_tokens, counter, _uncut_spans(memory, piece_tokens, shortest, counter), look)


def _folds(
    memory: WorkingMemory,
    budget_tokens: int,
    counter: TokenCounter,
    long: Sequence[tuple[Span, int]],
    look: Sight | None,
    *,
    spare: bool = False,
) -> tuple[Event, ...]:
    """Cut these spans, then fold until the view fits; raise OverBudget when nothing is left to fold."""
    tokens = view(memory, look).tokens(counter)
    events: list[Event] = []
    after = memory
    if long:
        events.append(cut(memory, long, counter))
        after = memory.commit(events)
    excess = tokens - int(budget_tokens * TARGET_SHARE)
    # to spare is to fold nothing that was shown again, nor what would come after it
    wanted = takewhile(lambda each: not spare or each.reason != SHOWN_AGAIN, ranked(after))
    order = [each.fragment for each in wanted]
    taken = 0
    while taken < len(order) and excess > 0:
        excess -= order[taken].tokens
        taken += 1
    while True:
        folds = FragmentsFolded(tuple(fragment.id for fragment in order[:taken]))
        tokens = view(memory.commit([*events, folds]), look).tokens(counter)
        if tokens <= budget_tokens:
            return (*events, folds)
        left = len(order) - taken
        if not left:
            raise OverBudget(
                f"the conversation's {len(memory.entries)} messages need {tokens} tokens with all that may be hidden "
                f"hidden, the budget is {budget_tokens}: use an engine with a larger window, a shorter question, or a "
                f"new session"
            )
        taken += max(1, left // 4)  # markers take tokens too: fold on until it fits


def _uncut_spans(
    memory: WorkingMemory, piece_tokens: int, more_than: int, counter: TokenCounter
) -> list[tuple[Span, int]]:
    """Find texts of more than so many tokens, without pins and fragments, with the number of pieces to cut."""
    found: list[tuple[Span, int]] = []
    for index, message in enumerate(memory.messages):
        if message.role in {"system", "developer"}:
            continue
        for slot, text in enumerate(message.texts):
            for span in gaps(memory, Span(index, slot, 0, len(text))):
                tokens = counter.count(memory.text(span))
                if tokens > more_than:
                    found.append((span, -(-tokens // piece_tokens)))
    return found
