"""Features of a query: what a policy reads, each with the words that made it fire.

The first seventeen are named by QueryBandits (2025, https://arxiv.org/abs/2508.16697), which labels them with a large
model and defines none; definitions (`definitions.toml`) and extraction are ours. Three numbers follow, and one that
reads the session. A feature is added to that file and in the module of its group, and joins the context vector by its
place in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from riffler.bandits.features import grounding, lexical, numbers, scenario, session, structural, stylistic
from riffler.bandits.features.base import Evidence, Feature
from riffler.bandits.features.reading import Reading

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from riffler.bandits.remembered import Remembered

FEATURES: tuple[Feature, ...] = (
    *structural.FEATURES,
    *scenario.FEATURES,
    *lexical.FEATURES,
    *stylistic.FEATURES,
    *grounding.FEATURES,
    *numbers.FEATURES,
    *session.FEATURES,
)
"""Every feature, in the order of the context vector."""

FEATURES_VERSION = "3"
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


def extract(doc: Doc, remembered: Remembered | None = None) -> Features:
    """Find all features of a query.

    Args:
        doc: Its document. Any text, the empty one too.
        remembered: What went before it in its session; None for a query without one.

    Returns:
        The features.
    """
    reading = Reading.of(doc, remembered)
    return Features(
        FEATURES_VERSION,
        MappingProxyType({feature.name: feature.find_in(reading) for feature in FEATURES}),
    )
