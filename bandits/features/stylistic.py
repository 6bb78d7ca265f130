"""Stylistic features: how much is said, how exactly, from where, and whether a stranger could answer."""

from __future__ import annotations

from riffler.bandits.features.answerability import ANSWERABILITY
from riffler.bandits.features.details import EXCESSIVE_DETAILS
from riffler.bandits.features.specificity import LACK_OF_SPECIFICITY
from riffler.bandits.features.subjectivity import SUBJECTIVITY

FEATURES = (ANSWERABILITY, EXCESSIVE_DETAILS, SUBJECTIVITY, LACK_OF_SPECIFICITY)
