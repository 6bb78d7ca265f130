"""Pieces of each kind: they tile, none is blank, no word is parted, and hostile texts take seconds."""

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.structure.scripts import MARKED, Marked, pieces

from riffler.tools.structure import kinds
from riffler.tools.structure.kinds import KINDS, Kind, structure_of
from riffler.tools.structure.places import solid
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()
PROSE: list[Kind] = ["headings", "paragraphs", "lines", "sentences", "code"]


def cut(text: str, kind: Kind, tokens: int | None = None) -> list[str]:
    """Cut a text, and give the pieces."""
    return pieces(text, list(structure_of(text, 0, len(text), kind, target_tokens=tokens, counter=COUNTER)))


def test_every_kind_has_a_function() -> None:
    """The names that a model may use are those that there are functions for."""
    assert set(get_args(Kind)) == set(KINDS)


@given(MARKED, st.sampled_from(PROSE), st.one_of(st.none(), st.integers(5, 60)), st.data())
def test_pieces_tile_and_part_no_word(marked: Marked, kind: Kind, tokens: int | None, data: st.DataObject) -> None:
    """Cuts ascend inside the span, no piece is blank unless the span is, and none parts a word or a number."""
    text = marked.text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cuts = list(structure_of(text, start, end, kind, target_tokens=tokens, counter=COUNTER))
    assert cuts == sorted(set(cuts))
    assert all(start < place < end for place in cuts)
    assert marked.parted(cuts) == []
    if cuts:
        assert all(piece.strip() for piece in pieces(text, cuts, start, end))


@given(MARKED, st.sampled_from(PROSE), st.integers(5, 60))
def test_joined_pieces_are_pieces(marked: Marked, kind: Kind, tokens: int) -> None:
    """Joining leaves cuts out and makes none; two neighbours that are left are too large for one piece, or nearly."""
    single = list(structure_of(marked.text, 0, len(marked.text), kind, target_tokens=None, counter=COUNTER))
    joined = list(structure_of(marked.text, 0, len(marked.text), kind, target_tokens=tokens, counter=COUNTER))
    assert set(joined) <= set(single)
    parts = pieces(marked.text, joined)
    small = [COUNTER.count(one + other) for one, other in pairwise(parts)]
    assert all(count > tokens * 0.5 for count in small)


