"""What a state of writing is made of: stacks of nodes, and the simplest nodes.

A state is some stacks of nodes, the next one first. A byte takes each stack to those that may follow it; no stack left
means that the byte isn't allowed. All of it is immutable, so that one can try.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

Stack = tuple["Node", ...]
"""Nodes, the next one first."""
State = tuple[Stack, ...]
"""All that may come; empty when nothing may."""


class Node(Protocol):
    """A part of what may be written. Takes one byte at least."""

    def step(self, byte: int) -> Iterable[Stack]:
        """Give what may come after a byte: nothing where it isn't allowed, an empty stack where it is the last."""
        ...


def advance(state: State, text: bytes) -> State:
    """Write on.

    Args:
        state: What may come.
        text: What comes.

    Returns:
        What may come then; empty when the text isn't allowed.
    """
    for byte in text:
        state = tuple((*new, *rest[1:]) for rest in state if rest for new in rest[0].step(byte))
        if not state:
            break
    return state


def is_whole(state: State) -> bool:
    """Tell whether what was written may end here."""
    return () in state


@dataclass(frozen=True, slots=True)
class Exactly:
    """One text; at least one byte."""

    text: bytes

    def step(self, byte: int) -> Iterable[Stack]:
        """Take its next byte."""
        if self.text[0] == byte:
            yield (Exactly(self.text[1:]),) if len(self.text) > 1 else ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several stacks, none of them empty."""

    stacks: tuple[Stack, ...]

    def step(self, byte: int) -> Iterable[Stack]:
        """Take it in each."""
        return advance(self.stacks, bytes((byte,)))


@dataclass(frozen=True, slots=True)
class Word:
    """One of several texts, told apart at byte `at`; many of them cost little."""

    words: tuple[bytes, ...]
    at: int = 0

    def step(self, byte: int) -> Iterable[Stack]:
        """Keep those that go on so."""
        after = self.at + 1
        left = tuple(word for word in self.words if word[self.at] == byte)
        longer = tuple(word for word in left if len(word) > after)
        if longer:
            yield (Word(longer, after),)
        if len(longer) < len(left):
            yield ()
