"""The examples of the definitions hold, for how the parts of a query hang together and what it does by asking."""

import pytest

from riffler.bandits.features import extract
from riffler.bandits.features.definitions import definitions
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
NAMES = ("anaphora", "clause_complexity", "query_type_mismatch", "presupposition", "pragmatics")
POSITIVE = [(name, text) for name in NAMES for text in definitions()[name].positive]
NEGATIVE = [(name, text) for name in NAMES for text in definitions()[name].negative]


@pytest.mark.parametrize(("name", "text"), POSITIVE)
def test_positive_example_fires(name: str, text: str) -> None:
    """What the definition calls present is found."""
    evidence = extract(parse(PIPELINE, text).doc).evidence[name]
    assert evidence is not None
    assert evidence.present


@pytest.mark.parametrize(("name", "text"), NEGATIVE)
def test_negative_example_does_not_fire(name: str, text: str) -> None:
    """What the definition calls absent isn't found, and isn't unknown."""
    evidence = extract(parse(PIPELINE, text).doc).evidence[name]
    assert evidence is not None
    assert not evidence.present
