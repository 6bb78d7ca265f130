"""Undoing edits, the history in words, and what differs: what is refused, and how it is said."""

import json
from dataclasses import replace
from typing import Any

import pytest

from riffler.errors import InvalidArguments, InvalidInput, NothingToUndo, RifflerError, TooFarBack, UnknownVersion
from riffler.tools.arrival import append
from riffler.tools.asking import Asking
from riffler.tools.carve.show_history import SHOW_HISTORY
from riffler.tools.carve.undo_edits import UNDO_EDITS
from riffler.tools.diff import difference
from riffler.tools.events import (
    Actor,
    Event,
    FragmentsFolded,
    FragmentsRestored,
    FragmentSummarised,
    QueryRewritten,
    TextSearched,
)
from riffler.tools.fragments import SearchHit, Span
from riffler.tools.history import PastOrder, Undo, Version, earlier, origin_words, undo_of
from riffler.tools.memory import Forked, WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices
from riffler.tools.registry import PAPER, Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import bare_view, view

COUNTER = EstimatedTokens()
REGISTRY = Registry((*PAPER, UNDO_EDITS, SHOW_HISTORY))
TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(100))


class Session:
    """A session with its past."""

    def __init__(self) -> None:
        self.memory = WorkingMemory()
        self.past: list[Version] = []
        self.say(TEXT)
        self.say("What says entry 7?")
        self.call("fragment_context", start_marker="Entry 10 ", end_marker="Entry 90 ")

    def commit(self, *events: Event, actor: Actor = "model") -> None:
        """Apply events."""
        after = self.memory.commit(events)
        undo = undo_of(self.memory, after, events)
        self.past.insert(0, Version(after.version, actor, 1795528800000 + after.version * 1000, events, undo))
        self.memory = after

    def say(self, text: str) -> None:
        """A user's message comes."""
        self.commit(append(self.memory, [Message.user(text)], COUNTER))

    def call(self, tool: str, summary: str = "", prices: CachePrices | None = None, **arguments: Any) -> str:
        """Call a tool; give its reply."""
        inputs = Inputs(COUNTER, summary, prices or CachePrices(), past=tuple(self.past))
        outcome = REGISTRY.call(self.memory, tool, json.dumps(arguments), inputs)
        if outcome.events:
            self.commit(*outcome.events)
        return outcome.reply

    def states(self) -> list[str]:
        """Give the first letters of the fragments' states."""
        return [fragment.state.value[0] for fragment in self.memory.fragments.values()]


@pytest.fixture
def session() -> Session:
    """Five fragments, visible, folded and summarised: versions 4 to 6 are edits."""
    session = Session()
    session.call("fold_fragment", fragment_id="f00001")
    session.call("summarize_fragment", summary="Squares.", fragment_id="f00002", focus="squares")
    session.call("restore_fragment", fragment_id="f00001")
    return session


def test_an_undo_gives_states_back_in_one_version(session: Session) -> None:
    """Folds, summaries and restores of the last edits are gone back over at once; messages and cuts stay."""
    session.call("fragment_context", start_marker="Entry 12 ", end_marker="Entry 15 ", num_fragments=1)
    session.say("[[7:f00001 And entry 8?")
    session.call("fold_fragment", fragment_id="f00006")
    assert session.states() == list("vsvvvf")
    reply = session.call("undo_edits", edits=3)
    assert session.states() == list("fvvvvv")
    assert (session.memory.version, len(session.memory.entries)) == (10, 3)
    assert reply.startswith(
        "undid 3 edits, back to the states of version 4; f00006, f00002 are visible; f00001 is folded: "
    )


def test_an_undo_can_be_undone(session: Session) -> None:
    """The undo is the last edit: undone, all is as before, with the same summary in the same place."""
    shown = [message.json for message in view(session.memory).messages]
    session.call("undo_edits", edits=3)
    assert session.states() == list("vvvvv")
    assert [message.json for message in view(session.memory).messages] == [m.json for m in session.memory.messages]
    reply = session.call("undo_edits")
    assert "f00002 is summarised" in reply
    assert [message.json for message in view(session.memory).messages] == shown
    assert session.memory.fragments["f00002"].focus == "squares"


def test_a_version_can_be_named(session: Session) -> None:
    """`to_version` goes back to that version's states, whatever made those since."""
    assert "undid 2 edits, back to the states of version 4" in session.call("undo_edits", to_version=4)
    assert session.states() == list("fvvvv")


def test_what_was_undone_in_the_same_step_is_no_edit(session: Session) -> None:
    """A commit that folds and restores a fragment leaves it as it was: the undo goes back over the one before."""
    session.commit(FragmentsFolded(("f00004",)), FragmentsRestored(("f00004",)))
    assert not session.past[0].changes
    before = session.states()
    session.call("undo_edits")
    assert session.states() != before


