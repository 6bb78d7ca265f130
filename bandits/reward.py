"""The reward of an answer against a reference.

    total = 0.6 judge + 0.3 fuzzy + 0.1 bleu

QueryBandits (2025), https://arxiv.org/abs/2508.16697. The paper's judge is a model; here it is a comparison of strings:
1 when the words of the reference stand in the answer, one after the other, whatever case and punctuation. It can't see
that "not Paris" is no "Paris", nor that "the French capital" is one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields

from riffler.errors import InvalidInput, InvalidSetting

# A number with its sign and point; a sign of a script without spaces; a word, with the marks of "C++" and "C#".
_WORDS = re.compile(
    r"(?<!\w)-?\d+(?:\.\d+)*(?!\w)|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:\+\+|#)?"
)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the parts: at least 0 each, and 1 together."""

    judge: float = 0.6
    fuzzy: float = 0.3
    bleu: float = 0.1

    def __post_init__(self) -> None:
        shares = [float(getattr(self, part.name)) for part in fields(self)]
        if not all(share >= 0 for share in shares) or not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
            raise InvalidSetting(f"weights of a reward: expected shares of at least 0 that sum to 1, got {shares}")


_DEFAULT = Weights()


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward with its parts, each in [0, 1].

    Attributes:
        total: The weighted sum.
        judge: 1 when the answer agrees with the reference, else 0.
        fuzzy: Similarity of the words as strings (RapidFuzz, `ratio`).
        bleu: BLEU of single words (sacreBLEU), its brevity penalty included.
    """

    total: float
    judge: float
    fuzzy: float
    bleu: float


def reward(answer: str, references: str | Sequence[str], weights: Weights = _DEFAULT) -> Reward:
    """Score an answer; of several references the one that gives most counts.

    Args:
        answer: The answer. The empty one is worth 0.
        references: The accepted answer, or all of them. At least one, each with a word or a number.
        weights: Shares of the parts.

    Returns:
        The reward.

    Raises:
        InvalidInput: There is no reference, or one has no word.
    """
    accepted = [references] if isinstance(references, str) else references
    if not accepted or not all(map(_words, accepted)):
        raise InvalidInput("references: expected at least one, each with a word or a number")
    return max((_against(answer, reference, weights) for reference in accepted), key=lambda found: found.total)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u2212", "-")
    return _WORDS.findall(_GROUPED.sub(lambda number: number[0].replace(",", ""), plain))


def _against(answer: str, reference: str, weights: Weights) -> Reward:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only where answers are scored
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415

    said, meant = " ".join(_words(answer)), " ".join(_words(reference))
    judge = float(f" {meant} " in f" {said} ")
    fuzzy = fuzz.ratio(said, meant) / 100
    bleu = BLEU(max_ngram_order=1, effective_order=True, tokenize="none").sentence_score(said, [meant]).score / 100
    bleu = min(bleu, 1.0)  # rounding takes a perfect score a hair above 1
    # Summed exactly: one part after the other, a perfect answer would earn a hair less than 1.
    total = math.fsum((weights.judge * judge, weights.fuzzy * fuzzy, weights.bleu * bleu))
    return Reward(min(total, 1.0), judge, fuzzy, bleu)
