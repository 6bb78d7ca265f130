"""Attention over a tree of tokens: a branch sees its own way from the root, and nothing beside.

Computed branch by branch, so that nothing is computed of what isn't seen. A model takes it by its name, `TREE`, and is
called with `ways`, those of an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

TREE = "riffler_tree"


@dataclass(frozen=True)
class Way:
    """A piece of a tree whose tokens follow each other, and what it sees.

    Attributes:
        start: Its first token.
        end: Behind its last one.
        before: What it sees before itself, from the root: pieces, each from a token to behind a token.
        mask: What each token sees of that and of the piece, of shape (end - start, all those); None where there is
            nothing before it, and each sees all up to itself.
    """

    start: int
    end: int
    before: tuple[tuple[int, int], ...]
    mask: torch.Tensor | None


def ways_of(branches: Sequence[tuple[int, int]], count: int, device: str = "cpu") -> tuple[Way, ...]:
    """Find the ways of a tree.

    Args:
        branches: Of each branch its first token, and the one that it goes on from; the root has -1.
        count: Of tokens.
        device: Where the masks are kept.

    Returns:
        The ways, in the order of their tokens. Branches that go on where the one before ends are one way.
    """
    pieces: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    ends = [start for start, _ in branches[1:]] + [count]
    for (start, goes_on), end in zip(branches, ends, strict=True):
        if pieces and goes_on == start - 1:
            pieces[-1] = (pieces[-1][0], end, pieces[-1][2])
            continue
        before: tuple[tuple[int, int], ...] = ()
        if goes_on >= 0:
            first, _, earlier = next(piece for piece in pieces if piece[0] <= goes_on < piece[1])
            before = (*earlier, (first, goes_on + 1))
        pieces.append((start, end, before))
    ways = []
    for start, end, before in pieces:
        seen = sum(last - first for first, last in before)
        mask = torch.ones(end - start, seen + end - start, dtype=torch.bool, device=device).tril(seen)
        ways.append(Way(start, end, before, mask if before else None))
    return tuple(ways)


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    ways: Sequence[Way],
    **_: Any,  # noqa: ANN401 - what other implementations take
) -> tuple[torch.Tensor, None]:
    """Attend as transformers asks it of an implementation; `attention_mask` is never given."""
    assert attention_mask is None  # noqa: S101 - the ways say what is seen
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    made = []
    for way in ways:
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
