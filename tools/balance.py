"""Whether edits have paid back by now: `price.py` tells beforehand what is to be expected, this tells what came.

With the prices `read` and `write` of a prompt cache, an edit that frees `F` tokens and after which `B` tokens must be
put into the cache anew has, after `n` calls of the model, the balance

    earned - owed  with  earned = n * read * F  and  owed = (write - read) * B

in tokens at full price. That is `price.py` seen from the other side: the next call costs `owed - read * F` more, and
each later one `read * F` less. Where text is shown again, an edit frees less of the calls that follow, so `n * F` is a
sum over calls: `spared_tokens`. What a model was shown without the edit, and whether it had called as often, nobody
knows; the figures are of the calls that came.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from riffler.tools.price import CachePrices

Standing = Literal["paid_back", "not_yet", "never", "shown_again"]
"""Paid back; not yet; never, as it frees nothing any more; or an edit that shows text again, which costs and earns
nothing."""


@dataclass(frozen=True, slots=True)
class MadeEdit:
    """An edit that was made.

    Attributes:
        freed_tokens: By how much it made the view smaller; negative when text is shown again.
        broken_tokens: Tokens that a cache must take anew because of it, beyond those of earlier edits of its step.
        ids: The fragments that it folded, summarised or restored; empty where they aren't known.
        restores: Whether it shows text again.
    """

    freed_tokens: int
    broken_tokens: int
    ids: frozenset[str] = frozenset()
    restores: bool = False


@dataclass(slots=True)
class Account:
    """What came of an edit.

    Attributes:
        edit: The edit.
        calls: Calls of the model since.
        frees_tokens: What it frees of the next call: less than at first where text was shown again.
        spared_tokens: What it freed, summed over the calls since.
        hidden: The fragments that nobody has restored since.
    """

    edit: MadeEdit
    calls: int = 0
    frees_tokens: int = 0
    spared_tokens: int = 0
    hidden: frozenset[str] = field(default_factory=frozenset)

    def earned(self, prices: CachePrices) -> float:
        """Tell what later calls cost less, in tokens at full price."""
        return prices.read * self.spared_tokens

    def owed(self, prices: CachePrices) -> float:
        """Tell what it cost that text left the cache, in tokens at full price."""
        return (prices.write - prices.read) * self.edit.broken_tokens

    def balance(self, prices: CachePrices) -> float:
        """Tell what was earned beyond what was owed: negative before it has paid back."""
        return round(self.earned(prices) - self.owed(prices), 6)

    def lacks(self, prices: CachePrices) -> int | None:
        """Tell how many more calls pay it back.

        Args:
            prices: The cache's prices.

        Returns:
            0 where it has paid back; None where no number of calls does.
        """
        missing = -self.balance(prices)
        if missing <= 0:
            return 0
        return math.ceil(missing / (prices.read * self.frees_tokens)) if self.frees_tokens > 0 else None

    def standing(self, prices: CachePrices) -> Standing:
        """Tell how it stands."""
        if self.edit.restores:
            return "shown_again"
        lacks = self.lacks(prices)
        return "never" if lacks is None else "not_yet" if lacks else "paid_back"


def accounts(happened: Iterable[MadeEdit | int]) -> list[Account]:
    """Keep the accounts of one session's edits.

    An edit that shows text again takes what it shows from the edits that hid it: from those that share a fragment with
    it, the newest first; where its fragments aren't known, from all. What was hidden before the first of these edits is
    nobody's.

    Args:
        happened: Edits, and numbers of the model's calls, in the order in which they happened.

    Returns:
        The accounts, in the order of the edits.
    """
    kept: list[Account] = []
    for each in happened:
        if isinstance(each, int):
            for account in kept:
                account.calls += each
                account.spared_tokens += each * account.frees_tokens
            continue
        left = _taken(kept, each) if each.freed_tokens < 0 else each.freed_tokens
        if each.restores:
            kept.append(Account(each))
        else:
            kept.append(Account(each, frees_tokens=left, hidden=each.ids))
    return kept


def _taken(kept: list[Account], edit: MadeEdit) -> int:
    """Take from accounts what an edit shows again; give what nobody had, as a negative number."""
    shown = -edit.freed_tokens
    for account in reversed(kept):
        if edit.ids and not account.hidden & edit.ids:
            continue
        taken = min(shown, max(0, account.frees_tokens))
        shown -= taken
        account.frees_tokens -= taken
        if not edit.restores:
            continue
        account.hidden -= edit.ids
        if edit.ids and not account.hidden:
            account.frees_tokens = min(0, account.frees_tokens)  # markers differ by a token or two
    return -shown
