"""Muon: steps of matrices with all directions alike, so that the few strong ones don't drown the others.

Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers", https://kellerjordan.github.io/posts/muon/. A step
is `O = NS(g + m * M)`, `M = m * M + g`, with five steps of Newton and Schulz, `X = a X + (b A + c A A) X`, `A = X
X^T`. It is scaled as in Liu et al. 2025 (https://arxiv.org/abs/2502.16982, section 2.2), by `0.2 * sqrt(max(rows,
columns))`, so that AdamW's learning rates suit it. torch's own Muon computes in bfloat16, which takes seconds a step
on a CPU that has no instructions for it; this one computes in the parameters' own type.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

_A, _B, _C = 3.4445, -4.7750, 2.0315
_STEPS = 5


class Muon(torch.optim.Optimizer):
    """Steps matrices.

    Args:
        matrices: What is stepped; each has two dimensions.
        lr: Learning rate.
        momentum: Of the gradients.
        weight_decay: A step's share of it, times `lr`, is taken off the weights.
    """

    def __init__(
        self, matrices: Iterable[torch.nn.Parameter], lr: float, *, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__([*matrices], {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # noqa: ANN401 - as torch has it
        """Step all that has a gradient.

        Args:
            closure: Is never given.
        """
        assert closure is None  # noqa: S101 - nobody has one
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                state = self.state[matrix]
                if not state:
                    state["momentum"] = torch.zeros_like(matrix)
                mean = state["momentum"].mul_(group["momentum"]).add_(matrix.grad)
                made = _alike(matrix.grad.add(mean, alpha=group["momentum"]))
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(made, alpha=-group["lr"] * 0.2 * max(matrix.shape) ** 0.5)


def _alike(matrix: torch.Tensor) -> torch.Tensor:
    """Bring all singular values near 1."""
    tall = matrix.shape[0] > matrix.shape[1]
    made = matrix.T if tall else matrix
    made = made / made.norm().clamp(min=1e-7)
    for _ in range(_STEPS):
        gram = made @ made.T
        made = torch.addmm(made, torch.addmm(gram, gram, gram, beta=_B, alpha=_C), made, beta=_A)
    return made.T if tall else made
