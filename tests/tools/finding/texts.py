"""Conversations in many scripts, and what a naive search finds in them."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from riffler.tools.events import MessagesAppended
from riffler.tools.finding.base import Finder, Order, Page
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message

PIECES = [
    *("a", "aa", "A", "ab", "b ", "ss", "ß", "S", "SS", "ẞ", "İ", "i", "i\u0307"),
    *("I", "ı", "ﬁ", "FI", "ﬃ", "ΐ", "Σ", "ς"),
    *("東京", "東京都。", "猫", "カナ", "한국어 ", "مرحبا ", "؟", "สวัสดี"),
    *("ที่นี่", "नमस्ते", "👩‍👩‍👧", "🙂", "e\u0301", "é", "Straße "),
    *("\n", "\r\n", "; ", "key: 1; ", ". ", " ", "«x»", "[s00001] "),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
QUERIES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=2).map("".join)
ORDERS: list[Order] = ["newest", "oldest", "best"]


def memory_of(*texts: str) -> WorkingMemory:
    """Make a session of user messages."""
    return WorkingMemory().commit([MessagesAppended(0, tuple(Message.user(text) for text in texts))])


def areas_of(*texts: str) -> tuple[Span, ...]:
    """Give the whole texts as areas."""
    return tuple(Span(number, 0, 0, len(text)) for number, text in enumerate(texts) if text)


def all_pages(finder: Finder, query: str, order: Order, most: int) -> tuple[int, list[Span]]:
    """Turn page after page: what each says of the total, and all spans in order."""
    spans, mark, totals = list[Span](), None, set[int]()
    while True:
        found = finder.find(query, Page(order, most, mark))
        assert found.mark is None or len(found.spans) == most
        assert all(span.start < span.end for span in found.spans)
        totals.add(found.total)
        spans += found.spans
        mark = found.mark
        if mark is None:
            (total,) = totals
            return total, spans


def texts_at(texts: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """Give the texts of spans."""
    return [texts[span.message][span.start : span.end] for span in spans]


def is_sorted(spans: Sequence[Span], order: Order) -> bool:
    """Tell whether spans lie apart and are in an order of positions."""
    rising = list(spans) if order == "oldest" else list(reversed(spans))
    return all(
        (one.message, one.slot) < (other.message, other.slot) or one.end <= other.start
        for one, other in pairwise(rising)
    )
