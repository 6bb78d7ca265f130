"""What the tools refuse, and in which words."""

import json
from typing import Any

import pytest

from riffler.errors import (
    EmptySummary,
    InvalidArguments,
    InvalidSpan,
    InvalidState,
    MarkerNotFound,
    MarkerNotUnique,
    Pinned,
    RifflerError,
    UnknownFragment,
    UnknownSearchHit,
    UnknownTool,
    UnpairedToolCall,
)
from riffler.tools.arrival import append
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.pairing import check_complete
from riffler.tools.price import CachePrices
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
REGISTRY = Registry()
TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(100))
REFUSED = "I'm sorry, but I can't help with that."


def memory_of(*texts: str) -> WorkingMemory:
    """Make a session of user messages and a question."""
    messages = [Message.user(text) for text in (*texts, "What says entry 7?")]
    return WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])


def call(memory: WorkingMemory, tool: str, summary: str = "", **arguments: Any) -> tuple[WorkingMemory, str]:
    """Call a tool, and give the memory afterwards and the reply."""
    outcome = REGISTRY.call(memory, tool, json.dumps(arguments), Inputs(COUNTER, summary))
    return (memory.commit(outcome.events) if outcome.events else memory), outcome.reply


def cut_memory() -> WorkingMemory:
    """Make a session with five fragments, f00001 to f00005."""
    return call(memory_of(TEXT), "fragment_context", start_marker="Entry 10 ", end_marker="Entry 90 ")[0]


@pytest.mark.parametrize(
    ("start", "end", "error", "words"),
    [
        ("Entry 1000 ", "Entry 9 ", MarkerNotFound, "start_marker occurs 0 times"),
        ("Entry 1 ", "nowhere", MarkerNotFound, "end_marker occurs 0 times"),
        ("Entry ", "Entry 9 ", MarkerNotUnique, "more than 20 times .* quoting more"),
        ("says 1", "Entry 9 ", MarkerNotUnique, "start_marker occurs [0-9]+ times"),
        ("Entry 9 ", "Entry 1 ", InvalidSpan, "swap"),
        ("Entry 1 ", "What says", InvalidSpan, "message 1, .* message 2"),
        ("Entry 1 ", "Entry 50 ", InvalidSpan, "shares text with f00001 to f00003"),
        ("Entry 1 ", "Entry 99 ", InvalidSpan, "f00001 to f00005"),
    ],
)
def test_cuts_that_are_refused(start: str, end: str, error: type[RifflerError], words: str) -> None:
    """A marker that isn't there once, and a span that can't be cut, are refused with what would work."""
    memory = cut_memory()
    with pytest.raises(error, match=words):
        call(memory, "fragment_context", start_marker=start, end_marker=end)


def test_a_cut_may_lie_in_a_fragment() -> None:
    """A cut inside a visible fragment nests; hiding the outer one hides the inner ones, and they can't be changed."""
    memory, reply = call(
        cut_memory(), "fragment_context", start_marker="Entry 12 ", end_marker="Entry 15 ", num_fragments=1
    )
    assert "into 1 fragment, visible" in reply
    memory, _ = call(memory, "fold_fragment", fragment_id="f00006")
    memory, _ = call(memory, "fold_fragment", fragment_id="f00001")
    assert "f00006 folded" not in view(memory).messages[0].text
    with pytest.raises(InvalidState, match="inside f00001"):
        call(memory, "restore_fragment", fragment_id="f00006")
    with pytest.raises(InvalidState, match="restore f00001 first"):
        call(memory, "fragment_context", start_marker="Entry 13 ", end_marker="Entry 14 ")
    memory, _ = call(memory, "restore_fragment", fragment_id="f00001")
    assert "[[f00006 folded" in view(memory).messages[0].text


@pytest.mark.parametrize("state", ["fold_fragment", "summarize_fragment"])
def test_a_fragment_changes_its_state_once(state: str) -> None:
    """Folding twice and restoring twice are refused; a folded fragment can be summarised and comes back whole."""
    memory = cut_memory()
    with pytest.raises(InvalidState, match="f00002 is visible already"):
        call(memory, "restore_fragment", fragment_id="f00002")
    memory, _ = call(memory, "fold_fragment", fragment_id="f00002")
    with pytest.raises(InvalidState, match="f00002 is folded already"):
        call(memory, "fold_fragment", fragment_id="f00002")
    memory, _ = call(memory, "summarize_fragment", "squares", fragment_id="f00002", focus="squares")
    assert "tokens: squares]]" in view(memory).messages[0].text
    if state == "fold_fragment":
        memory, _ = call(memory, state, fragment_id="f00002")
    memory, _ = call(memory, "restore_fragment", fragment_id="f00002")
    assert view(memory).messages == memory.messages


