"""What an edit costs."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.events import FragmentsFolded, MessagesAppended, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices, price_arrival, price_between, price_edit, price_words
from riffler.tools.tokens import MESSAGE_OVERHEAD_TOKENS
from riffler.tools.view import View, bare_view


class Words:
    """Counts a token a character, so that sums can be checked by hand."""

    def count(self, text: str) -> int:
        """Count characters."""
        return len(text)


def seen(*texts: str) -> View:
    """Make a view of user messages; the same text is the same message."""
    return View(tuple(MADE.setdefault(text, Message.user(text)) for text in texts), frozenset())


MADE: dict[str, Message] = {}
TEXTS = st.lists(st.text("ab", max_size=30), min_size=1, max_size=4)
PRICES = st.builds(CachePrices, st.floats(0.01, 1), st.floats(1, 2))


def bill(prices: CachePrices, cached: int, written: int, calls: int) -> float:
    """Bill a call that writes some tokens, and more calls that read all of them."""
    return prices.read * cached + prices.write * written + calls * prices.read * (cached + written)


@given(before=TEXTS, data=st.data(), prices=PRICES)
def test_the_edit_has_paid_back_after_that_many_calls(
    before: list[str], data: st.DataObject, prices: CachePrices
) -> None:
    """The bill of the next call and n more, added up by hand, is no larger with the edit; one call earlier it is."""
    after = [data.draw(st.sampled_from([text, text[: len(text) // 2]])) for text in before]
    price = price_edit(seen(*before), seen(*after), Words(), prices)
    whole = sum(len(text) + MESSAGE_OVERHEAD_TOKENS for text in before)
    less = sum(len(text) + MESSAGE_OVERHEAD_TOKENS for text in after)
    assert price.freed_tokens == whole - less
    kept = less - price.rewritten_tokens

    def gain(calls: int) -> float:
        return bill(prices, whole, 0, calls) - bill(prices, kept, price.rewritten_tokens, calls)

    if price.steps is None:
        assert price.freed_tokens <= 0
    elif price.freed_tokens:
        assert gain(price.steps) >= -1e-6
        assert price.steps == 0 or gain(price.steps - 1) < 1e-6
    assert math.isclose(price.cost_tokens, -gain(0), abs_tol=1e-6)


def test_the_known_case() -> None:
    """A cut from 64K to 20K at write 1.25 and read 0.1 pays back after some four further calls (facts/sculptor.md)."""
    prices = CachePrices(read=0.1, write=1.25)
    price = price_edit(seen("a" * 64_000), seen("b" * 20_000), Words(), prices)
    assert price.steps == 5  # 4.2 further calls, so the fifth is the first that is in profit
    assert round(price.cost_tokens) == 18_605  # four tokens are the message itself
    assert price_words(price, prices) == (
        "44000 tokens freed; 20004 tokens leave the cache: the next call costs 18605 tokens more, paid back after 5 "
        "further calls"
    )


@pytest.mark.parametrize(
    ("before", "after", "prices", "words"),
    [
        ("aaaa", "aa", CachePrices(), "2 tokens freed"),
        ("aaaa", "aaaaa", CachePrices(), "the view grows by 1 tokens"),
        ("aaaa", "aaaa", CachePrices(0.5, 1), "0 tokens freed; the next call costs 0 tokens less, so it pays at once"),
        ("a" * 96, "", CachePrices(0.5, 1), "96 tokens freed; the next call costs 46 tokens less, so it pays at once"),
        (
            "a" * 96,
            "b" * 97,
            CachePrices(0.5, 1),
            "the view grows by 1 tokens; 101 tokens leave the cache: the next call costs 51 tokens more, it never pays "
            "back by itself",
        ),
        (
            "a" * 96,
            "b" * 50,
            CachePrices(0.5, 1),
            "46 tokens freed; 54 tokens leave the cache: the next call costs 4 tokens more, paid back after 1 further "
            "call",
        ),
    ],
)
def test_prices_in_words(before: str, after: str, prices: CachePrices, words: str) -> None:
    """Without a cache there is nothing to weigh; else what it costs, and when it has paid."""
    assert price_words(price_edit(seen(before), seen(after), Words(), prices), prices) == words


def test_what_is_in_common_stays_in_the_cache() -> None:
    """Messages before the first change, and that message's own beginning, are no part of what is written anew."""
    price = price_edit(seen("x" * 50, "abcdXXXXefgh"), seen("x" * 50, "abcdefgh"), Words(), CachePrices(0.1, 1))
    assert price.freed_tokens == 4
    assert 4 <= price.rewritten_tokens <= 4 + MESSAGE_OVERHEAD_TOKENS


