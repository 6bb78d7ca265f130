"""Whether edits have paid back by now: `price.py` tells beforehand what is to be expected, this tells what came.

An edit that frees `F` tokens of each later call, and makes the next call cost `cost_tokens` more as `price.py` says,
has after `n` calls of the model the balance

    earned - owed  with  earned = n * read * F  and  owed = cost_tokens + read * F

in tokens at full price, where `read` is the price of a token that a prompt cache has. `owed` is what it costs once that
text leaves the cache: `(write - read) * S'` in the words of `price.py`; without a cache it is 0. Of what it frees, `N`
tokens may be text that no call has sent yet: the next call would write these, so that it earns `(write - read) * N`
more, and nothing is owed for them. An edit before a session's first call owes nothing. Where text is shown
again, an edit frees less of the calls that follow, so that `n * F` is a sum over calls: `spared_tokens`. How often the
model would have been called without the edit nobody knows: the figures are of the calls that came.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Standing = Literal["paid_back", "not_yet", "never", "shown_again"]
"""Paid back; not yet; never, as it frees nothing any more; or an edit that shows text again, which costs and earns
nothing."""


@dataclass(frozen=True, slots=True)
class PricedEdit:
    """An edit that was made, with its price.

    Attributes:
        freed_tokens: By how much it made the view smaller; negative when text is shown again.
        cost_tokens: What the next call costs more for it, in tokens at full price; negative when it costs less.
        read_price: Price of a token from the cache, as a multiple of one that isn't cached; above 0.
        ids: The fragments that it folded, summarised or restored; empty where they aren't known.
        restores: Whether all that it does is to show text again.
        fresh_tokens: How many of the freed tokens no call had sent yet, as in `EditPrice`.
        write_price: Price of a token that is put into the cache.
    """

    freed_tokens: int
    cost_tokens: float
    read_price: float = 1.0
    ids: frozenset[str] = frozenset()
    restores: bool = False
    fresh_tokens: int = 0
    write_price: float = 1.0

    @property
    def owed(self) -> float:
        """What it costs once, in tokens at full price."""
        return self.cost_tokens + self.read_price * self.freed_tokens + self.dearer * self.fresh_tokens

    @property
    def dearer(self) -> float:
        """What a token costs more that is put into the cache than one that is read from it."""
        return self.write_price - self.read_price


@dataclass(slots=True)
class Account:
    """What came of an edit.

    Attributes:
        edit: The edit.
        calls: Calls of the model since.
        frees_tokens: What it frees of the next call: less than at first where text was shown again.
        spared_tokens: What it freed, summed over the calls since.
        unwritten_tokens: How many of these the first of the calls would have put into the cache.
        hidden: Its fragments that nobody has restored since.
    """

    edit: PricedEdit
    calls: int = 0
    frees_tokens: int = 0
    spared_tokens: int = 0
    unwritten_tokens: int = 0
    hidden: frozenset[str] = field(default_factory=frozenset)

    def called(self, calls: int) -> None:
        """Count so many more calls."""
        if calls and not self.calls:
            self.unwritten_tokens = self._fresh_tokens
        self.calls += calls
        self.spared_tokens += calls * self.frees_tokens

    @property
    def next_earns(self) -> float:
        """What the next call earns beyond what each later one does."""
        return 0.0 if self.calls else self.edit.dearer * self._fresh_tokens

    @property
    def _fresh_tokens(self) -> int:
        return max(0, min(self.edit.fresh_tokens, self.frees_tokens))

    @property
    def earned(self) -> float:
        """What later calls cost less, in tokens at full price."""
        return self.edit.read_price * self.spared_tokens + self.edit.dearer * self.unwritten_tokens

    @property
    def balance(self) -> float:
        """What was earned beyond what was owed: negative before it has paid back."""
        return round(self.earned - self.edit.owed, 6)  # so that what is even is no rounding error short of it

    @property
    def lacks(self) -> int | None:
        """How many more calls pay it back: 0 where it has, None where no number of them does."""
        return calls_lacking(self.balance, self.edit.read_price * self.frees_tokens, self.next_earns)

    @property
    def standing(self) -> Standing:
        """How it stands."""
        if self.edit.restores:
            return "shown_again"
        lacks = self.lacks
        return "never" if lacks is None else "not_yet" if lacks else "paid_back"


def calls_lacking(balance: float, each_earns: float, next_earns: float = 0.0) -> int | None:
    """Tell how many calls make up for what is owed.

    Args:
        balance: What was earned beyond what was owed.
        each_earns: What each call earns.
        next_earns: What the next one earns beyond that.

    Returns:
        The number; 0 where nothing is missing, None where no number of calls is enough.
    """
    if balance >= 0:
        return 0
    if each_earns <= 0:
        return None
    return max(1, math.ceil((-balance - next_earns) / each_earns))


def accounts(happened: Iterable[PricedEdit | int]) -> list[Account]:
    """Keep the accounts of one session's edits, in a time that grows with their number, not with its square.

    An edit that shows text again takes what it shows from the edits that hid it: from those that share a fragment with
    it, the newest first; where those of one of them aren't known, they may. What was hidden before the first of these
    edits is nobody's.

    Args:
        happened: Edits, and numbers of the model's calls, in the order in which they happened.

    Returns:
        The accounts, in the order of the edits.
    """
    ledger = _Ledger()
    for each in happened:
        if isinstance(each, int):
            ledger.calls += each
        else:
            ledger.enter(each)
    return ledger.settled()


class _Ledger:
    """Accounts, by the places of their edits. Calls are put down in one only before it changes, and at the end.

    Attributes:
        calls: Calls of the model so far.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._kept: list[Account] = []
        self._until: list[int] = []  # how many calls are in each account, of those from the first edit's beginning
        self._hiding: dict[str, list[int]] = {}  # whose fragment it is
        self._frees: list[int] = []  # who frees something; with some that don't any more
        self._unknown: list[int] = []  # of these, whose fragments aren't known

    def enter(self, edit: PricedEdit) -> None:
        """Open the account of an edit, and take from others what it shows."""
        left = self._taken(edit) if edit.freed_tokens < 0 else edit.freed_tokens
        at = len(self._kept)
        self._until.append(self.calls)
        if edit.restores:
            self._kept.append(Account(edit))
            return
        self._kept.append(Account(edit, frees_tokens=left, hidden=edit.ids))
        for id_ in edit.ids:
            self._hiding.setdefault(id_, []).append(at)
        if left > 0:
            self._frees.append(at)
            if not edit.ids:
                self._unknown.append(at)

    def settled(self) -> list[Account]:
        """Give the accounts with all calls so far."""
        for at in range(len(self._kept)):
            self._settle(at)
        return self._kept

    def _settle(self, at: int) -> Account:
        account = self._kept[at]
        account.called(self.calls - self._until[at])
        self._until[at] = self.calls
        return account

    def _taken(self, edit: PricedEdit) -> int:
        """Take from accounts what an edit shows again; give what nobody had, as a negative number."""
        shown = -edit.freed_tokens
        hid = sorted({at for id_ in edit.ids for at in self._hiding.get(id_, ())}, reverse=True)
        others = self._unknown if edit.ids else self._frees
        for at in heapq.merge(hid, reversed(others), reverse=True):
            if not shown:
                break
            account = self._settle(at)
            taken = min(shown, max(0, account.frees_tokens))
            shown -= taken
            account.frees_tokens -= taken
        while others and self._kept[others[-1]].frees_tokens <= 0:
            others.pop()  # so that nobody passes it again
        if edit.restores:
            self._shown(hid, edit.ids)
        return -shown

    def _shown(self, hid: Iterable[int], ids: frozenset[str]) -> None:
        """Note that fragments aren't hidden any more. Who has no others frees nothing."""
        for at in hid:
            account = self._settle(at)
            account.hidden -= ids
            if not account.hidden:
                account.frees_tokens = min(0, account.frees_tokens)  # markers differ by a token or two
        for id_ in ids:
            self._hiding.pop(id_, None)
