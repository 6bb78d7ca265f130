"""A turn as the reader sees it: nothing but one request, read afresh at every step.

The reader keeps no state. What it has searched for, and what came back, stands in the request's messages after the
newest user message. All text before that, and the rest of that message, is material.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from riffler.service.inference.reader.hidden import visible_pieces
from riffler.service.inference.reader.question import Question, read_question
from riffler.service.inference.reader.replies import Hit, Matches, Passage, read_detail, read_many, read_matches
from riffler.service.inference.reader.steps import DETAIL, FIND, SEARCH, Search
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import EVERY_TOOL

CONTEXT_TOOLS = frozenset(tool.name for tool in EVERY_TOOL) | {SEARCH, FIND, DETAIL}
"""What they say is no material: it repeats the conversation out of order."""

_LINE_TOKENS = 35
"""What a line of a search's reply costs beside its text; the call itself costs about as much."""
_CHARACTERS_A_TOKEN = 3.5
"""Of English text in a search's reply, on the safe side."""

_CLEAN_ENDS = '\n.!?;:…。！？”"'


@dataclass(frozen=True, slots=True)
class Asked:
    """A search of this turn and its reply, None when that can't be read."""

    search: Search
    matches: Matches | None


@dataclass(frozen=True, slots=True)
class Turn:
    """All that a rule may know.

    Attributes:
        question: What is asked.
        visible: The material that can be seen, in the conversation's order.
        hidden_before: How many of the visible passages stand before something hidden.
        asked: The searches of this turn, in order.
        details: What each look at a match gave, by search id; None when that can't be read.
        calls: How many calls of context tools this turn has made.
        may_search: Whether a search is possible, allowed, and of use: because something is hidden, or it is required.
        may_look: Whether the same holds for a look at a match.
        together: Whether one call can search for many texts.
        role: The role to search.
        room_tokens: How many tokens the next calls and their replies may have, all together.
    """

    question: Question
    visible: tuple[Passage, ...] = ()
    hidden_before: int = 0
    asked: tuple[Asked, ...] = ()
    details: tuple[tuple[str, Passage | None], ...] = ()
    calls: int = 0
    may_search: bool = False
    may_look: bool = False
    together: bool = False
    role: str = "user"
    room_tokens: int = 0

    def replies_to(self, query: str) -> list[Matches]:
        """Give the replies to all searches for a text, the newest last."""
        return [one.matches for one in self.asked if one.search.query == query and one.matches]

    def has_asked(self, query: str) -> bool:
        """Tell whether this turn has searched for a text already."""
        return any(one.search.query == query for one in self.asked)

    def detail(self, search_id: str) -> Passage | None:
        """Give what a look at a match gave, or None."""
        return dict(self.details).get(search_id)

    def has_looked(self, search_id: str) -> bool:
        """Tell whether this turn has looked at a match."""
        return search_id in dict(self.details)

    def found(self) -> Iterator[Hit]:
        """Give all matches that all searches of this turn found, newest first within each search."""
        for one in self.asked:
            if one.matches:
                yield from one.matches.hits

    def passages(self) -> Iterator[Passage]:
        """Give all text that can be read: what is visible, what was found and what was looked at."""
        yield from self.visible
        for _, passage in self.details:
            if passage:
                yield passage
        for hit in self.found():
            yield hit.passage

    def fit(self, queries: Sequence[str], results: tuple[int, int], context_size: int) -> tuple[Search, ...]:
        """Plan searches whose replies fit the room.

        Args:
            queries: What to look for, the most important first.
            results: How many matches a search needs at least, and how many it would like.
            context_size: How many characters around each it would like; at least 60.

        Returns:
            Searches for as many of the queries as fit with the least; the more queries, the fewer matches for each,
            and then the less around them. None where nothing fits or this turn may not search.
        """
        fewest, most = results
        least = _LINE_TOKENS + fewest * (_LINE_TOKENS + 60 / _CHARACTERS_A_TOKEN)
        count = min(len(queries), int(self.room_tokens / least)) if self.may_search else 0
        if count < 1:
            return ()
        share = self.room_tokens / count - _LINE_TOKENS
        shown = int(share / (_LINE_TOKENS + context_size / _CHARACTERS_A_TOKEN))
        shown = max(fewest, min(most, shown))
        context = int((share / shown - _LINE_TOKENS) * _CHARACTERS_A_TOKEN)
        context = max(60, min(context_size, context))
        return tuple(Search(query, shown, context) for query in queries[:count])

    @property
    def tail(self) -> tuple[Passage, ...]:
        """What can be seen after everything that is hidden: nothing is newer."""
        return self.visible[self.hidden_before :]


