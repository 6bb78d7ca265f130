"""The examples of `definitions.toml` hold for the features of words and of grounding."""

import pytest

from riffler.bandits.features import FEATURES, grounding, lexical
from riffler.bandits.features.definitions import definitions
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
BY_NAME = {feature.name: feature for feature in (*lexical.FEATURES, *grounding.FEATURES)}
ROWS = [
    (name, query, present)
    for name in BY_NAME
    for present, queries in ((True, definitions()[name].positive), (False, definitions()[name].negative))
    for query in queries
]


@pytest.mark.parametrize(("name", "query", "present"), ROWS)
def test_examples_of_the_definition_hold(name: str, query: str, present: bool) -> None:
    """The extractor says of each example what the definition says."""
    evidence = BY_NAME[name].find(parse(PIPELINE, query).doc)
    assert evidence is not None
    assert evidence.present is present


def test_features_stand_in_the_order_of_the_definitions() -> None:
    """The context vector has them as the file has them."""
    order = list(definitions())
    assert list(BY_NAME) == [name for name in order if name in BY_NAME]
    assert set(BY_NAME) <= {feature.name for feature in FEATURES}