def test_a_second_edit_of_a_step_costs_what_it_adds() -> None:
    """The prefix is broken once: the prices of two edits of one step add up to that of both at once."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("a" * 900),))])
    cuts = tuple(Fragment(fragment_id(n + 1), Span(0, 0, 100 * n, 100 * n + 100), 100, 2) for n in range(9))
    memory = memory.commit([TextCut(cuts)])
    first = memory.commit([FragmentsFolded(("f00002", "f00003"))])
    second = first.commit([FragmentsFolded(("f00007",))])
    prices = CachePrices(0.1, 1.25)
    both = price_between(memory, second, Words(), prices)
    one = price_between(memory, first, Words(), prices)
    other = price_between(first, second, Words(), prices, cached=memory)
    assert one.freed_tokens + other.freed_tokens == both.freed_tokens
    assert math.isclose(one.cost_tokens + other.cost_tokens, both.cost_tokens)
    assert price_between(memory, first, Words(), prices, cached=memory) == one
    assert price_between(first, second, Words(), prices).cost_tokens > other.cost_tokens


def test_a_memory_that_was_just_read_is_priced_alike() -> None:
    """Markers that are written anew are the same text: a process that never saw the session prices as any other."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("a" * 400), Message.user("b" * 400)))])
    cuts = tuple(
        Fragment(fragment_id(n + 1), Span(n // 4, 0, n % 4 * 100, n % 4 * 100 + 100), 100, 2) for n in range(8)
    )
    warm = memory.commit([TextCut(cuts)]).commit([FragmentsFolded(("f00001",))])
    bare_view(warm)
    cold = replace(warm)
    events = [FragmentsFolded(("f00007",))]
    prices = CachePrices(0.1, 1.25)
    told = price_between(warm, warm.commit(events), Words(), prices)
    assert told.rewritten_tokens < 300
    assert price_between(cold, cold.commit(events), Words(), prices) == told
    assert price_between(cold, cold.commit(events), Words(), prices, cached=replace(warm)) == told


def test_the_parts_of_a_message_are_one_text_for_the_cache() -> None:
    """What follows the first change of a message is written anew, be it alike or not: also its later parts."""

    def parts(*texts: str) -> View:
        content = [{"type": "text", "text": text} for text in texts]
        return View((Message.of({"role": "user", "content": content}),), frozenset())

    before, after = parts("a" * 40, "b" * 40, "c" * 20), parts("a" * 40, "x" * 10, "c" * 20)
    price = price_edit(before, after, Words(), CachePrices(0.1, 1))
    assert price.freed_tokens == 30
    assert 30 <= price.rewritten_tokens <= 30 + MESSAGE_OVERHEAD_TOKENS


@given(folds=st.sets(st.integers(0, 7)), prices=PRICES)
def test_what_arrives_is_in_no_cache_yet(folds: set[int], prices: CachePrices) -> None:
    """Folds as messages arrive cost as the bills of the next call say, in which what arrived is written, not read."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("a" * 400), Message.user("b" * 400)))])
    cuts = tuple(
        Fragment(fragment_id(n + 1), Span(n // 4, 0, n % 4 * 100, n % 4 * 100 + 100), 100, 2) for n in range(8)
    )
    before = memory.commit([TextCut(cuts)])
    after = before.commit([FragmentsFolded((fragment_id(n + 1),)) for n in sorted(folds)])
    price = price_arrival(before, after, 1, Words(), prices)
    (old, new), (held, came) = (
        [len(message.text) + MESSAGE_OVERHEAD_TOKENS for message in bare_view(each).messages]
        for each in (before, after)
    )
    kept = held - price.rewritten_tokens if min(folds, default=4) < 4 else held
    told = bill(prices, kept, held - kept + came, 0) - bill(prices, old, new, 0)
    assert price.freed_tokens == old + new - held - came
    assert math.isclose(price.cost_tokens, told, abs_tol=1e-6)
    assert price == price_between(before, after, Words(), prices, sent=1)
    assert price.fresh_tokens == new - came
    if price.steps:
        assert price.freed_tokens > 0
        assert price.steps * prices.read * price.freed_tokens >= price.cost_tokens - 1e-6


@given(first=st.sets(st.integers(0, 7)), second=st.sets(st.integers(0, 7)), prices=PRICES)
def test_before_the_first_call_an_edit_costs_nothing(first: set[int], second: set[int], prices: CachePrices) -> None:
    """What no call has sent leaves no cache; each edit, of one step or not, changes the next bill by what it frees."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("a" * 400), Message.user("b" * 400)))])
    cuts = tuple(
        Fragment(fragment_id(n + 1), Span(n // 4, 0, n % 4 * 100, n % 4 * 100 + 100), 100, 2) for n in range(8)
    )
    memory = memory.commit([TextCut(cuts)])
    one = memory.commit([FragmentsFolded((fragment_id(n + 1),)) for n in sorted(first)])
    other = one.commit([FragmentsFolded((fragment_id(n + 1),)) for n in sorted(second - first)])
    for cached in (None, memory):
        price = price_between(one, other, Words(), prices, cached, sent=0)
        freed = bare_view(one).tokens(Words()) - bare_view(other).tokens(Words())
        assert (price.freed_tokens, price.fresh_tokens, price.rewritten_tokens, price.steps) == (freed, freed, 0, 0)
        assert math.isclose(price.cost_tokens, -prices.write * freed, abs_tol=1e-6)
    back = price_between(other, one, Words(), CachePrices(0.1, 1.25), sent=0)
    if back.freed_tokens:
        told = f"no cache is broken: the next call costs {round(1.25 * freed)} tokens more"
        assert price_words(back, CachePrices(0.1, 1.25)).endswith(told)
