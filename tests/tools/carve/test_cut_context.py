"""What `cut_context` cuts, what it leaves alone, and what it refuses in which words."""

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.structure.scripts import MARKED, Marked

from riffler.errors import (
    InvalidArguments,
    InvalidSpan,
    InvalidState,
    MarkerNotFound,
    MarkerNotUnique,
    NothingToCut,
    NotJson,
    RifflerError,
    ToolRefused,
    UnknownFragment,
)
from riffler.tools.arrival import append
from riffler.tools.carve.cut_context import CUT_CONTEXT, MOST_FRAGMENTS
from riffler.tools.events import FragmentsFolded, FragmentsRestored, TextCut
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
REGISTRY = Registry((CUT_CONTEXT,))
STREAM = "".join(f"Entry {number} says {number * number}. " for number in range(300))
HEADED = "# One\nfirst\n\n# Two\nsecond\n"
ITEMS = 'Found:\n[{"a": 1},\n {"b": 2},\n {"c": 3}]'


def memory_of(*texts: str, question: str = "What says entry 7?") -> WorkingMemory:
    """Make a session: instructions, an assistant message a text, and a question."""
    messages = [Message.system("Rules."), *map(Message.assistant, texts), Message.user(question)]
    return WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])


def call(memory: WorkingMemory, **arguments: Any) -> tuple[WorkingMemory, str]:
    """Call the tool, and give the memory afterwards and the reply."""
    outcome = REGISTRY.call(memory, "cut_context", json.dumps(arguments), Inputs(COUNTER))
    return memory.commit(outcome.events), outcome.reply


def texts_of(memory: WorkingMemory, first: int = 1) -> list[str]:
    """Give the texts of the fragments from a number on, in the order of their ids."""
    return [memory.text(fragment.span) for fragment in list(memory.fragments.values())[first - 1 :]]


def fold(memory: WorkingMemory, *ids: str) -> WorkingMemory:
    """Fold fragments."""
    return memory.commit([FragmentsFolded(ids)])


BY = st.sampled_from(["size", "message", "headings", "paragraphs", "lines", "sentences", "code", "json"])


@given(
    st.lists(MARKED, min_size=1, max_size=4),
    st.lists(st.tuples(BY, st.none() | st.integers(20, 60), st.booleans()), max_size=5),
    st.data(),
)
@settings(max_examples=60)
def test_cuts_are_laminar_and_undone_by_restoring(
    marked: list[Marked], calls: list[tuple[str, int | None, bool]], data: st.DataObject
) -> None:
    """After any calls: fragments are apart or nested and part no word; folding and restoring changes nothing."""
    memory = memory_of(*(one.text for one in marked), question=data.draw(MARKED).text)
    for by, tokens, nested in calls:
        arguments: dict[str, Any] = {"by": by}
        if tokens is not None and by != "message":
            arguments["tokens"] = tokens
        if nested and memory.fragments:
            arguments["fragment"] = data.draw(st.sampled_from(list(memory.fragments)))
        before = memory
        try:
            memory, reply = call(memory, **arguments)
        except ToolRefused:
            continue
        assert memory.version == before.version + 1
        assert len(reply.splitlines()) <= 40
        assert view(memory).messages == memory.messages
    spans = [fragment.span for fragment in memory.fragments.values()]
    for one, other in combinations(spans, 2):
        assert one != other
        assert not one.overlaps(other) or one.contains(other) or other.contains(one)
    for span in spans:
        assert memory.text(span).strip()
        assert not memory.pinned(span)
        assert memory.messages[span.message].role == "assistant"
        assert marked[span.message - 1].parted([span.start, span.end]) == []
    ids = tuple(memory.fragments)
    folded = fold(memory, *ids)
    assert view(folded.commit([FragmentsRestored(ids)])).messages == memory.messages


def test_a_call_cuts_all_messages_that_can_be_cut() -> None:
    """One event, one version; pieces tile each text, and the reply names ranges and first words in a few lines."""
    memory = memory_of(STREAM, "Short.", STREAM)
    outcome = REGISTRY.call(memory, "cut_context", "{}", Inputs(COUNTER))
    (event,) = outcome.events
    assert isinstance(event, TextCut)
    texts = [[memory.text(f.span) for f in event.fragments if f.span.message == index] for index in (1, 2, 3)]
    assert ["".join(parts) for parts in texts] == [STREAM, "Short.", STREAM]
    assert all(fragment.tokens == COUNTER.count(memory.text(fragment.span)) for fragment in event.fragments)
    lines = outcome.reply.splitlines()
    assert lines[0].startswith(f"cut f00001-f{len(event.fragments):05x}: {len(event.fragments)} fragments, all visible")
    assert lines[2] == f"message 3 (assistant): f{len(texts[0]) + 1:05x}, 2 tokens"
    assert any(line.startswith("f00001, ") and ": Entry 0 says 0." in line and line.endswith(" ...") for line in lines)


