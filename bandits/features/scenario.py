"""Scenario features: what kind of answer a query asks for, what it takes for granted, and what it does by asking."""

from __future__ import annotations

from riffler.bandits.features.mismatch import QUERY_TYPE_MISMATCH
from riffler.bandits.features.pragmatics import PRAGMATICS
from riffler.bandits.features.presupposition import PRESUPPOSITION

FEATURES = (QUERY_TYPE_MISMATCH, PRESUPPOSITION, PRAGMATICS)
