"""What is folded first, and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.talks import COUNTER, talks

from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.events import FragmentsFolded, FragmentsRestored, FragmentSummarised, TextSearched
from riffler.tools.fragments import SearchHit, Span
from riffler.tools.guard import lost
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.suggest import (
    DUPLICATE,
    LATEST,
    NEWEST,
    OLDEST,
    SHOWN_AGAIN,
    SUPERSEDED,
    TOOL_RESULT,
    UNTOUCHED,
    foldable,
    ranked,
    suggestions,
)

FILL = "and some words that say nothing at all, " * 4


def session(*messages: Message, question: bool = True) -> WorkingMemory:
    """Make a session with a fragment a message that has text and can be folded."""
    asking = [Message.user("What?")] if question else []
    memory = WorkingMemory().commit([append(WorkingMemory(), [*messages, *asking], COUNTER)])
    spans = [
        (Span(index, 0, 0, len(message.text)), 1)
        for index, message in enumerate(messages)
        if message.text and message.role != "system"
    ]
    return memory.commit([cut(memory, spans, COUNTER)])


def order(memory: WorkingMemory) -> list[tuple[str, str]]:
    """Give ids and reasons in the order to fold."""
    return [(each.fragment.id, each.reason) for each in ranked(memory)]


def test_each_reason_in_its_order() -> None:
    """Tool results, duplicates, old pairs and what nothing took up go first; what alone has a fact comes last."""
    memory = session(
        Message.user(f"so Marie Curie {FILL}"),
        Message.user(f"{FILL} x"),
        Message.user("red: one; blue: two; " * 3),
        Message.user(f"{FILL} X"),
        Message.assistant(None, [ToolCall("c", "look", "{}")]),
        Message.tool("c", f"found {FILL}"),
        Message.assistant("red: three; blue: four; so Marie Curie"),
    )
    assert order(memory) == [
        ("f00005", TOOL_RESULT),
        ("f00002", DUPLICATE),
        ("f00003", SUPERSEDED),
        ("f00004", UNTOUCHED),
        ("f00001", OLDEST),
        ("f00006", UNTOUCHED),
    ]
    assert [each.keeps for each in ranked(memory)] == [0, 0, 0, 0, 0, 3]


def test_what_was_searched_stays_longer() -> None:
    """A hit in a fragment speaks for it."""
    memory = session(Message.user(f"1 {FILL}"), Message.user(f"2 {FILL}"), Message.user(f"3 {FILL}"))
    memory = memory.commit([TextSearched("so", (SearchHit("s00001", Span(0, 0, 4, 8)),))])
    assert [id_ for id_, _ in order(memory)] == ["f00002", "f00003", "f00001"]
    assert order(memory)[-1][1] == OLDEST


def test_what_was_shown_again_comes_after_the_rest() -> None:
    """A fragment that was hidden and restored is wanted, whatever it holds; the longest ago goes first."""
    memory = session(*(Message.user(f"a: {number}; {FILL}") for number in range(4)))
    for id_ in ("f00002", "f00001"):
        memory = memory.commit([FragmentsFolded((id_,))])
        memory = memory.commit([FragmentsRestored((id_,))])
    assert order(memory)[-2:] == [("f00002", SHOWN_AGAIN), ("f00001", SHOWN_AGAIN)]


def test_all_that_was_shown_again_is_known() -> None:
    """Also when nothing of a higher id was left as it was: the last ones, or all."""
    memory = session(*(Message.user(f"a: {number}; {FILL}") for number in range(4)))
    memory = memory.commit([FragmentsFolded(tuple(memory.fragments))])
    last = memory.commit([FragmentsRestored(("f00003", "f00004"))])
    assert order(last) == [("f00003", SHOWN_AGAIN), ("f00004", SHOWN_AGAIN)]
    all_ = memory.commit([FragmentsRestored(tuple(memory.fragments))])
    assert {reason for _, reason in order(all_)} == {SHOWN_AGAIN}


def test_what_a_turn_just_did_comes_last() -> None:
    """Results of the last steps after the question are left alone; those long before them are old tool results."""
    memory = session(Message.user(f"so Paul {FILL}"), question=True)
    call = [ToolCall("c", "look", "{}")]
    steps = [m for n in range(LATEST) for m in (Message.assistant(None, call), Message.tool("c", f"{n} {FILL}"))]
    memory = memory.commit([append(memory, steps, COUNTER, "step")])
    spans = [(Span(i, 0, 0, len(m.text)), 1) for i, m in enumerate(memory.messages) if m.role == "tool"]
    memory = memory.commit([cut(memory, spans, COUNTER)])
    reasons = [reason for _, reason in order(memory)]
    assert reasons == [TOOL_RESULT] * (LATEST // 2) + [UNTOUCHED] + [NEWEST] * (LATEST // 2)


def test_old_values_go_before_the_text_around_them() -> None:
    """Of a stream of updates the pieces without a newest value go first, from the oldest; numbers don't hold them."""
    pairs = [f"key{n % 7}: {n}; " for n in range(700)]
    text = "".join(pairs[:350]) + "the last: 1; " + "".join(pairs[350:])
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.user(text), Message.user("?")], COUNTER)])
    memory = memory.commit([cut(memory, [(Span(0, 0, 0, len(text)), 20)], COUNTER)])
    ids = [id_ for id_, reason in order(memory)]
    middle = next(f.id for f in memory.by_position if "the last" in memory.text(f.span))
    assert ids == [id_ for id_ in sorted(ids) if id_ not in {middle, "f00014"}] + [middle, "f00014"]