def test_without_what_it_was_a_change_is_taken_for_one() -> None:
    """Of a version that was made before its way back was kept, the events are all there is to go by."""
    assert Version(3, "model", None, (FragmentsFolded(("f00001",)),), None).edits
    assert not Version(3, "model", None, (), None).edits


def test_an_undo_that_hides_asks_the_guard() -> None:
    """What goes out of view by an undo is named as by a fold."""
    session = Session()
    session.say("The master is Zoltan Kerekes, berth 7741. " + "It rained all day long. " * 20 + "It cleared.")
    session.say("So?")
    session.call("fragment_context", start_marker="The master", end_marker="It cleared.", num_fragments=1)
    session.call("fold_fragment", fragment_id="f00006")
    session.call("restore_fragment", fragment_id="f00006")
    assert 'nowhere else in view: name "Zoltan Kerekes"; number 7741' in session.call("undo_edits")


def test_what_an_undo_costs_is_said(session: Session) -> None:
    """Tokens, and with a cache's prices what the next call costs."""
    before = bare_view(session.memory).tokens(COUNTER)
    reply = session.call("undo_edits", edits=3)
    assert reply.endswith(f"the view grows by {bare_view(session.memory).tokens(COUNTER) - before} tokens")
    assert "the next call costs" in session.call("undo_edits", prices=CachePrices(0.1, 1.25))


def test_what_is_pinned_now_stays_visible(session: Session) -> None:
    """A fragment that was hidden and is a part of the question now stays visible, which is said; alone, it refuses."""
    short = "The boat is blue. It lies in the harbour."
    session.say(short)
    session.say("Another question?")
    cut = {"start_marker": "The boat is", "end_marker": "is blue.", "num_fragments": 1}
    session.call("fragment_context", **cut)
    session.call("fold_fragment", fragment_id="f00003")
    session.call("fold_fragment", fragment_id="f00006")
    hidden = session.memory.version
    session.call("restore_fragment", fragment_id="f00006")
    session.commit(FragmentsFolded(("f00004",)))
    pin = session.memory.fragments["f00006"].span
    session.memory = replace(session.memory, asking=Asking(pin, (pin,)))
    reply = session.call("undo_edits", to_version=hidden)
    assert "f00004 is visible; f00006 stays visible: pinned now" in reply
    assert session.states() == list("vsfvvv")
    with pytest.raises(NothingToUndo, match="f00006 stays visible: pinned now; ask for an earlier version"):
        session.call("undo_edits", to_version=hidden)


def test_what_riffler_folded_stays_folded(session: Session) -> None:
    """Its own folds are no edits: an undo goes back over them and leaves them; a version that is named doesn't."""
    session.commit(FragmentsFolded(("f00003", "f00005")), actor="riffler")
    session.call("restore_fragment", fragment_id="f00005")
    reply = session.call("undo_edits", edits=2)
    assert reply.startswith(
        "undid 2 edits, back to the states of version 5; f00001 is folded; "
        "f00003 stays folded: Riffler's own, to fit the budget (to_version goes back over that): "
    )
    assert session.states() == list("fsfvv")
    assert "undid 1 edit, back to the states of version 8; f00001 is visible: " in session.call("undo_edits")
    assert "f00003 is visible" in session.call("undo_edits", to_version=6)
    assert session.states() == list("vsvvv")


def test_only_riffler_folded(session: Session) -> None:
    """Without an edit of the model's or the app's there is nothing to undo, and a version can be named still."""
    session.past = []
    session.memory = WorkingMemory()
    session.say(TEXT)
    session.say("And?")
    session.call("fragment_context", start_marker="Entry 10 ", end_marker="Entry 90 ")
    session.commit(FragmentsFolded(("f00003",)), actor="riffler")
    with pytest.raises(NothingToUndo, match="only Riffler itself folded here; to_version goes back over that"):
        session.call("undo_edits")
    session.call("fold_fragment", fragment_id="f00001")
    session.commit(FragmentsRestored(("f00003",)))
    session.commit(FragmentsFolded(("f00003",)), actor="riffler")
    session.commit(FragmentsRestored(("f00001",)))
    session.commit(FragmentsFolded(("f00001",)), actor="riffler")
    with pytest.raises(NothingToUndo, match="f00001 stays folded: Riffler's own, .*; ask for an earlier version"):
        session.call("undo_edits", edits=3)
    session.call("undo_edits", to_version=3)
    assert session.states() == list("vvvvv")


