"""Examples as trees of tokens: what each token sees, and which are the few right before it on its way from the root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Way:
    """A piece of a tree whose tokens follow each other, and what it sees.

    Attributes:
        start: Its first token.
        end: Behind its last one.
        before: What it sees before itself, from the root: pieces, each from a token to behind a token.
        mask: What each token sees of that and of the piece, of shape (end - start, all those); None where there is
            nothing before it, and each sees all up to itself.
    """

    start: int
    end: int
    before: tuple[tuple[int, int], ...]
    mask: torch.Tensor | None


@dataclass(frozen=True)
class Tree:
    """What stands before each token of an example.

    Attributes:
        ways: All pieces, in the order of their tokens. Branches that go on where the one before ends are one piece.
        before: Of each token the one before it, of shape (tokens,), then the one before that, and so on; where there is
            none, the number of tokens stands.
    """

    ways: tuple[Way, ...]
    before: tuple[torch.Tensor, ...]


def tree_of(branches: Sequence[tuple[int, int]], count: int, reach: int, device: str = "cpu") -> Tree:
    """Find the tree of an example.

    Args:
        branches: Of each branch its first token, and the one that it goes on from; the root has -1.
        count: Of tokens.
        reach: How many tokens before each are wanted.
        device: Where masks and numbers are kept.

    Returns:
        The tree.
    """
    ways = _ways(branches, count, device)
    one_before = torch.arange(-1, count)
    for way in ways:
        one_before[way.start] = way.before[-1][1] - 1 if way.before else count
    one_before[count] = count  # before nothing there is nothing
    one_before = one_before.to(device)
    before = [one_before]
    while len(before) < reach:
        before.append(one_before[before[-1]])
    return Tree(ways, tuple(each[:count] for each in before[:reach]))


def _ways(branches: Sequence[tuple[int, int]], count: int, device: str) -> tuple[Way, ...]:
    pieces: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    ends = [start for start, _ in branches[1:]] + [count]
    for (start, goes_on), end in zip(branches, ends, strict=True):
        if pieces and goes_on == start - 1:
            pieces[-1] = (pieces[-1][0], end, pieces[-1][2])
            continue
        before: tuple[tuple[int, int], ...] = ()
        if goes_on >= 0:
            first, _, earlier = next(piece for piece in pieces if piece[0] <= goes_on < piece[1])
            before = (*earlier, (first, goes_on + 1))
        pieces.append((start, end, before))
    ways = []
    for start, end, before in pieces:
        seen = sum(last - first for first, last in before)
        mask = torch.ones(end - start, seen + end - start, dtype=torch.bool, device=device).tril(seen)
        ways.append(Way(start, end, before, mask if before else None))
    return tuple(ways)
