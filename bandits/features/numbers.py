"""Numbers of a text: how easy it is to read, how formal, how concrete."""

from __future__ import annotations

from riffler.bandits.features.base import Number
from riffler.bandits.features.reading import Reading

_ARTICLES = frozenset({"a", "an", "the"})
_FORMAL = frozenset({"NOUN", "PROPN", "ADJ", "ADP"})
_DEICTIC = frozenset({"PRON", "VERB", "AUX", "ADV", "INTJ"})


def _formality(reading: Reading) -> float | None:
    words = [here for here in range(len(reading.words)) if reading.is_word(here)]
    if not words:
        return None
    formal = sum(reading.pos[here] in _FORMAL or reading.words[here] in _ARTICLES for here in words)
    deictic = sum(reading.pos[here] in _DEICTIC for here in words)
    return 50 * ((formal - deictic) / len(words) + 1)


FORMALITY = Number("formality", _formality, 0.0, 100.0, "tags")
FEATURES = (FORMALITY,)
