"""What went before a query: read from the end, searched exactly, and never more than asked for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from riffler.bandits.pipeline import load_pipeline, parse
from riffler.bandits.remembered import (
    MOST_PLACES,
    PASSAGE_CHARACTERS,
    RECENT_CHARACTERS,
    SEARCHED_CHARACTERS,
    Remembered,
)
from riffler.errors import RewriteFailed

PIPELINE = load_pipeline("blank")


def remembered(*texts: str) -> tuple[Remembered, list[str]]:
    """Give the texts as remembered, and a list of what is parsed."""
    parsed: list[str] = []

    def record(text: str) -> Doc:
        parsed.append(text)
        if "unreadable" in text:
            raise RewriteFailed("no")
        return parse(PIPELINE, text).doc

    return Remembered(texts, record), parsed


def test_nothing_is_parsed_before_somebody_asks_and_nothing_twice() -> None:
    """Whoever needs the newest passage only doesn't pay for the others."""
    memory, parsed = remembered("One.", "Two.", "Three.")
    assert parsed == []
    assert next(memory.recent()).doc.text == "Three."
    assert parsed == ["Three."]
    assert [passage.doc.text for passage in memory.recent()] == ["Three.", "Two.", "One."]
    assert parsed == ["Three.", "Two.", "One."]


def test_what_cannot_be_parsed_is_passed_over() -> None:
    """One text that the pipeline refuses hides no other one, and isn't tried again; blank ones are no passages."""
    memory, parsed = remembered("One.", "unreadable", " \n")
    assert [[passage.number for passage in memory.recent()] for _ in range(2)] == [[0], [0]]
    assert parsed == ["unreadable", "One."]


@given(st.lists(st.text("ab. \n", max_size=2500), max_size=8))
def test_passages_are_ends_of_texts_within_bounds(texts: list[str]) -> None:
    """A passage is the end of its text from where it says, the newest first, and all together are bounded."""
    memory, _ = remembered(*texts)
    passages = list(memory.recent())
    assert [passage.number for passage in passages] == sorted({passage.number for passage in passages}, reverse=True)
    for passage in passages:
        assert passage.doc.text == texts[passage.number][passage.offset :]
        assert 0 < len(passage.doc.text) <= PASSAGE_CHARACTERS
    assert sum(len(passage.doc.text) for passage in passages) <= RECENT_CHARACTERS


def test_so_much_is_parsed_at_most() -> None:
    """Of many long texts the newest are read, up to the bound, and the older ones aren't looked at."""
    memory, parsed = remembered(*["x" * PASSAGE_CHARACTERS] * 9)
    most = RECENT_CHARACTERS // PASSAGE_CHARACTERS
    assert [passage.number for passage in memory.recent()] == list(range(8, 8 - most, -1))
    assert len(parsed) == most


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("x" * 50 + ". " + "Then it ended. " * 60, "Then"),
        ("y" * 3000, "y" * PASSAGE_CHARACTERS),
        ("z" * 3000 + ".\n", "z" * (PASSAGE_CHARACTERS - 2)),
    ],
    ids=["sentence", "no end", "end at the end"],
)
def test_passage_begins_with_a_sentence(text: str, begins: str) -> None:
    """Of a long text the passage begins where a sentence does, where there is such a place."""
    passage = next(remembered(text)[0].recent())
    assert passage.doc.text.startswith(begins)


@given(st.lists(st.text("ab", max_size=12), max_size=4), st.text("ab", min_size=1, max_size=3))
def test_places_are_those_of_a_plain_search(texts: list[str], term: str) -> None:
    """The newest places come first, and are what a search through the texts finds."""
    memory, _ = remembered(*texts)
    every = [(number, match.start()) for number, text in enumerate(texts) for match in re.finditer(term, text)]
    assert memory.places(term) == tuple(reversed(every))[:MOST_PLACES] == memory.places(term)


def test_search_crosses_blocks_and_ends_somewhere() -> None:
    """A term on the border of two blocks is found; beyond the limit nothing is looked at."""
    text = f"needle{'x' * (SEARCHED_CHARACTERS - 6)}"
    assert remembered(text)[0].places("needle") == ((0, 0),)
    assert remembered("needle", text[6:] + "y" * 6)[0].places("needle") == ()
    border = f"{'x' * 65_000}needle{'x' * 65_533}"
    assert remembered(border)[0].places("needle") == ((0, 65_000),)


def test_memory_shows_no_text() -> None:
    """What was said stays out of a `repr`."""
    assert "secret" not in repr(remembered("My secret.")[0])
