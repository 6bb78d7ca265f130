"""What the view shows in place of hidden text."""

import pytest

from riffler.tools.arrival import append
from riffler.tools.events import FragmentsFolded, FragmentSummarised, MessagesAppended, QueryRewritten, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.view import view, visible_stretches

PLACES = [(0, 2), (2, 4), (4, 6), (8, 10), (1, 2)]


def memory_with(*folded: str) -> WorkingMemory:
    """Make a session with fragments f00001 to f00005 of ten tokens; the fifth lies in the first."""
    cuts = [Fragment(fragment_id(n), Span(0, 0, *place), 10, 2) for n, place in enumerate(PLACES, start=1)]
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("abcdefghijkl"),)), TextCut(tuple(cuts))])
    return memory.commit([FragmentsFolded(folded)])


@pytest.mark.parametrize(
    ("folded", "shown"),
    [
        (["f00001"], "[[f00001 folded 10 tokens]]cdefghijkl"),
        (["f00001", "f00002"], "[[f00001-f00002 folded 2 fragments 20 tokens]]efghijkl"),
        (["f00001", "f00003"], "[[f00001 folded 10 tokens]]cd[[f00003 folded 10 tokens]]ghijkl"),
        (["f00003", "f00004"], "abcd[[f00003 folded 10 tokens]]gh[[f00004 folded 10 tokens]]kl"),
        (["f00005", "f00002"], "a[[f00005 folded 10 tokens]][[f00002 folded 10 tokens]]efghijkl"),
        (["f00005", "f00001"], "[[f00001 folded 10 tokens]]cdefghijkl"),
    ],
)
def test_folded_text_becomes_markers(folded: list[str], shown: str) -> None:
    """Neighbours whose ids follow on share a marker, others don't; what lies in hidden text has none of its own."""
    text = view(memory_with(*folded)).messages[0].text
    assert text.split("\n\n[[status")[0] == shown


def test_a_summary_stands_apart() -> None:
    """A summary keeps a marker of its own between folded neighbours, and the status line ends the text.

    What lies in hidden text isn't named, because no tool can act on it.
    """
    memory = memory_with("f00001", "f00003").commit([FragmentSummarised("f00002", "letters", "two")])
    assert view(memory).messages[0].text == (
        "[[f00001 folded 10 tokens]][[f00002 summary of 10 tokens: two]][[f00003 folded 10 tokens]]ghijkl\n\n"
        "[[status f00001 folded; f00002 summarised; f00003 folded; f00004 visible]]"
    )


def test_the_status_ends_the_last_text() -> None:
    """The line stands once, at the end of the last message that has text; only those two messages change."""
    memory = memory_with("f00001")
    said = Message.of({"role": "assistant", "content": None, "refusal": "no"})
    memory = memory.commit([append(memory, [Message.user("next"), said], EstimatedTokens())])
    seen = view(memory)
    assert seen.changed == {0, 1}
    assert seen.messages[1].text.startswith("next\n\n[[status f00001 folded;")
    assert seen.messages[2] is said
    assert "status" not in seen.messages[0].text


def test_a_rewrite_stands_beside_folds() -> None:
    """A rewrite takes the place of its span alone, and a newer question ends it."""
    memory = memory_with("f00001").commit([QueryRewritten(Span(0, 0, 10, 12), "REWRITTEN", "d1")])
    assert view(memory).messages[0].text.startswith("[[f00001 folded 10 tokens]]cdefghijREWRITTEN\n\n")
    memory = memory.commit([append(memory, [Message.user("next")], EstimatedTokens())])
    assert "cdefghijkl" in view(memory).messages[0].text


@pytest.mark.parametrize(
    ("folded", "stretches"),
    [
        ([], ["abcdefghijkl"]),
        (["f00001"], ["cdefghijkl"]),
        (["f00005", "f00001"], ["cdefghijkl"]),
        (["f00005", "f00002"], ["a", "efghijkl"]),
        (["f00003", "f00004"], ["abcd", "gh", "kl"]),
    ],
)
def test_what_the_view_shows_of_the_original(folded: list[str], stretches: list[str]) -> None:
    """The stretches are the text outside all hidden fragments."""
    memory = memory_with(*folded)
    assert [memory.text(span) for span in visible_stretches(memory, 0, 0)] == stretches


def test_wholly_hidden_text_has_no_stretches() -> None:
    """Nothing is shown of a text that one folded fragment covers."""
    whole = Fragment("f00001", Span(0, 0, 0, 3), 1, 1)
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("abc"),)), TextCut((whole,))])
    assert list(visible_stretches(memory.commit([FragmentsFolded(("f00001",))]), 0, 0)) == []


def test_a_rewrite_alone_hides_nothing() -> None:
    """Without folds a rewrite changes its span and adds no marker and no status line."""
    memory = memory_with().commit([QueryRewritten(Span(0, 0, 10, 12), "REWRITTEN", "d1")])
    assert [message.text for message in view(memory).messages] == ["abcdefghijREWRITTEN"]
