"""Runs of fragments."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.talks import some_of, talks

from riffler.tools.arrival import append
from riffler.tools.as_written import id_list
from riffler.tools.cutting import cut
from riffler.tools.fragments import Fragment, FragmentState, Span, fragment_id, outermost
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.runs import ids_words, runs_of
from riffler.tools.selection import selected
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()
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


def session(*texts: str) -> WorkingMemory:
    """Make a session of messages, and a question."""
    messages = [*map(Message.user, texts), Message.user("What?")]
    return WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])


def test_many_runs_are_named_in_few_words() -> None:
    """Ranges, single ids and a count of what isn't named."""
    memory = session("abcdefghi")
    memory = memory.commit([cut(memory, [(Span(0, 0, at, at + 1), 1) for at in range(9)], COUNTER)])
    ids = [fragment_id(number) for number in range(1, 10)]
    assert ids_words(memory, [*ids[:3], ids[8]]) == "f00001-f00003, f00009"
    assert ids_words(memory, [ids[8], ids[0], *ids[2:5]], 2) == "f00009, f00001 and 3 more"
    assert ids_words(memory, []) == ""


def test_a_range_passes_over_no_other_fragment() -> None:
    """Ids that follow each other with another fragment between them are two; what lies inside the first is none."""
    memory = session("first", "middle", "last")
    for message in (0, 2, 1):
        memory = memory.commit([cut(memory, [(Span(message, 0, 0, 4), 1)], COUNTER)])
    assert ids_words(memory, ["f00001", "f00002"]) == "f00001, f00002"
    memory = memory.commit([cut(memory, [(Span(0, 0, 1, 3), 1)], COUNTER)])
    assert ids_words(memory, ["f00001", "f00003"]) == "f00001, f00003"
    nested = session("first", "last")
    nested = nested.commit([cut(nested, [(Span(0, 0, 0, 4), 1), (Span(1, 0, 0, 4), 1)], COUNTER)])
    nested = nested.commit([cut(nested, [(Span(0, 0, 1, 3), 1)], COUNTER)])
    assert ids_words(nested, ["f00001", "f00002"]) == "f00001-f00002"


@given(talks(), st.data())
@settings(deadline=None)
def test_what_is_named_is_what_is_meant(memory: WorkingMemory, data: st.DataObject) -> None:
    """Read as a batch reads them, the words for fragments mean these, and of others only such as lie in them."""
    ids = data.draw(some_of(memory))
    named = [fragment for fragment in memory.by_position if fragment.id in ids]
    if named:
        meant = selected(memory, tuple(id_list(ids_words(memory, named, 1000))))
        assert {fragment.id for fragment in named} <= {fragment.id for fragment in meant}
        assert [each.id for each in outermost(meant)] == [each.id for each in outermost(named)]
