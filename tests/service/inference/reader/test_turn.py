"""What a turn plans to search for, in the room that it has."""

from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.reader.question import Question
from riffler.service.inference.reader.turn import Turn

QUERIES = ["one", "two", "three", "four"]


def turn(room_tokens: int, may_search: bool = True) -> Turn:
    """A turn that has this much room."""
    return Turn(Question(), may_search=may_search, room_tokens=room_tokens)


def test_in_less_room_there_are_fewer_matches_before_there_is_less_text() -> None:
    """Text around a match is cut only when the fewest matches don't fit with it; queries go when that doesn't fit."""
    plans = [turn(room).fit(QUERIES, (2, 8), 300) for room in (8000, 2000, 1000, 800, 100, 50)]
    assert [len(plan) for plan in plans] == [4, 4, 4, 4, 0, 0]
    assert [(plan[0].max_results, plan[0].context_size) for plan in plans if plan] == [
        (8, 300),
        (3, 300),
        (2, 253),
        (2, 166),
    ]
    assert turn(8000, may_search=False).fit(QUERIES, (2, 8), 300) == ()


@given(st.integers(0, 20_000), st.integers(1, 4), st.integers(1, 50), st.integers(60, 1000))
def test_what_is_planned_fits(room: int, fewest: int, more: int, context: int) -> None:
    """Whatever is asked for, the replies fit the room by estimate, with no more of anything than was wished."""
    plan = turn(room).fit(QUERIES, (fewest, fewest + more), context)
    cost = sum(35 + each.max_results * (35 + each.context_size / 3.5) for each in plan)
    assert cost <= room + 1
    assert all(fewest <= each.max_results <= fewest + more for each in plan)
    assert all(60 <= each.context_size <= context for each in plan)