@pytest.mark.parametrize(
    ("arguments", "kept", "error", "words"),
    [
        ({"edits": 4}, 6, NothingToUndo, "there are only 3 edits to undo, not 4"),
        ({"edits": 3}, 2, TooFarBack, "can't go back 3 edits: .* goes back to version 4, and holds 2"),
        ({"edits": 1}, 0, TooFarBack, "can't go back 1 edit: .* goes back to version 6, and holds none"),
        ({"to_version": 3}, 2, TooFarBack, "version 3 isn't kept: this session's history goes back to version 4"),
        ({"to_version": 6}, 6, InvalidArguments, "to_version: expected a version before the present one, 6, got 6"),
        ({"to_version": -1}, 6, InvalidArguments, "to_version"),
        ({"edits": 0}, 6, InvalidArguments, "edits"),
        ({"edits": 101}, 6, InvalidArguments, "edits"),
    ],
)
def test_what_an_undo_refuses(
    session: Session, arguments: dict[str, int], kept: int, error: type[RifflerError], words: str
) -> None:
    """More edits than there are or are kept, and versions that are not: refused, with what would work."""
    session.past = session.past[:kept]
    before = session.memory
    with pytest.raises(error, match=words):
        session.call("undo_edits", **arguments)
    assert session.memory == before


def test_nothing_to_undo_is_said() -> None:
    """Without fragments, without edits, and where all is as it was."""
    session = Session()
    with pytest.raises(NothingToUndo, match="nothing was ever folded"):
        session.call("undo_edits")
    session.commit(FragmentsFolded(("f00001",)))
    session.say("More?")
    with pytest.raises(NothingToUndo, match="all fragments are as they were at version 4"):
        session.call("undo_edits", to_version=4)
    session.memory = WorkingMemory()
    with pytest.raises(NothingToUndo, match="no fragments yet"):
        session.call("undo_edits")


def test_it_orders_no_more_of_the_past_than_it_needs(session: Session) -> None:
    """Edits are counted, a version is reached, and what is refused anyway reads nothing."""
    order = lambda **given: REGISTRY.past(session.memory, "undo_edits", json.dumps(given))  # noqa: E731 - used here
    assert order() == PastOrder(edits=1)
    assert order(edits=3) == PastOrder(edits=3)
    assert order(to_version=2) == PastOrder(back_to=2)
    assert order(to_version=6) is None
    assert REGISTRY.past(WorkingMemory(), "undo_edits", "{}") is None
    assert REGISTRY.past(session.memory, "show_history", "{}") == PastOrder(versions=20)
    assert REGISTRY.past(session.memory, "fold_fragment", '{"fragment_id": "f00001"}') is None
    wants = [order(edits=2).wants_more(session.past[:count]) for count in range(4)]  # type: ignore[union-attr]
    assert wants == [True, True, False, False]
    assert [PastOrder(back_to=4).wants_more(session.past[:count]) for count in range(4)] == [True, True, False, False]


def test_history_is_told_without_texts(session: Session) -> None:
    """A line a version, newest first, with who and when; texts, summaries and queries aren't repeated."""
    session.call("search_context", query="Entry 1")
    assert session.memory.asking is not None
    session.commit(QueryRewritten(session.memory.asking.span, "[[f00001 folded", "d1"))
    session.commit(QueryRewritten(Span(1, 0, 0, 4), None, "d2"))
    session.commit(append(session.memory, [Message.assistant("So."), Message.assistant("Be it.")], COUNTER, "step"))
    assert session.call("show_history").splitlines() == [
        "this session has version 10; the newest first:",
        "version 10, model, 2026-11-24 14:00:10: 2 messages of a step",
        "version 9, model, 2026-11-24 14:00:09: left the question as it came",
        "version 8, model, 2026-11-24 14:00:08: rewrote the question",
        "version 7, model, 2026-11-24 14:00:07: searched for 1 text (10 found)",
        "version 6, model, 2026-11-24 14:00:06: restored f00001 (80 tokens)",
        "version 5, model, 2026-11-24 14:00:05: summarised f00002 (79 tokens)",
        "version 4, model, 2026-11-24 14:00:04: folded f00001 (80 tokens)",
        "version 3, model, 2026-11-24 14:00:03: cut f00001-f00005",
        "version 2, model, 2026-11-24 14:00:02: 1 message came",
        "version 1, model, 2026-11-24 14:00:01: 1 message came",
        "version 0: empty",
    ]
    assert session.call("show_history", versions=2).splitlines()[-1].startswith("version 9")


