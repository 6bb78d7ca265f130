"""What the tests of single features ask: which words of a text make a feature fire, read by the pipeline that ships."""

from riffler.bandits.features import FEATURES
from riffler.bandits.features.base import Evidence
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
BY_NAME = {feature.name: feature for feature in FEATURES}


def evidence_of(name: str, text: str) -> Evidence:
    """Find a feature in a text of which it can be told."""
    evidence = BY_NAME[name].find_in(Reading.of(parse(PIPELINE, text).doc))
    assert evidence is not None
    return evidence


def words_of(name: str, text: str) -> list[str]:
    """Give the words of a text that make a feature fire; none when it is absent."""
    return [text[start:end] for start, end in evidence_of(name, text).spans]