@pytest.mark.parametrize(
    ("summary", "words"),
    [(" \n", "is empty"), ("\u200b", "is empty"), ("...", "is empty"), (TEXT, "the original"), (REFUSED, "a refusal")],
)
def test_a_bad_summary_replaces_nothing(summary: str, words: str) -> None:
    """An empty summary, one that is no shorter, and a refusal in words are refused."""
    with pytest.raises(EmptySummary, match=words):
        call(cut_memory(), "summarize_fragment", summary, fragment_id="f00001", focus="squares")


@pytest.mark.parametrize("summary", [REFUSED, "We can't ship before Friday."])
def test_a_summary_by_hand_is_no_refusal(summary: str) -> None:
    """What a person writes stands as it is; the same words of an engine are refused."""
    memory, arguments = cut_memory(), '{"fragment_id": "f00001", "focus": "squares"}'
    with pytest.raises(EmptySummary, match="reads as a refusal"):
        REGISTRY.call(memory, "summarize_fragment", arguments, Inputs(COUNTER, summary))
    outcome = REGISTRY.call(memory, "summarize_fragment", arguments, Inputs(COUNTER, summary, by_hand=True))
    assert memory.commit(outcome.events).fragments["f00001"].summary == summary


class PerCharacter:
    """Counts far more tokens than the estimate does."""

    def count(self, text: str) -> int:
        """Count the characters."""
        return len(text)


def test_a_summary_is_measured_against_the_original_as_both_count_now() -> None:
    """What a fragment was counted as when it was cut says nothing about today: a longer summary is refused."""
    memory = memory_of(TEXT)
    arguments = '{"start_marker": "Entry 10 ", "end_marker": "Entry 90 "}'
    memory = memory.commit(REGISTRY.call(memory, "fragment_context", arguments, Inputs(PerCharacter())).events)
    fragment = memory.fragments["f00001"]
    original = memory.text(fragment.span)
    longer = f"{original} So it goes."
    assert COUNTER.count(longer) < fragment.tokens
    with pytest.raises(EmptySummary, match=f"the original {COUNTER.count(original)}"):
        call(memory, "summarize_fragment", longer, fragment_id="f00001", focus="squares")


def test_a_summary_counts_with_its_marker() -> None:
    """A summary whose marker makes up for what it saves is refused; one that saves is counted with its marker."""
    memory, _ = call(memory_of(TEXT), "fragment_context", start_marker="Entry 10 ", end_marker="Entry 11 ")
    original = memory.text(memory.fragments["f00001"].span)
    shorter = original[:-4]
    assert COUNTER.count(shorter) < COUNTER.count(original)
    with pytest.raises(EmptySummary, match="in its marker the summary has"):
        call(memory, "summarize_fragment", shorter, fragment_id="f00001", focus="squares")
    memory, reply = call(cut_memory(), "summarize_fragment", "squares", fragment_id="f00001", focus="squares")
    marker = view(memory).messages[0].text[memory.fragments["f00001"].span.start :].partition("]]")[0] + "]]"
    assert f"{COUNTER.count(marker)} tokens stand for" in reply


def test_a_summary_is_ordered_from_the_original() -> None:
    """The order for a summary has the fragment's original text, also when it is folded."""
    memory, _ = call(cut_memory(), "fold_fragment", fragment_id="f00001")
    order = REGISTRY.order(memory, "summarize_fragment", '{"fragment_id": "f00001", "focus": "squares"}')
    assert order is not None
    assert order.text == memory.text(memory.fragments["f00001"].span)
    assert REGISTRY.order(memory, "fold_fragment", '{"fragment_id": "f00001"}') is None


def test_the_question_is_pinned() -> None:
    """The newest question can be cut but not hidden; once a newer one is there, it can."""
    memory, _ = call(
        memory_of(TEXT), "fragment_context", start_marker="What says", end_marker="entry 7?", num_fragments=1
    )
    with pytest.raises(Pinned, match="f00001 can't be hidden"):
        call(memory, "fold_fragment", fragment_id="f00001")
    memory = memory.commit([append(memory, [Message.user("And entry 8?")], COUNTER)])
    memory, _ = call(memory, "fold_fragment", fragment_id="f00001")
    assert "What says" not in view(memory).messages[1].text


def test_unknown_ids_are_named_with_the_known_ones() -> None:
    """An unknown id is refused, and the error names what there is."""
    with pytest.raises(UnknownFragment, match="no fragments yet"):
        call(memory_of(TEXT), "fold_fragment", fragment_id="f00001")
    with pytest.raises(UnknownFragment, match="f00001 to f00005"):
        call(cut_memory(), "fold_fragment", fragment_id="f00006")
    with pytest.raises(UnknownSearchHit, match="nothing was found"):
        call(memory_of(TEXT), "get_search_detail", search_id="s00001")
    memory, _ = call(memory_of(TEXT), "search_context", query="Entry 7 ")
    with pytest.raises(UnknownSearchHit, match="s00001 to s00001"):
        call(memory, "get_search_detail", search_id="s00002")


