"""Draws the next token. [V]: the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riffler.errors import EngineGarbled
from riffler.service.inference.chat.asked import check_sampling
from riffler.service.inference.chat.constraint import CANDIDATES, Constraint, allowed_tokens
from riffler.service.ports.engine import Sampling

_COLDEST = 1e-5
"""Below this temperature a reply is greedy: scores divided by it soon are no numbers any more."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """How a model itself wants its tokens drawn.

    Attributes:
        temperature: 0 is greedy.
        top_p: Nucleus; 1 is all.
        top_k: Only the most likely; 0 is all.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0


class Sampler:
    """Draws the tokens of one reply, with a generator of its own.

    Args:
        sampling: What the request says.
        defaults: What the model says.
        suppressed: Tokens that never come.
        where: Who fails, to start an error's text with.

    Raises:
        EngineRejected: A value isn't possible.
    """

    def __init__(self, sampling: Sampling, defaults: Defaults, suppressed: Sequence[int], where: str) -> None:
        check_sampling(sampling, where)
        self._temperature = defaults.temperature if sampling.temperature is None else sampling.temperature
        self._top_p = defaults.top_p if sampling.top_p is None else sampling.top_p
        self._top_k = defaults.top_k
        self._suppressed = np.asarray(suppressed, np.int64)
        self._where = where
        self._rng = np.random.default_rng(None if sampling.seed is None else sampling.seed % (1 << 63))

    def draw(self, logits: npt.NDArray[np.float32], constraint: Constraint | None = None) -> int:
        """Draw the next token.

        Args:
            logits: [V].
            constraint: What may come; None is anything.

        Returns:
            The token's id.

        Raises:
            EngineGarbled: The logits are no numbers, or no token may come.
        """
        if not np.isfinite(logits).all():
            raise EngineGarbled(f"{self._where}: what the model computes are no finite numbers: its weights are broken")
        scores = logits.astype(np.float64)
        scores[self._suppressed] = -np.inf
        held = constraint if constraint is not None and constraint.holds else None
        if self._temperature < _COLDEST:
            best = int(scores.argmax())
            return best if held is None or held.allows(best) else self._allowed(held, scores, 1)[0]
        if held is None:
            return self._pick(scores, np.argsort(-scores, kind="stable"))
        return self._pick(scores, np.asarray(self._allowed(held, scores, CANDIDATES), np.int64))

    def _allowed(self, constraint: Constraint, scores: npt.NDArray[np.float64], most: int) -> list[int]:
        return allowed_tokens(constraint, np.argsort(-scores, kind="stable").tolist(), most, self._where)

    def _pick(self, scores: npt.NDArray[np.float64], order: npt.NDArray[np.int64]) -> int:
        """Draw one of some tokens, the most likely first, by its chance."""
        if self._top_k:
            order = order[: self._top_k]
        chances = np.exp((scores[order] - scores[order[0]]) / self._temperature)
        chances /= chances.sum()
        sums = chances.cumsum()
        # of the nucleus is who has less than top_p before: so the one that passes it is in, and the first always is
        left = max(1, int(np.searchsorted(sums - chances, self._top_p))) if self._top_p < 1 else len(order)
        at = np.searchsorted(sums[:left], self._rng.random() * sums[left - 1], side="right")
        return int(order[min(int(at), left - 1)])
