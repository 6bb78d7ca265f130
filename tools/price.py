"""What an edit costs and when it pays back, with the prices of a prompt cache.

Providers bill the beginning of a prompt that they have seen before at a part of its price (`read`), and what they must
put into the cache at another (`write`). An edit breaks that beginning at the first character that it changes: all that
follows is written anew. With `P` tokens before the edit, `S` after it as it was and `S'` as it becomes, the next call
costs, in tokens at full price,

    without the edit  read * (P + S)            with it  read * P + write * S'

so the edit costs `write * S' - read * S` now. Each later call is cheaper by `read * (S - S')`, and the edit has paid
back after `(write * S' - read * S) / (read * (S - S'))` of them. Without a cache (`read = write = 1`) it never costs.
What a model generates, and what comes to the conversation later, is the same with and without the edit.

All that holds of text that a call has sent before. Text that none has is in no cache: nothing is lost by changing it,
and what is hidden of it is never written there. Before a session's first call, an edit costs nothing (`price_arrival`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter, count_message
from riffler.tools.view import View, bare_view


@dataclass(frozen=True, slots=True)
class CachePrices:
    """Prices of a prompt's tokens, as multiples of that of a token that isn't cached.

    Attributes:
        read: Of a token that the cache has: 0.1 at several providers, 1 without a cache; above 0.
        write: Of a token that is put into the cache: 1.25 at one provider, 1 at others and without a cache.
    """

    read: float = 1.0
    write: float = 1.0


@dataclass(frozen=True, slots=True)
class EditPrice:
    """What an edit changes in the price of a conversation.

    Attributes:
        freed_tokens: By how much the view is smaller; negative when text is shown again.
        rewritten_tokens: Tokens from the first change to the view's end, which a cache must take anew.
        cost_tokens: What the next call costs more, in tokens at full price; negative when it costs less.
        steps: After how many further calls it has paid back; 0 at once, None never.
        fresh_tokens: How many of the freed tokens no call has sent yet; negative when such text is shown again.
    """

    freed_tokens: int
    rewritten_tokens: int
    cost_tokens: float
    steps: int | None
    fresh_tokens: int = 0


def price_edit(before: View, after: View, counter: TokenCounter, prices: CachePrices) -> EditPrice:
    """Price an edit.

    Args:
        before: The view as it was.
        after: The view with the edit; it has as many messages.
        counter: Counts tokens. Messages that it counted before cost nothing.
        prices: The cache's prices.

    Returns:
        The price. Within the first message that changes, tokens are split in proportion to characters.
    """
    # Texts, not messages: a view of a memory that was just read writes its old markers anew.
    pairs = enumerate(zip(before.messages, after.messages, strict=True))
    at = next((i for i, (one, other) in pairs if one is not other and one.texts != other.texts), None)
    if at is None:
        return EditPrice(0, 0, 0.0, 0)
    was, now = _rest_tokens(before, at, counter), _rest_tokens(after, at, counter)
    kept = _kept_tokens(before.messages[at], after.messages[at], counter)
    was, now = was - kept, now - kept
    cost = prices.write * now - prices.read * was
    saved = prices.read * (was - now)
    return EditPrice(was - now, now, cost, _steps(cost, saved))


def price_between(
    before: WorkingMemory,
    after: WorkingMemory,
    counter: TokenCounter,
    prices: CachePrices,
    cached: WorkingMemory | None = None,
    *,
    sent: int | None = None,
) -> EditPrice:
    """Price what leads from one working memory to another of as many messages.

    The status at the tail is no part of it: that is written anew with every call.

    Args:
        before: The memory before the edit.
        after: The memory after it.
        counter: Counts tokens.
        prices: The cache's prices.
        cached: What the cache holds the view of, when it isn't `before`: earlier edits of the same step have broken the
            prefix already, and the price is what this edit adds to theirs.
        sent: How many messages calls have sent before; None stands for all that there are.

    Returns:
        The price.
    """
    known = len(before.entries) if sent is None else sent
    if cached is None or cached is before:
        return price_arrival(before, after, known, counter, prices)
    both, earlier = (price_arrival(cached, each, known, counter, prices) for each in (after, before))
    freed, fresh = both.freed_tokens - earlier.freed_tokens, both.fresh_tokens - earlier.fresh_tokens
    cost = both.cost_tokens - earlier.cost_tokens
    return EditPrice(freed, both.rewritten_tokens, cost, _steps(cost, prices.read * freed), fresh)


def price_arrival(
    before: WorkingMemory, after: WorkingMemory, known: int, counter: TokenCounter, prices: CachePrices
) -> EditPrice:
    """Price what is folded while messages arrive, of which the cache has none yet, or before any call.

    The cache holds `P + S`, and `N` tokens arrive; with the edit these are `P + S'` and `N'`. Without it the next call
    costs `read * (P + S) + write * N`, with it `read * P + write * (S' + N')`.

    Args:
        before: The memory with what arrived.
        after: The memory with the edit, too.
        known: How many messages the cache may have: those that calls have sent before.
        counter: Counts tokens.
        prices: The cache's prices.

    Returns:
        The price; `rewritten_tokens` is `S'`, what was in the cache and is put there anew.
    """
    was, now = bare_view(before), bare_view(after)
    whole = price_edit(was, now, counter, prices)
    held = price_edit(_beginning(was, known), _beginning(now, known), counter, prices)
    fresh = whole.freed_tokens - held.freed_tokens
    cost = held.cost_tokens - prices.write * fresh
    steps = _steps(cost, prices.read * whole.freed_tokens)
    return EditPrice(whole.freed_tokens, held.rewritten_tokens, cost, steps, fresh)


def price_words(price: EditPrice, prices: CachePrices) -> str:
    """Say a price in a clause that a model can weigh.

    Args:
        price: The price.
        prices: What it was worked out with.

    Returns:
        For example `8000 tokens freed; the next call costs 1200 more, paid back after 3 further calls`.
    """
    if price.freed_tokens < 0:
        head = f"the view grows by {-price.freed_tokens} tokens"
    else:
        head = f"{price.freed_tokens} tokens freed"
    if prices == CachePrices():
        return head
    cost = round(price.cost_tokens)
    if cost <= 0:
        return f"{head}; the next call costs {-cost} tokens less, so it pays at once"
    if not price.rewritten_tokens:
        return f"{head}; none of this was sent before, so no cache is broken: the next call costs {cost} tokens more"
    tail = "it never pays back by itself"
    if price.steps is not None:
        tail = f"paid back after {price.steps} further call{'' if price.steps == 1 else 's'}"
    return f"{head}; {price.rewritten_tokens} tokens leave the cache: the next call costs {cost} tokens more, {tail}"


def _steps(cost: float, saved: float) -> int | None:
    if cost <= 0:
        return 0
    return math.ceil(cost / saved) if saved > 0 else None


def _beginning(shown: View, count: int) -> View:
    return View(shown.messages[:count], shown.changed)


def _rest_tokens(shown: View, first: int, counter: TokenCounter) -> int:
    return sum(count_message(message, counter) for message in shown.messages[first:])


def _kept_tokens(before: Message, after: Message, counter: TokenCounter) -> int:
    """Estimate the tokens that two forms of a message have in common at their beginning."""
    kept = total = 0
    for one, other in zip(before.texts, after.texts, strict=True):
        total += len(one)
        if kept == total - len(one):
            kept += common_beginning(one, other)
    tokens = count_message(before, counter)
    return min(tokens * kept // total if total else 0, count_message(after, counter))


def common_beginning(one: str, other: str) -> int:
    """Count the characters that two texts begin with in common, by halving: comparing slices is quick."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
