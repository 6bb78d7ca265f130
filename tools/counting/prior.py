"""What is known of token counts before an engine has reported any: the weights that six known tokenizers have.

Each row is a feature, each column a tokenizer: tokens a character, by a ridge regression on counts of English, code,
JSON, Chinese, Japanese, Korean, Russian and six other European languages (`far` had no texts: its row is a guess that
says how unsure it is). Their mean is where learning begins; how they differ says which weights move together: a
tokenizer that has digits one by one is known by its digits, and one with few Chinese words by all of them.

No tokenizer of Mistral's is among them: those are what `benchmarks/token_counts.py` measures against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from riffler.tools.counting.features import NAMES

Vector = npt.NDArray[np.float64]
TOKENIZERS = ("o200k_base", "cl100k_base", "deepseek", "claude", "qwen", "gemma3")
"""The columns' names."""

_LEAST = 0.02
"""Tokens a character, below which no mean lies: a weight may not be zero."""
_OWN_SHARE, _OWN = 0.2, 0.04
"""How far a weight may lie from what the six have in common, as a share of itself and in tokens a character."""

_WEIGHTS: dict[str, tuple[float, ...]] = {
    "lower_camel": (0.42, 0.45, 0.41, 0.40, 0.40, 0.36),
    "lower_joined": (0.39, 0.41, 0.53, 0.60, 0.41, 0.55),
    "lower_start": (0.72, 0.73, 0.63, 0.72, 0.67, 0.68),
    "lower_2": (0.09, 0.09, 0.11, 0.13, 0.10, 0.10),
    "lower_6": (0.03, 0.04, 0.05, 0.01, 0.04, 0.01),
    "lower_9": (0.12, 0.10, 0.13, 0.08, 0.11, 0.07),
    "lower_12": (0.26, 0.35, 0.31, 0.38, 0.34, 0.30),
    "upper_joined": (0.25, 0.25, 0.26, 0.35, 0.22, 0.30),
    "upper_start": (0.49, 0.49, 0.44, 0.46, 0.51, 0.43),
    "upper_2": (0.29, 0.26, 0.43, 0.30, 0.30, 0.27),
    "upper_5": (0.16, 0.17, 0.25, 0.19, 0.15, 0.17),
    "digit_joined": (1.07, 0.96, 1.03, 0.75, 1.27, 0.89),
    "digit_start": (1.35, 1.30, 1.35, 0.70, 1.28, 1.20),
    "digit_2": (0.25, 0.37, 0.14, 0.40, 1.03, 1.15),
    "digit_4": (0.38, 0.39, 0.32, 0.43, 1.03, 1.05),
    "space": (0.04, 0.03, 0.05, 0.02, 0.06, 0.04),
    "space_after_line": (0.04, 0.05, 0.04, 0.04, 0.03, 0.05),
    "space_after_mark": (0.05, 0.04, 0.04, 0.02, 0.04, 0.02),
    "space_2": (0.07, 0.08, 0.05, 0.03, 0.05, 0.08),
    "space_8": (0.02, 0.02, 0.02, 0.02, 0.02, 0.03),
    "line": (0.85, 0.74, 0.95, 0.83, 0.95, 1.56),
    "line_2": (0.16, 0.21, 0.01, 0.23, 0.01, 0.01),
    "tab": (0.23, 0.23, 0.33, 0.64, 0.15, 0.47),
    "tab_2": (0.26, 0.28, 0.24, 0.32, 0.22, 0.16),
    "stop": (0.73, 0.80, 0.77, 1.02, 0.75, 1.09),
    "stop_start": (0.63, 0.55, 0.65, 0.62, 0.55, 0.67),
    "stop_after_mark": (0.64, 0.80, 0.51, 0.84, 0.29, 0.46),
    "stop_2": (0.49, 0.49, 0.41, 0.39, 0.42, 0.35),
    "quote": (0.78, 0.57, 0.78, 0.42, 0.97, 0.78),
    "quote_start": (0.99, 0.94, 1.10, 0.81, 1.08, 0.98),
    "quote_after_mark": (0.01, 0.01, 0.29, 0.10, 0.12, 0.01),
    "quote_2": (0.17, 0.18, 0.16, 0.21, 0.10, 0.21),
    "bracket": (0.62, 0.28, 0.69, 0.27, 0.66, 0.77),
    "bracket_start": (1.00, 1.06, 0.85, 1.06, 0.92, 1.18),
    "bracket_after_mark": (0.23, 0.40, 0.32, 0.22, 0.22, 0.25),
    "bracket_2": (0.16, 0.29, 0.21, 0.45, 0.12, 0.19),
    "sign": (0.92, 0.89, 0.73, 1.00, 1.00, 1.09),
    "sign_start": (1.32, 1.40, 1.27, 1.29, 1.21, 1.33),
    "sign_after_mark": (0.79, 0.75, 0.93, 0.94, 0.78, 0.76),
    "sign_2": (0.05, 0.01, 0.26, 0.01, 0.03, 0.01),
    "sign_5": (0.05, 0.05, 0.04, 0.07, 0.06, 0.08),
    "under": (0.54, 0.49, 0.75, 1.08, 0.46, 1.16),
    "under_start": (0.83, 0.90, 0.77, 0.87, 0.83, 0.76),
    "under_after_mark": (0.95, 0.91, 0.71, 0.30, 0.85, 0.56),
    "under_2": (0.17, 0.11, 0.12, 0.01, 0.17, 0.01),
    "latin": (0.93, 1.80, 1.32, 2.26, 1.41, 0.67),
    "letter": (0.72, 0.68, 0.59, 0.58, 0.58, 0.68),
    "letter_2": (0.09, 0.26, 0.17, 0.54, 0.14, 0.10),
    "letter_6": (0.25, 0.50, 0.26, 0.49, 0.41, 0.20),
    "far": (0.50, 0.90, 0.70, 1.20, 0.90, 0.60),
    "other": (1.17, 1.44, 1.11, 1.58, 1.18, 0.99),
    "hiragana": (1.01, 1.21, 1.06, 1.39, 1.12, 0.58),
    "hiragana_2": (0.51, 0.90, 0.36, 0.64, 0.26, 0.24),
    "katakana": (0.74, 1.00, 0.60, 0.86, 0.67, 0.33),
    "katakana_2": (0.55, 0.80, 0.57, 0.86, 0.52, 0.39),
    "top": (0.84, 1.49, 0.59, 1.63, 0.58, 0.73),
    "top_2": (0.76, 1.27, 0.47, 1.24, 0.54, 0.56),
    "common": (0.32, 0.03, 0.27, 0.01, 0.33, 0.20),
    "common_2": (0.56, 0.68, 0.38, 0.01, 0.57, 0.44),
    "ideograph": (0.89, 1.06, 0.76, 0.75, 0.88, 0.75),
    "ideograph_2": (0.97, 1.66, 0.63, 1.54, 0.67, 0.81),
    "rare": (1.94, 2.25, 1.47, 2.38, 1.49, 1.45),
    "wide_stop": (0.83, 1.46, 0.92, 2.25, 0.84, 1.22),
    "wide_mark": (0.87, 0.80, 0.92, 1.26, 1.00, 0.95),
    "hangul": (1.08, 1.42, 1.02, 1.51, 0.96, 0.89),
    "hangul_2": (0.46, 0.82, 0.61, 1.09, 0.61, 0.48),
    "astral": (1.90, 2.84, 2.22, 2.73, 1.74, 1.01),
}

