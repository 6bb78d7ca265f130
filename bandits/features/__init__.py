"""Features of a query: binary, each with the words that made it fire.

These are the features of QueryBandits (2025, https://arxiv.org/abs/2508.16697) that need no parse: 11 of its 17. The
paper names them and labels them with a large model; definitions and extraction are ours. A feature is added in the file
of its group, and joins the context vector by its place in `FEATURES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from riffler.bandits.features import grounding, lexical, scenario, structural, stylistic
from riffler.bandits.features.base import Evidence, Feature
from riffler.bandits.features.reading import Reading

if TYPE_CHECKING:
    from spacy.tokens import Doc

FEATURES: tuple[Feature, ...] = (
    *structural.FEATURES,
    *scenario.FEATURES,
    *lexical.FEATURES,
    *stylistic.FEATURES,
    *grounding.FEATURES,
)
"""Every feature, in the order of the context vector."""

FEATURES_VERSION = "1"
"""Changes with any change of a definition, a word list or the order: a posterior belongs to one version."""


@dataclass(frozen=True, slots=True)
class Features:
    """What was found in one query.

    Attributes:
        version: The version of the features.
        evidence: What each feature found, by name, in the order of `FEATURES`; None means unknown.
    """

    version: str
    evidence: Mapping[str, Evidence | None]

    @property
    def fired(self) -> tuple[str, ...]:
        """The names of the features that are present, in order."""
        return tuple(name for name, evidence in self.evidence.items() if evidence is not None and evidence.present)


def extract(doc: Doc) -> Features:
    """Find all features of a query.

    Args:
        doc: Its document. Any text, the empty one too.

    Returns:
        The features.
    """
    reading = Reading.of(doc)
    return Features(
        FEATURES_VERSION,
        MappingProxyType({feature.name: feature.find_in(reading) for feature in FEATURES}),
    )
