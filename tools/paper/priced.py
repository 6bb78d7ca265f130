"""What the paper's replies add where a prompt cache has prices. The paper itself tells of none."""

from __future__ import annotations

from riffler.tools.events import Event
from riffler.tools.memory import WorkingMemory
from riffler.tools.price import CachePrices, price_between, price_words
from riffler.tools.tool import Inputs, Outcome


def priced(memory: WorkingMemory, events: tuple[Event, ...], reply: str, inputs: Inputs) -> Outcome:
    """Make the outcome of an edit, and price it.

    Args:
        memory: The memory before the edit.
        events: What happens.
        reply: What the paper's tool says.
        inputs: With the counter and the cache's prices.

    Returns:
        The outcome; where there is a cache to break, its reply ends with what that costs.
    """
    after = memory.commit(events)
    price = price_between(memory, after, inputs.counter, inputs.prices, inputs.cached, sent=inputs.sent)
    clause = "" if inputs.prices == CachePrices() else f"; {price_words(price, inputs.prices)}"
    return Outcome(events, f"{reply}{clause}", price)
