"""Lexical features: single words that tell."""

from __future__ import annotations

from riffler.bandits.features.base import Feature
from riffler.bandits.features.negation import NEGATION
from riffler.bandits.features.polysemy import POLYSEMY
from riffler.bandits.features.rarity import WORD_RARITY
from riffler.bandits.features.superlative import SUPERLATIVE

FEATURES: tuple[Feature, ...] = (WORD_RARITY, NEGATION, SUPERLATIVE, POLYSEMY)
