"""Rows that are decoded together, and their joint cache.

Rows of different lengths are aligned at their ends: a shorter one has padding on its left, which the mask hides. Its
tokens keep their own positions, so that a row's result doesn't depend on its company (but for rounding).
"""

from __future__ import annotations

import torch
from transformers import DynamicCache

from riffler.service.inference.transformers.layers import Tensors, bytes_of, cache_of, row_of, tensors_of
from riffler.service.inference.transformers.loading import LocalModel
from riffler.service.inference.transformers.row import Row


class Group:
    """Rows with one cache.

    Args:
        row: The first row.
        cache: Its cache, of one row.
    """

    def __init__(self, row: Row, cache: DynamicCache) -> None:
        self.rows = [row]
        self.cache = cache

    @property
    def width(self) -> int:
        """Columns of the cache: the tokens of its longest row."""
        return max(row.computed for row in self.rows)

    @property
    def size(self) -> int:
        """Bytes of keys and values."""
        return bytes_of(self.cache)

    def step(self, local: LocalModel) -> torch.Tensor:
        """Compute each row's last token.

        Args:
            local: The model.

        Returns:
            Logits of what follows, [rows, vocabulary].
        """
        width = self.width
        padding = [width - row.computed for row in self.rows]
        mask = None
        if any(padding):
            columns = torch.arange(width + 1, device=local.device)
            mask = columns[None, :] >= torch.tensor(padding, device=local.device)[:, None]
        last = [[row.ids[row.computed]] for row in self.rows]
        logits = local.forward(last, [row.computed for row in self.rows], self.cache, mask)
        for row in self.rows:
            row.computed += 1
        return logits

    def join(self, other: Group, local: LocalModel) -> None:
        """Take in the rows of another group, whose cache isn't used after.

        Args:
            other: The group; its cache is plain, as is ours.
            local: The model.
        """
        width = max(self.width, other.width)
        pairs = zip(tensors_of(self.cache), tensors_of(other.cache), strict=True)
        joined = [
            (
                torch.cat([_padded(keys, width), _padded(its_keys, width)]),
                torch.cat([_padded(values, width), _padded(its_values, width)]),
            )
            for (keys, values), (its_keys, its_values) in pairs
        ]
        self.cache = cache_of(local.model.config, joined)
        self.rows += other.rows

    def computed_of(self, row: Row) -> Tensors:
        """Copy what was computed of a row.

        Args:
            row: One of the rows; the cache is plain.

        Returns:
            Its keys and values.
        """
        return row_of(self.cache, self.rows.index(row), self.width - row.computed)

    def drop(self, gone: list[Row], local: LocalModel) -> None:
        """Let rows go, and the padding that only they needed.

        Args:
            gone: Some of the rows, not all; the cache is plain.
            local: The model.
        """
        kept = [at for at, row in enumerate(self.rows) if row not in gone]
        width = self.width
        self.rows = [self.rows[at] for at in kept]
        index = torch.tensor(kept, device=local.device)
        excess = width - self.width
        left = [(keys[index, :, excess:], values[index, :, excess:]) for keys, values in tensors_of(self.cache)]
        self.cache = cache_of(local.model.config, left)


def _padded(tensor: torch.Tensor, width: int) -> torch.Tensor:
    """Pad on the left with zeros, [B, H, T, D] to [B, H, width, D]. Zeros, as what is masked must still be finite."""
    return torch.nn.functional.pad(tensor, (0, 0, width - tensor.shape[-2], 0))
