"""The view in pieces, in pages, and what a step changed in it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.talks import COUNTER, changed, talks

from riffler.errors import InvalidInput
from riffler.tools.arrival import append
from riffler.tools.events import FragmentsFolded, FragmentsRestored, FragmentSummarised, QueryRewritten, TextCut
from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.piece_changes import change_of
from riffler.tools.piece_pages import FIRST, PiecePage, Place, page_before, page_from, place_of
from riffler.tools.pieces import Piece, Pieces
from riffler.tools.sight import Sight
from riffler.tools.view import view

SIGHTS = st.sampled_from([None, Sight(2000, COUNTER)])


@st.composite
def rewritten(draw: st.DrawFn) -> WorkingMemory:
    """Make a conversation, whose question may be rewritten, and be cut besides."""
    memory = draw(talks())
    asking = memory.asking
    if asking is None or draw(st.booleans()):
        return memory
    text = draw(st.sampled_from(["", "Again: where?", "[[f00001 folded 3 tokens]]", None]))
    memory = memory.commit([QueryRewritten(asking.span, text, "d")])
    return draw(changed(memory))


def slots_of(pieces: tuple[Piece, ...], count: int) -> list[str]:
    """Put the texts of a message's slots together; the status belongs to the last one."""
    texts = [""] * count
    for piece in pieces:
        if piece.kind == "status":
            texts[-1] += piece.text
        elif piece.span is not None:
            texts[piece.span.slot] += piece.text
    return texts


@given(memory=rewritten(), sight=SIGHTS)
def test_the_pieces_put_together_are_the_view(memory: WorkingMemory, sight: Sight | None) -> None:
    """Slot by slot, whatever is cut, hidden and rewritten; what they show or stand for is each character once."""
    pieces = Pieces(memory, sight)
    for index, seen in enumerate(view(memory, sight).messages):
        of = pieces.of(index)
        assert slots_of(of, len(seen.texts)) == list(seen.texts)
        assert pieces.role(index) == seen.role
        assert pieces.origin(index) == memory.entries[index].origin
        calls = [(piece.call, piece.name, piece.text) for piece in of if piece.kind == "call"]
        assert calls == [(call.id, call.name, call.arguments) for call in seen.tool_calls]
        for slot, original in enumerate(memory.messages[index].texts):
            spans = [piece.span for piece in of if piece.span is not None and piece.span.slot == slot]
            edges = [(span.start, span.end) for span in spans]
            assert [start for start, _ in edges] == [0, *(end for _, end in edges)][: len(edges)]
            assert not original or edges[-1][1] == len(original)
        for piece in of:
            check_fragments(memory, piece)


def check_fragments(memory: WorkingMemory, piece: Piece) -> None:
    """Assert that a piece names the fragments that it is of, in their states."""
    named = [memory.fragments[id_] for id_ in piece.fragments]
    if piece.kind == "text":
        assert piece.span is not None
        assert memory.hiding(piece.span) is None
        assert named == list(memory.around(piece.span))
    if piece.kind in {"folded", "summary"}:
        state = "folded" if piece.kind == "folded" else "summarised"
        assert named
        assert {fragment.state.value for fragment in named} == {state}
        assert piece.span == Span(named[0].span.message, named[0].span.slot, named[0].span.start, named[-1].span.end)


def read_forth(pieces: Pieces, most: int) -> list[PiecePage]:
    """Read all pages from the first."""
    pages = [page_from(pieces, FIRST, most)]
    while (place := pages[-1].next) is not None:
        pages.append(page_from(pieces, place, most))
    return pages


def read_back(pieces: Pieces, most: int) -> list[PiecePage]:
    """Read all pages from the last."""
    pages = [page_before(pieces, None, most)]
    while pages[0].begin != FIRST:
        pages.insert(0, page_before(pieces, pages[0].begin, most))
    return pages


@given(memory=rewritten(), sight=SIGHTS, most=st.integers(1, 1500), back=st.booleans())
def test_the_pages_put_together_are_the_view(memory: WorkingMemory, sight: Sight | None, most: int, back: bool) -> None:
    """Forth and back, of any size: no character is left out, repeated or moved, and no page is much larger."""
    pieces = Pieces(memory, sight)
    pages = read_back(pieces, most) if back else read_forth(pieces, most)
    together: dict[tuple[int, int], str] = {}
    order: list[tuple[int, int]] = []
    for page in pages:
        assert page.shown[0].at == page.begin
        assert sum(len(shown.text) + 200 for shown in page.shown) <= max(most, 400)
        for shown in page.shown:
            here = shown.at[:2]
            assert len(together.setdefault(here, "")) == shown.at.character
            together[here] += shown.text
            order.append(here)
    assert order == sorted(order)
    whole = {
        (message, number): piece.text
        for message in range(len(memory.messages))
        for number, piece in enumerate(pieces.of(message))
    }
    assert together == whole


