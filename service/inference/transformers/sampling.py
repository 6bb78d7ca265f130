"""Draws one row's next token, with transformers' own processors and a generator of the row's own.

What a request leaves open, the model's generation config decides: greedy, unless it says `do_sample`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    SuppressTokensLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from riffler.errors import EngineRejected
from riffler.service.ports.engine import Sampling


class Sampler:
    """Draws the tokens of one reply.

    The generator is the row's own, so that a seed gives the same draws whatever runs beside it.

    Args:
        sampling: What the request says.
        defaults: What the model says.
        suppressed: Tokens that never come.
        device: Where the logits are.
        where: Who refuses, to start an error's text with.

    Raises:
        EngineRejected: A value isn't possible.
    """

    def __init__(
        self,
        sampling: Sampling,
        defaults: GenerationConfig,
        suppressed: Sequence[int],
        device: torch.device,
        where: str,
    ) -> None:
        _check(sampling, where)
        temperature = sampling.temperature
        if temperature is None:
            temperature = (_number(defaults, "temperature") or 1.0) if defaults.do_sample else 0.0
        self.greedy = temperature == 0
        self._processors = LogitsProcessorList()
        penalty = _number(defaults, "repetition_penalty") or 1.0
        self._needs_ids = penalty != 1.0
        if self._needs_ids:
            self._processors.append(RepetitionPenaltyLogitsProcessor(penalty))
        if suppressed:
            self._processors.append(SuppressTokensLogitsProcessor(list(suppressed), device=str(device)))
        if not self.greedy:
            self._warp(sampling, defaults, temperature)
        self.plain = self.greedy and not self._processors
        self._generator = torch.Generator(device)
        if sampling.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(sampling.seed % (1 << 63))

    def draw(self, logits: torch.Tensor, ids: Sequence[int]) -> int:
        """Draw the next token.

        Args:
            logits: Of the row, [1, vocabulary].
            ids: The prompt and what was drawn so far.

        Returns:
            The token's id.

        Raises:
            ValueError: There is nothing to draw from.
        """
        if self.plain:
            return int(logits.argmax(dim=-1).item())
        seen = torch.tensor([ids if self._needs_ids else []], dtype=torch.long, device=logits.device)
        scores = self._processors(seen, logits.float())  # type: ignore[arg-type]  # a LongTensor is a name for tensors
        if self.greedy:
            return int(scores.argmax(dim=-1).item())
        chances = torch.softmax(scores, dim=-1)
        if bool(torch.isnan(chances).any()):
            raise ValueError("the model's logits are no numbers: another dtype may help")
        return int(torch.multinomial(chances, 1, generator=self._generator).item())

    def _warp(self, sampling: Sampling, defaults: GenerationConfig, temperature: float) -> None:
        """Add what narrows the choice, in the order in which `generate` does."""
        if temperature != 1.0:
            self._processors.append(TemperatureLogitsWarper(float(temperature)))
        own = defaults.do_sample  # a greedy model's config says nothing of how to sample
        top_k = int(_number(defaults, "top_k") or 0) if own else 0
        if top_k > 0:
            self._processors.append(TopKLogitsWarper(top_k))
        top_p = sampling.top_p if sampling.top_p is not None else (_number(defaults, "top_p") or 1.0) if own else 1.0
        if top_p < 1.0:
            self._processors.append(TopPLogitsWarper(top_p))
        min_p = (_number(defaults, "min_p") or 0.0) if own else 0.0
        if min_p > 0.0:
            self._processors.append(MinPLogitsWarper(min_p))


def _number(defaults: GenerationConfig, name: str) -> float | None:
    value = getattr(defaults, name, None)
    return value if isinstance(value, int | float) else None


def _check(sampling: Sampling, where: str) -> None:
    temperature, top_p, most = sampling.temperature, sampling.top_p, sampling.max_tokens
    checks = (
        ("temperature", temperature, "at least 0", temperature is None or 0 <= temperature < math.inf),
        ("top_p", top_p, "above 0 and at most 1", top_p is None or 0 < top_p <= 1),
        ("max_tokens", most, "at least 1", most is None or most >= 1),
    )
    for name, value, expected, holds in checks:
        if not holds:
            raise EngineRejected(f"{where}: {name}: expected {expected}, got {value!r}")