def test_a_reply_stays_short() -> None:
    """Whatever is cut, the reply has forty lines at most, and still names the first and the last id."""
    memory = memory_of(*(f"Note {number}." for number in range(200)))
    memory, reply = call(memory, by="message")
    assert len(reply.splitlines()) <= 40
    assert "190 more messages, 12 to 201: f0000b-f000c8" in reply
    assert "f000c8, 3 tokens: Note 199." in reply
    with pytest.raises(NothingToCut, match="195 more messages are cut already, the last of them: f000c8"):
        call(memory)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"by": "headings", "messages": "2"}, ["# One\nfirst\n\n", "# Two\nsecond\n"]),
        ({"by": "headings", "messages": "2", "tokens": 200}, None),
        ({"by": "json", "messages": "3-"}, ["Found:\n", '[{"a": 1},\n ', '{"b": 2},\n ', '{"c": 3}]']),
        ({"by": "json"}, ["Found:\n", '[{"a": 1},\n ', '{"b": 2},\n ', '{"c": 3}]']),
        ({"by": "lines", "messages": "2,2"}, ["# One\n", "first\n\n", "# Two\n", "second\n"]),
        ({"by": "message", "messages": "-3"}, [HEADED, ITEMS]),
        ({"by": "message", "roles": ["assistant"]}, [HEADED, ITEMS]),
        ({"by": "message", "start_marker": "irst", "end_marker": "# Tw"}, ["first\n\n# Two"]),
        ({"by": "lines", "start_marker": "# Two"}, ["# Two\n", "second\n"]),
        ({"by": "lines", "end_marker": "# Two"}, ["# One\n", "first\n\n", "# Two"]),
        ({"by": "markers", "start_marker": "# One", "end_marker": "second", "pieces": 2},
        ["# One\nfirst\n\n", "# Two\nsecond"]),
        ({"by": "markers", "start_marker": "# One", "end_marker": "# One", "pieces": 2}, ["# ", "One"]),
    ],
)  # fmt: skip
def test_what_is_cut(arguments: dict[str, Any], expected: list[str] | None) -> None:
    """Kinds, positions, roles and markers; a marker from the middle of a word stands for the word."""
    memory = memory_of(HEADED, ITEMS)
    if expected is None:
        with pytest.raises(NothingToCut, match="no headings to cut at in that text: take by=paragraphs"):
            call(memory, **arguments)
    else:
        assert texts_of(call(memory, **arguments)[0]) == expected


def test_cuts_nest() -> None:
    """A visible fragment is cut inside; what is in fragments already stays, and the rest of it is cut around them."""
    memory, _ = call(memory_of(STREAM), tokens=1000)
    memory, reply = call(
        memory, fragment="f00001", by="markers", start_marker="Entry 5 ", end_marker="says 36.", pieces=1
    )
    assert reply.splitlines()[0].startswith("cut f00003: 1 fragment, visible")
    memory, reply = call(memory, fragment="f00001", by="message")
    assert texts_of(memory, 4)[0].endswith("Entry 4 says 16. ")
    assert texts_of(memory, 5)[0].startswith(" Entry 7 says 49. ")
    assert "f00001 is cut already: f00003" in reply
    with pytest.raises(NothingToCut, match="f00001 is cut already: f00004, f00003, f00005"):
        call(memory, fragment="f00001", by="sentences")
    with pytest.raises(NothingToCut, match="message 2 is cut already: f00001-f00002;"):
        call(memory)
    memory = fold(memory, "f00003")
    with pytest.raises(InvalidState, match="f00003 is folded: restore f00003 first"):
        call(memory, fragment="f00003")
    with pytest.raises(InvalidState, match="lies inside f00001"):
        call(fold(memory, "f00001"), fragment="f00003")
    with pytest.raises(InvalidState, match="start_marker occurs only in hidden text: restore f00003"):
        call(memory, start_marker="Entry 5 ")


def test_pinned_text_is_cut_around() -> None:
    """A long question's asking part and its beginning are in no fragment, so that all that is cut can be folded."""
    text = f"{STREAM}\n\nWhat says entry 7?\n\n{STREAM}"
    memory = memory_of(question=text)
    assert memory.asking is not None
    memory, _ = call(memory)
    left = "".join(texts_of(memory))
    for pin in memory.asking.pinned:
        text = text[: pin.start] + " " * (pin.end - pin.start) + text[pin.end :]
    assert left.split() == text.split()
    assert not any(memory.pinned(fragment.span) for fragment in memory.fragments.values())


def test_steps_and_instructions_stay_whole() -> None:
    """Inner steps aren't cut, results of the conversation's own tools are; a part that is no text is no hindrance."""
    memory = memory_of("Short.")
    said = Message.assistant(None, [ToolCall("a", "look", "{}")])
    memory = memory.commit([append(memory, [said, Message.tool("a", HEADED)], COUNTER)])
    memory = memory.commit([append(memory, [said, Message.tool("a", HEADED)], COUNTER, "step")])
    cut, reply = call(memory, messages="1,4-7", by="headings")
    assert texts_of(cut) == ["# One\nfirst\n\n", "# Two\nsecond\n"]
    assert "message 4: no text, or pinned as the question" in reply
    assert "messages 1, 6, 7: instructions, an inner step, or of another role" in reply
    alone = WorkingMemory().commit([append(WorkingMemory(), [Message.assistant("Hello.")], COUNTER)])
    assert texts_of(call(alone)[0]) == ["Hello."]
    with pytest.raises(NothingToCut, match="no message of these roles has text"):
        call(WorkingMemory())


