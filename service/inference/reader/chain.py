"""Rule 2: the end of a chain of relations is found by following it, name by name.

What the text says of the first name gives the next one, and each new name is searched for, until none is new. Where
the sentence of the last one is cut, it is looked at before that name counts as the end. The answer is the name furthest
up. Names that were met before aren't followed again, so that a circle ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from riffler.service.inference.reader.chain_question import ChainQuestion, read_chain_question
from riffler.service.inference.reader.relations import Link, links
from riffler.service.inference.reader.replies import Hit, Passage
from riffler.service.inference.reader.steps import Detail, Say, Step
from riffler.service.inference.reader.text import sentences
from riffler.service.inference.reader.turn import Turn

_MOST_CALLS = 40
_MOST_LINKS = 2000
_MOST_LOOKS = 8
_LOOKS_AT_ONCE = 2
_LOOK_CHARACTERS = 800
_LOOK_TOKENS = 300
"""What such a look and its reply may cost."""
_CLOSER = ("{}'s", "of {}", "{} is", "{},")
"""Where a name has more mentions than a search shows, it is looked for as it stands beside a relation."""
_BOUNDARY = re.compile(r"[.!?,;:]\s|\n")
_ARTICLE = re.compile(r"^(?:the|a|an|our|its|old)\s+", re.IGNORECASE)


def chain(turn: Turn) -> Step | None:
    """Answer a question for the end of a chain.

    Args:
        turn: The turn.

    Returns:
        One search for each new name; at the end the name. None when no chain is asked for, or its start has no link.
    """
    asked = read_chain_question(turn.question.plain)
    if asked is None:
        return None
    queries = dict.fromkeys([asked.subject, *(one.search.query for one in turn.asked)])
    closer = {form.format(name) for name in queries for form in _CLOSER}
    known = [query for query in queries if query not in closer]
    found = [link for passage in turn.passages() for link in links(_whole(passage), known, asked.kind)][:_MOST_LINKS]
    reached = _follow(asked, found)
    if turn.may_search and turn.calls < _MOST_CALLS:
        followed = {_plain(link.upper if asked.down else link.lower) for link in found}
        ends = [name for name, _ in reached if _plain(name) not in followed]
        step = (
            _search(turn, [name for name, _ in reached])
            or _search_closer(turn, asked.subject, ends)
            or _look(turn, ends)
        )
        if step:
            return step
    furthest, steps = max(reached, key=lambda pair: pair[1])
    return Say(turn.question.box(furthest)) if steps else None


def _search(turn: Turn, reached: list[str]) -> Step | None:
    """Search for the names that this turn hasn't searched for."""
    new = [name for name in reached if not turn.has_asked(name)]
    return turn.fit(new, (2, 8), 300) or None


def _search_closer(turn: Turn, subject: str, ends: list[str]) -> Step | None:
    """Search in other ways for names that nothing leads on from: as they stand beside a relation, or by their words."""
    queries: list[str] = []
    for name in ends:
        replies = turn.replies_to(name)
        if any(matches.total > len(matches.hits) for matches in replies):
            queries += [form.format(name) for form in _CLOSER]
        elif name == subject and not any(matches.total for matches in replies):
            parts = [word for word in re.findall(r"\w+", name) if len(word) > 2]
            queries += [name.title(), *parts, *(part.title() for part in parts)]  # case counts in a search
    new = [query for query in queries if not turn.has_asked(query)]
    return turn.fit(new, (2, 8), 200) or None


def _look(turn: Turn, ends: list[str]) -> Step | None:
    """Look closer at names that nothing leads on from where their sentence is cut: the link may be what is cut off."""
    left = min(_LOOKS_AT_ONCE, _MOST_LOOKS - len(turn.details), turn.room_tokens // _LOOK_TOKENS)
    if not turn.may_look or left < 1:
        return None
    seen = [passage.text for passage in (*turn.visible, *(detail for _, detail in turn.details)) if passage]
    chosen: list[str] = []
    for name in ends:
        for hit in (hit for matches in turn.replies_to(name) for hit in matches.hits):
            read = turn.has_looked(hit.id) or any(hit.passage.text in text for text in seen)
            if _is_cut(hit) and not read and hit.id not in chosen:
                chosen.append(hit.id)
                break  # the next one may stand in the same sentence
    return tuple(Detail(id_, _LOOK_CHARACTERS) for id_ in chosen[:left]) or None


def _is_cut(hit: Hit) -> bool:
    """Tell whether the sentence of a match goes on where it can't be seen."""
    return any(
        start < hit.end and hit.start < end and hit.passage.touches_cut(start, end)
        for start, end in sentences(hit.passage.text)
    )


def _whole(passage: Passage) -> str:
    """Leave out what is cut at a passage's ends: half a name is another name."""
    text = passage.text
    if passage.cut_start:
        first = _BOUNDARY.search(text)
        text = text[first.end() :] if first else ""
    if passage.cut_end:
        stops = [match.start() + 1 for match in _BOUNDARY.finditer(f"{text} ")]
        text = text[: stops[-1]] if stops else ""
    return text


def _follow(asked: ChainQuestion, found: Iterable[Link]) -> list[tuple[str, int]]:
    """Follow the links from the start.

    Returns:
        The names that can be reached, the start first, in the order in which they were met, each with the number of
        generations of the longest way there.
    """
    onward: dict[str, list[tuple[str, int]]] = {}
    for link in found:
        here, there = (link.upper, link.lower) if asked.down else (link.lower, link.upper)
        onward.setdefault(_plain(here), []).append((there, link.steps))
    start = _plain(asked.subject)
    surfaces, depths, paths = {start: asked.subject}, {start: 0}, {start: {start}}
    queue = [start]
    for here in queue:
        if len(queue) > _MOST_LINKS:
            break
        for key in _same(here, onward):
            for name, steps in onward[key]:
                there, depth = _plain(name), depths[here] + steps
                if there in paths[here] or depth <= depths.get(there, 0):
                    continue
                surfaces.setdefault(there, name)
                depths[there], paths[there] = depth, paths[here] | {there, key}
                queue.append(there)
    return [(surfaces[key], depths[key]) for key in surfaces]


def _plain(name: str) -> str:
    return _ARTICLE.sub("", name).casefold()


def _same(name: str, onward: dict[str, list[tuple[str, int]]]) -> Iterator[str]:
    """Find under which names a name has links: its own, else the one that has all its words, else its words."""
    if name in onward:
        yield name
        return
    own = set(re.findall(r"\w+", name)) - {"s"}
    words = {other: set(re.findall(r"\w+", other)) for other in onward}
    longer = [other for other, theirs in words.items() if own and own < theirs]
    if len(longer) == 1:
        yield longer[0]
    elif not longer:
        yield from (other for other, theirs in words.items() if theirs and theirs < own)
