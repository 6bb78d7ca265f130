"""Folding, keeping and restoring in batches."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import Guarded, InvalidArguments, InvalidState, Pinned, ToolRefused, UnknownFragment
from riffler.tools.arrival import append
from riffler.tools.carve.fold_fragments import FOLD_FRAGMENTS
from riffler.tools.carve.keep_only import KEEP_ONLY
from riffler.tools.carve.restore_fragments import RESTORE_FRAGMENTS
from riffler.tools.cutting import cut
from riffler.tools.events import FragmentsFolded, FragmentsRestored, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs, Outcome
from riffler.tools.view import bare_view, view

COUNTER = EstimatedTokens()
REGISTRY = Registry((FOLD_FRAGMENTS, KEEP_ONLY, RESTORE_FRAGMENTS))
LINES = (
    "harbour: north 17",
    "the rain fell all day",
    "the wind was in the west",
    "mayor: Ada Lund",
    "a quiet street",
    "end",
)


def memory_of_lines() -> WorkingMemory:
    """Make a session of a message a line, each a fragment, and a question that is cut too (f00007, pinned)."""
    memory = WorkingMemory()
    messages = [Message.user(f"{line}\n" * 15) for line in LINES] + [Message.user("Who is mayor?")]
    memory = memory.commit([append(memory, messages, COUNTER)])
    spans = [(Span(at, 0, 0, len(message.text)), 1) for at, message in enumerate(messages)]
    return memory.commit([cut(memory, spans, COUNTER)])


def call(memory: WorkingMemory, tool: str, inputs: Inputs | None = None, **arguments: object) -> Outcome:
    """Call a tool as a model does."""
    return REGISTRY.call(memory, tool, json.dumps(arguments), inputs or Inputs(COUNTER))


def folded(memory: WorkingMemory) -> str:
    """Give the last digits of what is hidden."""
    return "".join(fragment.id[-1] for fragment in memory.by_position if fragment.hidden)


def test_a_batch_is_one_event_and_its_reply_tells_all() -> None:
    """Ids, count, tokens and what nothing else in view says."""
    memory = memory_of_lines()
    outcome = call(memory, "fold_fragments", fragments=["f00001-f00003", "f00005"])
    (event,) = outcome.events
    assert event == FragmentsFolded(("f00001", "f00002", "f00003", "f00005"))
    head, warning = outcome.reply.split("\n")
    freed = bare_view(memory).tokens(COUNTER) - bare_view(memory.commit(outcome.events)).tokens(COUNTER)
    assert head == f"folded f00001-f00003, f00005 (4 fragments): {freed} tokens freed"
    assert warning.startswith("warning: ")
    assert "nowhere else in view" in warning
    assert "harbour" in warning
    assert "mayor" not in warning


def test_strict_refuses_what_the_guard_names() -> None:
    """Nothing happens, and the refusal names the key; what nobody misses is folded all the same."""
    memory = memory_of_lines()
    with pytest.raises(Guarded, match="nothing was hidden: .*mayor"):
        call(memory, "fold_fragments", fragments=["f00002-f00005"], strict=True)
    assert call(memory, "fold_fragments", fragments=["f00002", "f00005"], strict=True).events
    with pytest.raises(Guarded, match="harbour"):
        call(memory, "keep_only", fragments=["f00004"], strict=True)


def test_all_leaves_what_is_pinned() -> None:
    """The question stays and the reply says so; named by its own id it is refused, and nothing else is folded."""
    memory = memory_of_lines()
    outcome = call(memory, "fold_fragments", fragments=["all"], but=["f00002"])
    assert folded(memory.commit(outcome.events)) == "13456"
    assert "; f00007 stays visible (pinned)" in outcome.reply
    with pytest.raises(Pinned, match="f00007 can't be hidden"):
        call(memory, "fold_fragments", fragments=["f00001", "f00007"])


def test_keep_only_shows_and_folds_at_once() -> None:
    """Hidden ones among them are restored by the same call, also when a fragment around them is hidden."""
    memory = memory_of_lines()
    inner = Fragment(fragment_id(8), Span(0, 0, 0, 8), 3, 3)
    memory = memory.commit([TextCut((inner,))]).commit([FragmentsFolded(("f00003",))])
    outcome = call(memory, "keep_only", fragments=["f00003", "f00008"])
    after = memory.commit(outcome.events)
    assert folded(after) == "2456"
    assert outcome.events[0] == FragmentsRestored(("f00003",))
    assert outcome.reply.startswith("kept f00008, f00003 (shown again: f00003), folded f00002, f00004-f00006: ")
    again = call(after.commit([FragmentsRestored(("f00002",))]), "keep_only", fragments=["f00003", "f00008"])
    assert again.reply.startswith("kept f00008, f00003, folded f00002: ")
    with pytest.raises(InvalidState, match="only f00008, f00003 is visible already; f00007 stays visible"):
        call(after, "keep_only", fragments=["f00003", "f00008"])


def test_keep_only_may_only_restore() -> None:
    """When all others are hidden already, it shows what it names and folds nothing."""
    memory = memory_of_lines().commit([FragmentsFolded(tuple(fragment_id(n) for n in range(1, 7)))])
    outcome = call(memory, "keep_only", fragments=["f00004"])
    assert folded(memory.commit(outcome.events)) == "12356"
    assert outcome.reply.startswith("kept f00004 (shown again: f00004), folded no other: the view grows by ")


def test_a_restore_says_when_the_view_becomes_too_large() -> None:
    """Over the budget the service would fold again at once: better to know."""
    memory = memory_of_lines().commit([FragmentsFolded(("f00001", "f00002"))])
    whole = view(memory_of_lines()).tokens(COUNTER)
    reply = call(memory, "restore_fragments", Inputs(COUNTER, budget_tokens=whole - 1), fragments=["all"]).reply
    assert reply.endswith(f"; the view now takes {whole} tokens of {whole - 1}: fold something else, or Riffler will")
    assert (
        "fold something"
        not in call(memory, "restore_fragments", Inputs(COUNTER, budget_tokens=whole), fragments=["all"]).reply
    )


def test_prices_are_told_where_there_is_a_cache() -> None:
    """With the prices of a provider the reply says what the edit costs now and when it pays back."""
    inputs = Inputs(COUNTER, prices=CachePrices(0.1, 1.25))
    reply = call(memory_of_lines(), "fold_fragments", inputs, fragments=["f00002"]).reply
    assert "tokens leave the cache: the next call costs" in reply
    assert "paid back after" in reply


@pytest.mark.parametrize(
    ("tool", "arguments", "error", "words"),
    [
        ("fold_fragments", {"fragments": []}, InvalidArguments, "fold_fragments: fragments: .*at least 1"),
        ("fold_fragments", {"fragments": ["3"]}, InvalidArguments, r"fragments.0: expected a list such as .*, got '3'"),
        (
            "fold_fragments",
            {"fragments": ["f00001"], "but": ["all the rest"]},
            InvalidArguments,
            "but.1: .*, got 'the'",
        ),
        ("fold_fragments", {"fragments": ["f0000a"]}, UnknownFragment, "no fragment f0000a"),
        ("fold_fragments", {"fragments": ["f00001"], "but": ["f00001"]}, InvalidState, "no fragment is left to fold"),
        ("restore_fragments", {"fragments": ["f00001"]}, InvalidState, "f00001 is visible: nothing was changed"),
        ("restore_fragments", {"fragments": ["all"], "but": ["all"]}, InvalidState, "no fragment is left to restore"),
    ],
)
def test_refusals(tool: str, arguments: dict[str, object], error: type[ToolRefused], words: str) -> None:
    """What can't be done is told, with the field or the ids."""
    with pytest.raises(error, match=words):
        call(memory_of_lines(), tool, **arguments)


