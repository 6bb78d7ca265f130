"""Runs of fragments."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.fragments import Fragment, FragmentState, Span, fragment_id
from riffler.tools.runs import ids_words, runs_of

STATES = st.sampled_from(list(FragmentState))


def fragments(numbers: list[int], states: list[FragmentState]) -> list[Fragment]:
    """Make fragments of these numbers, by position."""
    return [
        Fragment(fragment_id(number), Span(0, 0, at, at + 1), 1, 1, state)
        for at, (number, state) in enumerate(zip(numbers, states, strict=False))
    ]


@given(
    numbers=st.lists(st.integers(1, 30), unique=True, max_size=20), states=st.lists(STATES, min_size=20, max_size=20)
)
def test_runs_keep_every_fragment_in_order(numbers: list[int], states: list[FragmentState]) -> None:
    """Joined, the runs are the fragments; in a run ids follow each other in one state, between two they don't."""
    given_ = fragments(numbers, states)
    runs = runs_of(given_)
    assert [fragment for run in runs for fragment in run] == given_
    for run in runs:
        first = int(run[0].id[1:], 16)
        assert [int(fragment.id[1:], 16) for fragment in run] == list(range(first, first + len(run)))
        assert len({fragment.state for fragment in run}) == 1
    for before, after in pairwise(runs):
        assert not (before[-1].state is after[0].state and int(after[0].id[1:], 16) == int(before[-1].id[1:], 16) + 1)


def test_many_runs_are_named_in_few_words() -> None:
    """Ranges, single ids and a count of what isn't named."""
    visible = [FragmentState.VISIBLE] * 9
    assert ids_words(fragments([1, 2, 3, 9], visible)) == "f00001-f00003, f00009"
    assert ids_words(fragments([9, 1, 3, 4, 5], visible), 2) == "f00009, f00001 and 3 more"
