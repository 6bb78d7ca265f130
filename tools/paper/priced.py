"""What the paper's replies add where a prompt cache has prices. The paper itself tells of none."""

from __future__ import annotations

from riffler.tools.memory import WorkingMemory
from riffler.tools.price import CachePrices, price_between, price_words
from riffler.tools.tool import Inputs


def price_clause(before: WorkingMemory, after: WorkingMemory, inputs: Inputs) -> str:
    """Say what an edit costs, as the end of a reply; empty where there is no cache to break.

    Args:
        before: The memory before the edit.
        after: The memory after it.
        inputs: With the counter and the cache's prices.

    Returns:
        A clause that begins with a semicolon, or nothing.
    """
    if inputs.prices == CachePrices():
        return ""
    price = price_between(before, after, inputs.counter, inputs.prices, inputs.cached)
    return f"; {price_words(price, inputs.prices)}"
