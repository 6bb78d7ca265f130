"""Short convolutions over a tree of tokens: a branch goes on with the tokens right before it on its own way."""

from __future__ import annotations

from typing import Any

import torch
from transformers import Lfm2ForCausalLM
from transformers.models.lfm2.modeling_lfm2 import Lfm2ShortConv

from riffler.service.training.nano.trees import Tree


class TreeConvolution(Lfm2ShortConv):
    """The model's own convolution, that takes a `tree` as attention does; without one it is what it was.

    With `b, c, x` of a token it gives `out(c * sum_k w_k * (b * x)_k)`, where `k` counts back from the token itself.
    """

    def forward(self, hidden_states: torch.Tensor, *, tree: Tree | None = None, **other: Any) -> torch.Tensor:  # noqa: ANN401 - what the model gives
        """Mix each token with the few before it.

        Args:
            hidden_states: Of shape (1, tokens, width).
            tree: What is before each token.
            **other: What the model gives its own.

        Returns:
            The same shape.
        """
        if tree is None:
            alone: torch.Tensor = super().forward(hidden_states, **other)
            return alone
        gate_in, gate_out, inner = self.in_proj(hidden_states).chunk(3, dim=-1)
        gated = (gate_in * inner)[0]
        weights = self.conv.weight[:, 0].flip(1)  # that of the token itself first
        mixed = gated * weights[:, 0]
        padded = torch.cat([gated, gated.new_zeros(1, gated.shape[1])])  # the last row stands for no token
        for back, rows in enumerate(tree.before, 1):
            mixed = mixed + padded[rows] * weights[:, back]
        made: torch.Tensor = self.out_proj(gate_out * mixed[None])
        return made


def take_trees(model: Lfm2ForCausalLM) -> None:
    """Let a model's convolutions take trees, too. Its weights and their names stay.

    Args:
        model: The model, which is changed.
    """
    for number, layer in enumerate(model.model.layers):
        if not layer.is_attention_layer:
            made = TreeConvolution(model.config, number)
            made.load_state_dict(layer.conv.state_dict())
            layer.conv = made.to(layer.conv.in_proj.weight.device)
