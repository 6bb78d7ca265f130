"""Samples as token ids: what is read, and behind it what is said, which alone carries the whole loss.

Each sample is read as the engine reads it, by the same writer of prompts. A turn's samples share their beginnings, but
each move is learned once, in the context as it was seen: the incremental loss of Sculptor (facts/sculptor.md).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.chat.tokenizer import ChatTokenizer
from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.tokenizer import END
from riffler.tools.messages import Message, read_messages


@dataclass(frozen=True, slots=True)
class Example:
    """One sample as token ids.

    Attributes:
        ids: What is read, then what is said with its end; two bytes each, as a run has hundreds of millions.
        said_from: Where what is said begins.
    """

    ids: NDArray[np.uint16]
    said_from: int


class ExampleWriter:
    """Writes samples as token ids.

    Args:
        tokenizer: The model's.
    """

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        self._tokenizer = tokenizer
        self._form = FORMS["hermes"]
        self._writer = PromptWriter(tokenizer, self._form, "nano")
        self._end = tokenizer.get_added_vocab()[END]

    def write(self, sample: dict[str, Any]) -> Example:
        """Write a sample.

        Args:
            sample: What `read_samples` gives.

        Returns:
            The example.
        """
        *messages, said = read_messages([*sample["messages"], sample["said"]])
        read = self._writer.write(EngineRequest(tuple(messages), sample["tools"])).ids
        text = self.text_of(said)
        ids = self._tokenizer.encode(text, add_special_tokens=False, verbose=False)
        return Example(np.array([*read, *ids, self._end], dtype=np.uint16), len(read))

    def text_of(self, said: Message) -> str:
        """Write a move as the model says it.

        Args:
            said: The message.

        Returns:
            Its text, then its calls in the form of Hermes.
        """
        calls = [self._form.write(call.name, json.loads(call.arguments)) for call in said.tool_calls]
        return "\n".join(filter(None, [said.text, *calls]))


def batches(examples: Sequence[Example], tokens: int, rng: random.Random) -> Iterator[list[Example]]:
    """Put examples of like length together, in an order drawn at random.

    Args:
        examples: The examples.
        tokens: How many a batch may have, when all are as long as its longest; one example may have more.
        rng: Source of the draws.

    Yields:
        Batches; each example is in one of them.
    """
    made: list[list[Example]] = [[]]
    for example in sorted(examples, key=lambda each: (len(each.ids), rng.random())):
        if made[-1] and len(example.ids) * (len(made[-1]) + 1) > tokens:
            made.append([])
        made[-1].append(example)
    rng.shuffle(made)
    yield from filter(None, made)
