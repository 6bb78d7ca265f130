"""Prompts that hold data apart, and replies without what isn't the wording."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riffler.bandits.arms.prompting import cleaned, filled, template


@pytest.mark.parametrize(
    ("query", "reply", "wording"),
    [
        ("What is it?", "What's that?", "What's that?"),
        ("What is it?", ' \n"What\'s that?"\n', "What's that?"),
        ("What is it?", "Paraphrase: “What's that?”", "What's that?"),
        ("What is it?", 'new question:\nWhat is "that"?', 'What is "that"?'),
        ("What is it?", "The rewritten question: `What?`", "What?"),
        ("What is it?", '"', '"'),
        ('"A b" means what?', '"A b" and "c"', '"A b" and "c"'),
        ("Question: which one?", "Question: which?", "Question: which?"),
    ],
)
def test_only_the_wording_is_taken(query: str, reply: str, wording: str) -> None:
    """Labels and quotes around the reply are dropped; those that are the query's own stay."""
    assert cleaned(reply, query) == wording


@given(st.text(), st.text("-\n {}query", max_size=40))
@example("Who?", "----")
def test_data_stays_between_fences(query: str, recent: str) -> None:
    """Each text stands whole between lines of a fence that no text has, and slots inside of it stay as they are."""
    fence = next("-" * length for length in range(3, 60) if "-" * length not in query and "-" * length not in recent)
    prompt = filled("disambiguate", query=query, recent=recent)
    head, *parts, tail = prompt.split(f"\n{fence}\n")
    assert parts == [recent, query] or f"\n{recent}\n{fence}\n{query}\n{fence}" in prompt
    assert fence in head
    assert "data" in head
    assert not tail.strip(f"\n{fence}") or parts != [recent, query]


@pytest.mark.parametrize("name", ["paraphrase", "simplify", "disambiguate", "expand", "clarify"])
def test_every_prompt_says_what_is_data(name: str) -> None:
    """A prompt has the query between fences, says that it is data, and wants the new question only."""
    text = template(name)
    assert "\n{query}\n{fence}" in text
    assert "data: don't answer" in text
    assert "Write only the new question." in text
    assert len(text) < 800
