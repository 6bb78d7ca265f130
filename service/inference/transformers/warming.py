"""The first steps of a model that was just loaded: they warm it up, measure it, and show whether its cache works."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from riffler.errors import EngineFailed, InvalidSetting
from riffler.service.inference.transformers.attention import without_plans
from riffler.service.inference.transformers.failures import is_fatal, is_out_of_memory, translate
from riffler.service.inference.transformers.layers import new_cache, token_bytes_of
from riffler.service.inference.transformers.loading import LocalModel

_TOKENS = 8
_CHUNK = 16


@dataclass(frozen=True, slots=True)
class Warmed:
    """What the first steps showed.

    Attributes:
        token_bytes: Bytes of keys and values that a token takes.
        chunked: Whether a prompt that is computed in chunks gives what it gives as a whole.
    """

    token_bytes: int
    chunked: bool


def warm_up(local: LocalModel, where: str) -> Warmed:
    """Run the model over a few tokens, so that its first request finds it ready.

    The tokens are computed in two steps and in one: a model that keeps what it computed elsewhere than in the cache
    that it is given would write nonsense without any error. The same steps are done with another text between them: a
    model that keeps something in itself (RecurrentGemma) would mix the texts of two requests.

    Args:
        local: The model.
        where: Who fails, to start an error's text with.

    Returns:
        What this showed.

    Raises:
        _told: An InvalidSetting, the model can't run here; or an EngineFailed, the device has too little memory.
        InvalidSetting: The model doesn't go on from a cache, or not from that alone.
    """
    ids = [(7919 * at + 13) % local.vocabulary for at in range(2 * _CHUNK)]
    first, last = ids[:_TOKENS], ids[_TOKENS : _TOKENS + 1]
    other = [(104729 * at + 29) % local.vocabulary for at in range(_TOKENS)]
    caches = [new_cache(local.model.config, plain=local.plain) for _ in range(5)]
    try:
        with torch.inference_mode(), without_plans(local.device):
            local.forward([first], [0], caches[0])
            stepped = local.forward([last], [_TOKENS], caches[0])
            whole = local.forward([first + last], [0], caches[1])
            bare = local.forward([last], [_TOKENS], caches[2])
            local.forward([first], [0], caches[3])
            local.forward([other], [0], caches[4])
            disturbed = local.forward([last], [_TOKENS], caches[3])
            chunked = local.chunked and (local.plain or _joins_chunks(local, ids))
    except Exception as exc:
        raise _told(exc, where) from exc
    if _forgets(stepped, whole, bare):
        raise InvalidSetting(f"{where}: model: doesn't go on from a cache of keys and values, so it can't run here")
    if _differs(disturbed, stepped, bare, epsilons=4, share=1 / 32):  # the same steps: on most devices to the last bit
        raise InvalidSetting(
            f"{where}: model: keeps a part of what it read in itself, where requests at the same time would mix, so it "
            "can't run here"
        )
    return Warmed(token_bytes_of(caches[0], len(first + last)), chunked)


def _joins_chunks(local: LocalModel, ids: list[int]) -> bool:
    """Tell whether a second chunk goes on from all of the first: Jamba's recurrent layers begin anew with each.

    Args:
        local: The model, whose cache isn't plain.
        ids: Two chunks of tokens.

    Returns:
        False also where that can't well be told from rounding: then a prompt takes more memory, and is right.
    """
    cache, others = new_cache(local.model.config, plain=False), new_cache(local.model.config, plain=False)
    local.forward([ids[:_CHUNK]], [0], cache)
    joined = local.forward([ids[_CHUNK:]], [_CHUNK], cache)
    whole = local.forward([ids], [0], others)
    bare = local.forward([ids[_CHUNK:]], [_CHUNK], new_cache(local.model.config, plain=False))
    return not _differs(joined, whole, bare, epsilons=2, share=1 / 256)


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
    return _differs(stepped, whole, bare, epsilons=32, share=1 / 2)


def _differs(one: torch.Tensor, right: torch.Tensor, bare: torch.Tensor, *, epsilons: int, share: float) -> bool:
    """Tell whether logits are off by more than rounding.

    Args:
        one: Logits, [1, vocabulary].
        right: What they should be.
        bare: What they would be if the model had read nothing before.
        epsilons: How much rounding may be: so many of the dtype's steps at the largest logit.
        share: And that is so much of what the text before changes.

    Returns:
        True when they are off by more than both.
    """
    off = (one - right).abs().max()
    rounding = epsilons * torch.finfo(right.dtype).eps * right.abs().max()
    return bool(off > rounding and off > (bare - right).abs().max() * share)
