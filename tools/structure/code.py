"""Places around blocks of code: fences where there are any, else definitions at the margin.

Without fences a block begins at a line that isn't indented and follows a blank one; a line that closes or goes on with
what stands before (`}`, `else`) begins none. No language is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)(?:\n|\Z)", re.MULTILINE)
_BLOCK = re.compile(
    r"(?<=\S)[ \t\r]*+\n(?:[ \t\r]*\n)++(?=[^\s})\]])"
    r"(?!(?:else|elif|except|finally|catch|rescue|ensure|end|then|fi|done|esac)\b)"
)


def code_places(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places where a block of code begins or ends.

    Args:
        text: The text.
        start: Where to begin.
        end: Where to stop.

    Yields:
        Offsets, ascending. A fence that isn't closed goes to the end.
    """
    fence = ""
    fenced = False
    for match in _FENCE.finditer(text, start, end):
        if not fence:
            if match["fence"][0] == "`" and "`" in match["info"]:
                continue  # code in a line
            fence, fenced = match["fence"], True
            yield match.start()
        elif match["fence"].startswith(fence) and not match["info"].strip():
            fence = ""
            yield match.end()
    if not fenced:
        yield from (match.end() for match in _BLOCK.finditer(text, start, end))
