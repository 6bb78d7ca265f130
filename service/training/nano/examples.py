"""Samples as token ids: the moves of one turn, or of a family's turns, in one example, what they share written once.

Each sample is read as the engine reads it, by the same writer of prompts. Most of a turn's samples begin alike, so they
are kept as a tree: a branch goes on from a token of an earlier one, and sees its own way from the root and nothing
beside. Each move is learned once, in the context as it was seen: the incremental loss of Sculptor (facts/sculptor.md).
What the assistant said in what is read isn't learned there: it may have gone wrong on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.chat.tokenizer import ChatTokenizer
from riffler.service.inference.nano.tokenizer import NanoTokenizer
from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.samples_file import read_file
from riffler.service.training.nano.tokenizer import ASSISTANT, END
from riffler.tools.messages import Message, read_messages


@dataclass(frozen=True, slots=True)
class Example:
    """The samples of one turn as token ids.

    Attributes:
        ids: Of all branches, one after the other; two bytes each, as a run has tens of millions.
        positions: Of each, counted from the root.
        branches: Of each branch, where it begins in `ids`, and the token there that it goes on from; the root has -1.
        places: Tokens that something is learned at.
        targets: The token that ought to come after each of them.
        said: Whether it is said; else it is read.
    """

    ids: NDArray[np.uint16]
    positions: NDArray[np.uint16]
    branches: tuple[tuple[int, int], ...]
    places: NDArray[np.uint32]
    targets: NDArray[np.uint16]
    said: NDArray[np.bool_]


def write_file_examples(path: Path, tokenizer: Path, enough: int | None) -> list[Example]:
    """Write the examples of a file; a stage's files are shared among processes, as they take minutes of a core.

    Args:
        path: The file.
        tokenizer: Where the model's tokenizer is.
        enough: As in `ExampleWriter.write`.

    Returns:
        An example a turn or a family.
    """
    return [*ExampleWriter(NanoTokenizer(tokenizer)).write_all(read_file(path), enough)]


class ExampleWriter:
    """Writes samples as token ids.

    Args:
        tokenizer: The model's.
    """

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        self._tokenizer = tokenizer
        self._form = FORMS["hermes"]
        self._writer = PromptWriter(tokenizer, self._form, "nano")
        self._begin, self._end = (tokenizer.get_added_vocab()[mark] for mark in (ASSISTANT, END))

    def write_all(self, samples: Iterable[dict[str, Any]], enough: int | None = None) -> Iterator[Example]:
        """Write samples, those of one turn or one family together.

        Args:
            samples: What `read_samples` gives; those of a turn or a family follow each other.
            enough: As in `write`.

        Yields:
            An example a turn or a family.
        """
        for _, together in groupby(samples, lambda sample: sample["episode"]):
            yield self.write(together, enough)

    def write(self, samples: Iterable[dict[str, Any]], enough: int | None = None) -> Example:
        """Write the samples of one turn or one family.

        Args:
            samples: At least one.
            enough: Tokens after which no more samples are written; None writes all.

        Returns:
            The example.
        """
        tree = _Tree()
        for sample in samples:
            if enough is not None and len(tree) >= enough:
                break
            *messages, said = read_messages([*sample["messages"], sample["said"]])
            read = self._writer.write(EngineRequest(tuple(messages), sample["tools"])).ids
            tree.add(read, self._said_ids(said), self._moves(read))
        return tree.example()

    def _moves(self, read: list[int]) -> set[int]:
        """Give the places of what the assistant said in what is read, its ends among them."""
        inside, places = False, set[int]()
        for at, id_ in enumerate(read):
            if inside:
                places.add(at)
                inside = id_ != self._end
            else:
                inside = id_ == self._begin
        return places

    def said_ids(self, sample: dict[str, Any]) -> list[int]:
        """Write what is said in a sample.

        Args:
            sample: The sample.

        Returns:
            Its ids, the end among them.
        """
        [said] = read_messages([sample["said"]])
        return self._said_ids(said)

    def _said_ids(self, said: Message) -> list[int]:
        return [*self._tokenizer.encode(self.text_of(said), add_special_tokens=False, verbose=False), self._end]

    def text_of(self, said: Message) -> str:
        """Write a move as the model says it.

        Args:
            said: The message.

        Returns:
            Its text, then its calls in the form of Hermes.
        """
        calls = [self._form.write(call.name, json.loads(call.arguments)) for call in said.tool_calls]
        return "\n".join(filter(None, [said.text, *calls]))


class _Tree:
    """Grows by one way from the root a sample."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._positions: list[int] = []
        self._branches: list[tuple[int, int]] = []
        self._learned: list[tuple[int, int, bool]] = []
        self._ways: list[tuple[NDArray[np.int64], list[int]]] = []  # of each sample its ids, and where they stand

    def __len__(self) -> int:
        """Tell how many tokens it has."""
        return len(self._ids)

    def add(self, read: list[int], said: list[int], moves: set[int]) -> None:
        """Add what is read and what is said then; of what is read, only what stands nowhere yet is written.

        What is read at `moves` is written and not learned.
        """
        whole = [*read, *said]
        all_ids = np.array(whole)
        shared, way = 0, list[int]()
        for ids, places in self._ways:
            # Something must be left to go on from, and what is said is learned even where it was seen before.
            alike = min(_alike(all_ids, ids), len(read))
            if alike > shared:
                shared, way = alike, places[:alike]
        start, goes_on = len(self._ids), way[-1] if way else -1
        self._branches.append((start, goes_on))
        self._ids += whole[shared:]
        self._positions += range(shared, len(whole))
        places = [*way, *range(start, len(self._ids))]
        learned = (at for at in range(max(shared, 1), len(whole)) if at not in moves)
        self._learned += [(places[at - 1], whole[at], at >= len(read)) for at in learned]
        self._ways.append((all_ids, places))

    def example(self) -> Example:
        """Give what has grown."""
        places, targets, said = zip(*self._learned, strict=True)
        return Example(
            np.array(self._ids, dtype=np.uint16),
            np.array(self._positions, dtype=np.uint16),
            tuple(self._branches),
            np.array(places, dtype=np.uint32),
            np.array(targets, dtype=np.uint16),
            np.array(said, dtype=np.bool_),
        )


def _alike(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    """Tell how many tokens two begin with alike."""
    least = min(len(one), len(other))
    different = np.flatnonzero(one[:least] != other[:least])
    return int(different[0]) if len(different) else least
