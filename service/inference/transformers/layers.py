"""Cache layers that grow without being copied at each token, and which models they fit.

Shapes: B rows, H key-value heads, T tokens, D head width.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from transformers import DynamicCache, PretrainedConfig
from transformers.cache_utils import DynamicLayer

_ROOM = 256
"""In tokens: what a layer has beside what it needs when it grows."""
_STRETCHED = frozenset({"dynamic", "longrope"})
"""Rotary embeddings whose frequencies depend on how long the sequence is: a cached key goes stale as it grows."""
_SWITCHED = "longrope"
"""The one that has two sets of frequencies, for short and for long sequences."""


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # its base's __init_subclass__ has no types
    """A full-attention layer that keeps room behind its keys and values.

    transformers' own joins two tensors at each token, which copies all that is there. `keys` and `values` are views
    of the room, [B, H, T, D].
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        *_args: Any,  # noqa: ANN401 - as the class it replaces
        **_kwargs: Any,  # noqa: ANN401
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append keys and values.

        Args:
            key_states: New keys, [B, H, T, D].
            value_states: New values, of the same shape but for D, which may differ.

        Returns:
            All keys and all values.
        """
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        used = self.get_seq_length()
        needed = used + key_states.shape[-2]
        if self._room is None or self._room[0].shape[-2] < needed:
            size = needed + max(_ROOM, needed // 8)
            self._room = (
                _enlarged(self.keys if used else None, key_states, size),
                _enlarged(self.values if used else None, value_states, size),
            )
        keys, values = self._room
        keys[:, :, used:needed] = key_states
        values[:, :, used:needed] = value_states
        self.keys, self.values = keys[:, :, :needed], values[:, :, :needed]
        return self.keys, self.values


Tensors = list[tuple[torch.Tensor, torch.Tensor]]
"""Keys and values of each layer, [1, H, T, D]."""


def _enlarged(old: torch.Tensor | None, like: torch.Tensor, size: int) -> torch.Tensor:
    new = like.new_empty((*like.shape[:2], size, like.shape[-1]))
    if old is not None:
        new[:, :, : old.shape[-2]] = old
    return new


def _ropes(config: PretrainedConfig) -> list[dict[str, Any]]:
    rope = getattr(config.get_text_config(decoder=True), "rope_parameters", None) or {}
    return [value for value in rope.values() if isinstance(value, dict)] or [rope]


def is_chunked(config: PretrainedConfig) -> bool:
    """Tell whether a prompt can be computed in chunks.

    Args:
        config: The model's.

    Returns:
        False where the first chunks would be computed as if the text were short.
    """
    return not any(rope.get("rope_type") in _STRETCHED for rope in _ropes(config))


def stretch_of(config: PretrainedConfig) -> int | None:
    """Find where a growing text has to be computed anew, because its frequencies change.

    Args:
        config: The model's.

    Returns:
        The most tokens that are short; None when nothing changes.
    """
    switched = (rope for rope in _ropes(config) if rope.get("rope_type") == _SWITCHED)
    found = (rope.get("original_max_position_embeddings") for rope in switched)
    return next((value for value in found if isinstance(value, int)), None)


def is_plain(config: PretrainedConfig) -> bool:
    """Tell whether rows of a model's cache can be cut, moved and joined.

    Args:
        config: The model's.

    Returns:
        True when every layer keeps keys and values of all tokens, and positions are encoded alike at any length.
        Sliding windows, linear attention, shared, indexed or quantised layers don't.
    """
    if not is_chunked(config):
        return False
    layers = DynamicCache(config=config).layers
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


def new_cache(config: PretrainedConfig, *, plain: bool) -> DynamicCache:
    """Make an empty cache.

    Args:
        config: The model's.
        plain: What `is_plain` said.

    Returns:
        The cache, of growing layers where that is possible.
    """
    cache = DynamicCache(config=config)
    if plain:
        cache.layers = [GrowingLayer() for _ in cache.layers]
    return cache


def filled_cache(config: PretrainedConfig, tensors: Tensors, length: int) -> DynamicCache:
    """Make a cache of a copy of computed keys and values.

    Args:
        config: The model's, which is plain.
        tensors: Keys and values.
        length: How many of their tokens to take, from the first.

    Returns:
        The cache. The tensors aren't touched, now or later.
    """
    return cache_of(config, [(keys[:, :, :length], values[:, :, :length]) for keys, values in tensors])


def cache_of(config: PretrainedConfig, tensors: Tensors) -> DynamicCache:
    """Make a cache of a copy of keys and values.

    Args:
        config: The model's, which is plain.
        tensors: Keys and values of each layer, [B, H, T, D].

    Returns:
        The cache.
    """
    cache = new_cache(config, plain=True)
    for index, (keys, values) in enumerate(tensors):
        cache.update(keys, values, index)
    return cache


def tensors_of(cache: DynamicCache) -> Tensors:
    """Give a plain cache's keys and values.

    Args:
        cache: The cache; it isn't empty.

    Returns:
        Views of them, [B, H, T, D].
    """
    return [(layer.keys, layer.values) for layer in cast("list[Any]", cache.layers)]


def row_of(cache: DynamicCache, row: int, padding: int) -> Tensors:
    """Copy one row out of a cache.

    Args:
        cache: A plain cache.
        row: Which row.
        padding: How many tokens on its left are none.

    Returns:
        Its keys and values.
    """
    return [
        (keys[row : row + 1, :, padding:].clone(), values[row : row + 1, :, padding:].clone())
        for keys, values in tensors_of(cache)
    ]


def bytes_of(cache: DynamicCache) -> int:
    """Count the bytes of keys and values, the room behind them not counted.

    Args:
        cache: Any cache.

    Returns:
        The number of bytes.
    """
    pairs = ((getattr(layer, "keys", None), getattr(layer, "values", None)) for layer in cache.layers)
    return sum(tensor.nbytes for pair in pairs for tensor in pair if isinstance(tensor, torch.Tensor))
