"""Terms that the lists explain: found where they are used, and not where they are named, quoted or asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.facts.quotes import quotes
from riffler.bandits.glosses import glossed


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Is a statin safe with warfarin and grapefruit?", ["statin"]),
        ("Are statins safe with grapefruit?", ["statins"]),
        ("How do neuropathies and anuses show?", ["neuropathies"]),
        ("Statin or diet?", ["Statin"]),
        ("The doctor said: statins or diet?", ["statins"]),
        ("How does a race condition differ from a deadlock in Go?", ["race condition", "deadlock"]),
        ("Does the API of our shop return two APIs?", ["API", "APIs"]),
        ("Does the statin meet another statin in the blood?", ["statin"]),
        ("Is a race, condition or not, dangerous?", []),
        ("What is a statin?", []),
        ("what's a statin and who needs it", []),
        ("Explain statins to me please", []),
        ("statin meaning", []),
        ("statin", []),
        ("Can you tell me what a statin is?", []),
        ("Do you know what is a statin in the blood?", []),
        ('Who wrote "the statin war"?', []),
        ("Why does `statin` fail here?", []),
        ("Why does our statin.dose fail here?", []),
        ("Where is Statin Street?", []),
        ("Do phones ring in winter?", []),
        ("", []),
    ],
)
def test_terms_are_found_where_they_are_used(text: str, terms: list[str]) -> None:
    """The longest term counts, each once; none in quotes, code or names, and none that the query asks about itself."""
    assert [term for term, _ in glossed(text)] == terms


def test_a_long_query_is_read_in_part() -> None:
    """What stands behind the first few hundred words isn't looked at."""
    assert not list(glossed("tea and coffee " * 200 + "with a statin"))


@given(st.text("Statin PI.s\"`'_(), a", max_size=80))
def test_terms_stand_in_the_text_and_out_of_quotes(text: str) -> None:
    """Whatever the text: a term is a part of it, and none is quoted."""
    quoted = [text[fact.start : fact.end] for fact in quotes(text)]
    for term, gloss in glossed(text):
        assert term in text
        assert gloss
        assert term not in quoted
