"""The reward of an answer against a reference.

    total = 0.6 judge + 0.3 fuzzy + 0.1 bleu

QueryBandits (2025), https://arxiv.org/abs/2508.16697. The paper's judge is a model; here it is a comparison of strings:
1 when the reference stands in the answer, word by word, whatever case and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the parts; they sum to 1."""

    judge: float = 0.6
    fuzzy: float = 0.3
    bleu: float = 0.1


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward with its parts, each in [0, 1].

    Attributes:
        total: The weighted sum.
        judge: 1 when the answer agrees with the reference, else 0.
        fuzzy: Similarity of the strings (RapidFuzz, `ratio`).
        bleu: BLEU of single words (sacreBLEU).
    """

    total: float
    judge: float
    fuzzy: float
    bleu: float


def reward(answer: str, references: Sequence[str], weights: Weights = Weights()) -> Reward:
    """Score an answer; of several references the best counts.

    Args:
        answer: The answer.
        references: Accepted answers, at least one.
        weights: Shares of the parts.

    Returns:
        The reward.
    """
    return max((_against(answer, reference, weights) for reference in references), key=lambda found: found.total)


def _against(answer: str, reference: str, weights: Weights) -> Reward:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only where answers are scored
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415

    said, meant = _WORDS.findall(answer.lower()), _WORDS.findall(reference.lower())
    judge = float(bool(meant) and f" {' '.join(meant)} " in f" {' '.join(said)} ")
    fuzzy = fuzz.ratio(" ".join(said), " ".join(meant)) / 100
    bleu = BLEU(max_ngram_order=1, effective_order=True).sentence_score(answer, [reference]).score / 100
    bleu = min(max(bleu, 0.0), 1.0)  # rounding takes a perfect score a hair above 1
    return Reward(weights.judge * judge + weights.fuzzy * fuzzy + weights.bleu * bleu, judge, fuzzy, bleu)
