"""What turns cost: sums of turns, stretches, parts, sessions, and the accounts of edits."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.test_price import PRICES, Words

from riffler.errors import InvalidInput
from riffler.service.agent.watch.costs import Costs, cost_report
from riffler.service.ports.turn_log import EditMade, TurnRecord
from riffler.tools.events import FragmentsFolded, MessagesAppended, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices, price_between

TOKENS = st.integers(0, 10_000)
DAY_MS = 86_400_000


@st.composite
def edits(draw: st.DrawFn, calls: int = 0) -> EditMade:
    """Make an edit of a turn of so many calls."""
    tool = draw(st.sampled_from(["fold_context", "restore_fragment", ""]))
    freed = draw(st.integers(1, 5000))
    restores = tool == "restore_fragment"
    return EditMade(
        version=draw(st.integers(1, 99)),
        actor=draw(st.sampled_from(["app", "model", "riffler"])),
        tool=tool,
        folded=int(not restores),
        restored=int(restores),
        summarised=0,
        freed_tokens=-freed if restores else freed,
        rewritten_tokens=draw(TOKENS),
        cost_tokens=draw(st.floats(-5000, 5000)),
        calls_before=draw(st.integers(0, calls)),
        fresh_tokens=draw(st.sampled_from([0, freed // 2, freed])) * (-1 if restores else 1),
    )


@st.composite
def turns(draw: st.DrawFn) -> TurnRecord:
    """Make a record of a turn, or of an edit by hand."""
    session, at_ms = draw(st.sampled_from("abc")), draw(st.integers(0, 30)) * DAY_MS // 7
    if draw(st.integers(0, 5)) == 0:
        return TurnRecord("edit", session, life="1", edits=(draw(edits()),), at_ms=at_ms)
    calls, prompt = draw(st.integers(0, 5)), draw(TOKENS)
    made = sorted(draw(st.lists(edits(calls), max_size=3)), key=lambda each: each.calls_before)
    return TurnRecord(
        "turn",
        session,
        life="1",
        prompt_tokens=prompt,
        cached_tokens=draw(st.integers(0, prompt)),
        completion_tokens=draw(TOKENS),
        saved_tokens=draw(st.integers(-100, 10_000)),
        estimated=draw(st.booleans()),
        calls=calls,
        times_ms=draw(st.dictionaries(st.sampled_from(["arrive", "model", "tools"]), st.floats(0, 1000))),
        total_ms=3000.0,
        read_price=draw(st.sampled_from([1.0, 0.1])),
        write_price=draw(st.sampled_from([1.0, 1.25])),
        edits=tuple(made),
        at_ms=at_ms,
    )


LOGS = st.lists(turns(), max_size=12).map(lambda log: sorted(log, key=lambda each: each.at_ms))


@given(log=LOGS, copies=st.sampled_from([1, 20]))
@settings(deadline=None, max_examples=30)
def test_totals_are_sums_of_turns(log: list[TurnRecord], copies: int) -> None:
    """The total, and what stretches, parts and sessions add up to, is what an addition turn by turn gives."""
    log = sorted(log * copies, key=lambda each: each.at_ms)
    found, asked = cost_report(log), [each for each in log if each.kind == "turn"]
    for name in ("prompt_tokens", "cached_tokens", "completion_tokens", "saved_tokens", "calls"):
        whole = sum(getattr(each, name) for each in asked)
        assert getattr(found.total, name) == whole
        assert sum(getattr(each.sums, name) for each in found.stretches) == whole
        assert sum(getattr(each.sums, name) for each in found.sessions) == whole
        assert sum(getattr(each.sums, name) for each in found.engines) == whole
    bill = sum(t.read_price * t.cached_tokens + t.write_price * (t.prompt_tokens - t.cached_tokens) for t in asked)
    if any((each.read_price, each.write_price) != (1, 1) for each in asked):
        assert found.total.billed_tokens == pytest.approx(bill)
    else:
        assert found.total.billed_tokens is None
        assert bill == found.total.prompt_tokens
    assert sum(each.ms for each in found.parts) == pytest.approx(sum(each.total_ms for each in asked))
    assert sum(each.share for each in found.parts) == pytest.approx(1 if asked else 0)
    assert found.total.turns == sum(found.outcomes.values()) == sum(each.turns for each in found.prices) == len(asked)
    assert found.total.estimated == sum(each.estimated for each in asked)
    if found.by != "day":
        size = {"turn": 1, "hundred": 100}[found.by]
        assert all(each.sums.turns == size for each in found.stretches[:-1])
    for each in found.stretches:
        assert found.by != "day" or each.from_ms // DAY_MS == each.to_ms // DAY_MS


@given(log=LOGS, data=st.data())
@settings(deadline=None, max_examples=30)
def test_turns_of_other_sessions_may_come_in_between(log: list[TurnRecord], data: st.DataObject) -> None:
    """Interleaving sessions in another way changes no total and no account, as long as each keeps its own order."""
    order = data.draw(st.permutations(log))
    mine = {name: iter([each for each in log if each.session == name]) for name in "abc"}
    mixed = [replace(next(mine[each.session]), at_ms=0) for each in order]
    one, other = cost_report([replace(each, at_ms=0) for each in log]), cost_report(mixed)
    assert one.total.prompt_tokens == other.total.prompt_tokens
    assert one.total.billed_tokens == pytest.approx(other.total.billed_tokens)
    assert sorted(one.edits.newest, key=repr) == sorted(other.edits.newest, key=repr)
    assert one.edits.total.balance_tokens == pytest.approx(other.edits.total.balance_tokens)
    assert one.sessions == other.sessions


@given(log=LOGS, more=st.integers(1, 50))
@settings(deadline=None, max_examples=30)
def test_each_call_more_adds_the_same(log: list[TurnRecord], more: int) -> None:
    """A turn that comes later adds its calls' worth to each edit of its session, and nothing to those of others."""
    before = cost_report(log)
    after = cost_report([*log, TurnRecord("turn", "a", life="1", calls=more, at_ms=31 * DAY_MS)])
    for old, new in zip(before.edits.newest, after.edits.newest, strict=True):
        extra = more if old.session == "a" else 0
        assert new.calls - old.calls == extra
        assert new.spared_tokens - old.spared_tokens == extra * old.frees_tokens
        assert (new.owed_tokens, new.freed_tokens) == (old.owed_tokens, old.freed_tokens)
        if old.lacks and old.session == "a":
            assert new.lacks == max(0, old.lacks - more)


