"""Draws one row's next token, with transformers' own processors and a generator of the row's own.

What a request leaves open, the model's generation config decides: greedy, unless it says `do_sample`.

Nothing here waits for the device, but where a constraint holds: tokens are drawn as tensors, and the worker reads those
of all rows at once. So nothing here can look at the numbers either, and the worker checks that there are any.

[V]: the vocabulary. [K]: what is left of it by `top_k`, in falling order; else [V].
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    SuppressTokensLogitsProcessor,
    TopPLogitsWarper,
)

from riffler.service.inference.chat.asked import check_sampling
from riffler.service.inference.chat.constraint import CANDIDATES, Constraint, allowed_tokens
from riffler.service.ports.engine import Sampling

_COLDEST = 1e-5
"""Below this temperature a reply is greedy: scores divided by it soon are no numbers any more."""
_PIECE = 256
"""So many tokens are read from the device at a time, to ask for them."""


class Sampler:
    """Draws the tokens of one reply.

    The generator is the row's own, so that a seed gives the same draws whatever runs beside it.

    Making one puts tensors on the device, which may take a moment: not for the event loop.

    Args:
        sampling: What the request says.
        defaults: What the model says.
        suppressed: Tokens that never come.
        device: Where the logits are.
        where: Who fails, to start an error's text with.

    Attributes:
        greedy: Whether it takes the most likely token.
        plain: Whether that is the one of the highest logit.

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
        check_sampling(sampling, where)
        self._where = where
        temperature = sampling.temperature
        if temperature is None:
            temperature = (_number(defaults, "temperature") or 1.0) if defaults.do_sample else 0.0
        self.greedy = temperature < _COLDEST
        self._temperature = float(temperature)
        self._processors = LogitsProcessorList()
        penalty = _number(defaults, "repetition_penalty") or 1.0
        self._seen = _Seen(device) if penalty != 1.0 else None
        if self._seen is not None:
            self._processors.append(RepetitionPenaltyLogitsProcessor(penalty))
        if suppressed:
            self._processors.append(SuppressTokensLogitsProcessor(list(suppressed), device=str(device)))
        self._top_k = 0
        self._warpers = LogitsProcessorList()
        if not self.greedy:
            self._warp(sampling, defaults)
        self.plain = self.greedy and not self._processors
        self._no_ids = torch.empty((1, 0), dtype=torch.long, device=device)
        self._generator = torch.Generator(device)
        if sampling.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(sampling.seed % (1 << 63))

    def draw(self, logits: torch.Tensor, ids: Sequence[int], constraint: Constraint | None = None) -> torch.Tensor:
        """Draw the next token, without waiting for it.

        Args:
            logits: Of the row, [V].
            ids: The prompt and what was drawn so far; never shorter than the last time, or other at its beginning.
            constraint: What may come; None is anything.

        Returns:
            The token's id, a tensor without dimensions. Where logits are no numbers it is any id.
        """
        held = constraint if constraint is not None and constraint.holds else None
        if self.plain and held is None:
            return logits.argmax()
        seen = self._seen.of(ids) if self._seen is not None else self._no_ids
        scores = self._processors(seen, logits[None].float())  # type: ignore[arg-type]  # a LongTensor is a name
        if held is not None:
            scores = self._masked(scores, held)
        if self.greedy:
            return scores[0].argmax()
        scores = scores / self._temperature
        # of more than top_k with the same score as the last, `generate` keeps all: here as many as there is room for
        top = torch.topk(scores, self._top_k) if 0 < self._top_k < scores.shape[-1] else None
        left = self._warpers(self._no_ids, top.values if top is not None else scores)  # type: ignore[arg-type]
        at = _drawn(torch.softmax(left, dim=-1)[0], self._generator)
        return top.indices[0, at] if top is not None else at

    def _masked(self, scores: torch.Tensor, constraint: Constraint) -> torch.Tensor:
        """Leave the scores of tokens that may come, [1, V]. They are read, a few at a time: as a rule the first may."""
        order = scores[0].argsort(descending=True, stable=True)
        pieces = (order[start : start + _PIECE].tolist() for start in range(0, len(order), _PIECE))
        ranked = (token for piece in pieces for token in piece)
        allowed = allowed_tokens(constraint, ranked, 1 if self.greedy else CANDIDATES, self._where)
        left = torch.full_like(scores, -torch.inf)
        left[0, allowed] = scores[0, allowed]
        return left

    def _warp(self, sampling: Sampling, defaults: GenerationConfig) -> None:
        """Add what narrows the choice, in the order in which `generate` does; `top_k` comes before."""
        own = defaults.do_sample  # a greedy model's config says nothing of how to sample
        self._top_k = int(_number(defaults, "top_k") or 0) if own else 0
        top_p = sampling.top_p if sampling.top_p is not None else (_number(defaults, "top_p") or 1.0) if own else 1.0
        if top_p < 1.0:
            self._warpers.append(TopPLogitsWarper(top_p))
        min_p = (_number(defaults, "min_p") or 0.0) if own else 0.0
        if min_p > 0.0:
            self._warpers.append(MinPLogitsWarper(min_p))


class _Seen:
    """The different ids of a row, on its device; only new ones are sent there."""

    def __init__(self, device: torch.device) -> None:
        self._known: set[int] = set()
        self._read = 0
        self._tensor = torch.empty((1, 0), dtype=torch.long, device=device)

    def of(self, ids: Sequence[int]) -> torch.Tensor:
        """Give the different ids, [1, how many]."""
        new = set(ids[self._read :]) - self._known
        self._read = len(ids)
        if new:
            self._known |= new
            added = torch.tensor([sorted(new)], dtype=torch.long, device=self._tensor.device)
            self._tensor = torch.cat([self._tensor, added], dim=-1)
        return self._tensor


def _drawn(chances: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw one by its chance, [V or K] to a place.

    This is how `torch.multinomial` draws one, without the checks for which that waits for the device: with E
    exponential, the largest of chance / E is each with its chance.

    Returns:
        The place, a tensor without dimensions.
    """
    return (chances / torch.empty_like(chances).exponential_(generator=generator)).argmax()


def _number(defaults: GenerationConfig, name: str) -> float | None:
    value = getattr(defaults, name, None)
    return value if isinstance(value, int | float) else None
