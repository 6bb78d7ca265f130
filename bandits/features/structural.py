"""Structural features: how the parts of a query hang together."""

from __future__ import annotations

from riffler.bandits.features.anaphora import ANAPHORA
from riffler.bandits.features.clauses import CLAUSE_COMPLEXITY

FEATURES = (ANAPHORA, CLAUSE_COMPLEXITY)
