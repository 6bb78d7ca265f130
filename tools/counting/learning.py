"""`TokenLearning`: learns how a model's tokenizer counts from the prompt tokens that each call reports.

It keeps the newest hundred reports with what was sent (the features of all texts, the number of messages, the request
itself, and its tools) and fits weights to all of them after each one; `fitting` says how. A report that the others
contradict counts little. So text of a new kind is learned as fast as the first was, for nothing contradicts it, and an
odd report moves little, as does a row of odd ones.

When the newest five or more are contradicted by all others, and agree with one another, they are taken for another
model behind the same name, and those before them are forgotten. One in five may be an exception to either.

Shape letters: F features, P = F + 3 what is learned, N reports.
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
from riffler.tools.counting.fitting import SURPRISE, fitted
from riffler.tools.counting.learned import LearnedTokens
from riffler.tools.counting.prior import Vector, known
from riffler.tools.messages import Message

_KEPT = 100
"""So many reports are kept: older ones would have faded to little."""
_ROW = 5
"""So many in a row that surprise may be another model."""


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
    """What has been learned. Immutable: `learn` gives a new one."""

    _sent: Vector = field(default_factory=lambda: np.zeros((0, len(known().mean))), repr=False)
    _reported: Vector = field(default_factory=lambda: np.zeros(0), repr=False)
    _weights: Vector = field(default_factory=lambda: known().mean, repr=False)

    @property
    def reports(self) -> int:
        """How many reports the weights stand on."""
        return len(self._reported)

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
                one token a message, more than all plausible weights give) teaches nothing.

        Returns:
            What is known with it; this very one when nothing was learned.
        """
        least = max(1.0, float(sent.values[len(NAMES)]))
        if not (math.isfinite(reported) and least <= reported <= float(sent.values @ known().most)):
            return self
        all_sent = np.vstack((self._sent, sent.values))[-_KEPT:]
        all_reported = np.append(self._reported, reported)[-_KEPT:]
        fit = fitted(all_sent, all_reported, self._weights)
        row = _row(fit.surprises)
        if 0 < row < len(all_reported):
            anew = fitted(all_sent[-row:], all_reported[-row:], fit.weights)
            if np.count_nonzero(anew.surprises > SURPRISE) <= row // _ROW:
                return TokenLearning(all_sent[-row:], all_reported[-row:], anew.weights)
        return TokenLearning(all_sent, all_reported, fit.weights)

    def counter(self) -> LearnedTokens:
        """Give a counter that counts by what is known now, and goes on to.

        Returns:
            The counter.
        """
        message, request, tools = self._weights[len(NAMES) :]
        return LearnedTokens(
            self._weights[: len(NAMES)], known().text_mean * float(tools), float(message), float(request)
        )


def _row(surprises: Vector) -> int:
    """Give how many of the newest reports, if any, begin with one that surprises and do so but for one in so many."""
    odd = surprises[::-1] > SURPRISE
    lengths = np.arange(1, len(odd) + 1)
    rows = lengths[odd & (lengths >= _ROW) & (lengths - np.cumsum(odd) <= lengths // _ROW)]
    return int(rows[-1]) if len(rows) else 0


@lru_cache(maxsize=64)
def _schema_tokens(text: str) -> float:
    return float(features_of(text) @ known().text_mean)
