"""Pieces by size: near the wanted number of tokens, on boundaries, with few counts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.structure.scripts import MARKED, Marked, pieces

from riffler.tools.structure.size import pieces_of
from riffler.tools.structure.weigher import Weigher
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()


class Words:
    """A tokenizer of quite another kind: a word is a token, however long. It keeps what it was asked."""

    def __init__(self) -> None:
        self.characters = 0

    def count(self, text: str) -> int:
        """Count the words."""
        self.characters += len(text)
        return len(text.split())


@given(MARKED, st.integers(15, 200), st.data())
def test_pieces_tile_and_part_no_word(marked: Marked, tokens: int, data: st.DataObject) -> None:
    """Cuts ascend inside the span, no piece is blank, none parts a word, and none is far too large."""
    text = marked.text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cuts = pieces_of(text, start, end, tokens, COUNTER)
    assert cuts == sorted(set(cuts))
    assert all(start < place < end for place in cuts)
    assert marked.parted(cuts) == []
    parts = pieces(text, cuts, start, end)
    assert not cuts or all(part.strip() for part in parts)
    assert max(map(COUNTER.count, parts)) <= 2 * tokens + 20


SENTENCES = ["A short one. ", "Quite a bit longer, this one is; so it is. ", "日本語の文です。", "a b\n\n"]


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_pieces_are_near_their_size(seed: int, scripts: int) -> None:
    """Scripts may change on the way: a piece is between two and eight fifths of what is wanted."""
    rng = random.Random(seed)
    text = "".join(rng.choice(SENTENCES[:scripts]) * rng.randint(1, 30) for _ in range(40))
    counts = [COUNTER.count(part) for part in pieces(text, pieces_of(text, 0, len(text), 200, COUNTER))]
    assert all(80 <= count <= 320 for count in counts)


def test_a_tokenizer_s_own_counts_are_met_with_few_questions() -> None:
    """The size is that of the counter, not of the estimate, and a long text is counted only in samples."""
    text = "extraordinarily long words everywhere " * 5000
    counter = Words()
    parts = pieces_of(text, 0, len(text), 100, counter)
    assert counter.characters <= 10_000
    assert all(50 <= len(part.split()) <= 150 for part in pieces(text, parts))


@pytest.mark.parametrize("text", ["", " ", "\n" * 100_000, "a", "\u0301"])
def test_nothing_to_part(text: str) -> None:
    """A text of blanks, or too short, stays whole."""
    assert pieces_of(text, 0, len(text), 20, COUNTER) == []


@given(st.text(max_size=40) | MARKED.map(lambda marked: marked.text), st.data())
def test_stretches_weigh_what_the_estimate_says(text: str, data: st.DataObject) -> None:
    """A stretch weighs its share of the estimate of the whole; neighbours add up; `ahead` goes as far as it may."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    weigher = Weigher(text, start, end, COUNTER)
    middle = data.draw(st.integers(start, end))
    assert weigher.tokens(start, end) == pytest.approx(COUNTER.count(text[start:end]))
    assert weigher.tokens(start, middle) + weigher.tokens(middle, end) == pytest.approx(weigher.tokens(start, end))
    tokens = data.draw(st.floats(0.5, 50))
    found = weigher.ahead(middle, tokens)
    assert middle <= found <= end
    assert weigher.tokens(middle, found) <= tokens + 1e-9
    assert found == end or weigher.tokens(middle, found + 1) > tokens - 1e-9


def test_every_character_weighs_what_the_estimate_says() -> None:
    """The table has the weights of `EstimatedTokens`; above the planes of letters a sample of it is looked at."""
    text = "".join(map(chr, [*range(0x20000), *range(0x20000, 0x110000, 0x100)]))
    weigher = Weigher(text, 0, len(text), COUNTER)
    scale = weigher.tokens(0, 1) / 0.55
    weights = (weigher.tokens(place, place + 1) / scale for place in range(len(text)))
    wrong = [c for c, weight in zip(text, weights, strict=True) if abs(COUNTER.count(c * 100) - 100 * weight) > 1.1]
    assert wrong == []


def test_a_counter_that_counts_nothing_parts_nothing() -> None:
    """Whatever a counter says, cutting ends."""
    weigher = Weigher("\n \n ", 1, 4, Words())
    assert weigher.ahead(1, 20) == 4


ENDLESS = {
    "x": "x",
    "marks": "\u0301",
    "numbers": "123,45,",
    "joined": "👩\u200d",
    "minified": '{"a":1234.5,"b":"cd"},',
}


@pytest.mark.timeout(60)  # no measure: what is quadratic takes an hour
@pytest.mark.parametrize("unit", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_word_is_cut_all_the_same(unit: str) -> None:
    """A word longer than a piece is parted: at its signs if it has any, and between two characters."""
    text = "e" + unit * (500_000 // len(unit))
    cuts = pieces_of(text, 0, len(text), 500, COUNTER)
    counts = [COUNTER.count(part) for part in pieces(text, cuts)]
    assert max(counts) <= 1000
    if "," in unit:
        assert {text[place - 1] for place in cuts} == {","}


def test_a_span_that_ends_in_one_character_ends_there() -> None:
    """Where no character ends before the span does, the last piece goes to its end."""
    assert all(0 < cut < 200 for cut in pieces_of("\u0301" * 200, 0, 200, 20, COUNTER))


def test_a_number_with_blanks_is_whole() -> None:
    """The thousands of a number may be parted by plain blanks; a text of nothing else is cut between them."""
    text = "towns of 12 345 678 people " * 40
    parts = pieces(text, pieces_of(text, 0, len(text), 20, COUNTER))
    assert len(parts) > 10
    assert sum(part.count("12 345 678") for part in parts) == 40
    assert {part[-1] for part in pieces("100 " * 999, pieces_of("100 " * 999, 0, 3996, 20, COUNTER))} == {" "}


def test_a_long_word_ends_where_it_ends() -> None:
    """A word longer than the reach, but shorter than a piece, is whole, whatever ends it."""
    text = ("a" * 150 + "—") * 50
    assert {text[place - 1 : place + 1].strip("a") for place in pieces_of(text, 0, len(text), 60, COUNTER)} == {"—"}
