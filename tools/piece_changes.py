"""What a step changed, told of each piece of the view after it."""

from __future__ import annotations

from typing import Literal

from riffler.tools.fragments import Fragment, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.pieces import Piece

Change = Literal["", "came", "cut", "folded", "summarised", "restored", "rewritten", "unrewritten"]


def change_of(before: WorkingMemory, after: WorkingMemory, message: int, piece: Piece) -> Change:
    """Tell what happened to a piece since an earlier version.

    Args:
        before: The earlier version of the same session.
        after: The later one.
        message: The piece's message.
        piece: A piece of the later one's view.

    Returns:
        What happened; empty when it was shown so before. What came and was folded at once counts as folded. The status
        isn't told of: it is written anew with every view.
    """
    if piece.kind in {"folded", "summary"} and piece.span is not None:
        if any(_is_new(before.fragments.get(id_), after.fragments[id_]) for id_ in piece.fragments):
            return "folded" if piece.kind == "folded" else "summarised"
        return "restored" if _was_inside(before, piece) else ""
    if piece.kind == "rewrite":
        return "" if _shown_as(before, piece.span) == piece.text else "rewritten"
    if message >= len(before.entries):
        return "" if piece.kind == "status" else "came"
    if piece.kind != "text" or piece.span is None:
        return ""
    if before.hiding(piece.span) is not None:
        return "restored"
    if _shown_as(before, piece.span) is not None:
        return "unrewritten"
    return "" if all(id_ in before.fragments for id_ in piece.fragments) else "cut"


def _is_new(was: Fragment | None, now: Fragment) -> bool:
    return was is None or (was.state, was.summary) != (now.state, now.summary)


def _was_inside(before: WorkingMemory, piece: Piece) -> bool:
    """Tell whether a larger fragment hid it."""
    assert piece.span is not None  # noqa: S101 - what is hidden has a place
    hiding = before.hiding(piece.span)
    return hiding is not None and hiding.id not in piece.fragments


def _shown_as(before: WorkingMemory, span: Span | None) -> str | None:
    """Give the rewrite that stood at a place; None where none did."""
    rewrite = before.rewrite
    if rewrite is None or rewrite.text is None or span is None or not rewrite.span.overlaps(span):
        return None
    return rewrite.text
