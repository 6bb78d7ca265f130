"""The context vector."""

import numpy as np
import pytest

from riffler.bandits.context import CONTEXT_NAMES, context_vector
from riffler.bandits.features import FEATURES, extract
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)


def test_names_are_the_bias_and_the_features() -> None:
    """The vector's entries are named in order."""
    assert list(CONTEXT_NAMES) == ["bias", *(feature.name for feature in FEATURES)]


@pytest.mark.parametrize(
    ("text", "ones"),
    [
        ("", {"bias"}),
        ("какая столица", {"bias"}),
        ("Where do the cats sleep?", {"bias"}),
        ("WHO WAS MARIE CURIE?", {"bias", "named_entities"}),
        ("Why is it not in Rome?", {"bias", "anaphora", "presupposition", "negation", "named_entities"}),
    ],
)
def test_present_is_one_and_all_else_zero(text: str, ones: set[str]) -> None:
    """Bias and present features are 1, absent and unknown ones 0."""
    x = context_vector(extract(parse(PIPELINE, text).doc))
    assert x.dtype == np.float64
    assert x.shape == (len(CONTEXT_NAMES),)
    assert dict(zip(CONTEXT_NAMES, x.tolist(), strict=True)) == {name: float(name in ones) for name in CONTEXT_NAMES}
