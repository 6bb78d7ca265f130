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
    ("text", "present"),
    [
        ("", set()),
        ("какая столица", set()),
        ("Where do the cats sleep?", {"answerability"}),
        ("Why is it not in Rome?", {"anaphora", "presupposition", "negation", "named_entities"}),
    ],
)
def test_present_is_one_and_absent_or_unknown_zero(text: str, present: set[str]) -> None:
    """The bias and what is present are 1, what is absent or unknown is 0; numbers stay within one."""
    features = extract(parse(PIPELINE, text).doc)
    x = context_vector(features)
    assert x.dtype == np.float64
    assert x.shape == (len(CONTEXT_NAMES),)
    entries = dict(zip(CONTEXT_NAMES, x.tolist(), strict=True))
    assert entries.pop("bias") == 1
    numbers = {name: entries.pop(name) for name in ("readability", "formality", "concreteness")}
    assert all(-1 <= entry <= 1 for entry in numbers.values())
    assert {name for name, entry in entries.items() if entry} == present
    assert set(entries.values()) <= {0, 1}


def test_a_number_is_brought_to_one() -> None:
    """A very easy text is as readable as can be: the scale ends there, and the value itself goes on."""
    evidence = extract(parse(PIPELINE, "Go. Go. Go.").doc).evidence["readability"]
    assert evidence is not None
    assert evidence.value > 100
    assert evidence.x == 1
