"""Facts as arrays: read in blocks of any size, they are all there, in order, and can be looked up."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.talks import TEXTS

from riffler.tools import fact_arrays
from riffler.tools.fact_arrays import KINDS, FactArrays, FactReader, joined
from riffler.tools.fact_index import hash_of
from riffler.tools.facts import facts


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a block be of four facts, so that short texts have many."""
    monkeypatch.setattr(fact_arrays, "BLOCK", 4)
    monkeypatch.setattr(fact_arrays, "_SAMPLES", 2)


def read(texts: list[str], base: int = 0) -> FactArrays:
    """Read texts that follow each other."""
    reader = FactReader()
    for text in texts:
        reader.read(text, base)
        base += len(text) + 1
    return reader.arrays()


def contents(arrays: FactArrays) -> list[tuple[int, int, str, bool, int]]:
    """Give all facts: spots, kind, whether it opens a sentence, hash."""
    found: list[tuple[int, int, str, bool, int]] = []
    for block in arrays.blocks():
        kinds = [KINDS[kind] for kind in block.kinds.tolist()]
        said = arrays.said[block.groups].tolist()
        found += zip(block.spots.tolist(), block.ends.tolist(), kinds, block.loose.tolist(), said, strict=True)
    return found


@pytest.mark.usefixtures("small_blocks")
@given(st.lists(TEXTS, max_size=6), st.integers(0, 6))
@settings(deadline=None)
def test_all_facts_are_there_by_place(texts: list[str], middle: int) -> None:
    """Whatever the kinds in which they were found, and also when two halves are joined."""
    wanted, base = [], 0
    for text in texts:
        wanted += [(base + f.start, base + f.end, f.kind, f.loose, hash_of(f.kind, f.text)) for f in facts(text)]
        base += len(text) + 1
    whole = read(texts)
    assert len(whole) == len(wanted)
    assert sorted(contents(whole)) == sorted(wanted)
    assert [fact[:2] for fact in contents(whole)] == sorted(fact[:2] for fact in wanted)
    first, rest = texts[:middle], texts[middle:]
    halves = joined(read(first), read(rest, sum(len(text) + 1 for text in first)))
    assert contents(halves) == contents(whole)
    for arrays in (whole, halves):
        hashes = [*arrays.said.tolist(), 7]
        for said, low, high in zip(hashes, *arrays.ranges(np.array(hashes, np.int64)), strict=True):
            places = [number for number, fact in enumerate(contents(arrays)) if fact[4] == said]
            assert arrays.by_group[low:high].tolist() == places


@pytest.mark.usefixtures("small_blocks")
def test_a_block_doesn_t_part_facts_of_one_spot() -> None:
    """A pair and the name with which it begins are in the same block, so that what is worked out for one is known."""
    arrays = read(["Paris: 1; " * 40])
    blocks = list(arrays.blocks())
    assert len(blocks) > 20
    assert sum(len(block.spots) for block in blocks) == len(arrays)
    edges = [(one.spots[-1], other.spots[0]) for one, other in pairwise(blocks)]
    assert all(last < first for last, first in edges)


@pytest.mark.no_cover
@pytest.mark.parametrize("unit", ["k{0}: {1}\n", "{0} {1} "])
def test_reading_takes_little(unit: str) -> None:
    """At no time ten times the text, though there are three facts in eight characters."""
    text = "".join(unit.format(number * 7919 % 1000, number % 97) for number in range(20_000))
    read([text[:1000]])  # tables that are made once in a process are no text's
    tracemalloc.start()
    try:
        arrays = read([text])
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(arrays) == text.count("k") + 2 * 20_000
    assert held < 5 * len(text)
    assert peak < 10 * len(text)
