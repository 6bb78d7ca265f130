"""Rows that are decoded together, and their joint cache.

Rows of different lengths are aligned at their ends: a shorter one has padding on its left, which the mask hides. Its
tokens keep their own positions, so that a row's result doesn't depend on its company, but for rounding: the device adds
in another order when there are more rows.
"""

from __future__ import annotations

import torch
from transformers import DynamicCache

from riffler.service.inference.transformers.layers import GrowingLayer, Tensors, bytes_of, layers_of
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
        """Columns of the cache that are in use: the tokens of its longest row."""
        return max(row.computed for row in self.rows)

    def size(self, token_bytes: int) -> int:
        """Count what the cache takes.

        Args:
            token_bytes: Bytes of one token's keys and values.

        Returns:
            Bytes, the room behind keys and values included.
        """
        first = self.cache.layers[0] if self.cache.layers else None
        if isinstance(first, GrowingLayer):  # counted without a look at each layer, as this is asked at each token
            return len(self.rows) * first.columns * token_bytes
        return bytes_of(self.cache)

    def growth(self, tokens: int, token_bytes: int) -> int:
        """Count what the cache will take beyond what it takes now.

        Args:
            tokens: How many more columns it is to have.
            token_bytes: Bytes of one token's keys and values.

        Returns:
            Bytes; 0 while there is room.
        """
        first = self.cache.layers[0] if self.cache.layers else None
        if isinstance(first, GrowingLayer):
            tokens = first.columns_for(self.width + tokens) - first.columns
        return len(self.rows) * tokens * token_bytes

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

    def repair(self) -> None:
        """Cut off what a step that failed in the middle appended to some layers. The cache is plain."""
        for layer in layers_of(self.cache):
            layer.cut(self.width)

    def join(self, other: Group) -> None:
        """Take in the rows of another group, whose cache isn't used after. When it fails, both are as they were.

        Args:
            other: The group; its cache is plain, as is ours.
        """
        width = max(self.width, other.width)
        joined = []
        for ours, theirs in zip(layers_of(self.cache), layers_of(other.cache), strict=True):
            layer = GrowingLayer()
            layer.fill([ours.pair, theirs.pair], width)
            joined.append(layer)
        layers_of(self.cache)[:] = joined
        self.rows += other.rows

    def drop(self, gone: list[Row]) -> None:
        """Let rows go, and the padding that only they needed, layer by layer.

        When it fails, the cache can't be used any more.

        Args:
            gone: Some of the rows, not all; the cache is plain.
        """
        kept = [(at, row) for at, row in enumerate(self.rows) if row not in gone]
        width = max(row.computed for _, row in kept)
        excess = self.width - width
        layers = layers_of(self.cache)
        for number, old in enumerate(layers):
            layer = GrowingLayer()
            keys, values = old.pair
            parts = [(keys[at : at + 1, :, excess:], values[at : at + 1, :, excess:]) for at, _ in kept]
            layer.fill(parts, width)
            layers[number] = layer
        self.rows = [row for _, row in kept]

    def mostly(self, tokens: int) -> bool:
        """Tell whether the first tokens are most of what the cache's memory holds.

        Args:
            tokens: How many.

        Returns:
            True for one row of which they are three quarters: it isn't worth a copy then.
        """
        return len(self.rows) == 1 and layers_of(self.cache)[0].columns * 3 <= tokens * 4

    def beginning_of(self, row: Row, tokens: int, *, copy: bool) -> Tensors:
        """Give what was computed of a row's first tokens, to be kept after the row is gone.

        Args:
            row: One of the rows; the cache is plain.
            tokens: How many.
            copy: Whether to copy. Else the memory is the cache's, which mustn't be used after.

        Returns:
            Keys and values, [1, H, T, D].
        """
        at, start = self.rows.index(row), self.width - row.computed
        found: Tensors = []
        for layer in layers_of(self.cache):
            keys, values = (each[at : at + 1, :, start : start + tokens] for each in layer.pair)
            found.append((keys.clone(), values.clone()) if copy else (keys, values))
        return found