def test_what_is_folded_already_is_left() -> None:
    """A batch folds the others; one in which nothing is left is refused."""
    memory = memory_of_lines().commit([FragmentsFolded(("f00001", "f00002"))])
    outcome = call(memory, "fold_fragments", fragments=["f00001-f00003"])
    assert outcome.events == (FragmentsFolded(("f00003",)),)
    assert outcome.reply.startswith("folded f00003: ")
    with pytest.raises(InvalidState, match="f00001-f00002 can't be seen already: nothing was changed"):
        call(memory, "fold_fragments", fragments=["f00001-f00002"])


@given(st.sets(st.integers(1, 6), min_size=1), st.sets(st.integers(1, 6), min_size=1))
def test_keep_only_leaves_exactly_these(first: set[int], then: set[int]) -> None:
    """Whatever was hidden before, afterwards these are visible and all others, but the pinned, are folded."""
    memory = memory_of_lines()
    for numbers in (first, then):
        with suppress(InvalidState):  # they alone are visible already
            memory = memory.commit(call(memory, "keep_only", fragments=[fragment_id(n) for n in numbers]).events)
        assert folded(memory) == "".join(str(n) for n in range(1, 7) if n not in numbers)
    restored = memory.commit(call(memory, "restore_fragments", fragments=["all"]).events) if folded(memory) else memory
    assert view(restored).messages == memory.messages