@pytest.mark.parametrize(
    ("tool", "arguments", "error", "words"),
    [
        ("unfold", "{}", UnknownTool, "no tool 'unfold': there are fragment_context"),
        ("fold_fragment", "{", InvalidArguments, "valid JSON"),
        ("fold_fragment", "[]", InvalidArguments, "object of arguments, got list"),
        ("fold_fragment", "", InvalidArguments, "fragment_id: is missing"),
        ("fold_fragment", '{"fragment_id": "x"}', InvalidArguments, "fragment_id: .*, got 'x'"),
        ("search_context", '{"query": "a", "limit": 3}', InvalidArguments, "limit: there is no such .* query, role"),
        ("search_context", '{"query": "a", "max_results": 51}', InvalidArguments, "max_results: .*50, got 51"),
    ],
)
def test_wrong_calls_are_refused(tool: str, arguments: str, error: type[RifflerError], words: str) -> None:
    """An unknown tool, and arguments that don't fit, are refused with the field and what came."""
    with pytest.raises(error, match=words):
        REGISTRY.call(cut_memory(), tool, arguments, Inputs(COUNTER))


def test_search_is_newest_first_and_sees_hidden_text() -> None:
    """The newest match comes first, hidden text is found and named so, and detail shows it."""
    memory, _ = call(cut_memory(), "fold_fragment", fragment_id="f00001")
    memory, reply = call(memory, "search_context", query="Entry 1", max_results=50)
    lines = reply.splitlines()
    assert lines[0] == '11 matches for "Entry 1"'
    assert "«Entry 1»9" in lines[1]
    assert "folded, fragment f00001" in lines[1]
    assert lines[-1].startswith("[s0000b] message 1 (user), visible:")
    _, detail = call(memory, "get_search_detail", search_id="s00001", extended_context=100)
    assert "Entry 19 says 361." in detail


def test_results_keep_their_calls() -> None:
    """A result without a call is refused on arrival; a call without a result is refused before it goes to a model."""
    said = Message.assistant(None, [ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")])
    memory = memory_of().commit([append(memory_of(), [said, Message.tool("b", "1")], COUNTER)])
    with pytest.raises(UnpairedToolCall, match="call 'b'"):
        append(memory, [Message.tool("b", "again")], COUNTER)
    with pytest.raises(UnpairedToolCall, match="ends before the results of the calls a"):
        check_complete(memory.messages)
    memory = memory.commit([append(memory, [Message.tool("a", "2")], COUNTER)])
    check_complete(memory.messages)
    with pytest.raises(UnpairedToolCall, match=r"messages\[2\]: comes before the results"):
        check_complete([Message.user("q"), said, Message.user("q")])


@pytest.mark.parametrize("name", ["fragment_context", "fold_fragment", "search_context", "get_search_detail"])
def test_schemas_are_the_papers(name: str) -> None:
    """Every schema forbids other arguments, and has the paper's ranges and defaults."""
    schemas = {schema["function"]["name"]: schema["function"]["parameters"] for schema in REGISTRY.schemas()}
    assert schemas[name]["additionalProperties"] is False
    numbers = {
        field: (rule.get("default"), rule.get("minimum"), rule.get("maximum"))
        for field, rule in schemas[name]["properties"].items()
        if rule.get("type") == "integer"
    }
    assert (
        numbers
        == {
            "fragment_context": {"num_fragments": (5, 1, 20)},
            "fold_fragment": {},
            "search_context": {"max_results": (10, 1, 50), "context_size": (200, 50, 1000)},
            "get_search_detail": {"extended_context": (500, 100, 2000)},
        }[name]
    )


def test_the_paper_s_edits_tell_a_price_where_there_is_a_cache() -> None:
    """With prices a fold and its restore say what the next call costs; without, the replies are as they were."""
    memory = WorkingMemory()
    text = " ".join(f"Entry {number} says {number * number}." for number in range(200))
    memory = memory.commit([append(memory, [Message.user(text), Message.user("Why?")], COUNTER)])
    cuts = Registry().call(
        memory, "fragment_context", '{"start_marker": "Entry 0 ", "end_marker": "39601."}', Inputs(COUNTER)
    )
    memory = memory.commit(cuts.events)
    inputs = Inputs(COUNTER, prices=CachePrices(0.1, 1.25))
    fold = Registry().call(memory, "fold_fragment", '{"fragment_id": "f00002"}', inputs)
    assert "leave the cache: the next call costs" in fold.reply
    memory = memory.commit(fold.events)
    restored = Registry().call(memory, "restore_fragment", '{"fragment_id": "f00002"}', inputs)
    assert "it never pays back by itself" in restored.reply
    plain = Registry().call(memory, "restore_fragment", '{"fragment_id": "f00002"}', Inputs(COUNTER))
    assert plain.reply.endswith("tokens are visible again")
