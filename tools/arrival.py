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
from riffler.tools.fragments import Fragment, Span
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
    memory: WorkingMemory,
    messages: Sequence[Message],
    counter: TokenCounter,
    origin: Origin = "app",
    *,
    asks: bool = True,
) -> MessagesAppended:
    """Work out what happens when messages arrive.

    Args:
        memory: The working memory.
        messages: What arrives, in order.
        counter: Counts tokens, to find the asking part.
        origin: Where the messages come from.
        asks: Whether the newest user message among them asks; of mere material no part is pinned.

    Returns:
        The event.

    Raises:
        UnpairedToolCall: A tool result answers no call.
    """
    first = len(memory.entries)
    check_arrival((*memory.messages, *messages), first)
    asking = None
    if asks and origin == "app":
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
    first = ranked(after)
    spared = sum(1 for _ in takewhile(lambda each: each.reason != SHOWN_AGAIN, first))
    # to spare is to fold nothing that was shown again, nor what would come after it
    order = [each.fragment for each in (first[:spared] if spare else first)]
    target, corrected = int(budget_tokens * TARGET_SHARE), False
    taken = _enough(order, 0, tokens - target, 0)
    while True:
        folds = FragmentsFolded(tuple(fragment.id for fragment in order[:taken]))
        tokens = view(memory.commit([*events, folds]), look).tokens(counter)
        left = len(order) - taken
        if tokens <= budget_tokens and (corrected or tokens <= target or not left):
            return (*events, folds)
        if not left:
            raise OverBudget(
                f"the conversation's {len(memory.entries)} messages need {tokens} tokens with all that may be hidden "
                f"hidden, the budget is {budget_tokens}: use an engine with a larger window, a shorter question, or a "
                f"new session"
            )
        # Markers take tokens, too; by now it is known how many. What was shown again is folded for the budget alone.
        marker_tokens = (tokens - target) // max(1, taken)
        goal, until = (target, spared) if taken < spared else (budget_tokens, len(order))
        taken = _enough(order[:until], taken, tokens - goal, marker_tokens)
        corrected = True


def _enough(order: Sequence[Fragment], taken: int, excess: int, marker_tokens: int) -> int:
    """Count how many fragments of an order to fold, beyond those taken, to free so many tokens."""
    while taken < len(order) and excess > 0:
        excess -= max(1, order[taken].tokens - marker_tokens)
        taken += 1
    return taken


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
