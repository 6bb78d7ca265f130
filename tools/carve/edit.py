"""What the editing tools share: a batch as one version, and a reply that tells its price and the guard's word."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.errors import Guarded, Pinned
from riffler.tools.events import Event
from riffler.tools.fragments import Fragment
from riffler.tools.guard import lost
from riffler.tools.lost import words
from riffler.tools.memory import WorkingMemory
from riffler.tools.price import price_between, price_words
from riffler.tools.runs import ids_words
from riffler.tools.tool import Inputs, Outcome
from riffler.tools.view import bare_view


def apart(memory: WorkingMemory, fragments: Sequence[Fragment], named: Sequence[str]) -> tuple[list[Fragment], str]:
    """Keep what is pinned out of a batch that would hide it.

    Args:
        memory: The working memory.
        fragments: What would be hidden, by position.
        named: Ids that were asked for one by one.

    Returns:
        What may be hidden, and a clause that names what stays visible; empty when all may.

    Raises:
        Pinned: A fragment that was asked for by its own id is pinned.
    """
    free: list[Fragment] = []
    pinned: list[Fragment] = []
    for fragment in fragments:
        (pinned if memory.pinned(fragment.span) else free).append(fragment)
    refused = [fragment for fragment in pinned if fragment.id in named]
    if refused:
        raise Pinned(
            f"{ids_words(memory, refused)} can't be hidden: it has text of a system message or of the question being "
            f"asked; nothing was changed"
        )
    return free, f"; {ids_words(memory, pinned)} stays visible (pinned)" if pinned else ""


def guarded(memory: WorkingMemory, hiding: Sequence[Fragment], *, strict: bool) -> str:
    """Ask the guard what a batch would hide that nothing else in view tells.

    Args:
        memory: The working memory.
        hiding: What would be hidden together.
        strict: Whether a warning refuses the batch.

    Returns:
        The warning as the end of a reply; empty when nothing is lost.

    Raises:
        Guarded: It is strict, and something would be lost from view.
    """
    found = lost(memory, hiding)
    if not found:
        return ""
    if strict:
        raise Guarded(f"nothing was hidden: {words(found)}. Leave those fragments out, or call without strict")
    return f"\nwarning: {words(found)}. Searches still find it; restore_fragments shows it again"


def outcome(memory: WorkingMemory, events: tuple[Event, ...], head: str, inputs: Inputs, tail: str = "") -> Outcome:
    """Make the outcome of an edit.

    Args:
        memory: The working memory before it.
        events: What happens, together.
        head: What the reply begins with.
        inputs: With the counter and the cache's prices.
        tail: What the reply ends with.

    Returns:
        The events, and a reply with the price.
    """
    after = memory.commit(events)
    price = price_between(memory, after, inputs.counter, inputs.prices, inputs.cached, sent=inputs.sent)
    reply = f"{head}: {price_words(price, inputs.prices)}"
    if inputs.budget_tokens is not None and price.freed_tokens < 0:
        tokens = bare_view(after).tokens(inputs.counter)
        if tokens > inputs.budget_tokens:
            reply += (
                f"; the view now takes {tokens} tokens of {inputs.budget_tokens}: fold something else, or Riffler will"
            )
    return Outcome(events, reply + tail, price)
