"""A tiny Llama, made in seconds, so that tests and benchmarks run the real engine without a download.

A model with random weights never calls a tool: `overfit` teaches it a few replies by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import tokenizers
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

Example = tuple[list[int], list[int]]
"""A prompt, and the reply to learn, its end token included."""

_IGNORED = -100  # PyTorch's label for what isn't learned


def train_tokenizer(
    texts: Sequence[str], template: str, *, end: str, special: Sequence[str] = (), added: Sequence[str] = ()
) -> PreTrainedTokenizerFast:
    """Train a byte-level tokenizer.

    Args:
        texts: What it is to encode well; it encodes all other text too.
        template: The chat template.
        end: The special token that ends a turn.
        special: Other special tokens.
        added: Tokens that are never split, but are text.

    Returns:
        The tokenizer.
    """
    inner = tokenizers.Tokenizer(tokenizers.models.BPE())
    inner.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=640,
        special_tokens=[end, *special],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    inner.add_tokens([tokenizers.AddedToken(token, special=False, normalized=False) for token in added])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=end)  # type: ignore[no-untyped-call]
    tokenizer.chat_template = template
    return tokenizer


def make_model(
    vocabulary: int, *, width: int = 64, layers: int = 2, window: int = 2048, spread: float = 0.05, seed: int = 0
) -> LlamaForCausalLM:
    """Make a Llama with random weights, in float32.

    Args:
        vocabulary: How many tokens there are.
        width: Of the hidden states; a multiple of 64.
        layers: How many.
        window: Most positions.
        spread: Standard deviation of the weights. At 0.3 a random model's choices are far apart.
        seed: Of the weights.

    Returns:
        The model.
    """
    heads = max(2, width // 64)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=width * 2,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=max(1, heads // 2),
        max_position_embeddings=window,
        initializer_range=spread,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    model.train(False)
    return model


def overfit(model: LlamaForCausalLM, examples: Sequence[Example], most_steps: int = 400, rate: float = 5e-3) -> bool:
    """Teach a model replies by heart, until it gives each of them greedily and is sure of it.

    Args:
        model: The model, which is changed.
        examples: What to learn.
        most_steps: When to give up.
        rate: The learning rate after a short warm-up.

    Returns:
        Whether it learned all of them.
    """
    batches = [_batch(group) for group in _by_length(examples)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0)
    model.train()
    learned = False
    for step in range(most_steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 20)
        worst = 0.0
        for ids, labels in batches:
            loss = model(input_ids=ids, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            worst = max(worst, float(loss.detach()))
        if worst < 0.02:
            learned = all(_knows(model, ids, labels) for ids, labels in batches)
            if learned:
                break
    model.train(False)
    return learned


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> Path:
    """Save a model and its tokenizer as `from_pretrained` reads them.

    Args:
        model: The model.
        tokenizer: Its tokenizer.
        folder: Where to.

    Returns:
        The folder.
    """
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _by_length(examples: Sequence[Example]) -> list[list[Example]]:
    """Split at the largest jump in length, so that short ones aren't padded to the longest."""
    ordered = sorted(examples, key=lambda example: len(example[0]) + len(example[1]))
    lengths = [len(prompt) + len(reply) for prompt, reply in ordered]
    jumps = [after - before for before, after in pairwise(lengths)]
    at = jumps.index(max(jumps)) + 1 if jumps and max(jumps) > 32 else len(ordered)
    return [group for group in (ordered[:at], ordered[at:]) if group]


def _batch(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Give ids and labels, [examples, tokens], padded on the right: what comes later changes nothing before."""
    width = max(len(prompt) + len(reply) for prompt, reply in examples)
    ids = [[*prompt, *reply] + [0] * (width - len(prompt) - len(reply)) for prompt, reply in examples]
    labels = [
        [_IGNORED] * len(prompt) + reply + [_IGNORED] * (width - len(prompt) - len(reply)) for prompt, reply in examples
    ]
    return torch.tensor(ids), torch.tensor(labels)


@torch.no_grad()
def _knows(model: LlamaForCausalLM, ids: torch.Tensor, labels: torch.Tensor) -> bool:
    guessed = model(input_ids=ids).logits[:, :-1].argmax(dim=-1)
    wanted = labels[:, 1:]
    return bool(((guessed == wanted) | (wanted == _IGNORED)).all())