_EXTRAS = (
    # mean, standard deviation, least, most
    (4.0, 2.0, 0.0, 20.0),  # a message's role and separators, in tokens
    (8.0, 40.0, 0.0, 32000.0),  # the request itself: what a server's template adds, in tokens
    (1.0, 0.3, 0.2, 4.0),  # tools, in this prior's count of their JSON
)
_LOOSE_REQUEST = 10_000.0
"""The request's standard deviation where it's open, in tokens."""


@dataclass(frozen=True, slots=True)
class Known:
    """Where learning begins, and the plausible range of what it learns.

    Attributes:
        mean: Tokens a character of each feature, then a message, a request and tools; shape (P,).
        precision: The inverse of the covariance that they have; shape (P, P).
        least: Smallest plausible values; shape (P,).
        most: Largest plausible values; shape (P,).
    """

    mean: Vector
    precision: Vector
    least: Vector
    most: Vector

    @property
    def text_mean(self) -> Vector:
        """The part of the mean that is for texts, shape (F,)."""
        return self.mean[: len(NAMES)]


@cache
def known() -> Known:
    """Give what is known before any report.

    Returns:
        The prior. Made once.
    """
    rows = np.array([_WEIGHTS[name] for name in NAMES]).T
    mean = np.maximum(rows.mean(axis=0), _LEAST)
    apart = rows - rows.mean(axis=0)
    own = (_OWN_SHARE * np.maximum(mean, 0.1)) ** 2 + _OWN**2
    extra = np.array(_EXTRAS)
    covariance = np.diag(np.concatenate((own, extra[:, 1] ** 2)))
    covariance[: len(mean), : len(mean)] += 2.0 * apart.T @ apart / (len(TOKENIZERS) - 1)  # twice: six are few
    return Known(
        np.concatenate((mean, extra[:, 0])),
        np.linalg.inv(covariance),
        np.concatenate((mean / 6, extra[:, 2])),
        np.concatenate((mean * 6 + 1.0, extra[:, 3])),  # a token a character is plausible for all
    )


@cache
def looser() -> Known:
    """Give what is known when the tokenizer or the server is like none of the known ones.

    Returns:
        The same, but that three numbers are open: what a request costs by itself (a server may add a long prompt of its
        own), by how much all weights are larger, and what each character costs beside its weight. A token for each
        character, or for each byte, is what these can say. They are few, so that a handful of reports decides them.
    """
    prior = known()
    covariance = np.linalg.inv(prior.precision)
    texts = len(NAMES)
    covariance[texts + 1, texts + 1] = _LOOSE_REQUEST**2
    covariance[:texts, :texts] += np.outer(prior.text_mean, prior.text_mean) + np.ones((texts, texts))
    return replace(prior, precision=np.linalg.inv(covariance))