@given(talks(), st.integers(1, 200))
@settings(max_examples=200, deadline=None)
def test_suggestions_can_be_followed(memory: WorkingMemory, tokens: int) -> None:
    """Only visible, unpinned text is suggested, each part once; what is said to lose nothing loses nothing together."""
    found = suggestions(memory, tokens, COUNTER)
    assert found == suggestions(memory, tokens, COUNTER)
    ids = [id_ for suggestion in found for id_ in suggestion.ids]
    fragments = [memory.fragments[id_] for id_ in ids]
    assert len(set(ids)) == len(ids)
    assert {f.id for f in fragments} <= {f.id for f in foldable(memory)}
    for one in fragments:
        assert not one.hidden
        assert not memory.pinned(one.span)
        assert memory.hiding(one.span) is None
        assert not any(other is not one and other.span.overlaps(one.span) for other in fragments)
    for suggestion in found:
        assert suggestion.tokens == sum(memory.fragments[id_].tokens for id_ in suggestion.ids)
    harmless = [each.fragment for each in ranked(memory) if not each.keeps]
    missing = lost(memory, harmless)
    assert not (missing.keys)
    assert not (missing.values)
    assert not (missing.headings)
    assert lost(memory, fragments) or not any(suggestion.loses for suggestion in found)


@pytest.mark.parametrize("share", [0.1, 0.5, 2.0])
def test_as_much_as_is_asked_for(share: float) -> None:
    """Suggestions end when they free enough, or when there is no more; no fragment that is all marker is among them."""
    memory = session(*(Message.user(f"{n}: {FILL}") for n in range(20)), Message.user("tiny"))
    tokens = int(sum(fragment.tokens for fragment in memory.fragments.values()) * share)
    found = suggestions(memory, tokens, COUNTER)
    freed = sum(suggestion.tokens for suggestion in found)
    ids = [id_ for suggestion in found for id_ in suggestion.ids]
    assert list(memory.fragments)[-1] not in ids
    assert len(ids) == 20 if share > 1 else tokens <= freed < 2 * tokens + 100


def test_nothing_to_suggest() -> None:
    """Without fragments, and with pinned and hidden ones only, there are no suggestions."""
    assert suggestions(WorkingMemory(), 10, COUNTER) == ()
    memory = session(Message.user(FILL))
    assert suggestions(memory.commit([FragmentsFolded(("f00001",))]), 10, COUNTER) == ()


@given(talks(), st.integers(1, 5))
@settings(deadline=None)
def test_weights_are_worked_out_in_blocks(memory: WorkingMemory, block: int) -> None:
    """Whatever the size of a block, the order and all reasons are the same."""
    whole = ranked(memory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("riffler.tools.fact_arrays.BLOCK", block)
        assert ranked(memory) == whole


def test_what_holds_a_summary_keeps_something() -> None:
    """Folding a fragment around a summary takes the summary out of view: it comes after what loses nothing."""
    text = "the rain fell all day and all night, and the wind was up " * 4
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.user(text)] * 2 + [Message.user("?")], COUNTER)])
    memory = memory.commit([cut(memory, [(Span(0, 0, 0, len(text)), 1), (Span(1, 0, 0, len(text)), 1)], COUNTER)])
    memory = memory.commit([cut(memory, [(Span(0, 0, 0, 60), 1)], COUNTER)])
    memory = memory.commit([FragmentSummarised("f00003", "all", "depth: 5")])
    assert {each.fragment.id: each.keeps for each in ranked(memory)} == {"f00001": 1, "f00002": 0}
    assert lost(memory, [memory.fragments["f00001"]]).keys == ("depth",)
