"""Whether edits have paid back, from what came after them."""

import math
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.test_price import PRICES, TEXTS, Words, seen

from riffler.tools.balance import Account, PricedEdit, accounts, calls_lacking
from riffler.tools.price import CachePrices, price_edit

CALLS = st.integers(0, 50)
READ = st.floats(0.01, 1)
OWED = st.floats(0, 10_000)


@st.composite
def edits(draw: st.DrawFn) -> PricedEdit:
    """Make any edit: few fragments, so that edits meet, and ids that are now and then not known."""
    ids = draw(st.frozensets(st.sampled_from(["f00001", "f00002", "f00003", "f00004"]), max_size=3))
    freed, fresh = draw(st.integers(-30, 30)), draw(st.integers(0, 40))
    return PricedEdit(freed, draw(OWED), 0.1, ids, draw(st.booleans()), fresh, 1.25)


def plainly(happened: Sequence[PricedEdit | int]) -> list[Account]:
    """Keep accounts as `accounts` says it: each call goes into each of them, and each is asked whether it hid that."""
    kept: list[Account] = []
    for each in happened:
        if isinstance(each, int):
            for account in kept:
                if each and not account.calls:
                    account.unwritten_tokens = max(0, min(account.edit.fresh_tokens, account.frees_tokens))
                account.calls += each
                account.spared_tokens += each * account.frees_tokens
            continue
        shown = max(0, -each.freed_tokens)
        for account in reversed(kept if shown else []):
            known = bool(each.ids and account.edit.ids)
            if known and not account.hidden & each.ids:
                continue
            taken = min(shown, max(0, account.frees_tokens))
            shown -= taken
            account.frees_tokens -= taken
            if each.restores:
                account.hidden -= each.ids
                if known and not account.hidden:
                    account.frees_tokens = min(0, account.frees_tokens)
        left = each.freed_tokens if each.freed_tokens >= 0 else -shown
        kept.append(Account(each) if each.restores else Account(each, 0, left, hidden=each.ids))
    return kept


@st.composite
def folds(draw: st.DrawFn) -> PricedEdit:
    """Make an edit that frees text and owes something."""
    freed, read, owed = draw(st.integers(1, 10_000)), draw(READ), draw(OWED)
    return PricedEdit(freed, owed - read * freed, read)


