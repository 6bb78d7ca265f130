"""Parts a text into prose and what isn't prose: quotations, addresses, markup, code, lines of a log."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = re.compile(r"\"[^\"]{1,300}\"|“[^“”]{1,300}”|„[^„“”]{1,300}[“”]|«[^«»]{1,300}»|`[^`]{1,300}`|‘[^‘’]{1,300}’")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,300}>")
# A line that a program wrote: it begins with a time or an address, or is a step of a stack.
_LOGGED = re.compile(
    r"^[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|\d{1,3}(?:\.\d{1,3}){3} | {0,9}\d{1,9}\.\d{1,9}\]).*"
    r"|^[ \t]{0,20}at [\w.$<>]{3,200}\(.*|^.{0,40}\bFile \"[^\"\n]{1,300}\", line \d.*",
    re.MULTILINE,
)
_CHUNK = re.compile(r"\S+")
# What no word of prose looks like: links and e-mail addresses, then `f(x)`, `i++`, `/usr/lib`, `a.id`, `-la`, `0xff`.
_ADDRESS = re.compile(r"https?://|www\.|\w@\w")
_CODE = re.compile(
    r"\w[({\[](?!s\))|[({\[][)}\]]|[)\]}][;)\]}]|\w;.|^\W{0,3}\w?;$|=|\+\+[\w);]|::|->|\w\*\*\w"
    r"|\\|^[/~.]{1,2}/|\w/\w{1,40}/|[a-z]\.[a-z]{2}|_\w|\w_|^--?[a-z]|[{}<>|]"
    r"|&&|\$[A-Z_]{2}|0x[0-9a-fA-F]|[a-zA-Z]\d{1,4}[a-zA-Z]{1,20}\d"
)
_SYMBOL = re.compile(r"[-+*/!{}<>=|;()\[\]&]{1,4}[;,]?")
_OPERATOR = re.compile(r"[-+*/!=<>]=|[=-]>|&&|\|\|")
_LONGEST = 100
"""A longer piece without a space is no word, and no more of it is looked at."""


@dataclass(frozen=True, slots=True)
class Prose:
    """What of a text is prose.

    Attributes:
        text: The text with spaces in the place of all else; as long as the text.
        symbols: How many signs of code stood alone, tags and lines of logs; an operator (`+=`) counts twice.
        codes: How many other pieces looked like code.
    """

    text: str
    symbols: int
    codes: int


def prose_of(text: str, *, quoted: bool = False) -> Prose:
    """Take out of a text what isn't prose.

    Args:
        text: Any text.
        quoted: Whether quotations are prose.

    Returns:
        Its prose, and the count of what else there is.
    """
    # A text that is a quotation and no more is what it says.
    bare = text if quoted or _QUOTED.fullmatch(text.strip()) else _QUOTED.sub(_blank, text)
    bare, logged = _LOGGED.subn(_blank, bare)
    bare, tags = _TAG.subn(_blank, bare)
    symbols, codes, end = logged + tags, 0, 0
    kept: list[str] = []
    for match in _CHUNK.finditer(bare):
        piece = match[0][:_LONGEST]
        address = _ADDRESS.search(piece) is not None
        if not address and not _CODE.search(piece) and len(match[0]) <= _LONGEST:
            continue
        kept += (bare[end : match.start()], _blank(match))
        end = match.end()
        if _SYMBOL.fullmatch(match[0]):
            symbols += 1 + (_OPERATOR.fullmatch(match[0]) is not None)
        else:
            codes += not address
    return Prose("".join((*kept, bare[end:])), symbols, codes)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
