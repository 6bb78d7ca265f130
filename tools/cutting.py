"""Making fragments: from a span and a number of pieces to the event that cuts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from riffler.errors import InvalidSpan, InvalidState
from riffler.tools.events import TextCut
from riffler.tools.fragments import LAST_ID, Fragment, Span, cut_points, fragment_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.tokens import TokenCounter


def check_free(memory: WorkingMemory, span: Span) -> None:
    """Refuse a span that can't be cut.

    A span may lie outside all fragments, or inside a visible one (then the new fragments are nested). It may not cross
    or enclose a fragment, nor repeat one.

    Args:
        memory: The working memory.
        span: The span, not empty.

    Raises:
        InvalidSpan: It crosses, encloses or repeats fragments; the error names them.
        InvalidState: It lies in a hidden fragment.
    """
    hiding = memory.hiding(span)
    if hiding is not None and hiding.span.contains(span):
        raise InvalidState(f"the span lies in {hiding.id}, which is {hiding.state}: restore {hiding.id} first")
    others = [
        fragment
        for fragment in memory.fragments_of(span.message, span.slot)
        if fragment.span.overlaps(span) and (span.contains(fragment.span) or not fragment.span.contains(span))
    ]
    if others:
        ids = others[0].id if len(others) == 1 else f"{others[0].id} to {others[-1].id} ({len(others)} fragments)"
        raise InvalidSpan(f"the span shares text with {ids}, cut already: use them, or cut a span inside one of them")


def gaps(memory: WorkingMemory, span: Span, within: str = "") -> list[Span]:
    """Give the stretches of a span that may be cut: neither pinned nor in a fragment that lies in the span.

    Args:
        memory: The working memory.
        span: The span; a larger fragment around it is no hindrance.
        within: Id of a fragment of this very span that is to be cut inside.

    Returns:
        Spans in order; none is empty.
    """
    taken = [
        fragment.span
        for fragment in memory.fragments_of(span.message, span.slot)
        if span.contains(fragment.span) and fragment.id != within
    ]
    if memory.asking is not None:
        taken += [pin for pin in memory.asking.pinned if pin.overlaps(span)]
    found: list[Span] = []
    cursor = span.start
    for other in sorted(taken, key=lambda span: span.start):
        if other.start > cursor:
            found.append(Span(span.message, span.slot, cursor, other.start))
        cursor = max(cursor, other.end)
    if cursor < span.end:
        found.append(Span(span.message, span.slot, cursor, span.end))
    return found


def cut(memory: WorkingMemory, spans: Iterable[tuple[Span, int]], counter: TokenCounter) -> TextCut:
    """Cut spans into pieces of about equal length.

    Args:
        memory: The working memory.
        spans: Spans that are free (`check_free`), each with the number of pieces wanted, at least 1.
        counter: Counts tokens.

    Returns:
        The event, with new ids in order. A short span gives fewer pieces than wanted.
    """
    texts = ((span, memory.messages[span.message].texts[span.slot], pieces) for span, pieces in spans)
    return cut_at(
        memory, ((span, cut_points(text, span.start, span.end, count)) for span, text, count in texts), counter
    )


def cut_at(memory: WorkingMemory, spans: Iterable[tuple[Span, Sequence[int]]], counter: TokenCounter) -> TextCut:
    """Cut spans at given places.

    Args:
        memory: The working memory.
        spans: Spans that are free (`check_free`), each with its cuts: ascending, strictly between its ends.
        counter: Counts tokens, once a piece.

    Returns:
        The event, with new ids in order.

    Raises:
        InvalidSpan: The session has used up its ids.
    """
    _ = memory.facts  # a commit of cut text wants them: they are read here, in the thread that works for the tool
    fragments: list[Fragment] = []
    for span, cuts in spans:
        text = memory.messages[span.message].texts[span.slot]
        for start, end in pairwise((span.start, *cuts, span.end)):
            number = len(memory.fragments) + len(fragments) + 1
            if number > LAST_ID:
                raise InvalidSpan(f"this session has used all its {LAST_ID} fragment ids")
            piece = Span(span.message, span.slot, start, end)
            tokens = counter.count(text[start:end])
            fragments.append(Fragment(fragment_id(number), piece, tokens, memory.version + 1))
    return TextCut(tuple(fragments))
