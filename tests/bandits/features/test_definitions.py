"""The examples of `definitions.toml` hold, and each definition has its extractor; the session's: `test_session`."""

import pytest
from tests.bandits.features.evidence import evidence_of

from riffler.bandits.features import FEATURES
from riffler.bandits.features.definitions import definitions

EXAMPLES = [
    (name, text, present)
    for name, each in definitions().items()
    if each.group not in {"reading", "session"}
    for present, texts in ((True, each.positive), (False, each.negative))
    for text in texts
]
PAIRS = [
    (name, high, low)
    for name, each in definitions().items()
    if each.group == "reading"
    for high in each.positive
    for low in each.negative
]


def test_features_stand_in_the_order_of_the_definitions() -> None:
    """The context vector has each feature once, where the file has it."""
    assert [feature.name for feature in FEATURES] == list(definitions())


@pytest.mark.parametrize(("name", "text", "present"), EXAMPLES)
def test_an_example_is_as_the_definition_says(name: str, text: str, present: bool) -> None:
    """A positive example has the feature, a negative one hasn't, and neither is unknown."""
    assert evidence_of(name, text).present is present


@pytest.mark.parametrize(("name", "high", "low"), PAIRS)
def test_high_is_above_low(name: str, high: str, low: str) -> None:
    """An example that scores high is above one that scores low, in its own unit and in the context vector."""
    above, below = evidence_of(name, high), evidence_of(name, low)
    assert above.value > below.value
    assert above.x > below.x


def test_a_feature_knows_its_definition() -> None:
    """Each is the one of its name."""
    assert all(feature.definition is definitions()[feature.name] for feature in FEATURES)
