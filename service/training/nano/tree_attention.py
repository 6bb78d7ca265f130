"""Attention over a tree of tokens: a branch sees its own way from the root, and nothing beside.

Computed branch by branch, so that nothing is computed of what isn't seen. A model takes it by its name, `TREE`, and is
called with `tree`, that of an example.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from riffler.service.training.nano.trees import Tree

TREE = "riffler_tree"


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    tree: Tree,
    **_: Any,  # noqa: ANN401 - what other implementations take
) -> tuple[torch.Tensor, None]:
    """Attend as transformers asks it of an implementation; `attention_mask` is never given."""
    assert attention_mask is None  # noqa: S101 - the tree says what is seen
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    made = []
    for way in tree.ways:
        parts = [*way.before, (way.start, way.end)]
        keys, values = (torch.cat([of[:, :, first:last] for first, last in parts], dim=2) for of in (key, value))
        asked = query[:, :, way.start : way.end]
        made.append(
            scaled_dot_product_attention(
                asked, keys, values, attn_mask=way.mask, is_causal=way.mask is None, scale=scaling
            )
        )
    return torch.cat(made, dim=2).transpose(1, 2).contiguous(), None


AttentionInterface.register(TREE, _attend)
