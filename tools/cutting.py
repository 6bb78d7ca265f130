"""Making fragments: from a span and a number of pieces to the event that cuts it."""

from __future__ import annotations

from collections.abc import Iterable
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


def cut(memory: WorkingMemory, spans: Iterable[tuple[Span, int]], counter: TokenCounter) -> TextCut:
    """Cut spans into pieces.

    Args:
        memory: The working memory.
        spans: Spans that are free (`check_free`), each with the number of pieces wanted, at least 1.
        counter: Counts tokens.

    Returns:
        The event, with new ids in order. A short span gives fewer pieces than wanted.

    Raises:
        InvalidSpan: The session has used up its ids.
    """
    _ = memory.facts  # a commit of cut text wants them: they are read here, in the thread that works for the tool
    fragments: list[Fragment] = []
    for span, pieces in spans:
        text = memory.messages[span.message].texts[span.slot]
        edges = [span.start, *cut_points(text, span.start, span.end, pieces), span.end]
        for start, end in pairwise(edges):
            number = len(memory.fragments) + len(fragments) + 1
            if number > LAST_ID:
                raise InvalidSpan(f"this session has used all its {LAST_ID} fragment ids")
            piece = Span(span.message, span.slot, start, end)
            tokens = counter.count(text[start:end])
            fragments.append(Fragment(fragment_id(number), piece, tokens, memory.version + 1))
    return TextCut(tuple(fragments))
