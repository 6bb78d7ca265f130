"""The rules by which the source reads answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.evaluation.pi_llm_answers import read_answer, score_answer

LONG = "I looked at every pair of the stream with care. " * 15


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The current value of dove is pale one.", {"dove": "pale one"}),
        ("The current value of night shift is 'Two'.", {"night shift": "Two"}),
        ("the LATEST value for key [dove] was: two", {"dove": "two"}),
        ("The most recent value paired with the category 'dove' is \"pale one\";", {"dove": "pale one"}),
        ("The value for 'dove' is 'pale'", {"dove": "pale"}),
        ("dove: The last seen value is pale", {"dove": "pale"}),
        ("**Current value**\n- **dove**: pale\n- owl: two words", {"dove": "pale", "owl": "two words"}),
        ("- dove: pale\n- owl: two", {}),  # no word of a current value: the colon form isn't read
        ("dove: pale. The current value of dove is two.", {"dove": "two"}),  # a sentence wins over a colon
        ("The current value of dove is one. The current value of dove is two.", {"dove": "two"}),
        ("The current value of dove is one two three.", {}),  # three words are no value
        ("The current value of dove is one\nThe current value of owl is two", {"dove": "one", "owl": "two"}),
        (r"The current value of do\ve is \*one\*.", {"dove": "one"}),
        ("The current value of key is value.", {}),
        ("", {}),
        ("error: the current value of dove is one.", {}),
        ("There was an error. The current value of dove is one.", {}),
        (LONG + "There was no error. The current value of dove is one.", {"dove": "one"}),
        (LONG + "Error code 500. The current value of dove is one.", {}),
    ],
)
def test_forms(text: str, read: dict[str, str]) -> None:
    """Each form, and each rule of which one wins, is read as the source reads it."""
    assert read_answer(text) == read


WORD = st.text("bcdfgjkmqzÄß", min_size=1, max_size=9)  # no word of the forms themselves
TERM = st.builds(" ".join, st.lists(WORD, min_size=1, max_size=2))


@given(st.dictionaries(TERM, TERM, min_size=1, max_size=8))
def test_what_the_question_asks_for_scores_in_full(current: dict[str, str]) -> None:
    """Sentences of the form asked for score 1 in any order and case of the values; without one, a key is lost."""
    lines = [f"The current value of {key} is {value}." for key, value in current.items()]
    assert score_answer("\n".join(lines), current) == 1.0
    assert score_answer(" ".join(lines[::-1]), current) == 1.0
    upper = [f"The current value of {key} is {value.upper()}." for key, value in current.items() if "ß" not in value]
    assert score_answer("\n".join(upper), current) == pytest.approx(len(upper) / len(current))
    assert score_answer("\n".join(lines[1:]), current) == pytest.approx(1 - 1 / len(current))


@given(st.text("the curntvalofis:.-;,'\"*\\\n\t", max_size=400))
def test_any_answer_is_read(text: str) -> None:
    """No text fails, and keys and values are never empty."""
    assert all(key.strip() and value.strip() for key, value in read_answer(text).items())


def test_an_answer_that_only_breaks_lines_is_read_at_once() -> None:
    """White space without an end, or a word without one, isn't looked at again from each of its characters."""
    text = f"The current value of dove is one.{chr(10) * 300_000}{'a' * 20_000} The current value of owl is two."
    assert read_answer(text) == {"dove": "one", "owl": "two"}