@given(before=TEXTS, data=st.data(), prices=PRICES)
def test_what_was_told_beforehand_comes_true(before: list[str], data: st.DataObject, prices: CachePrices) -> None:
    """An edit has paid back after the next call and as many further ones as `price.py` said, and no call earlier."""
    after = [data.draw(st.sampled_from([text, text[: len(text) // 2]])) for text in before]
    price = price_edit(seen(*before), seen(*after), Words(), prices)
    edit = PricedEdit(price.freed_tokens, price.cost_tokens, prices.read)
    assert math.isclose(edit.owed, (prices.write - prices.read) * price.rewritten_tokens, abs_tol=1e-5)
    if not price.freed_tokens:
        return
    assert price.steps is not None
    came = 1 + price.steps
    assert accounts([edit, came])[0].balance >= -1e-5
    if price.steps:
        assert accounts([edit, came - 1])[0].balance < 1e-5
    assert math.isclose(accounts([edit, 1])[0].balance, -price.cost_tokens, abs_tol=1e-5)


@given(edit=folds(), one=CALLS, other=CALLS)
def test_a_balance_is_linear_in_the_calls(edit: PricedEdit, one: int, other: int) -> None:
    """Each call adds what the edit frees, at the price of a token that is read, however calls are grouped."""
    at = [accounts([edit, calls])[0].balance for calls in (0, one, one + other)]
    assert math.isclose(at[2] - at[1], other * edit.read_price * edit.freed_tokens, abs_tol=1e-4)
    assert math.isclose(at[0], -edit.owed, abs_tol=1e-4)
    assert accounts([edit, one, other]) == accounts([edit, one + other])


@given(edit=folds(), calls=CALLS)
def test_what_it_lacks_is_what_pays_it_back(edit: PricedEdit, calls: int) -> None:
    """So many more calls pay an edit back, one fewer doesn't, and none is lacking where it has paid back."""
    found = accounts([edit, calls])[0]
    lacks = found.lacks
    assert lacks is not None
    assert found.standing == ("not_yet" if lacks else "paid_back")
    assert accounts([edit, calls, lacks])[0].balance >= -1e-4
    assert not lacks or accounts([edit, calls, lacks - 1])[0].balance < 1e-4


@given(made=st.lists(folds(), max_size=5), calls=st.lists(CALLS, min_size=5, max_size=5), again=st.integers(0, 9))
def test_what_is_shown_again_earns_no_more(made: list[PricedEdit], calls: list[int], again: int) -> None:
    """What all edits spare is what the view was smaller by, call by call, whichever edit text is taken from."""
    happened: list[PricedEdit | int] = []
    hidden = spared = 0
    for fold, came in zip(made, calls, strict=False):
        shown = min(hidden, fold.freed_tokens * again // 9)
        happened += [PricedEdit(-shown, 0, restores=True), fold, came]
        hidden += fold.freed_tokens - shown
        spared += came * hidden
    found = accounts(happened)
    assert sum(each.spared_tokens for each in found) == spared
    assert sum(each.frees_tokens for each in found) == hidden
    assert all(each.standing == "shown_again" for each in found if each.edit.restores)


@given(happened=st.lists(edits() | st.integers(0, 5), max_size=25))
def test_accounts_are_what_plain_bookkeeping_finds(happened: list[PricedEdit | int]) -> None:
    """To the last digit, whatever edits hide and show again, known or not, and whenever calls come."""
    assert accounts(happened) == plainly(happened)


@pytest.mark.parametrize("known", [True, False])
def test_a_long_session_takes_no_time_of_its_square(known: bool) -> None:
    """20,000 folds, half of them restored, with a call after each, take some 0.3 s and no minutes."""
    happened: list[PricedEdit | int] = []
    for number in range(20_000):
        ids = frozenset({f"f{number:05x}"} if known else ())
        happened += [PricedEdit(9, 1, ids=ids), 1]
        if number % 2:  # of the fold before, which isn't the newest
            back = frozenset({f"f{number - 1:05x}"} if known else ())
            happened += [PricedEdit(-9, 1, ids=back, restores=True), 1]
    began = time.process_time()
    found = accounts(happened)
    assert time.process_time() - began < 10
    assert sum(each.frees_tokens for each in found) == 9 * 10_000


def test_the_fold_that_is_restored_loses_it() -> None:
    """A restore takes from the edit that hid its fragments, not from a newer one; what remains of it is closed."""
    old = PricedEdit(1000, 0, ids=frozenset({"f00001", "f00002"}))
    new = PricedEdit(300, 0, ids=frozenset({"f00003"}))
    half = PricedEdit(-400, 50, ids=frozenset({"f00001"}), restores=True)
    rest = PricedEdit(-597, 60, ids=frozenset({"f00002"}), restores=True)
    one, other, shown = accounts([old, new, 1, half, 10])
    assert (one.frees_tokens, one.spared_tokens, one.calls) == (600, 1000 + 10 * 600, 11)
    assert (other.frees_tokens, other.spared_tokens, shown.spared_tokens) == (300, 11 * 300, 0)
    assert accounts([old, new, half, rest])[0].frees_tokens == 0  # three tokens of markers are no text that is hidden
    assert accounts([half])[0].frees_tokens == 0


def test_where_fragments_are_not_known_the_newest_gives() -> None:
    """A restore of we don't know what takes from the newest edit, and from one of which we don't know what it hid."""
    old, new = PricedEdit(1000, 0, ids=frozenset({"f00001"})), PricedEdit(300, 0)
    found = accounts([old, new, PricedEdit(-400, 0, restores=True)])
    assert [each.frees_tokens for each in found] == [900, 0, 0]
    found = accounts([old, new, PricedEdit(-400, 0, ids=frozenset({"f00001", "f00002"}), restores=True)])
    assert [each.frees_tokens for each in found] == [0, 0, 0]


def test_a_summary_of_what_is_folded_takes_from_the_fold() -> None:
    """Text that takes the place of a marker makes the view larger; the fold frees less, and stays."""
    fold = PricedEdit(1000, 0, ids=frozenset({"f00001"}))
    summary = PricedEdit(-100, 100, ids=frozenset({"f00001"}))
    one, other = accounts([fold, summary, 2])
    assert (one.frees_tokens, other.frees_tokens, one.spared_tokens) == (900, 0, 1800)


@pytest.mark.parametrize(
    ("edit", "standing"),
    [
        (PricedEdit(-3, 10, ids=frozenset({"f00001"})), "never"),  # a marker that is longer than what it stands for
        (PricedEdit(0, 0), "paid_back"),
        (PricedEdit(0, 1), "never"),
        (PricedEdit(1, 1), "not_yet"),
    ],
)
def test_edits_that_free_nothing(edit: PricedEdit, standing: str) -> None:
    """No number of calls pays back what frees nothing, unless it owes nothing."""
    assert accounts([edit, 1])[0].standing == standing
    assert Account(edit).earned == 0


@given(
    held=st.integers(0, 5000),
    fresh=st.integers(0, 5000),
    rewritten=st.integers(0, 5000),
    prices=PRICES,
    calls=st.integers(0, 30),
)
def test_what_no_call_had_sent_is_earned_at_the_price_of_writing(
    held: int, fresh: int, rewritten: int, prices: CachePrices, calls: int
) -> None:
    """The balance is what bills without and with the edit differ by, call by call; alone, fresh text owes nothing."""
    cost = prices.write * rewritten - prices.read * (held + rewritten) - prices.write * fresh
    edit = PricedEdit(held + fresh, cost, prices.read, fresh_tokens=fresh, write_price=prices.write)
    (found,) = accounts([edit, calls])
    owed = (prices.write - prices.read) * rewritten
    assert math.isclose(edit.owed, owed, abs_tol=1e-5)
    bills = -owed if calls == 0 else -cost + (calls - 1) * prices.read * (held + fresh)
    assert math.isclose(found.balance, bills, abs_tol=1e-4)
    assert found.balance >= 0 or rewritten
    if lacks := found.lacks:
        assert accounts([edit, calls, lacks])[0].balance >= -1e-4
        assert lacks == 1 or accounts([edit, calls, lacks - 1])[0].balance < 1e-4
    assert calls_lacking(found.balance, prices.read * found.frees_tokens, found.next_earns) == found.lacks


def test_what_is_shown_again_before_the_first_call_was_no_gain() -> None:
    """A fold that is taken back before any call earned nothing, and neither of the two owes anything."""
    fold = PricedEdit(1000, -1250, 0.1, frozenset({"f00001"}), fresh_tokens=1000, write_price=1.25)
    back = PricedEdit(-1000, 1250, 0.1, frozenset({"f00001"}), True, -1000, 1.25)
    one, other = accounts([fold, back, 5])
    assert (one.earned, one.edit.owed, other.earned, other.edit.owed) == (0, 0, 0, 0)
