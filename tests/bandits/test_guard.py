"""The guard's edge cases: what it lets pass, what it refuses, and how long a rewrite may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.guard import check


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        ("capital of france", "What is the capital of France?"),
        ("WHO IS ANN?", "Who is Ann?"),
        ("Can't you see?", "Can you not see?"),
        ("How many of 1,000?", "How many of 1000?"),
        ("twelve men?", "12 men?"),
        ("Is Ann's car red?", "Is the car of Ann red?"),
        ("Where is Rome?", "Rome is where?"),
        ('What does "a b" mean?', "What does 'a b' mean?"),
        ("¿Qué es? ؟", "Qué es؟"),
        ("Where is St. John?", "St. John is where?"),
        ("", ""),
        ("", "ok"),
    ],
)
def test_faithful_rewrites_pass(original: str, rewrite: str) -> None:
    """Spelling, order and capitals may change where they say the same."""
    assert check(original, rewrite).kept, check(original, rewrite).reason


@pytest.mark.parametrize(
    ("original", "rewrite", "reason"),
    [
        ("Why?", " \n", "the rewrite is empty"),
        ("a" * 100, "a" * 331, "the rewrite is too long: 331 characters for 100"),
        ("a" * 100, "a" * 12, "the rewrite is too short: 12 characters for 100"),
        ("5 men?", "6 men?", "the rewrite loses a number"),
        ("men?", "6 men?", "the rewrite invents a number"),
        ('Is "it" so?', "Is that so?", "the rewrite loses a quoted text"),
        ("Is that so?", 'Is "it" so?', "the rewrite invents a quoted text"),
        ("Is it not so?", "Is it so?", "the rewrite loses a negation"),
        ("not a and not b", "a and not b", "the rewrite loses a negation"),
        ("Is it so?", "Isn't it so?", "the rewrite invents a negation"),
        ("Did Dr. Smith go?", "Did Dr. Jones go?", "the rewrite loses a name"),
        ("Did he go?", "Did Jones go?", "the rewrite invents a name"),
        ("Is it so?", "It is so.", "the rewrite is no question any more"),
    ],
)
def test_damage_is_named_without_quoting_it(original: str, rewrite: str, reason: str) -> None:
    """The reason says what kind of thing was lost or invented, and holds no text of the query."""
    verdict = check(original, rewrite)
    assert not verdict.kept
    assert verdict.reason == reason


@pytest.mark.parametrize(("length", "kept"), [(330, True), (13, True)])
def test_limits_of_length(length: int, kept: bool) -> None:
    """Two and a half times and 80 more characters pass, and so does an eighth."""
    assert check("a" * 100, "a" * length).kept == kept


@given(st.text())
def test_query_is_faithful_to_itself(text: str) -> None:
    """No query is refused as its own rewrite."""
    assert check(text, text).kept


@given(st.lists(st.sampled_from(["Is", "Rome", "not", "5", '"a"', "it", "twenty", "so", "Ann's", "?"]), min_size=1))
def test_reading_again_passes(words: list[str]) -> None:
    """A query that is read twice has twice its negations, and passes."""
    text = " ".join(words)
    assert check(text, f"{text}\nRead the question again: {text}").kept