@given(log=LOGS)
@settings(deadline=None, max_examples=30)
def test_the_edits_of_all_makers_are_all_edits(log: list[TurnRecord]) -> None:
    """Sums by maker and tool add up to the total, which is the sum of the edits one by one."""
    found = cost_report(log).edits
    for name in ("edits", "paid_back", "not_yet", "never", "shown_again", "freed_tokens", "spared_tokens"):
        assert sum(getattr(each.sums, name) for each in found.by) == getattr(found.total, name)
    assert found.total.edits == len(found.newest) == sum(len(each.edits) for each in log)
    assert found.total.balance_tokens == pytest.approx(
        sum(each.earned_tokens - each.owed_tokens for each in found.newest), abs=1e-3
    )
    assert found.total.not_yet == sum(each.standing == "not_yet" for each in found.newest)


def test_the_known_case() -> None:
    """A fold of 1,000 tokens by the first of three calls, which breaks 800 out of a cache at 0.1 and 1.25.

    It owes 1.15 * 800 = 920 and earns 100 a call. After the turn's two further calls and five of the next turn it lacks
    220, three calls. A restore of it shows the text again, and then it never pays back.
    """
    fold = EditMade(2, "model", "fold_context", 1, 0, 0, 1000, 800, 1.15 * 800 - 100, 1, ("f00001",))
    turn = TurnRecord("turn", "s", calls=3, read_price=0.1, write_price=1.25, edits=(fold,), at_ms=1)
    other = TurnRecord("turn", "other", calls=9, at_ms=2)
    log = [turn, other, TurnRecord("turn", "s", calls=5, read_price=0.1, write_price=1.25, at_ms=3)]
    found = cost_report(log).edits
    (edit,) = found.newest
    assert (edit.calls, edit.spared_tokens, edit.standing, edit.lacks) == (7, 7000, "not_yet", 3)
    assert (edit.owed_tokens, edit.earned_tokens) == (pytest.approx(920), pytest.approx(700))
    assert (found.total.lacks, edit.breaks_even) == (3, 10)
    restore = EditMade(5, "app", "restore_fragment", 0, 1, 0, -1000, 1800, 0.0, 0, ("f00001",))
    shown = TurnRecord("edit", "s", read_price=0.1, write_price=1.25, edits=(restore,), at_ms=4)
    again, gone = cost_report([*log, shown]).edits.newest
    assert (again.standing, again.calls, again.spared_tokens) == ("shown_again", 0, 0)
    assert (gone.standing, gone.frees_tokens, gone.lacks) == ("never", 0, None)