def read_turn(request: EngineRequest, room_tokens: int) -> Turn:
    """Read a request.

    Args:
        request: The request, as the engine got it.
        room_tokens: How many tokens the next calls and their replies may have, all together.

    Returns:
        The turn.
    """
    messages, pieces = request.messages, visible_pieces(request.messages)
    newest = max((index for index, message in enumerate(messages) if message.role == "user"), default=-1)
    own = {call.id for message in messages for call in message.tool_calls if call.name in CONTEXT_TOOLS}
    material = [index for index, message in enumerate(messages) if message.tool_call_id not in own]
    hidden_roles = {messages[index].role for index in material if len(pieces[index]) > len(messages[index].texts)}
    question, visible, hidden_before = _split_question([(index, pieces[index]) for index in material], newest)
    app_tools = any(messages[index].role == "tool" for index in material)
    asked, details, calls = _own_calls(messages[newest + 1 :], pieces[newest + 1 :], newest, app_tools)
    offered = {name for schema in request.tools if (name := _tool_name(schema))}
    use = request.tool_choice != "none" and (bool(hidden_roles) or request.tool_choice == "required")
    return Turn(
        question=question,
        visible=visible,
        hidden_before=hidden_before,
        asked=asked,
        details=details,
        calls=calls,
        may_search=use and not offered.isdisjoint({SEARCH, FIND}),
        may_look=use and DETAIL in offered,
        together=FIND in offered,
        role="user" if _all_by_user(messages[: max(newest, 0)], hidden_roles) else "all",
        room_tokens=room_tokens,
    )


def _all_by_user(earlier: Sequence[Message], hidden_roles: Set[str]) -> bool:
    """Tell whether all material is in user messages, so that no other needs to be searched."""
    return hidden_roles <= {"user"} and all(message.role in {"user", "system", "developer"} for message in earlier)


def _split_question(pieces: list[tuple[int, list[str]]], newest: int) -> tuple[Question, tuple[Passage, ...], int]:
    """Part the newest user message's question from the material, and count what stands before the last marker."""
    question = Question()
    visible: list[Passage] = []
    hidden_before = 0
    for index, texts in pieces:
        asking, rest = read_question(texts) if index == newest else (Question(), texts)
        question = asking if index == newest else question
        marked = len(texts) > 1
        passages = [_at_marker(text) if marked else Passage(text) for text in rest if text.strip()]
        if marked:
            after = sum(bool(text.strip()) for text in _after_last_marker(texts, rest))
            hidden_before = len(visible) + len(passages) - after
        visible += passages
    return question, tuple(visible), hidden_before


def _after_last_marker(texts: list[str], rest: list[str]) -> list[str]:
    """Give the pieces of a message's material after its last marker: one, or the two around the question."""
    asked_there = len(rest) > len(texts) and rest[: len(texts) - 1] == texts[:-1]
    return rest[len(texts) - 1 :] if asked_there or len(rest) == len(texts) else rest[-1:]


def _at_marker(text: str) -> Passage:
    """Guess whether a piece beside a marker is cut inside a sentence: the fragments' ends can't be seen."""
    first = text.lstrip(" ")[0]
    return Passage(text, first.islower() or first in ",;:.", text.rstrip(" ")[-1] not in _CLEAN_ENDS)


def _own_calls(
    messages: Sequence[Message], pieces: Sequence[list[str]], newest: int, app_tools: bool
) -> tuple[tuple[Asked, ...], tuple[tuple[str, Passage | None], ...], int]:
    """Read this turn's own calls and their results."""
    results = {
        message.tool_call_id: _rejoin(texts)
        for message, texts in zip(messages, pieces, strict=True)
        if message.role == "tool"
    }
    asked: list[Asked] = []
    details: list[tuple[str, Passage | None]] = []
    calls = [call for message in messages for call in message.tool_calls if call.name in CONTEXT_TOOLS]
    for call in calls:
        arguments, reply = _arguments(call), results.get(call.id, "")
        if call.name == SEARCH and isinstance(query := arguments.get("query"), str):
            asked.append(Asked(_search(query, arguments, 10), _material(read_matches(reply, query), newest, app_tools)))
        elif call.name == FIND and isinstance(queries := arguments.get("queries"), list):
            texts = [query for query in queries if isinstance(query, str)]
            for query, matches in zip(texts, read_many(reply, texts), strict=True):
                asked.append(Asked(_search(query, arguments, 5), _material(matches, newest, app_tools)))
        elif call.name == DETAIL and isinstance(search_id := arguments.get("search_id"), str):
            details.append((search_id, read_detail(reply)))
    return tuple(asked), tuple(details), len(calls)


def _search(query: str, arguments: dict[str, Any], default: int) -> Search:
    most = arguments.get("max_results")
    return Search(query, most if isinstance(most, int) else default)


def _material(matches: Matches | None, newest: int, app_tools: bool) -> Matches | None:
    """Leave out of a reply what isn't of the conversation."""
    if matches is None:
        return None
    return Matches(matches.total, tuple(hit for hit in matches.hits if _is_material(hit, newest, app_tools)))


def _rejoin(pieces: Sequence[str]) -> str:
    """Put a result that is folded in part together again, without the lines that the folds cut."""
    text = pieces[0] if pieces else ""
    for piece in pieces[1:]:
        text = f"{text.rpartition(chr(10))[0]}\n{piece.partition(chr(10))[2]}"
    return text


def _is_material(hit: Hit, newest: int, app_tools: bool) -> bool:
    """Tell a match in the conversation from one in the reader's own searches, which repeat it out of order."""
    if hit.role == "user":
        return True
    return hit.message <= newest and (hit.role != "tool" or (app_tools and "«" not in hit.passage.text))


def _arguments(call: ToolCall) -> dict[str, Any]:
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _tool_name(schema: dict[str, Any]) -> str | None:
    function = schema.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None