@given(memory=rewritten(), data=st.data())
def test_each_character_is_found(memory: WorkingMemory, data: st.DataObject) -> None:
    """Where the view shows a character is its place; what is hidden is found where something stands for it."""
    pieces = Pieces(memory)
    message = data.draw(st.integers(0, len(memory.messages) - 1))
    assert place_of(pieces, message) == Place(message, 0, 0)
    texts = memory.messages[message].texts
    for slot, text in enumerate(texts):
        character = data.draw(st.integers(0, len(text)))
        at = place_of(pieces, message, slot, character)
        piece = pieces.of(message)[at.piece]
        assert page_from(pieces, at, 1).begin == at
        if text:
            assert piece.span is not None
            assert (piece.span.slot, piece.span.start <= character <= piece.span.end) == (slot, True)
            if piece.kind == "text":
                assert piece.text[at.character :] == text[character : piece.span.end]


SAID = Message.of(
    {
        "role": "assistant",
        "name": "pilot",
        "content": [
            {"type": "text", "text": "Here."},
            {"type": "image_url", "image_url": {"url": "data:,x"}},
            {"type": "text", "text": "There.", "cache_control": {"type": "ephemeral"}},
        ],
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{"}},
            {"id": "c2", "type": "custom", "custom": {"name": "dig", "input": "down"}},
            {
                "id": "c3",
                "type": "function",
                "index": 2,
                "function": {"name": "see", "arguments": "{}", "strict": True},
            },
        ],
    }
)


def test_nothing_that_a_message_holds_is_left_out() -> None:
    """Parts that are no text, names, calls of other kinds and what else comes with them are told where they stand."""
    memory = WorkingMemory()
    results = [Message.tool(f"c{number}", "Seen.") for number in (1, 2, 3)]
    empty = [Message.of({"role": "assistant", "content": None, "refusal": None}), Message.user("")]
    memory = memory.commit([append(memory, [Message.user("Go."), SAID, *results, *empty], COUNTER)])
    pieces = Pieces(memory)
    found = [(piece.kind, piece.name, piece.text) for piece in pieces.of(1)]
    assert found[:4] == [
        ("text", "", "Here."),
        ("text", "", "There."),
        ("call", "look", "{"),
        ("call", "see", "{}"),
    ]
    others = {name: json.loads(text) for kind, name, text in found[4:] if kind == "other"}
    assert others == {
        "name": "pilot",
        "content[1]": {"type": "image_url", "image_url": {"url": "data:,x"}},
        "content[2]": {"cache_control": {"type": "ephemeral"}},
        "tool_calls[1]": {"id": "c2", "type": "custom", "custom": {"name": "dig", "input": "down"}},
        "tool_calls[2]": {"index": 2, "function": {"strict": True}},
    }
    assert [pieces.answered(index) for index in range(6)] == [
        ("", ""), ("", ""), ("c1", "look"), ("c2", ""), ("c3", "see"), ("", "")
    ]  # fmt: skip
    assert [[piece.kind for piece in pieces.of(index)] for index in (5, 6)] == [["empty"], ["empty"]]


@pytest.mark.parametrize("place", [Place(1, 0, 0), Place(0, 9, 0), Place(0, 0, 99), Place(2**52, 2**52, 2**52)])
def test_a_place_that_is_not_there_is_told(place: Place) -> None:
    """No page is made up for it; it can come from a client."""
    pieces = Pieces(WorkingMemory().commit([append(WorkingMemory(), [Message.user("It is here.")], COUNTER)]))
    with pytest.raises(InvalidInput, match="this view has no piece"):
        page_from(pieces, place, 100)
    with pytest.raises(InvalidInput, match="this view has no piece"):
        page_before(pieces, place, 100)


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ((1,), "message: expected the index of one of 1 messages, got 1"),
        ((0, 1), "slot: expected one of the 1 texts of message 0, got 1"),
        ((0, 0, 12), "character: text 0 of message 0 has 11 characters, got 12"),
    ],
)
def test_what_cannot_be_found_is_told(asked: tuple[int, ...], complaint: str) -> None:
    """By the name of the parameter."""
    pieces = Pieces(WorkingMemory().commit([append(WorkingMemory(), [Message.user("It is here.")], COUNTER)]))
    with pytest.raises(InvalidInput, match=complaint):
        place_of(pieces, *asked)


