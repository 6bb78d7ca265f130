"""The picture of a tree: every line that leaves a cell goes on in the next one, and each dependent has an arrow."""

from hypothesis import given
from hypothesis import strategies as st

from riffler.service.cli.arcs import arcs

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
SIGNS = {sign: directions for directions, sign in enumerate(" ╵╷│╴┘┐┤╶└┌├─┴┬┼")}

heads = st.integers(1, 12).flatmap(lambda count: st.lists(st.integers(0, count - 1), min_size=count, max_size=count))


def directions(line: str) -> list[int]:
    """Where a line leaves each cell."""
    return [LEFT if sign == "▸" else SIGNS[sign] for sign in line]


@given(heads)
def test_lines_meet(words: list[int]) -> None:
    """Whatever the heads, what leaves a cell arrives in its neighbour, and no line leaves the picture but to words."""
    rows = [directions(line) for line in arcs(words)]
    assert len(rows) == len(words)
    assert len({len(row) for row in rows}) == 1
    for upper, lower in zip([[0] * len(rows[0]), *rows], [*rows, [0] * len(rows[0])], strict=True):
        assert [cell & DOWN == DOWN for cell in upper] == [cell & UP == UP for cell in lower]
    for row in rows:
        assert [cell & RIGHT == RIGHT for cell in (0, *row)][:-1] == [cell & LEFT == LEFT for cell in row]


@given(heads)
def test_dependents_have_arrows(words: list[int]) -> None:
    """A word has an arrow exactly where it has a head other than itself."""
    assert [line.endswith("▸") for line in arcs(words)] == [word != head for word, head in enumerate(words)]


def test_a_small_tree() -> None:
    """`When was it built`, as a picture."""
    assert arcs([3, 3, 3, 3]) == ["┌──▸", "│┌─▸", "││┌▸", "└┴┴─"]


def test_no_words() -> None:
    """Nothing to draw gives no lines."""
    assert arcs([]) == []
