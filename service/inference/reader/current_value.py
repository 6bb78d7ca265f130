"""Rule 1: the current value of a key is the last one that the conversation states.

Each key is searched for, newest first; the newest match that is a statement of this very key gives the value. Where
nothing is hidden the visible text is read instead, and its last statement counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from riffler.service.inference.reader.chain_question import read_chain_question
from riffler.service.inference.reader.keys import Key, keys_asked
from riffler.service.inference.reader.replies import Hit, Matches
from riffler.service.inference.reader.statements import Statement, statements
from riffler.service.inference.reader.steps import Detail, Say, Step
from riffler.service.inference.reader.text import unwrap
from riffler.service.inference.reader.turn import Turn

_MOST_CALLS_A_KEY = 12
_MANY = 12
"""Of more keys than that, those aren't searched for that are stated after everything hidden: calls take tokens too."""
_NARROWER = ("; {}:", "\n{}:", '"{}"', "{} is", "{} =")
"""Where the matches of a key are mostly of longer keys, statements of its own are looked for in these forms."""


def current_value(turn: Turn) -> Step | None:
    """Answer a question for current values.

    Args:
        turn: The turn.

    Returns:
        One search a key; at the end one line a key. None when no current value is asked for, or none is found.
    """
    question = turn.question.plain
    keys = keys_asked(question, sure=read_chain_question(question) is not None)
    if not keys:
        return None
    names = list(dict.fromkeys(name for key in keys for reading in key.readings() for name in reading))
    if turn.may_search and turn.calls < _MOST_CALLS_A_KEY * len(names) and (step := _search(turn, names)):
        return step
    visible = [(unwrap(passage.text), not passage.cut_start) for passage in turn.visible]
    values = {name: value for name in names if (value := _value(turn, name, visible)) is not None}
    read = [name for key in keys for name in _reading(key, values)]
    if turn.may_search and turn.calls < _MOST_CALLS_A_KEY * len(names) and (step := _search_more(turn, read)):
        return step
    if turn.may_look and (step := _look(turn, read)):
        return step
    if not values:
        return None
    lines = (
        turn.question.word(name, values[name]) if name in values else f"I found no value of {name}." for name in read
    )
    return Say("\n".join(lines))


def _reading(key: Key, values: dict[str, str]) -> tuple[str, ...]:
    """Choose how to read `A and B`: so that most of it has values, as few keys as possible."""
    return max(key.readings(), key=lambda way: sum(name in values for name in way) / len(way))


def _search(turn: Turn, names: list[str]) -> Step | None:
    """Search for the keys that this turn hasn't searched for."""
    tail = [(unwrap(passage.text), not passage.cut_start) for passage in turn.tail] if len(names) > _MANY else []
    new = [name for name in names if not turn.has_asked(name) and _seen(name, tail) is None]
    return turn.fit(new, (2, 3), 160) or None


def _search_more(turn: Turn, names: list[str]) -> Step | None:
    """Search further for keys that may open a sentence, then for those whose matches were mostly of longer keys."""
    opening = [name[1:] for name in names if _may_open_a_sentence(turn, name)]
    if step := turn.fit([query for query in opening if not turn.has_asked(query)], (2, 3), 160):
        return step
    drowned = [name for name in names if _is_drowned(turn, name)]
    once = [name for name in drowned if sum(one.search.query == name for one in turn.asked) < 2]
    if step := turn.fit(once[:1], (4, 50), 60):
        return step
    narrow = [form.format(name) for name in drowned for form in _NARROWER]
    return turn.fit([query for query in narrow if not turn.has_asked(query)], (1, 3), 160) or None


def _may_open_a_sentence(turn: Turn, name: str) -> bool:
    """Tell whether a key may also stand with the other case at its start. Case counts in a search: it is left out."""
    if len(name) < 4 or not name[0].isalpha() or not turn.replies_to(name):
        return False
    newest = _newest(turn, name)
    return (newest is None and not _is_drowned(turn, name)) or bool(newest and newest[1].prose and name[0].islower())


def _is_drowned(turn: Turn, name: str) -> bool:
    replies = turn.replies_to(name)
    return bool(replies) and replies[-1].total > len(replies[-1].hits) and _newest(turn, name) is None


def _look(turn: Turn, names: list[str]) -> Step | None:
    """Look closer at statements of which the value is cut off."""
    found = [newest for name in names if (newest := _newest(turn, name))]
    cut = [hit for hit, statement in found if hit.passage.touches_cut(statement.end, statement.end)]
    new = [hit.id for hit in cut if not turn.has_looked(hit.id)][: turn.room_tokens // 200]
    return tuple(Detail(id_, 600) for id_ in dict.fromkeys(new)) or None


def _value(turn: Turn, name: str, visible: list[tuple[str, bool]]) -> str | None:
    """Give the newest value of a key."""
    newest = _newest(turn, name)
    if newest:
        hit, statement = newest
        return _whole(turn, hit, name) or statement.value
    return _seen(name, visible)


def _seen(name: str, texts: list[tuple[str, bool]]) -> str | None:
    """Read the last value of a key in texts, each given with whether its start is known to be one."""
    seen = [statement for text, whole in texts for statement in statements(text, name, from_start=whole)]
    exact = [statement for statement in seen if statement.exact]
    return (exact or seen)[-1].value if seen else None


def _newest(turn: Turn, name: str) -> tuple[Hit, Statement] | None:
    """Find the newest match of a key that is a statement, in the very letters if there is one."""
    caseless, direct = turn.replies_to(name[1:])[::-1], turn.replies_to(name)[::-1]
    for replies in (caseless, direct):
        stated = [pair for matches in replies for pair in _stated(matches, name)]
        if stated:
            return next((pair for pair in stated if pair[1].exact), stated[0])
    narrow = [matches for form in _NARROWER for matches in turn.replies_to(form.format(name))]
    stated = [pair for matches in narrow for pair in _stated(matches, name)]
    return max(stated, key=lambda pair: pair[0].message) if stated else None


def _stated(matches: Matches, name: str) -> Iterator[tuple[Hit, Statement]]:
    """Find the statements of a key at the matches themselves, in the reply's order."""
    for hit in matches.hits:
        for statement in statements(unwrap(hit.passage.text), name, from_start=not hit.passage.cut_start):
            if hit.start - 1 <= statement.start < hit.end:
                yield hit, statement


def _whole(turn: Turn, hit: Hit, name: str) -> str | None:
    """Read a value in what a closer look at its match gave."""
    detail = turn.detail(hit.id)
    offset = detail.text.find(hit.passage.text) if detail else -1
    if detail is None or offset < 0:
        return None
    found = [one for one in statements(unwrap(detail.text), name) if hit.start - 1 <= one.start - offset < hit.end]
    return found[0].value if found else None