def test_a_call_is_found_by_its_id() -> None:
    """To the character of its arguments, beside the message's text; another id, and a place beyond, are told."""
    calls = [ToolCall("c1", "look", "{}"), ToolCall("c2", "look", '{"at": 1}')]
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.assistant("Well.", calls)], COUNTER)])
    pieces = Pieces(memory)
    numbers = [number for number, piece in enumerate(pieces.of(0)) if piece.kind == "call"]
    assert [place_of(pieces, 0, call=id_) for id_ in ("c1", "c2")] == [Place(0, number, 0) for number in numbers]
    assert place_of(pieces, 0, character=9, call="c2") == Place(0, numbers[1], 9)
    with pytest.raises(InvalidInput, match="call: message 0 has no call of the id 'c3'"):
        place_of(pieces, 0, call="c3")
    with pytest.raises(InvalidInput, match="character: the arguments of call c1 have 2 characters, got 3"):
        place_of(pieces, 0, character=3, call="c1")


def test_an_empty_session_has_one_page_with_nothing() -> None:
    """From either end."""
    assert page_from(Pieces(WorkingMemory()), FIRST, 100) == PiecePage((), FIRST, None)
    assert page_before(Pieces(WorkingMemory()), None, 100) == PiecePage((), FIRST, None)


def test_a_long_piece_is_cut_between_words() -> None:
    """Where there are any; a word that is longer than a page is cut all the same."""
    text = f"{'word ' * 200}{'x' * 1000}"
    pieces = Pieces(WorkingMemory().commit([append(WorkingMemory(), [Message.user(text)], COUNTER)]))
    shown = [page.shown[0].text for page in read_forth(pieces, 500)]
    assert "".join(shown) == text
    assert [part.endswith("word ") for part in shown[:3]] == [True] * 3
    assert max(map(len, shown)) <= 300


def session() -> WorkingMemory:
    """A question with four fragments of four letters, the third inside the second."""
    memory = WorkingMemory()
    texts = [Message.user("aaaabbbbccccdddd"), Message.user("Where is it?")]
    memory = memory.commit([append(memory, texts, COUNTER)])
    places = [(0, 4), (4, 12), (8, 12), (12, 16)]
    cuts = tuple(Fragment(f"f0000{n}", Span(0, 0, *place), 2, 2) for n, place in enumerate(places, 1))
    return memory.commit([TextCut(cuts)])


def told(before: WorkingMemory, after: WorkingMemory) -> list[tuple[str, str]]:
    """Give what is told of each piece that changed, with its text's beginning."""
    pieces = Pieces(after)
    found = [
        (change_of(before, after, message, piece), piece.text[:8])
        for message in range(len(after.messages))
        for piece in pieces.of(message)
    ]
    return [each for each in found if each[0]]


def test_a_step_is_told_in_the_conversation() -> None:
    """What was cut, folded, summarised, restored, rewritten or came, and nothing else."""
    whole = session()
    asking = whole.asking
    assert asking is not None
    first = WorkingMemory()
    uncut = first.commit([append(first, [Message.user("aaaabbbbccccdddd"), Message.user("Where is it?")], COUNTER)])
    assert told(uncut, whole) == [("cut", "aaaa"), ("cut", "bbbb"), ("cut", "cccc"), ("cut", "dddd")]
    folded = whole.commit([FragmentsFolded(("f00003", "f00001"))])
    assert told(whole, folded) == [("folded", "[[f00001"), ("folded", "[[f00003")]
    assert told(folded, folded) == []
    summed = folded.commit([FragmentSummarised("f00002", "", "b and c")])
    assert told(folded, summed) == [("summarised", "[[f00002")]
    other = summed.commit([FragmentSummarised("f00002", "", "c and b")])
    assert told(summed, other) == [("summarised", "[[f00002")]
    restored = other.commit([FragmentsRestored(("f00002",))])
    assert told(other, restored) == [("restored", "bbbb"), ("restored", "[[f00003")]
    asked = restored.commit([QueryRewritten(asking.span, "Once more?", "d")])
    assert told(restored, asked) == [("rewritten", "Once mor")]
    assert told(asked, asked) == []
    raw = asked.commit([QueryRewritten(asking.span, None, "d2")])
    assert told(asked, raw) == [("unrewritten", "Where is")]
    came = asked.commit([append(asked, [Message.assistant(None, [ToolCall("c", "look", "{}")])], COUNTER)])
    assert told(asked, came) == [("came", "{}")]


@given(memory=talks(), data=st.data())
@settings(max_examples=50)
def test_a_fold_is_told_of_the_folded_alone(memory: WorkingMemory, data: st.DataObject) -> None:
    """Between a version and itself nothing changed, and pieces that look as before aren't told of."""
    assert told(memory, memory) == []
    after = data.draw(changed(memory))
    before = {piece for message in range(len(memory.messages)) for piece in Pieces(memory).of(message)}
    pieces = Pieces(after)
    for message in range(len(after.messages)):
        for piece in pieces.of(message):
            if piece in before:
                assert change_of(memory, after, message, piece) == ""
