"""How many tokens of a prompt are computed at once, which is also the step in which beginnings are reused.

The two could be told apart: computed in chunks of 2,048, reused to the last multiple of 128. But a token's numbers
depend, in their last bits, on the shape of the pass that it was computed in. A chunk that goes on from a part of
another's isn't computed in the shape of a whole one: tried on a CPU, in chunks of 512 with parts of 128, the logits
differed in 6 of 40 prompts in float32 and in 3 of 40 in bfloat16, there by up to 0.6% of the largest. That is enough to
change a greedy token. So there is one length, reuse changes no number, and the length is chosen such that little is
lost either way.

On CUDA a pass takes the host as long as it takes to launch its kernels, however few tokens there are: in the shape of
Llama 3.2 1B, on an H200, 0.7 ms a layer. The device's own time was 4.5 microseconds a token there, attention apart. So
about 2,000 tokens of a model with 61M weights a layer take as long as their launches, and fewer tokens of a larger
one. Chunks of that length leave the device idle for no long part of a long prompt, and what isn't reused of a chunk
costs at most about one more pass.
"""

from __future__ import annotations

import math

from riffler.service.inference.transformers.loading import LocalModel

_CPU_TOKENS = 128
"""A CPU is busy with few tokens: on one core 256 take 8% less time than 128, but others wait for each chunk."""
_CUDA_TOKENS = (512, 2048)
"""The least and the most. The most is for those who wait for a chunk, and for the mask, which has a row for each."""
_BALANCE = 2048 * 61e6
"""Tokens times weights a layer whose arithmetic takes as long as the launches. Measured on one model and one GPU."""


def chunk_of(local: LocalModel) -> int:
    """Choose the length of a model's chunks.

    Args:
        local: The model.

    Returns:
        Tokens. The same model on the same kind of device always gets the same.
    """
    layers = getattr(local.model.config.get_text_config(decoder=True), "num_hidden_layers", 1)
    return chunk_tokens(local.device.type, local.model.num_parameters(exclude_embeddings=True), layers)


def chunk_tokens(device: str, weights: int, layers: int) -> int:
    """Choose the length of chunks.

    Args:
        device: The type of the device, `cpu` or `cuda`.
        weights: How many the model has that each token is multiplied with; of a mixture of experts, all.
        layers: How many it has.

    Returns:
        Tokens; on CUDA a power of two.
    """
    if device != "cuda":
        return _CPU_TOKENS
    least, most = _CUDA_TOKENS
    even = _BALANCE * layers / max(1, weights)
    return min(most, max(least, 1 << round(math.log2(even))))
