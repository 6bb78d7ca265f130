"""The working memory and its events: what can't be committed, and what is kept."""

from dataclasses import replace
from typing import Any

import pytest

from riffler.errors import InvalidSpan, InvalidState
from riffler.tools.arrival import append
from riffler.tools.cutting import check_free, cut
from riffler.tools.events import FragmentsFolded, MessagesAppended, TextCut, event_from_dict
from riffler.tools.fragments import LAST_ID, Fragment, SearchHit, Span, fragment_id
from riffler.tools.memory import Stamp, WorkingMemory
from riffler.tools.messages import Message, ToolCall, read_messages
from riffler.tools.pairing import check_arrival, check_complete
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs

COUNTER = EstimatedTokens()


def memory_with(*spans: tuple[int, int]) -> WorkingMemory:
    """Make a session of one message of forty characters and fragments at these places."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("0123456789" * 4),))])
    cuts = [Fragment(fragment_id(n), Span(0, 0, *span), 1, 2) for n, span in enumerate(spans, start=1)]
    return memory.commit([TextCut(tuple(cuts))])


def test_messages_come_at_the_end_only() -> None:
    """An event made for another length of the conversation is a mistake, not a gap."""
    with pytest.raises(ValueError, match="index 1 come to a conversation of 0"):
        WorkingMemory().commit([MessagesAppended(1, (Message.user("a"),))])


def test_an_unknown_event_is_a_mistake() -> None:
    """A record of no known kind isn't skipped."""
    with pytest.raises(ValueError, match="unknown kind 'melted'"):
        event_from_dict({"kind": "melted"}, ())


@pytest.mark.parametrize("role", ["system", "developer"])
def test_instructions_are_pinned(role: str) -> None:
    """Text of a system or a developer message is pinned without a question."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.of({"role": role, "content": "rules"}),))])
    assert memory.pinned(Span(0, 0, 1, 2))
    assert not memory_with().pinned(Span(0, 0, 1, 2))


@pytest.mark.parametrize(
    ("folded", "span", "hiding"),
    [
        ((), (0, 40), None),
        (("f00001",), (9, 11), "f00001"),
        (("f00001",), (20, 30), None),
        (("f00001",), (0, 10), None),
        (("f00002",), (10, 12), None),
        (("f00002",), (10, 13), "f00002"),
        (("f00002", "f00001"), (12, 13), "f00001"),
        (("f00001", "f00003"), (25, 40), "f00003"),
        (("f00001", "f00003"), (0, 40), "f00001"),
        (("f00003",), (36, 40), None),
    ],
)
def test_what_hides_a_span(folded: tuple[str, ...], span: tuple[int, int], hiding: str | None) -> None:
    """The first of the outermost hidden fragments that share a character with the span."""
    memory = memory_with((10, 20), (12, 15), (30, 35)).commit([FragmentsFolded(folded)])
    found = memory.hiding(Span(0, 0, *span))
    assert (found and found.id) == hiding


def test_a_hidden_fragment_takes_no_cut() -> None:
    """A span inside hidden text is refused with what to restore; one fragment in the way is named alone."""
    memory = memory_with((10, 20))
    with pytest.raises(InvalidSpan, match="shares text with f00001, cut already"):
        check_free(memory, Span(0, 0, 5, 11))
    with pytest.raises(InvalidSpan, match="f00001"):
        check_free(memory, Span(0, 0, 10, 20))
    check_free(memory, Span(0, 0, 10, 19))
    with pytest.raises(InvalidState, match="f00001, which is folded: restore f00001 first"):
        check_free(memory.commit([FragmentsFolded(("f00001",))]), Span(0, 0, 10, 19))


def test_ids_run_out_with_an_error() -> None:
    """A session that has used all its ids says so; it never names two things alike."""
    memory = memory_with()
    fragment = Fragment("f00001", Span(0, 0, 0, 1), 1, 1)
    full = WorkingMemory(1, memory.entries, dict.fromkeys(map(str, range(LAST_ID)), fragment))
    with pytest.raises(InvalidSpan, match="all its 1048575 fragment ids"):
        cut(full, [(Span(0, 0, 2, 4), 1)], COUNTER)
    hits = dict.fromkeys(map(str, range(LAST_ID)), SearchHit("s00001", Span(0, 0, 0, 1)))
    searched = WorkingMemory(1, memory.entries, hits=hits)
    with pytest.raises(InvalidState, match="all its 1048575 search ids"):
        Registry().call(searched, "search_context", '{"query": "7"}', Inputs(COUNTER))


@pytest.mark.parametrize(
    "value",
    [
        {"role": "user", "content": "[[f00001 folded"},
        {"role": "user", "content": [{"type": "text", "text": "[[f00001 folded"}]},
        {"role": "user", "name": "[[status", "content": "a"},
        {"role": "assistant", "tool_calls": [ToolCall("a", "f", '{"a": "[[f00001 folded"}').to_dict()]},
    ],
)
def test_a_look_alike_moves_the_fence(value: dict[str, Any]) -> None:
    """Wherever in a message it stands, a text that reads like a marker takes the fence from the true ones."""
    memory = WorkingMemory()
    assert memory.fence == 0
    assert memory.commit([append(memory, [Message.of(value)], COUNTER)]).fence == 1


def test_calls_that_are_no_functions_keep_their_results() -> None:
    """A custom tool's call and its result are a pair, although its arguments aren't looked at."""
    call = {"id": "c", "type": "custom", "custom": {"name": "grep", "input": "x"}}
    result = {"role": "tool", "tool_call_id": "c", "content": "found"}
    messages = read_messages([{"role": "assistant", "content": None, "tool_calls": [call]}, result])
    check_arrival(messages)
    check_complete(messages)
    assert messages[0].tool_calls == ()
    assert messages[0].call_ids == ("c",)


def test_a_span_lies_in_one_text_of_a_message() -> None:
    """Markers in two parts of one message are refused, and the error says which parts."""
    parts = [{"type": "text", "text": "first"}, {"type": "text", "text": "second"}]
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.of({"role": "user", "content": parts}),))])
    arguments = '{"start_marker": "first", "end_marker": "second"}'
    with pytest.raises(InvalidSpan, match="is in message 1, end_marker in message 1, text 2: a span lies in one text"):
        Registry().call(memory, "fragment_context", arguments, Inputs(COUNTER))


def test_stored_messages_come_back() -> None:
    """What was stored gives an equal message."""
    message = Message.user("a")
    assert Message.of_json(message.json) == message


def test_a_state_is_known_by_its_version_and_life() -> None:
    """Another life's state is another one, though versions are equal; who doesn't know of lives has seen this one."""
    memory = replace(memory_with((0, 9)), life="a")
    assert memory.is_still(memory.stamp)
    assert memory.is_still(Stamp(memory.version, ""))
    assert not memory.is_still(Stamp(memory.version, "b"))
    assert not memory.is_still(Stamp(memory.version - 1, "a"))


def test_what_was_counted_is_counted_on() -> None:
    """Characters and facts are those of all messages, also when some were counted before others came."""
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("red: 1"),))])
    assert (memory.characters, memory.facts_read) == (len(memory.messages[0].json), 0)
    assert memory.facts.segments
    assert memory.facts_read > 0
    longer = memory.commit([MessagesAppended(1, (Message.user("blue: 2"),))])
    assert longer.characters == sum(len(message.json) for message in longer.messages)
