"""Semantic grounding: what ties a query to an aim, to conditions, to things in the world and to a field."""

from __future__ import annotations

from riffler.bandits.features.base import Feature
from riffler.bandits.features.constraints import CONTEXTUAL_CONSTRAINTS
from riffler.bandits.features.domain import DOMAIN_SPECIFICITY
from riffler.bandits.features.entities import NAMED_ENTITIES
from riffler.bandits.features.intention import INTENTION_GROUNDING

FEATURES: tuple[Feature, ...] = (INTENTION_GROUNDING, CONTEXTUAL_CONSTRAINTS, NAMED_ENTITIES, DOMAIN_SPECIFICITY)
