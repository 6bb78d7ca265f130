"""Nano's tokenizer: byte-level, of few tokens, trained on what nano reads. Needs the extra `local`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

PAD, END = "<|endoftext|>", "<|end|>"
SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"
_MARKS = ("<tools>", "</tools>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
"""They are text, and one token each."""


def train_tokenizer(samples: Iterable[dict[str, Any]], size: int) -> PreTrainedTokenizerFast:
    """Train the tokenizer.

    A word has the same tokens wherever it stands, whether after a space, a quote or at the beginning of a line: nano's
    work is mostly to copy words from one place to another. So white space is never part of a token with letters. Digits
    are tokens of their own, so that a number is copied digit by digit and never by a token seldom seen.

    Args:
        samples: What `read_samples` gives; some thousand are enough.
        size: How many tokens; at least 300.

    Returns:
        The tokenizer, with its chat template.
    """
    inner = tokenizers.Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(tokenizers.Regex(r"\s"), "isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(_MARKS),
        special_tokens=[PAD, END, SYSTEM, USER, ASSISTANT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(_texts(samples), trainer)
    inner.add_tokens([tokenizers.AddedToken(mark, special=False, normalized=False) for mark in _MARKS])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=END, pad_token=PAD)  # type: ignore[no-untyped-call]
    template = files("riffler.service.training.nano") / "chat_template.jinja"
    tokenizer.chat_template = template.read_text("utf-8")
    return tokenizer


def _texts(samples: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Give each text once: what a turn's samples share would else count as often as it has steps."""
    seen = set[int]()
    for sample in samples:
        texts = [name for tool in sample["tools"] for name in _names(tool["function"])]
        for message in (*sample["messages"], sample["said"]):
            texts.append(message.get("content") or "")
            texts += [call["function"]["arguments"] for call in message.get("tool_calls") or ()]
        for text in texts:
            if text and (key := hash(text)) not in seen:
                seen.add(key)
                yield text


def _names(function: dict[str, Any]) -> list[str]:
    """Give what the chat template shows of a tool."""
    return [function["name"], *function["parameters"]["properties"]]