@given(st.text(alphabet=" \na", max_size=30), st.lists(st.integers(-3, 33), max_size=12).map(sorted))
def test_blanks_stay_with_their_neighbours(text: str, places: list[int]) -> None:
    """Of any places only those stay that make no blank and no empty piece; no more are lost than must be."""
    kept = list(solid(text, 0, len(text), places))
    assert set(kept) <= set(places)
    assert not kept or all(piece.strip() for piece in pieces(text, kept))
    cuts = [place for place in sorted(set(places)) if 0 < place < len(text)]
    filled = sum(bool(piece.strip()) for piece in pieces(text, cuts))
    assert len(kept) == max(filled - 1, 0)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("headings", "Intro\n\n# A\ntext\n## B\n", ["Intro\n\n", "# A\ntext\n", "## B\n"]),
        ("headings", "# A\n```\n# no\n```\n# B\n", ["# A\n```\n# no\n```\n", "# B\n"]),
        ("headings", "# A\n~~~ sh\n# no\n```\n# no\n", ["# A\n~~~ sh\n# no\n```\n# no\n"]),
        ("headings", "# A\n``` x ` y\n# B\n", ["# A\n``` x ` y\n", "# B\n"]),
        ("headings", "One\n===\nx\n\nTwo words\n---\ny\n", ["One\n===\nx\n\n", "Two words\n---\ny\n"]),
        ("headings", "para one\ntitle\n---\nb", ["para one\n", "title\n---\nb"]),
        ("headings", "this is a very long line of text\nand one more of the same\n---\nb", None),
        ("headings", "text\n\n---\n\nmore\n", None),
        ("headings", "text\n***\nmore\n", None),
        ("headings", "x" * 300 + "\n---\nmore\n", None),
        ("headings", "y\n" + "x" * 300 + "\n---\nmore\n", None),
        ("headings", "a\n\n====\nRst\n====\nb\n\nSub\n~~~~\nc\n",
        ["a\n\n", "====\nRst\n====\nb\n\n", "Sub\n~~~~\nc\n"]),
        ("headings", "a\n\n1.2 Numbers\n\nb\n\nChapter 3\n\nc", ["a\n\n", "1.2 Numbers\n\nb\n\n", "Chapter 3\n\nc"]),
        ("headings", "序\n\n第三章 海\n\n文", ["序\n\n", "第三章 海\n\n文"]),
        ("headings", "a\n\n1. one\n2. two\n\n3. It ends so.\n", None),
        ("headings", "a\r\n\r\n# B\r\nc", ["a\r\n\r\n", "# B\r\nc"]),
        ("paragraphs", "a\nb\n\n \nc\n\nd", ["a\nb\n\n \n", "c\n\n", "d"]),
        ("paragraphs", "\n\na\r\n\r\nb", ["\n\na\r\n\r\n", "b"]),
        ("lines", "a\n\nb\r\nc\rd", ["a\n\n", "b\r\n", "c\r", "d"]),
        ("sentences", "Mr. Smith has 3.14 apples, e.g. red. Then? Yes!",
        ["Mr. Smith has 3.14 apples, e.g. red. ", "Then? ", "Yes!"]),
        ("sentences", "See no. 5 and p. 4. He said no. J. Clark left.",
        ["See no. 5 and p. 4. ", "He said no. ", "J. Clark left."]),
        ("sentences", 'He said "Go." Well... right. Well... Right.',
        ['He said "Go." ', "Well... right. ", "Well... ", "Right."]),
        ("sentences", "日本語です。「はい。」次。3.5％だ！", ["日本語です。", "「はい。」", "次。", "3.5％だ！"]),
        ("sentences", "هل هذا؟ نعم. यह है। ठीक।", ["هل هذا؟ ", "نعم. ", "यह है। ", "ठीक।"]),
        ("sentences", "a list:\n- one\n- two\n1. three\n2. Four",
        ["a list:\n", "- one\n", "- two\n", "1. three\n", "2. Four"]),
        ("sentences", "No stop\n\nhere. It e.g.\n\nends", ["No stop\n\n", "here. ", "It e.g.\n\n", "ends"]),
        ("code", "a\n```py\nb\n\nc\n```\nd `e`\n~~~\nf", ["a\n", "```py\nb\n\nc\n```\n", "d `e`\n", "~~~\nf"]),
        ("code", "``` a ` b\nx\n\ny", ["``` a ` b\nx\n\n", "y"]),
        ("code", "````\n```\n```` x\n````\nb", ["````\n```\n```` x\n````\n", "b"]),
        ("code", "def f():\n    a\n\n    b\n\n\n@dec\ndef g(): x\n",
        ["def f():\n    a\n\n    b\n\n\n", "@dec\ndef g(): x\n"]),
        ("code", "if a:\n  b\n\nelse:\n  c\n\n}\n\nend\n", None),
    ],
)  # fmt: skip
def test_what_is_cut_where(kind: Kind, text: str, expected: list[str] | None) -> None:
    """Structure as people write it; None stands for a text that stays whole."""
    assert cut(text, kind) == (expected or [text])


@pytest.mark.parametrize("unit", ["#\n", "数据很重要。", "1. "])
def test_joining_looks_at_few_places(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many tiny units only those near the end of a piece are looked at: a look at each took half a minute."""
    looks = 0

    def may_cut(text: str, place: int) -> bool:
        nonlocal looks
        looks += 1
        return True

    monkeypatch.setattr(kinds, "may_cut", may_cut)
    kind: Kind = "lines" if unit == "#\n" else "sentences"
    parts = cut(unit * 5000, kind, tokens=100)
    assert looks <= 2 * len(parts)
    assert len(parts) > 10


def test_a_place_that_is_not_allowed_gives_way_to_the_one_before() -> None:
    """Where no cut is allowed at the end of a piece, it ends earlier; where none is allowed at all, it grows."""
    text = "aaaa\nbbbb\n\u0301cccc\n\u0301dddd\neeee"
    assert cut(text, "lines", 3) == ["aaaa\n", "bbbb\n\u0301cccc\n\u0301dddd\n", "eeee"]


HOSTILE = [
    "\n",
    " ",
    "\n \n",
    "# \n",
    "=\n",
    "a\n=\n",
    "```\n",
    "~~~",
    "[\n",
    '"',
    ". ",
    "....",
    ".'",
    "a. ",
    "\n\n a",
    "-\n ",
    "1.\n",
    "\u0301",
]


@pytest.mark.timeout(60)  # no measure: what is quadratic takes an hour
@pytest.mark.parametrize("kind", PROSE)
def test_hostile_texts_take_seconds(kind: Kind) -> None:
    """A tenth of a megabyte of one unit, and then something else, is cut in a time that grows with its length."""
    for unit in HOSTILE:
        text = unit * (100_000 // len(unit)) + "x"
        cuts = list(structure_of(text, 0, len(text), kind, target_tokens=500, counter=COUNTER))
        assert cuts == sorted(set(cuts))