def test_history_says_what_is_alike_at_once(session: Session) -> None:
    """What one call or one step did many times is a few words: searches, folds, summaries and messages."""
    spans = [fragment.span for fragment in session.memory.fragments.values()]
    hits = [SearchHit(f"s{number:05x}", span) for number, span in enumerate(spans, 1)]
    session.commit(
        *(TextSearched(f"text {number}", (hit,)) for number, hit in enumerate(hits)),
        *(TextSearched("none", ()) for _ in range(41)),
        FragmentSummarised("f00003", "", "Three."),
        FragmentSummarised("f00004", "", "Four."),
        FragmentsFolded(("f00001",)),
        FragmentsFolded(("f00005",)),
        TextSearched("again", ()),
    )
    assert session.past[0].words(session.memory) == (
        "searched for 46 texts (5 found); summarised f00003-f00004 (162 tokens); folded f00001, f00005 (158 tokens); "
        "searched for 1 text (0 found)"
    )
    first = append(session.memory, [Message.user("One.")], COUNTER)
    session.commit(first, append(session.memory.commit([first]), [Message.assistant("Two.")], COUNTER, "step"))
    assert session.past[0].words(session.memory) == "1 message came; 1 message of a step"


def test_history_says_where_it_ends(session: Session) -> None:
    """Where what leads back wasn't kept, the last line says how far an undo goes; a step in progress is now."""
    newest, *rest = session.past
    older = [Version(v.number, v.actor, v.at_ms, v.events, None) for v in rest]
    session.past = [Version(newest.number, "model", None, newest.events, newest.undo), *older]
    lines = session.call("show_history").splitlines()
    assert lines[1] == "version 6, model, now: restored f00001 (80 tokens)"
    assert lines[-1] == "undo goes back to version 5: what older versions changed wasn't kept"
    session.past = []
    assert session.call("show_history") == "this session has version 6, and no history before it is kept"


@pytest.mark.parametrize(
    ("number", "words"), [(7, "the session has version 6"), (-1, "has version 6"), (2, "goes back to version 3")]
)
def test_a_version_that_is_not_there(session: Session, number: int, words: str) -> None:
    """One that never was, and one that isn't kept, are refused with what there is."""
    with pytest.raises(UnknownVersion, match=words):
        earlier(session.memory, session.past[:3], number)


def test_what_differs(session: Session) -> None:
    """Fragments by their states, messages, the rewrite and tokens; nothing, between a version and itself."""
    session.say("[[7:f00001 And entry 8?")
    assert session.memory.asking is not None
    session.commit(QueryRewritten(session.memory.asking.span, "Which?", "d1"))
    before = earlier(session.memory, session.past, 2)
    found = difference(before, session.memory, COUNTER)
    assert [(changed.id, changed.before, changed.after.value[0]) for changed in found.fragments] == [
        (id_, None, state) for id_, state in zip(session.memory.fragments, "vsvvv", strict=True)
    ]
    assert (found.before, found.after, found.first, found.messages) == (2, 8, 2, 1)
    assert (found.rewrite_before, found.rewrite_after) == (None, "Which?")
    assert (found.tokens_before, found.tokens_after) == (
        view(before).tokens(COUNTER),
        view(session.memory).tokens(COUNTER),
    )
    folded = earlier(session.memory, session.past, 4)
    states = [
        (changed.id, changed.before, changed.after) for changed in difference(folded, session.memory, COUNTER).fragments
    ]
    assert states == [("f00001", "folded", "visible"), ("f00002", "visible", "summarised")]
    same = difference(session.memory, session.memory, COUNTER)
    assert (same.fragments, same.messages, same.tokens_before) == ((), 0, same.tokens_after)
    with pytest.raises(InvalidInput, match="from, to: expected the earlier version first, got 8, 4"):
        difference(session.memory, folded, COUNTER)


def test_what_leads_back_is_read_back(session: Session) -> None:
    """As JSON and back it is the same, whatever a version changed; with the asking part and the rewrite there were."""
    for text in ("the same", None):
        assert session.memory.asking
        session.commit(QueryRewritten(session.memory.asking.span, text, "d1"))
    session.say("[[7:f00001 And entry 8?")
    for version in session.past:
        assert Undo.from_dict(json.loads(json.dumps(version.undo.to_dict()))) == version.undo
    assert any(version.undo.rewrite for version in session.past)
    assert any(version.undo.asking for version in session.past)


def test_the_present_is_its_own_past(session: Session) -> None:
    """The newest version needs no way back; a forked session says whence it came."""
    assert earlier(session.memory, session.past, session.memory.version) is session.memory
    forked = replace(session.memory, forked=Forked("other", 3))
    assert origin_words(forked) == "; it was forked from session 'other' at version 3"
