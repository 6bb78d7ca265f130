"""The first steps of a model that was just loaded: they warm it up, measure it, and show whether its cache works."""

from __future__ import annotations

import torch

from riffler.errors import EngineFailed, InvalidSetting
from riffler.service.inference.transformers.failures import is_fatal, is_out_of_memory, translate
from riffler.service.inference.transformers.layers import new_cache, token_bytes_of
from riffler.service.inference.transformers.loading import LocalModel

_TOKENS = 8


def warm_up(local: LocalModel, where: str) -> int:
    """Run the model over a few tokens, so that its first request finds it ready.

    The tokens are computed in two steps and in one: a model that keeps what it computed elsewhere than in the cache
    that it is given would write nonsense without any error.

    Args:
        local: The model.
        where: Who fails, to start an error's text with.

    Returns:
        Bytes of keys and values that a token takes.

    Raises:
        _told: An InvalidSetting, the model can't run here; or an EngineFailed, the device has too little memory.
        InvalidSetting: The model doesn't go on from a cache.
    """
    ids = [(7919 * at + 13) % local.vocabulary for at in range(_TOKENS + 1)]
    cache = new_cache(local.model.config, plain=local.plain)
    try:
        with torch.inference_mode():
            local.forward([ids[:-1]], [0], cache)
            stepped = local.forward([ids[-1:]], [_TOKENS], cache)
            whole = local.forward([ids], [0], new_cache(local.model.config, plain=local.plain))
            bare = local.forward([ids[-1:]], [_TOKENS], new_cache(local.model.config, plain=local.plain))
    except Exception as exc:
        raise _told(exc, where) from exc
    if _forgets(stepped, whole, bare):
        raise InvalidSetting(f"{where}: model: doesn't go on from a cache of keys and values, so it can't run here")
    return token_bytes_of(cache, len(ids))


def _told(exc: Exception, where: str) -> EngineFailed | InvalidSetting:
    """Say in our words what was raised: but for its device, what a model can't do at first it can never do."""
    if is_out_of_memory(exc) or is_fatal(exc):
        return translate(exc, where)
    why = " ".join(str(exc).split())[:300]
    return InvalidSetting(f"{where}: model: can't run here ({type(exc).__name__}: {why})")


def _forgets(stepped: torch.Tensor, whole: torch.Tensor, bare: torch.Tensor) -> bool:
    """Tell whether a step on top of a cache is no better than one on top of nothing.

    Rounding is no matter, as it is small beside what eight tokens before change; where it isn't, nothing can be told.

    Args:
        stepped: Logits of the last token on top of a cache of the others, [1, vocabulary].
        whole: The same of all in one step, which is right.
        bare: The same of the last token alone.

    Returns:
        True when the first are nearer to being bare than to being right.
    """
    off = (stepped - whole).abs().max()
    rounding = 32 * torch.finfo(whole.dtype).eps * whole.abs().max()
    return bool(off > rounding and off > (bare - whole).abs().max() / 2)
