"""Which stretches of a conversation a cut may take, and why it leaves others alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from riffler.errors import InvalidArguments, InvalidSpan, InvalidState
from riffler.tools.cutting import check_free, gaps
from riffler.tools.fragments import Fragment, Span
from riffler.tools.marked import only_place
from riffler.tools.memory import WorkingMemory
from riffler.tools.positions import positions
from riffler.tools.runs import ids_words
from riffler.tools.structure.joints import may_cut
from riffler.tools.tool import find_fragment, refuse_if_inside_hidden

_LONGEST_WORD = 200
_TOLD = 5


@dataclass
class Uncut:
    """What a cut may take.

    Attributes:
        spans: Stretches that are neither pinned nor in fragments, in order, none of them blank.
        left: Why other text stays as it is, for the model; a few lines.
        named: Whether the model named a place (and not just everything).
    """

    spans: list[Span]
    left: list[str] = field(default_factory=list)
    named: bool = True


def uncut_of_messages(memory: WorkingMemory, messages: str, roles: Collection[str]) -> Uncut:
    """Take whole messages, apart from what is in fragments or pinned.

    Args:
        memory: The working memory.
        messages: Positions; empty stands for all.
        roles: Whose messages.

    Returns:
        The stretches. Inner steps of the agent and instructions are left out.
    """
    found: list[Span] = []
    cut: list[tuple[int, list[Fragment]]] = []
    pinned: list[int] = []
    others: list[int] = []
    for index in positions(messages, len(memory.entries), "messages"):
        if not _selectable(memory, index, roles):
            others.append(index)
            continue
        spans = [span for slot in _slots(memory, index) for span in _filled_gaps(memory, slot)]
        fragments = [fragment for slot in _slots(memory, index) for fragment in _outermost(memory, slot)]
        if fragments:
            cut.append((index, fragments))
        elif not spans:
            pinned.append(index)
        found += spans
    left = [f"message {index + 1} is cut already: {ids_words(memory, fragments)}" for index, fragments in cut[:_TOLD]]
    if len(cut) > _TOLD:
        left.append(
            f"{len(cut) - _TOLD} more messages are cut already, the last of them: {ids_words(memory, cut[-1][1])}"
        )
    if pinned:
        left.append(f"{_numbers(pinned)}: no text, or pinned as the question")
    if others and messages.strip():
        left.append(f"{_numbers(others)}: instructions, an inner step, or of another role")
    return Uncut(found, left, bool(messages.strip()))


def uncut_of_fragment(memory: WorkingMemory, id_: str) -> Uncut:
    """Take a visible fragment, apart from what is in fragments inside it or pinned.

    Args:
        memory: The working memory.
        id_: The fragment.

    Returns:
        The stretches.

    Raises:
        InvalidState: It is hidden.
    """
    fragment = find_fragment(memory, id_)
    refuse_if_inside_hidden(memory, fragment)
    if fragment.hidden:
        raise InvalidState(f"{id_} is {fragment.state}: restore {id_} first")
    spans = _filled_gaps(memory, fragment.span, id_)
    inner = [
        other
        for other in memory.fragments_of(fragment.span.message, fragment.span.slot)
        if other.id != id_ and fragment.span.contains(other.span)
    ]
    return Uncut(spans, [f"{id_} is cut already: {ids_words(memory, inner)}"] if inner else [])


def uncut_between(
    memory: WorkingMemory, start_marker: str, end_marker: str, *, messages: str, roles: Collection[str], fragment: str
) -> Uncut:
    """Take the text from a marker to another, widened to whole words.

    Args:
        memory: The working memory.
        start_marker: Text that it begins with; empty begins where the text begins that has the other.
        end_marker: Text that it ends with; empty ends where the text ends that has the other.
        messages: Positions to look in; empty stands for all.
        roles: Whose messages to look in.
        fragment: Id of the fragment to look in; empty looks in messages.

    Returns:
        The stretches: one, or more where something in it is pinned.

    Raises:
        InvalidSpan: The markers stand in different texts, or in the wrong order, or the span can't be cut.
    """
    if fragment:
        places, where = [find_fragment(memory, fragment).span], fragment
    else:
        indices = positions(messages, len(memory.entries), "messages")
        places = [slot for index in indices if _selectable(memory, index, roles) for slot in _slots(memory, index)]
        where = "the messages looked in"
    found = [
        only_place(memory, marker, places, name=name, where=where, elsewhere="look in other messages or roles")
        for marker, name in ((start_marker, "start_marker"), (end_marker, "end_marker"))
        if marker
    ]
    start, end = found[0], found[-1]
    if (start.message, start.slot) != (end.message, end.slot):
        raise InvalidSpan(
            f"start_marker is in message {start.message + 1}, end_marker in message {end.message + 1}: a span lies in "
            f"one text of one message; cut each by itself"
        )
    if end.start < start.start:
        raise InvalidSpan("end_marker comes before start_marker: swap them")
    around = next(place for place in places if place.contains(start))
    span = _widened(
        memory,
        around,
        start.start if start_marker else around.start,
        max(start.end, end.end) if end_marker else around.end,
    )
    check_free(memory, span)
    spans = _filled_gaps(memory, span)
    pinned = "that text is pinned as the question, or how it begins" if memory.pinned(span) else "it is cut already"
    return Uncut(spans, [] if spans else [pinned])


def _selectable(memory: WorkingMemory, index: int, roles: Collection[str]) -> bool:
    entry = memory.entries[index]
    return entry.origin == "app" and entry.message.role in roles


def _slots(memory: WorkingMemory, index: int) -> list[Span]:
    return [Span(index, slot, 0, len(text)) for slot, text in enumerate(memory.messages[index].texts)]


def _filled_gaps(memory: WorkingMemory, span: Span, within: str = "") -> list[Span]:
    return [gap for gap in gaps(memory, span, within) if not memory.text(gap).isspace()]


def _outermost(memory: WorkingMemory, slot: Span) -> list[Fragment]:
    found: list[Fragment] = []
    for fragment in memory.fragments_of(slot.message, slot.slot):
        if not found or fragment.span.start >= found[-1].span.end:
            found.append(fragment)
    return found


def _widened(memory: WorkingMemory, around: Span, start: int, end: int) -> Span:
    """Move the ends of a span out of words: a marker may be quoted from the middle of one."""
    text = memory.messages[around.message].texts[around.slot]
    first = next((p for p in range(start, max(around.start, start - _LONGEST_WORD), -1) if may_cut(text, p)), start)
    last = next((p for p in range(end, min(around.end, end + _LONGEST_WORD)) if may_cut(text, p)), end)
    return Span(around.message, around.slot, first, last)


def _numbers(indices: list[int]) -> str:
    shown = ", ".join(str(index + 1) for index in indices[:_TOLD])
    more = f" and {len(indices) - _TOLD} more" if len(indices) > _TOLD else ""
    return f"message{'s' if len(indices) > 1 else ''} {shown}{more}"


def refuse_both(messages: str, fragment: str) -> None:
    """Refuse positions and a fragment in one call.

    Args:
        messages: Positions.
        fragment: An id.

    Raises:
        InvalidArguments: Both are given.
    """
    if messages.strip() and fragment:
        raise InvalidArguments(f"fragment: {fragment} says where already: leave out messages, got {messages!r:.80}")
