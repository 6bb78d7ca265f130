"""The features of a query: those of QueryBandits' seventeen that need no parse.

"QueryBandits for Hallucination Mitigation" (2025), https://arxiv.org/abs/2508.16697, names them; the definitions are
ours. To add a feature: put it in its group's file, and raise `FEATURES_VERSION`; posteriors of the old version stay
apart from those of the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from riffler.bandits.features.base import Feature, Spans
from riffler.bandits.features.grounding import GROUNDING
from riffler.bandits.features.lexical import LEXICAL
from riffler.bandits.features.scenario import SCENARIO
from riffler.bandits.features.structural import STRUCTURAL
from riffler.bandits.features.stylistic import STYLISTIC

if TYPE_CHECKING:
    from spacy.tokens import Doc

FEATURES: tuple[Feature, ...] = (*STRUCTURAL, *SCENARIO, *LEXICAL, *STYLISTIC, *GROUNDING)
FEATURES_VERSION = "1"


def extract(doc: Doc) -> Mapping[str, Spans | None]:
    """Read all features of a query.

    Args:
        doc: The query.

    Returns:
        By the feature's name the characters that make it present, empty when it is absent; None, for unknown, when the
        query has no letter of the English alphabet.
    """
    known = any("a" <= character <= "z" for character in doc.text.lower())
    return {feature.name: feature.find(doc) if known else None for feature in FEATURES}
