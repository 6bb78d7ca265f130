"""The room of a reply is shared out: fewer matches first, then less context, and never more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.finding.room import LEAST_CONTEXT, echo_size, share


@given(st.lists(st.integers(0, 50), min_size=1, max_size=64), st.integers(-100, 5000), st.integers(20, 1000))
def test_no_more_is_shown_than_there_is_room_for(counts: list[int], room: int, context_size: int) -> None:
    """With lines of one price the room is kept, unless it is too small for the one match that is always shown.

    No query has two more than another that has more, and no room is wasted.
    """

    def cost(_query: int, _match: int, size: int) -> int:
        return 10 + size // 4

    shown, context = share(counts, cost, room, context_size)
    price = cost(0, 0, context)
    assert sum(shown) * price <= max(0, room) or (sum(shown) == 1 and context == LEAST_CONTEXT)
    assert any(shown) == any(counts)
    assert all(0 <= some <= count for some, count in zip(shown, counts, strict=True))
    cut = [some for some, count in zip(shown, counts, strict=True) if some < count]
    assert max(shown) - min(cut, default=max(shown)) <= 1
    assert not cut or sum(shown) * price + price > max(0, room)
    if context < context_size:
        queries = sum(map(bool, counts))
        assert context == LEAST_CONTEXT or queries * price <= room
        assert queries * cost(0, 0, context_size) > room


def test_a_long_line_does_not_stand_in_the_way_of_others() -> None:
    """A query whose next match has no room is done; the others go on."""
    costs = {(0, 0): 10, (0, 1): 500, (0, 2): 10, (1, 0): 10, (1, 1): 10}
    assert share([3, 2], lambda query, match, _: costs[query, match], 50, 100) == ([1, 2], 100)


def test_queries_are_repeated_as_far_as_there_is_room() -> None:
    """One may have a thousand characters; sixty-four of a small window have forty each."""
    assert [echo_size(1, 20_000), echo_size(64, 20_000), echo_size(64, 2_000)] == [1000, 156, 40]
