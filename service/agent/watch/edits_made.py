"""Which edits have paid back and which haven't, by who made them and with which tool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from riffler.service.ports.turn_log import EditMade, TurnRecord
from riffler.tools.balance import Account, PricedEdit, Standing, accounts, calls_lacking
from riffler.tools.events import Actor

_SHOWN: Final = 100
"""The newest edits are told one by one; sums are of all."""
_NOTHING: Final = 0.002


@dataclass(frozen=True, slots=True)
class EditCost:
    """An edit and what came of it. Tokens are by the counter of the session's engine.

    Attributes:
        at_ms: When its turn was logged, or the edit by hand, in milliseconds since 1970.
        session: The session.
        version: The session's version that has it.
        actor: Who made it.
        tool: The tool; empty where Riffler itself made the view fit.
        folded: How many fragments it folded.
        restored: How many it restored.
        summarised: How many it summarised.
        freed_tokens: By how much it made the view smaller; negative when text is shown again.
        frees_tokens: What it frees of the next call: less than that where text was shown again since.
        fresh_tokens: How many of the freed tokens no call had sent before, so that no cache had them.
        rewritten_tokens: Tokens that left the prompt cache with it.
        calls: Calls of the model in its session since, in the turns looked at.
        spared_tokens: What it freed, summed over these calls.
        earned_tokens: What these calls cost less, in tokens at full price: `read_price` for each token spared, and
            `write_price` where the first of them would have put it into the cache.
        owed_tokens: What it costs once that text left the cache, in tokens at full price; 0 before the session's first
            call. Edits by hand with no call between them break the cache together, and each owes what it adds.
        balance_tokens: Earned without owed.
        breaks_even: After how many calls it has paid back if nothing of it is shown again: 0 at once, None never, or of
            an edit that restores.
        lacks: How many more calls pay it back: 0 where it has, None where no number of them does.
        standing: How it stands; `shown_again` is an edit that restores, which costs and earns nothing.
        estimated: Whether its tokens are counted by an estimate.
    """

    at_ms: int
    session: str
    version: int
    actor: Actor
    tool: str
    folded: int
    restored: int
    summarised: int
    freed_tokens: int
    frees_tokens: int
    fresh_tokens: int
    rewritten_tokens: int
    calls: int
    spared_tokens: int
    earned_tokens: float
    owed_tokens: float
    balance_tokens: float
    breaks_even: int | None
    lacks: int | None
    standing: Standing
    estimated: bool


@dataclass(frozen=True, slots=True)
class EditSums:
    """What some edits came to together.

    Attributes:
        edits: How many.
        paid_back: How many have paid back.
        not_yet: How many haven't yet.
        never: How many never will, as they free nothing any more.
        shown_again: How many show text again.
        freed_tokens: By how much those that hide text made views smaller.
        spared_tokens: What was freed, summed over calls.
        earned_tokens: What calls cost less, in tokens at full price.
        owed_tokens: What it costs once that text left the cache.
        balance_tokens: Earned without owed.
        lacks: After how many more calls of each of their sessions they have paid back together: 0 where they have, None
            where no number of calls does.
        estimated: Of how many of them tokens are counted by an estimate.
    """

    edits: int
    paid_back: int
    not_yet: int
    never: int
    shown_again: int
    freed_tokens: int
    spared_tokens: int
    earned_tokens: float
    owed_tokens: float
    balance_tokens: float
    lacks: int | None
    estimated: int


@dataclass(frozen=True, slots=True)
class EditsBy:
    """What the edits of one maker with one tool came to.

    Attributes:
        actor: Who made them.
        tool: The tool; empty where Riffler itself made views fit.
        sums: What they came to.
    """

    actor: Actor
    tool: str
    sums: EditSums


@dataclass(frozen=True, slots=True)
class EditsReport:
    """Edits of the turns looked at, and of those by hand between them.

    Attributes:
        total: What all came to together.
        by: The same by maker and tool, the most frequent first.
        newest: The newest of them one by one, the newest first.
        priced: Whether any of them was made with prices of a prompt cache. Without these edits cost nothing.
    """

    total: EditSums
    by: tuple[EditsBy, ...]
    newest: tuple[EditCost, ...]
    priced: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """An edit, the record that has it, and its account."""

    record: TurnRecord
    edit: EditMade
    account: Account


def edits_report(records: Sequence[TurnRecord]) -> EditsReport:
    """Tell what came of edits.

    Calls are those of the same life of the edit's session, among these records. What a fork of the session spares isn't
    counted.

    Args:
        records: Turns and edits by hand, the oldest first.

    Returns:
        The report.
    """
    lives: dict[tuple[str, str], list[TurnRecord]] = {}
    for record in records:
        lives.setdefault((record.session, record.life), []).append(record)
    found = [each for some in lives.values() for each in _edits_of(some)]
    found.sort(key=lambda each: (each.record.at_ms, each.record.session, each.edit.version))  # stable within a commit
    makers: dict[tuple[Actor, str], list[_Made]] = {}
    for each in found:
        makers.setdefault((each.edit.actor, each.edit.tool), []).append(each)
    by = sorted(makers.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return EditsReport(
        total=_sums(found),
        by=tuple(EditsBy(actor, tool, _sums(some)) for (actor, tool), some in by),
        newest=tuple(_cost(each) for each in reversed(found[-_SHOWN:])),
        priced=any((each.record.read_price, each.record.write_price) != (1.0, 1.0) for each in found),
    )


def _edits_of(records: Sequence[TurnRecord]) -> Iterator[_Made]:
    """Give the edits of one session with their accounts."""
    made: list[tuple[TurnRecord, EditMade]] = []
    happened: list[PricedEdit | int] = []
    broken = 0  # tokens that edits by hand have broken out of the cache since the last call
    for record in records:
        called = 0
        for edit in record.edits:
            made.append((record, edit))
            cost = edit.cost_tokens
            if record.kind == "edit":
                broken, cost = _by_hand(record, edit, broken)
            happened += (edit.calls_before - called, _priced(record, edit, cost))
            called = edit.calls_before
        happened.append(record.calls - called)
        broken = 0 if record.calls else broken
    for (record, edit), account in zip(made, accounts(happened), strict=True):
        yield _Made(record, edit, account)


def _by_hand(record: TurnRecord, edit: EditMade, broken: int) -> tuple[int, float]:
    """Price an edit by hand behind others without a call in between.

    The record says what the edit alone would break. Of two such edits, one breaks the view nearer to its beginning, and
    with it what the other one breaks.

    Args:
        record: The record.
        edit: The edit.
        broken: Tokens that have left the cache with those before.

    Returns:
        Tokens that have left it with this one, too; and what it adds to the cost of the next call.
    """
    both = max(broken - (edit.freed_tokens - edit.fresh_tokens), edit.rewritten_tokens)
    owed = (record.write_price - record.read_price) * (both - broken - edit.fresh_tokens)
    return both, owed - record.read_price * edit.freed_tokens


def _priced(record: TurnRecord, edit: EditMade, cost_tokens: float) -> PricedEdit:
    restores = bool(edit.restored) and not (edit.folded or edit.summarised)
    ids, fresh = frozenset(edit.ids), edit.fresh_tokens
    priced = PricedEdit(edit.freed_tokens, cost_tokens, record.read_price, ids, restores, fresh, record.write_price)
    # Records have thousandths of a token: what isn't owed must not look as if it lacked a call.
    return replace(priced, cost_tokens=cost_tokens - priced.owed) if abs(priced.owed) < _NOTHING else priced


def _cost(made: _Made) -> EditCost:
    record, edit, account = made.record, made.edit, made.account
    return EditCost(
        at_ms=record.at_ms,
        session=record.session,
        version=edit.version,
        actor=edit.actor,
        tool=edit.tool,
        folded=edit.folded,
        restored=edit.restored,
        summarised=edit.summarised,
        freed_tokens=edit.freed_tokens,
        frees_tokens=account.frees_tokens,
        fresh_tokens=edit.fresh_tokens,
        rewritten_tokens=edit.rewritten_tokens,
        calls=account.calls,
        spared_tokens=account.spared_tokens,
        earned_tokens=account.earned,
        owed_tokens=_exact(account.edit.owed),
        balance_tokens=account.balance,
        breaks_even=None if account.edit.restores else Account(account.edit, frees_tokens=edit.freed_tokens).lacks,
        lacks=account.lacks,
        standing=account.standing,
        estimated=record.counts_estimated,
    )


def _sums(edits: Sequence[_Made]) -> EditSums:
    all_ = [each.account for each in edits]
    standing = Counter(each.standing for each in all_)
    balance = sum(each.balance for each in all_)
    one_call = sum(each.edit.read_price * each.frees_tokens for each in all_)
    return EditSums(
        edits=len(all_),
        paid_back=standing["paid_back"],
        not_yet=standing["not_yet"],
        never=standing["never"],
        shown_again=standing["shown_again"],
        freed_tokens=sum(max(0, each.edit.freed_tokens) for each in all_),
        spared_tokens=sum(each.spared_tokens for each in all_),
        earned_tokens=sum(each.earned for each in all_),
        owed_tokens=_exact(sum(each.edit.owed for each in all_)),
        balance_tokens=balance,
        lacks=calls_lacking(balance, one_call, sum(each.next_earns for each in all_)),
        estimated=sum(each.record.counts_estimated for each in edits),
    )


def _exact(tokens: float) -> float:
    """Leave out what sums of floats add, and the sign of nothing."""
    return round(tokens, 6) + 0.0
