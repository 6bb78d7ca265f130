"""Draws the next token. [V]: the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from riffler.errors import EngineGarbled
from riffler.service.inference.chat.asked import check_sampling
from riffler.service.inference.chat.constraint import Constraint
from riffler.service.ports.engine import Sampling

_COLDEST = 1e-5
"""Below this temperature a reply is greedy: scores divided by it soon are no numbers any more."""
_CANDIDATES = 64
"""Under a constraint, one of so many is drawn at most."""


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
        constraint: What may come; None is all.

    Raises:
        EngineRejected: A value isn't possible.
    """

    def __init__(
        self,
        sampling: Sampling,
        defaults: Defaults,
        suppressed: Sequence[int],
        where: str,
        constraint: Constraint | None = None,
    ) -> None:
        check_sampling(sampling, where)
        self._temperature = defaults.temperature if sampling.temperature is None else sampling.temperature
        self._top_p = defaults.top_p if sampling.top_p is None else sampling.top_p
        self._top_k = defaults.top_k
        self._suppressed = np.asarray(suppressed, np.int64)
        self._where = where
        self._constraint = constraint
        self._rng = np.random.default_rng(None if sampling.seed is None else sampling.seed % (1 << 63))

    def draw(self, logits: npt.NDArray[np.float32]) -> int:
        """Draw the next token, and tell the constraint.

        Args:
            logits: [V].

        Returns:
            The token's id.

        Raises:
            EngineGarbled: The logits are no numbers, or no token may come.
        """
        if not np.isfinite(logits).all():
            raise EngineGarbled(f"{self._where}: what the model computes are no finite numbers: its weights are broken")
        scores = logits.astype(np.float64)
        scores[self._suppressed] = -np.inf
        token = int(scores.argmax()) if self._temperature < _COLDEST else None
        if token is None or not self._allows(token):
            order = np.argsort(-scores, kind="stable")  # the most likely first
            token = self._pick(scores, self._allowed(order))
        if self._constraint is not None:
            self._constraint.take(token)
        return token

    def _allows(self, token: int) -> bool:
        return self._constraint is None or self._constraint.allows(token)

    def _allowed(self, order: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Leave the tokens that may come; of those behind many, none is ever drawn, so they aren't asked for."""
        if self._constraint is None:
            return order
        most = 1 if self._temperature < _COLDEST else _CANDIDATES
        found = list(islice((token for token in order.tolist() if self._constraint.allows(token)), most))
        if not found:
            raise EngineGarbled(f"{self._where}: no token may come next: a call can't be ended as it was begun")
        return np.asarray(found, np.int64)

    def _pick(self, scores: npt.NDArray[np.float64], order: npt.NDArray[np.int64]) -> int:
        """Draw one by its chance; greedily, take the first."""
        if self._temperature < _COLDEST:
            return int(order[0])
        if self._top_k:
            order = order[: self._top_k]
        chances = np.exp((scores[order] - scores[order[0]]) / self._temperature)
        chances /= chances.sum()
        sums = chances.cumsum()
        # of the nucleus is who has less than top_p before: so the one that passes it is in, and the first always is
        left = max(1, int(np.searchsorted(sums - chances, self._top_p))) if self._top_p < 1 else len(order)
        at = np.searchsorted(sums[:left], self._rng.random() * sums[left - 1], side="right")
        return int(order[min(int(at), left - 1)])
