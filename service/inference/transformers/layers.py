"""Cache layers that grow without being copied at each token, and which models they fit.

Shapes: B rows, H key-value heads, T tokens, D head width.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from transformers import DynamicCache, PretrainedConfig
from transformers.cache_utils import DynamicLayer

_ROOM = 32
"""In tokens: what a layer has at least beside what it needs when it grows."""
_STRETCHED = frozenset({"dynamic", "longrope"})
"""Rotary embeddings whose frequencies depend on how long the sequence is: a cached key goes stale as it grows."""
_SWITCHED = "longrope"
"""The one that has two sets of frequencies, for short and for long sequences."""


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # its base's __init_subclass__ has no types
    """A full-attention layer that keeps room behind its keys and values.

    transformers' own joins two tensors at each token, which copies all that is there. `keys` and `values` are views
    of the room, [B, H, T, D].

    Args:
        tokens: How many are sure to come, so that it grows once for all of them.
    """

    def __init__(self, tokens: int = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._tokens = tokens
        self._room: tuple[torch.Tensor, torch.Tensor] | None = None

    @property
    def columns(self) -> int:
        """For how many tokens it has room."""
        return 0 if self._room is None else self._room[0].shape[-2]

    @property
    def pair(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Its keys and values; it isn't empty."""
        return cast("tuple[torch.Tensor, torch.Tensor]", (self.keys, self.values))

    def columns_for(self, tokens: int) -> int:
        """Tell for how many tokens it will have room, when it has to hold some.

        Args:
            tokens: How many it has to hold.

        Returns:
            At least as many.
        """
        return self.columns if tokens <= self.columns else room_for(max(tokens, self._tokens))

    def cut(self, tokens: int) -> None:
        """Forget what comes after some tokens. The room stays.

        Args:
            tokens: How many to keep; no more than there are.
        """
        if self._room is not None:
            keys, values = self._room
            self.keys, self.values = keys[:, :, :tokens], values[:, :, :tokens]

    def fill(self, parts: Tensors, width: int) -> None:
        """Take a copy of keys and values, straight into the room.

        Args:
            parts: Keys and values of each row or rows, [B, H, T, D], one below the other. Shorter ones are padded on
                their left with zeros, as what is masked must still be finite.
            width: The longest, T.
        """
        rows, size = sum(keys.shape[0] for keys, _ in parts), room_for(max(width, self._tokens))
        self.lazy_initialization(*parts[0])
        keys, values = (like.new_empty((rows, like.shape[1], size, like.shape[-1])) for like in parts[0])
        at = 0
        for pair in parts:
            padding, end = width - pair[0].shape[-2], at + pair[0].shape[0]
            for new, old in zip((keys, values), pair, strict=True):
                new[at:end, :, :padding] = 0
                new[at:end, :, padding:width] = old
            at = end
        self._room = keys, values
        self.cut(width)

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
            size = self.columns_for(needed)
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


def room_for(tokens: int) -> int:
    """Tell for how many tokens a layer that grows takes memory.

    Args:
        tokens: How many it has to hold.

    Returns:
        As many, and an eighth more.
    """
    return tokens + max(_ROOM, tokens // 8)


def tokens_within(columns: int) -> int:
    """Tell how many tokens a layer that grows can hold: the reverse of `room_for`.

    Args:
        columns: For how many tokens there is memory.

    Returns:
        The most; it may be one too few.
    """
    return max(0, min(columns - _ROOM, columns * 8 // 9))


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


def new_cache(config: PretrainedConfig, *, plain: bool, tokens: int = 0) -> DynamicCache:
    """Make an empty cache.

    Args:
        config: The model's.
        plain: What `is_plain` said.
        tokens: How many are sure to come.

    Returns:
        The cache, of growing layers where that is possible.
    """
    cache = DynamicCache(config=config)
    if plain:
        cache.layers = [GrowingLayer(tokens) for _ in cache.layers]
    return cache


def filled_cache(config: PretrainedConfig, tensors: Tensors, length: int, tokens: int) -> DynamicCache:
    """Make a cache of a copy of computed keys and values.

    Args:
        config: The model's, which is plain.
        tensors: Keys and values of each layer, [1, H, T, D].
        length: How many of their tokens to take, from the first.
        tokens: How many are sure to come, these included.

    Returns:
        The cache. The tensors aren't touched, now or later.
    """
    cache = new_cache(config, plain=True, tokens=tokens)
    for layer, (keys, values) in zip(layers_of(cache), tensors, strict=True):
        layer.fill([(keys[:, :, :length], values[:, :, :length])], length)
    return cache


def layers_of(cache: DynamicCache) -> list[GrowingLayer]:
    """Give a plain cache's layers.

    Args:
        cache: The cache.

    Returns:
        Its own list, whose items may be replaced.
    """
    return cast("list[GrowingLayer]", cache.layers)


def token_bytes_of(cache: DynamicCache, tokens: int) -> int:
    """Tell how many bytes of keys and values a token takes.

    Args:
        cache: Any cache, of one row.
        tokens: How many it holds.

    Returns:
        The number of bytes, at least 1; states whose size is always the same count nothing.
    """
    pairs = ((getattr(layer, "keys", None), getattr(layer, "values", None)) for layer in cache.layers)
    return max(1, -(-sum(each.nbytes for pair in pairs for each in pair if isinstance(each, torch.Tensor)) // tokens))


def bytes_of(cache: DynamicCache) -> int:
    """Count the memory of a cache, the room behind its keys and values and all other states included.

    Args:
        cache: Any cache.

    Returns:
        The number of bytes.
    """
    storages = (each.untyped_storage() for layer in cache.layers for each in _tensors_in(vars(layer)))
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def _tensors_in(value: object) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors_in(item)
