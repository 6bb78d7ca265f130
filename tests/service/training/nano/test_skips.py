"""Positions that are skipped: what is far away is seen from short examples, and nothing else changes."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.training.nano.examples import Example
from riffler.service.training.nano.skips import with_skips

WINDOW = 512


def example(root: int, branch: int, at: int) -> Example:
    """A root, and a branch that goes on from one of its tokens."""
    positions = np.array([*range(root), *range(at + 1, at + 1 + branch)], dtype=np.uint16)
    size = root + branch
    places, said = np.arange(size - 1, dtype=np.uint32), np.ones(size - 1, dtype=np.bool_)
    return Example(positions.copy(), positions, ((0, -1), (root, at)), places, positions[1:], said)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """Of any size that fits the window."""
    root = draw(st.integers(2, 400))
    return example(root, draw(st.integers(1, 100)), draw(st.integers(0, root - 1)))


@given(one=examples(), seed=st.integers())
def test_positions_grow_as_they_did_but_for_a_few_skips(one: Example, seed: int) -> None:
    """Tokens that had one position have one still; of neighbours at most three pairs are further apart; all fit."""
    moved = with_skips(random.Random(seed), one, WINDOW)
    to = dict(zip(one.positions.tolist(), moved.positions.tolist(), strict=True))
    assert [to[each] for each in one.positions.tolist()] == moved.positions.tolist()
    steps = np.diff([to[each] for each in sorted(to)]) - np.diff(sorted(to))
    assert (steps >= 0).all()
    assert (steps > 0).sum() <= 3
    assert to[0] == 0
    assert max(to.values()) < WINDOW
    assert moved.ids is one.ids
    assert moved.branches == one.branches


@given(one=examples(), other=examples(), seed=st.integers())
def test_as_much_is_drawn_whatever_the_example_is(one: Example, other: Example, seed: int) -> None:
    """So a run that is gone on with draws on as if it had never ended."""
    first, second = random.Random(seed), random.Random(seed)
    with_skips(first, one, WINDOW)
    with_skips(second, other, WINDOW)
    assert first.random() == second.random()


def test_all_distances_come_up() -> None:
    """Of a text of 100 tokens, its ends are seen from 99 to nearly 511 apart; a window that it fills skips nothing.

    The chance that none of 400 draws comes above 480 is below 1e-10: each has about one in eighteen.
    """
    rng, one = random.Random(7), example(100, 1, 99)
    found = [int(with_skips(rng, one, WINDOW).positions.max()) for _ in range(400)]
    assert min(found) == 100
    assert max(found) > 480
    assert with_skips(rng, one, 101) is one
