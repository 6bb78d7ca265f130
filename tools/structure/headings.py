"""Places where a section begins: before a heading in Markdown, in reStructuredText, or with a number.

A heading opens a section that goes to the next one, whatever their levels. Inside fenced code nothing is a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CANDIDATE = re.compile(
    r"^(?: {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)"
    r"| {0,3}(?P<atx>\#{1,6}(?:[ \t]|$))"
    r"|(?P<under>(?P<sign>[=\-~^\"'`*+#<>_.:])(?P=sign){2,})[ \t\r]*$"
    r"|(?P<named>(?:\d{1,3}(?:\.\d{1,3}){0,5}\.?|[A-Z]\.|[IVXLC]{1,7}\.|Chapter|CHAPTER|Section|SECTION|Part|PART|Appendix"
    r"|APPENDIX|Kapitel|Abschnitt|Chapitre|Partie|Capítulo|Sección|Parte|Глава|Раздел)[ \t]+\S[^\n]{0,99}"
    r"|第[0-9０-９一二三四五六七八九十百千〇零]{1,6}[章节節回部篇][^\n]{0,60})$)",
    re.MULTILINE,
)
_BLANKS = " \t\r"


def heading_places(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places where a heading begins.

    Args:
        text: The text.
        start: Where to begin.
        end: Where to stop.

    Yields:
        Offsets, ascending.
    """
    fence = ""
    last = -1
    for match in _CANDIDATE.finditer(text, start, end):
        if match["fence"] and (fence or not _is_underline(text, start, match)):
            if not fence and ("`" not in match["info"] or match["fence"][0] == "~"):
                fence = match["fence"]
            elif fence and match["fence"].startswith(fence) and not match["info"].strip():
                fence = ""
            continue
        place = -1 if fence else _opens(text, start, end, match)
        if place > last:
            yield place
            last = place


def _is_underline(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether a line of tildes stands under a title: reStructuredText has such, and Markdown's fences too."""
    signs = match["fence"]
    title = _line_before(text, start, match.start())[1]
    return signs[0] == "~" and not match["info"].strip() and 0 < len(title) <= len(signs)


def _opens(text: str, start: int, end: int, match: re.Match[str]) -> int:
    """Give where the heading begins to which a line belongs; -1 when there is none."""
    if match["atx"]:
        return match.start()
    if match["named"]:  # an item of a list begins so too: a heading stands alone
        alone = not _line_before(text, start, match.start())[1] and not _line_after(text, match.end(), end)
        return match.start() if alone and match["named"].rstrip()[-1] not in ".;," else -1
    begin, title = _line_before(text, start, match.start())
    above, line = _line_before(text, start, begin)
    signs = match["under"] or match["fence"]
    if not any(map(str.isalnum, title)) or not _underlines(signs, title, line):
        return -1
    return above if line == signs else begin  # reStructuredText may have a line above, too


def _underlines(signs: str, title: str, above: str) -> bool:
    """Tell a heading's line from one that parts two paragraphs, or two rows of a table."""
    if signs[0] in "=-":
        return not above or len(title) <= 2 * len(signs)
    return len(title) <= len(signs)


def _line_before(text: str, start: int, place: int) -> tuple[int, str]:
    """Give where the line before a line begins, and what it says without blanks; the reading ends after 200."""
    if place <= start:
        return start, ""
    begin = text.rfind("\n", max(start, place - 200), place - 1) + 1
    if begin == 0 and place - 200 > start:
        return start, "-"  # too long for a title, and not empty
    begin = max(begin, start)
    return begin, text[begin : place - 1].strip(_BLANKS)


def _line_after(text: str, place: int, end: int) -> str:
    stop = text.find("\n", place + 1, min(end, place + 200))
    return text[place : stop if stop >= 0 else min(end, place + 200)].strip(_BLANKS + "\n")
