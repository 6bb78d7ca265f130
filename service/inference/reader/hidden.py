"""Takes a view's markers and status line out of its texts: they say what is hidden, and are no text of anyone's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from riffler.tools.messages import Message

_STATUS = re.compile(r"\s*\[\[(?:(\d{1,9}):)?status [^\n]*\]\]\s*\Z")
_MARKER = re.compile(
    r"\[\[(?:(\d{1,9}):)?f[0-9a-f]{5}(?:-f[0-9a-f]{5})? (?:folded [^\]\n]{1,60}|summary of \d+ tokens:[\s\S]*?)\]\]"
)


def visible_pieces(messages: Sequence[Message]) -> list[list[str]]:
    """Cut each message's text at its markers.

    While something is hidden, the last text of a view ends in a status line, which tells the session's fence: markers
    of other fences are look-alikes in a user's own text, and stay. Without a status line all markers count.

    Args:
        messages: The view.

    Returns:
        For each message its texts, each cut into one piece more than it has markers. A piece may be empty.
    """
    texts = [list(message.texts) for message in messages]
    fence: str | None = None
    last = next((slots for slots in reversed(texts) if slots), None)
    if last and (status := _STATUS.search(last[-1], max(0, last[-1].rfind("[[") - 1))):
        fence = status[1] or ""
        last[-1] = last[-1][: status.start()]
    return [[piece for text in slots for piece in _cut(text, fence)] for slots in texts]


def _cut(text: str, fence: str | None) -> list[str]:
    pieces, start = [], 0
    for marker in _MARKER.finditer(text):
        if fence is None or (marker[1] or "") == fence:
            pieces.append(text[start : marker.start()])
            start = marker.end()
    return [*pieces, text[start:]]
