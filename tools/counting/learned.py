"""`LearnedTokens`: counts by weights that were learned from an engine's reports."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from riffler.tools.counting.features import Features, features_of

SCALE = 1 << 14
"""Weights are whole numbers of so many parts of a token: sums are exact, so that no rounding breaks an order."""
LONGEST_KEPT = 16_384
"""Characters of a schema that is kept with its features: with the most of them 4 MB, whatever clients offer."""


class LearnedTokens:
    """A `TokenCounter` with fixed weights: learning gives a new one, and this one counts on as it did.

    More text at the end of a text never has fewer tokens, and only the empty text has none.

    Args:
        weights: Tokens a character of each feature, shape (F,). Raised to the smallest that can be told from zero.
        schema_weights: The same for the JSON text of an offered tool. Servers write schemas in forms of their own.
        message_tokens: What a message costs beside its texts.
        request_tokens: What a request costs beside its messages and tools.

    Attributes:
        request_tokens: The same, rounded.
    """

    def __init__(
        self,
        weights: npt.NDArray[np.float64],
        schema_weights: npt.NDArray[np.float64],
        message_tokens: float,
        request_tokens: float,
    ) -> None:
        self._weights = _parts(weights)
        self._schema_weights = _parts(schema_weights)
        self._message = max(0, round(message_tokens * SCALE))
        self.request_tokens = max(0, round(request_tokens))

    def count(self, text: str) -> int:
        """Count the tokens of a text, by what was learned.

        Args:
            text: Any text.

        Returns:
            The estimate, rounded up.
        """
        return _whole(int(features_of(text) @ self._weights))

    def count_message(self, features: Features) -> int:
        """Count a message, with what it costs beside its texts. Cheap: the features were counted before.

        Args:
            features: The sum of its texts' features.

        Returns:
            The estimate, rounded up.
        """
        return _whole(int(features @ self._weights) + self._message)

    def count_schema(self, text: str) -> int:
        """Count what an offered tool costs.

        Args:
            text: The JSON text of the tool's schema.

        Returns:
            The estimate, rounded up.
        """
        features = schema_features(text) if len(text) <= LONGEST_KEPT else features_of(text)
        return _whole(int(features @ self._schema_weights))


@lru_cache(maxsize=256)
def schema_features(text: str) -> Features:
    """Read a schema, once: each turn counts the same tools several times, by counters that change with each report.

    Args:
        text: The JSON text of a tool's schema.

    Returns:
        Its features; nobody can write to them.
    """
    found = features_of(text)
    found.flags.writeable = False
    return found


def _parts(weights: npt.NDArray[np.float64]) -> Features:
    return np.maximum(np.rint(weights * SCALE).astype(np.int64), 1)


def _whole(parts: int) -> int:
    return -(-parts // SCALE)
