"""Which fragments a batch means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import InvalidSpan, InvalidState, UnknownFragment
from riffler.tools import selection
from riffler.tools.events import FragmentsFolded, MessagesAppended, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id, outermost
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.selection import selected

# By position: f1 [0,8) holds f5 [0,4) (which holds f7 [1,2)) and f6 [4,8); f2 [8,10), f3 [10,12); f4 is in message 1.
PLACES = [(0, 0, 8), (0, 8, 10), (0, 10, 12), (1, 0, 5), (0, 0, 4), (0, 4, 8), (0, 1, 2)]


def memory_of_seven(*folded: str) -> WorkingMemory:
    """Make a session with seven fragments, three of them nested."""
    cuts = [
        Fragment(fragment_id(n), Span(message, 0, start, end), 10, 2)
        for n, (message, start, end) in enumerate(PLACES, start=1)
    ]
    texts = (Message.user("abcdefghijkl"), Message.user("mnopqrst"))
    memory = WorkingMemory().commit([MessagesAppended(0, texts), TextCut(tuple(cuts))])
    return memory.commit([FragmentsFolded(folded)])


def ids(choices: list[str], but: list[str] | None = None, *folded: str) -> str:
    """Give the last digits of the ids that are selected."""
    return "".join(f.id[-1] for f in selected(memory_of_seven(*folded), choices, but or []))


@pytest.mark.parametrize(
    ("choices", "but", "found"),
    [
        (["f00002"], [], "2"),
        (["f00003", "f00002", "f00003"], [], "23"),
        (["f00002-f00004"], [], "234"),
        (["f00001-f00003"], [], "157623"),
        (["f00005-f00006"], [], "1576"),
        (["f00007-f00002"], [], "762"),
        (["all"], [], "1576234"),
        (["all"], ["f00002-f00003"], "15764"),
        (["all"], ["f00007"], "6234"),
        (["all"], ["f00005"], "6234"),
        (["f00001"], ["f00006"], ""),
        (["all"], ["all"], ""),
    ],
)
def test_ids_ranges_and_exceptions(choices: list[str], but: list[str], found: str) -> None:
    """A range means positions; what is left out takes along what lies in it and around it."""
    assert ids(choices, but) == found


def test_a_range_is_by_position_not_by_number() -> None:
    """Ids between the two in number but not in place aren't meant, and a range that is backwards is refused."""
    assert ids(["f00006-f00003"]) == "623"
    with pytest.raises(InvalidSpan, match="f00003 comes before f00004 in the text: write f00003-f00004"):
        ids(["f00004-f00003"])


def test_what_lies_in_hidden_text_is_not_named_alone() -> None:
    """An id in a hidden fragment is refused; a range and `all` take it along."""
    with pytest.raises(InvalidState, match="f00007 lies inside f00001"):
        ids(["f00007"], [], "f00001")
    assert ids(["all"], [], "f00001") == "1576234"


@pytest.mark.parametrize("choice", ["f00009", "f00001-f00009", "f00009-f00001"])
def test_unknown_ids_are_told(choice: str) -> None:
    """The refusal names what there is."""
    with pytest.raises(UnknownFragment, match="no fragment f00009: this session has f00001 to f00007"):
        ids([choice])
    with pytest.raises(UnknownFragment):
        ids(["all"], [choice])


@given(
    st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), max_size=4),
    st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), max_size=2),
)
def test_ranges_are_what_begins_and_ends_in_one_of_them(
    named: list[tuple[int, int]], but: list[tuple[int, int]]
) -> None:
    """Against the definition: a fragment that begins in one range and ends in another is in neither."""
    memory = memory_of_seven()
    spans = {n: memory.fragments[fragment_id(n)].span for n in range(1, 8)}
    begin = {n: (span.message, span.start) for n, span in spans.items()}
    end = {n: (span.message, span.end) for n, span in spans.items()}

    def written(ranges: list[tuple[int, int]]) -> list[str]:
        return [f"{fragment_id(a)}-{fragment_id(b)}" for a, b in ranges if begin[a] <= begin[b]]

    def meant(ranges: list[tuple[int, int]]) -> set[int]:
        return {
            n for n in spans for a, b in ranges if begin[a] <= begin[b] and begin[a] <= begin[n] and end[n] <= end[b]
        }

    left_out = meant(but)
    expected = {n for n in meant(named) if not any(spans[n].overlaps(spans[other]) for other in left_out)}
    assert {int(f.id[1:], 16) for f in selected(memory, written(named), written(but))} == expected


def test_a_batch_costs_the_fragments_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ranges and ids are named, and however often, each fragment is looked at a few times."""
    cuts = tuple(Fragment(fragment_id(n), Span(0, 0, n, n + 1), 1, 2) for n in range(500))
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user("x" * 501),)), TextCut(cuts)])
    looks = 0
    start = selection._start

    def counted(span: Span) -> tuple[int, int, int]:
        nonlocal looks
        looks += 1
        return start(span)

    monkeypatch.setattr(selection, "_start", counted)
    monkeypatch.setattr(WorkingMemory, "around", None)  # reads all fragments of a text
    ranges = [f"{fragment_id(n)}-{fragment_id(n + 100)}" for n in range(300)]
    alone = [fragment_id(n) for n in range(500)]
    assert len(selected(memory, ["all"] * 300 + ranges + alone, ranges)) == 100
    assert looks < 20 * 500


@given(st.sets(st.integers(1, 7)), st.sets(st.integers(1, 7)))
def test_all_but_is_what_shares_no_text_with_the_exceptions(named: set[int], but: set[int]) -> None:
    """Against the definition, over all subsets; the outermost cover the same text and lie in none of each other."""
    memory = memory_of_seven()
    found = selected(memory, [fragment_id(n) for n in named], [fragment_id(n) for n in but])
    expected = {
        fragment_id(n)
        for n in named
        if not any(memory.fragments[fragment_id(n)].span.overlaps(memory.fragments[fragment_id(b)].span) for b in but)
    }
    assert {fragment.id for fragment in found} == expected
    outer = outermost(found)
    assert all(any(o.span.contains(fragment.span) for o in outer) for fragment in found)
    assert not any(a is not b and a.span.contains(b.span) for a in outer for b in outer)