def test_several_texts_of_a_message_are_cut_each() -> None:
    """A fragment lies in one text; blanks make none."""
    parts = [{"type": "text", "text": text} for text in ("One. ", "  ", "Two. ")]
    memory = WorkingMemory()
    memory = memory.commit(
        [append(memory, [Message.of({"role": "user", "content": parts}), Message.user("?")], COUNTER)]
    )
    memory, _ = call(memory, by="sentences")
    assert texts_of(memory) == ["One. ", "Two. "]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"messages": "x"}, InvalidArguments, "messages: expected positions from 1, such as .*, got 'x'"),
        ({"messages": "-"}, InvalidArguments, "messages: expected positions .*, got '-'"),
        ({"messages": "6-9"}, InvalidArguments, "messages: there are messages 1 to 5, got '6-9'"),
        ({"messages": "3-2"}, InvalidArguments, "expected positions from 1, .*got '3-2'"),
        ({"messages": "0"}, InvalidArguments, "expected positions from 1, .*got '0'"),
        ({"messages": "2", "fragment": "f00001"}, InvalidArguments, "fragment: f00001 says where already"),
        ({"by": "markers"}, InvalidArguments, "start_marker: expected text to cut at"),
        ({"by": "markers", "start_marker": "a"}, InvalidArguments, "end_marker: expected text to cut at"),
        ({"by": "message", "tokens": 50}, InvalidArguments, "tokens: means nothing when by is message: take by=size"),
        ({"pieces": 3}, InvalidArguments, "pieces: means nothing when by is size: take by=markers"),
        ({"tokens": 19}, InvalidArguments, "tokens: .* 20, got 19"),
        ({"roles": ["system"]}, InvalidArguments, "roles.0: .*'user', 'assistant' or 'tool', got 'system'"),
        ({"fragment": "f00009"}, UnknownFragment, "no fragment f00009: this session has f00001 to f00002"),
        ({"start_marker": "nowhere"}, MarkerNotFound, "start_marker occurs 0 times in the messages looked in"),
        ({"start_marker": "nowhere", "fragment": "f00001"}, MarkerNotFound, "occurs 0 times in f00001"),
        ({"end_marker": "Entry", "messages": "4"}, MarkerNotUnique, "end_marker occurs more than 20 times"),
        ({"start_marker": "Entry 9 ", "end_marker": "Two"}, InvalidSpan, "in message 4, end_marker in message 2"),
        ({"start_marker": "Entry 9 ", "end_marker": "Entry 7 "}, InvalidSpan, "swap them"),
        ({"start_marker": "# One", "end_marker": "second"}, InvalidSpan, "shares text with f00001 to f00002"),
        ({"fragment": "f00001"}, NothingToCut, "one piece already by size: take another kind"),
        ({"fragment": "f00001", "by": "code"}, NothingToCut, "no code to cut at"),
        ({"messages": "2"}, NothingToCut, "message 2 is cut already: f00001-f00002. Cut inside"),
        ({"messages": "1"}, NothingToCut, "message 1: instructions, an inner step"),
        (
            {"messages": "3", "by": "json"},
            NotJson,
            r"message 3: not valid JSON at line 1, column 6: expected ',' or ']'",
        ),
        ({"by": "json"}, NothingToCut, "no json to cut at"),
    ],
)
def test_what_is_refused(arguments: dict[str, Any], error: type[RifflerError], words: str) -> None:
    """A refusal names the field or what there is, and what would work."""
    memory, _ = call(memory_of(HEADED, "[1, 2", STREAM), by="headings", messages="2")
    with pytest.raises(error, match=words):
        call(memory, **arguments)


@pytest.mark.parametrize("by", ["lines", "size"])
def test_too_many_pieces_are_refused_with_a_size_that_works(by: str) -> None:
    """More fragments than a call may make are refused, and the size that the refusal names is enough."""
    memory = memory_of("A line with some words in it, more or less.\n" * 15_000)
    arguments: dict[str, Any] = {"by": by, "tokens": 20} if by == "size" else {"by": by}
    with pytest.raises(InvalidArguments, match=f"more than {MOST_FRAGMENTS} fragments") as refused:
        call(memory, **arguments)
    enough = int(str(refused.value).split("set tokens to ")[1].split()[0])
    memory, _ = call(memory, **(arguments | {"tokens": enough}))
    assert 1000 < len(memory.fragments) <= MOST_FRAGMENTS


def test_too_many_messages_are_refused() -> None:
    """A fragment a message has no size: fewer messages are asked for."""
    memory = memory_of(*["Note."] * (MOST_FRAGMENTS + 1))
    with pytest.raises(InvalidArguments, match="messages: at most 5000 fragments"):
        call(memory, by="message")
