"""The feature that reads the session: its examples, its evidence, and that it is unknown without a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.features import extract
from riffler.bandits.features.base import Evidence
from riffler.bandits.features.session import ANTECEDENT_REMEMBERED
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
EXAMPLES = ANTECEDENT_REMEMBERED.definition


def found(query: str, *before: str) -> Evidence | None:
    """Look for the feature in a query of a session."""
    read = parse(PIPELINE, query, before)
    return extract(read.doc, read.remembered).evidence["antecedent_remembered"]


@pytest.mark.parametrize("example", EXAMPLES.positive)
def test_present(example: str) -> None:
    """What the definition calls present is found."""
    before, query = example.split(" | ")
    evidence = found(query, before)
    assert evidence is not None
    assert evidence.present


@pytest.mark.parametrize("example", EXAMPLES.negative)
def test_absent(example: str) -> None:
    """What the definition calls absent isn't."""
    before, query = example.split(" | ")
    evidence = found(query, before)
    assert evidence is not None
    assert not evidence.present


@pytest.mark.parametrize("example", EXAMPLES.positive)
def test_unknown_without_a_session(example: str) -> None:
    """A query alone tells nothing of what was said before."""
    assert found(example.split(" | ")[1]) is None


def test_evidence_is_the_pronoun() -> None:
    """The words that made it fire are those that stand for something else."""
    query = "When was it built, and who designed it?"
    evidence = found(query, "The Eiffel Tower stands in Paris.")
    assert evidence is not None
    assert [query[start:end] for start, end in evidence.spans] == ["it", "it"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.text(max_size=40))
def test_any_session_will_do(query: str, before: str) -> None:
    """No memory breaks the feature, and its evidence stands in the query."""
    try:
        before.encode()
    except UnicodeEncodeError:
        before = ""
    evidence = found(query, before)
    assert all(0 <= start < end <= len(query) for start, end in (evidence.spans if evidence else ()))
