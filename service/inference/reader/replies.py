"""Reads the context tools' replies: the lines of a search and the text of a detail.

    3 matches for "harbour" in 2 messages, newest first
    [s00001] message 4 (user), visible, fragment f0001a: ...text before «harbour» text after...

The reply to many queries has such a head line for each of them, and its matches below. A line feed of the text shows
as ⏎. What isn't of this form (an error's text, a folded result) reads as no reply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from riffler.tools.quoting import clipped, matches_of, one_line

_TOTAL = re.compile(r'(\d+) match(?:es)? for "')
_HIT = re.compile(r"\[(s[0-9a-f]{5})\] message (\d+) \((\w+)\)(?:, [^:]{0,80})?: ?(.*)")
_DETAIL = re.compile(r"\[(s[0-9a-f]{5})\] message (\d+) \((\w+)\), characters (\d+)-(\d+) of (\d+):\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the conversation's text.

    Attributes:
        text: As it stands in the conversation.
        cut_start: Whether the text goes on before it, unseen.
        cut_end: Whether the text goes on after it, unseen.
    """

    text: str
    cut_start: bool = False
    cut_end: bool = False

    def touches_cut(self, start: int, end: int) -> bool:
        """Tell whether a span of this text may go on where it can't be seen."""
        before, after = self.text[:start], self.text[end:]
        return (self.cut_start and not before.strip()) or (self.cut_end and not after.strip())


@dataclass(frozen=True, slots=True)
class Hit:
    """One match of a search.

    Attributes:
        id: The search id.
        message: The number of its message.
        role: Who said it.
        passage: The text around it.
        start: Where the match begins in the passage.
        end: One past its end.
    """

    id: str
    message: int
    role: str
    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Matches:
    """A search's reply.

    Attributes:
        total: How many matches there are.
        hits: Those shown, newest first.
    """

    total: int
    hits: tuple[Hit, ...]


def read_matches(text: str, query: str) -> Matches | None:
    """Read the reply of a search.

    Args:
        text: What the tool said.
        query: What was searched for.

    Returns:
        The matches, or None when this is no such reply.
    """
    total = _TOTAL.match(text)
    if not total:
        return None
    hits = (_read_hit(line, query) for line in text.split("\n")[1:])
    return Matches(int(total[1]), tuple(hit for hit in hits if hit))


def read_many(text: str, queries: Sequence[str]) -> list[Matches | None]:
    """Read the reply of a search for several texts.

    Args:
        text: What the tool said.
        queries: What was searched for.

    Returns:
        The matches of each query, or None for one of which the reply says nothing.
    """
    sections: list[list[str]] = []
    for line in text.split("\n"):
        if _TOTAL.match(line):
            sections.append([line])
        elif sections:
            sections[-1].append(line)
    found: list[Matches | None] = []
    for query in queries:
        named = matches_of(0, query).partition(" for ")[2]  # by name: of a reply that is folded in part, some are lost
        own = next((section for section in sections if section[0].partition(" for ")[2].startswith(named)), None)
        if own:
            sections.remove(own)
        matches = read_matches("\n".join(own), query) if own else None
        found.append(matches and Matches(matches.total, tuple(hit for hit in matches.hits if _is_of(query, hit))))
    return found


def _is_of(query: str, hit: Hit) -> bool:
    """Tell a query's own matches from those of the next one, of which the head line was folded."""
    marked = hit.passage.text[hit.start : hit.end]
    return marked == clipped(query.replace("\r\n", "\n").replace("\r", "\n"))


def _read_hit(line: str, query: str) -> Hit | None:
    head = _HIT.match(line)
    if not head:
        return None
    shown = head[4]
    marks = list(re.finditer(f"«({re.escape(one_line(query))})»", shown, re.IGNORECASE))
    marks = marks or list(re.finditer("«([^»]*)»", shown))
    if not marks:
        return None
    mark = min(marks, key=lambda found: abs(found.start() + found.end() - len(shown)))  # the match is in the middle
    before, after = shown[: mark.start()], shown[mark.end() :]
    cut_start, cut_end = before.startswith("..."), after.endswith("...")
    before, after = before[3 * cut_start :], after[: len(after) - 3 * cut_end]
    passage = Passage(f"{before}{mark[1]}{after}".replace("⏎", "\n"), cut_start, cut_end)
    return Hit(head[1], int(head[2]), head[3], passage, len(before), len(before) + len(mark[1]))


def read_detail(text: str) -> Passage | None:
    """Read the reply of a look at one match.

    Args:
        text: What the tool said.

    Returns:
        The text around the match, or None when this is no such reply.
    """
    head = _DETAIL.match(text)
    if not head:
        return None
    return Passage(text[head.end() :].replace("\r\n", "\n"), int(head[4]) > 0, int(head[5]) < int(head[6]))
