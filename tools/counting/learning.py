"""`TokenLearning`: learns how a model's tokenizer counts from the prompt tokens that each call reports.

A Bayesian linear regression of the reported count on what was sent: the features of all texts, the number of messages,
the request itself, and its tools. With s what was sent, y the report, v its variance, m and C the prior's mean and
covariance, it keeps A = inverse(C) + sum(s s' / v) and b = sum(s (y - s'm) / v), and its weights are m + inverse(A) b,
held in a plausible range. Old calls fade, the prior doesn't.

A report that surprises counts the less the more it does, so that an odd one moves little; a row of them is taken for
another model behind the same name, and learning begins anew.

Shape letters: F features, P = F + 3 what is learned.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from riffler.tools.counting.features import NAMES, features_of
from riffler.tools.counting.learned import LearnedTokens
from riffler.tools.counting.prior import Known, Vector, known
from riffler.tools.messages import Message

_NOISE_SHARE, _NOISE_TOKENS = 0.015, 4.0
"""How far a report may lie from what the right weights say: texts with the same features differ by so much."""
_SURPRISE = 3.0
"""From so many standard deviations on, a report counts less."""
_SURPRISES = 5
"""So many in a row begin anew."""
_FADE = 0.98
"""What a call still counts when the next one has been learned."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What of a request decides how many tokens its prompt has.

    Attributes:
        values: Features of all texts, number of messages, 1, and the prior's count of the tools; shape (P,).
    """

    values: Vector

    @classmethod
    def of(cls, messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> Sent | None:
        """Read a request. Costs little where the messages' features are known.

        Args:
            messages: What is sent.
            tools: Schemas of the tools on offer.

        Returns:
            What to learn from; None where something else than text and function calls is sent, as nobody here knows
            what an image costs.
        """
        if not all(message.is_text for message in messages):
            return None
        features = np.zeros(len(NAMES), np.int64)
        for message in messages:
            features += message.features
        schemas = sum(_schema_tokens(json.dumps(tool)) for tool in tools)
        return cls(np.concatenate((features, [len(messages), 1.0, schemas])))


@dataclass(frozen=True, slots=True)
class TokenLearning:
    """What has been learned. Immutable: `learn` gives a new one.

    Attributes:
        reports: How many reports were learned from.
        surprises: How many of the newest ones, in a row, were surprising.
    """

    _precision: Vector = field(default_factory=lambda: known().precision, repr=False)
    _vector: Vector = field(default_factory=lambda: np.zeros(len(known().mean)), repr=False)
    _weights: Vector = field(default_factory=lambda: known().mean, repr=False)
    reports: int = 0
    surprises: int = 0

    def expected(self, sent: Sent) -> float:
        """Tell how many tokens a prompt should have.

        Args:
            sent: The request.

        Returns:
            The number of tokens.
        """
        return float(sent.values @ self._weights)

    def learn(self, sent: Sent, reported: float) -> TokenLearning:
        """Learn from one report.

        Args:
            sent: The request.
            reported: How many tokens its prompt had, as the engine says. What can't be (no finite number, fewer than
                one token a message) teaches nothing.

        Returns:
            What is known with it; this very one when nothing was learned.
        """
        least = max(1.0, float(sent.values[len(NAMES)]))
        if not math.isfinite(reported) or reported < least or reported > 4 * sent.values.sum() + 4000:
            return self
        surprising = self._surprise(sent, reported) > _SURPRISE
        if surprising and self.surprises + 1 >= _SURPRISES:
            return TokenLearning()._with(sent, reported, 0)
        return self._with(sent, reported, self.surprises + 1 if surprising else 0)

    def counter(self) -> LearnedTokens:
        """Give a counter that counts by what is known now, and goes on to.

        Returns:
            The counter.
        """
        message, request, tools = self._weights[len(NAMES) :]
        return LearnedTokens(
            self._weights[: len(NAMES)], known().text_mean * float(tools), float(message), float(request)
        )

    def _with(self, sent: Sent, reported: float, surprises: int) -> TokenLearning:
        prior, values = known(), sent.values
        doubt, noise = self._variances(sent, reported)
        noise += (doubt + noise) * (max(1.0, self._surprise(sent, reported) / _SURPRISE) ** 2 - 1.0)
        precision = _FADE * self._precision + (1 - _FADE) * prior.precision + np.outer(values, values) / noise
        vector = _FADE * self._vector + values * ((reported - values @ prior.mean) / noise)
        weights = _within(precision, vector, prior)
        return TokenLearning(precision, vector, weights, self.reports + 1, surprises)

    def _variances(self, sent: Sent, reported: float) -> tuple[float, float]:
        """Give how unsure the expectation is, and how far a report lies from it even when it is sure."""
        doubt = float(sent.values @ np.linalg.solve(self._precision, sent.values))
        return doubt, (_NOISE_SHARE * max(reported, self.expected(sent))) ** 2 + _NOISE_TOKENS**2

    def _surprise(self, sent: Sent, reported: float) -> float:
        """Give how many standard deviations a report lies off: the larger one of the difference and of the ratio."""
        expected = max(1.0, self.expected(sent))
        apart = max(abs(reported - expected), expected * abs(math.log(reported / expected)))
        return apart / math.sqrt(sum(self._variances(sent, reported)))


def _within(precision: Vector, vector: Vector, prior: Known) -> Vector:
    """Give the best weights of the plausible range: what falls out of it is held at its edge, and the rest adapts."""
    low, high = prior.least - prior.mean, prior.most - prior.mean
    held = np.zeros(len(vector), np.bool_)
    apart = np.linalg.solve(precision, vector)
    while (out := ((apart < low) | (apart > high)) & ~held).any():  # ends: each round holds more of them
        held |= out
        apart = np.clip(apart, low, high)
        free = ~held
        left = vector[free] - precision[np.ix_(free, held)] @ apart[held]
        apart[free] = np.linalg.solve(precision[np.ix_(free, free)], left)
    weights: Vector = prior.mean + np.clip(apart, low, high)
    return weights


@lru_cache(maxsize=64)
def _schema_tokens(text: str) -> float:
    return float(features_of(text) @ known().text_mean)
