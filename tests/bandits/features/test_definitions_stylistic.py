"""The examples of `definitions.toml` hold, for stylistic features and for numbers."""

import pytest

from riffler.bandits.features import numbers, stylistic
from riffler.bandits.features.base import Number, Property
from riffler.bandits.features.definitions import definitions
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
EXAMPLES = [
    (feature, text, wanted)
    for feature in stylistic.FEATURES
    for wanted, texts in ((True, feature.definition.positive), (False, feature.definition.negative))
    for text in texts
]
PAIRS = [
    (number, high, low)
    for number in numbers.FEATURES
    for high in number.definition.positive
    for low in number.definition.negative
]


def read(text: str) -> Reading:
    """Read a text with the shipped pipeline."""
    return Reading.of(parse(PIPELINE, text).doc)


def test_all_features_of_the_groups_are_found() -> None:
    """Each definition of the groups has its extractor, in the file's order."""
    found = [feature.name for feature in (*stylistic.FEATURES, *numbers.FEATURES)]
    assert found == [name for name, each in definitions().items() if each.group in {"stylistic", "reading"}]


@pytest.mark.parametrize(("feature", "text", "wanted"), EXAMPLES, ids=lambda value: getattr(value, "name", None))
def test_definition_holds(feature: Property, text: str, wanted: bool) -> None:
    """A positive example has the feature, a negative one hasn't."""
    evidence = feature.find_in(read(text))
    assert evidence is not None
    assert evidence.present == wanted


@pytest.mark.parametrize(("number", "high", "low"), PAIRS, ids=lambda value: getattr(value, "name", None))
def test_high_is_above_low(number: Number, high: str, low: str) -> None:
    """An example that scores high is above one that scores low, in its own unit and in the context vector."""
    above, below = number.find_in(read(high)), number.find_in(read(low))
    assert above is not None
    assert below is not None
    assert above.value > below.value
    assert above.x > below.x