@pytest.mark.parametrize("write", [1.25, 1 / 3])
def test_before_the_first_call_an_edit_costs_nothing(write: float) -> None:
    """A fold of 1,000 tokens that no call had sent owes nothing; the first call would have written them, others read.

    Prices that no decimal says exactly, and the record's thousandths, don't make it lack anything.
    """
    fold = EditMade(2, "app", "fold_fragments", 1, 0, 0, 1000, 0, round(-1000 * write, 3), 0, ("f00001",), 1000)
    made = TurnRecord("edit", "s", read_price=0.1, write_price=write, edits=(fold,), at_ms=1)
    found = cost_report([made])
    (alone,) = found.edits.newest
    assert (alone.breaks_even, alone.fresh_tokens) == (0, 1000)
    assert (alone.standing, alone.lacks, alone.owed_tokens, alone.earned_tokens) == ("paid_back", 0, 0, 0)
    assert (found.edits.priced, found.total.billed_tokens) == (True, None)
    (then,) = cost_report([made, TurnRecord("turn", "s", calls=3, at_ms=2)]).edits.newest
    assert (then.owed_tokens, then.earned_tokens) == (0, pytest.approx(1000 * write + 2 * 100))


@given(places=st.permutations(range(8)).map(lambda order: order[:3]), prices=PRICES)
@settings(deadline=None, max_examples=30)
def test_edits_by_hand_break_the_cache_together(places: list[int], prices: CachePrices) -> None:
    """Without a call in between, what edits owe is what one edit would owe that does all of it at once."""
    messages = (Message.user("a" * 400), Message.user("b" * 400))
    cuts = tuple(
        Fragment(fragment_id(n + 1), Span(n // 4, 0, n % 4 * 100, n % 4 * 100 + 100), 100, 2) for n in range(8)
    )
    first = now = WorkingMemory().commit([MessagesAppended(0, messages), TextCut(cuts)])
    log = []
    for place in places:
        before, now = now, now.commit([FragmentsFolded((fragment_id(place + 1),))])
        price = price_between(before, now, Words(), prices)
        figures = (price.freed_tokens, price.rewritten_tokens, price.cost_tokens)
        edit = EditMade(now.version, "app", "fold_fragment", 1, 0, 0, *figures)
        log.append(TurnRecord("edit", "s", read_price=prices.read, write_price=prices.write, edits=(edit,)))
    found = cost_report(log).edits.total
    whole = price_between(first, now, Words(), prices)
    assert found.freed_tokens == whole.freed_tokens
    slack = 3 * (prices.write - prices.read)  # tokens within a message are shared out by characters
    assert found.owed_tokens == pytest.approx((prices.write - prices.read) * whole.rewritten_tokens, abs=slack)


class Kept:
    """A turn log of records that are there."""

    def __init__(self, records: Sequence[TurnRecord]) -> None:
        self.records = [replace(each, id=f"{number:06}") for number, each in enumerate(records)]

    async def newest(
        self, _tenant: str, limit: int, before: str | None = None, since_ms: int = 0
    ) -> Sequence[TurnRecord]:
        """Read as the port says."""
        found = [each for each in self.records if each.at_ms >= since_ms and (before is None or each.id < before)]
        return found[::-1][:limit]


@given(
    count=st.sampled_from([0, 3, 999, 1000, 2500]),
    limit=st.sampled_from([1, 2, 1000, 20_000]),
    window=st.tuples(st.integers(0, 2600), st.none() | st.integers(0, 2600)),
    session=st.sampled_from([None, "a", "nobody"]),
    engine=st.sampled_from([(None, None), ("one", None), ("one", "small"), (None, "large"), ("two", "large")]),
)
@settings(deadline=None, max_examples=30)
def test_it_is_of_the_newest_that_are_asked_for(
    count: int,
    limit: int,
    window: tuple[int, int | None],
    session: str | None,
    engine: tuple[str | None, str | None],
) -> None:
    """However long the log is, it looks at the newest records of what is asked for, and says if there are more."""
    (since, until), (name, model) = window, engine
    log = [
        TurnRecord(
            "turn",
            "ab"[number % 2],
            prompt_tokens=number,
            engine=("one", "two")[number % 3 == 0],
            model=("small", "large")[number % 5 == 0],
            at_ms=number,
        )
        for number in range(count)
    ]
    wanted = [
        each
        for each in log
        if since <= each.at_ms < (math.inf if until is None else until)
        and session in {None, each.session}
        and name in {None, each.engine}
        and model in {None, each.model}
    ]
    report = Costs(Kept(log)).report("t", since, until, session, limit, engine=name, model=model)
    if until is not None and until < since:
        with pytest.raises(InvalidInput, match=r"^query\.until_ms: expected at least since_ms"):
            asyncio.run(report)
        return
    found = asyncio.run(report)
    assert found.looked_at == min(limit, len(wanted))
    assert found.whole == (len(wanted) <= limit)
    assert found.total.prompt_tokens == sum(each.prompt_tokens for each in wanted[-limit:])
    assert found.from_ms == (wanted[-limit:][0].at_ms if wanted else None)
