"""The view in pieces: what each stretch of it is, which original it shows or stands for, and what can be done with it.

A message's pieces are its texts, slot by slot, cut where something changes: at fragments, markers, summaries and the
rewrite; then the status, where the message has it; then its calls; then all else that it holds, as JSON. Put together,
the texts of a slot's pieces are exactly the slot's text in the view. For who looks at a session; models see the view.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from riffler.tools.events import Origin
from riffler.tools.fragments import Fragment, FragmentState, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Role
from riffler.tools.sight import Sight
from riffler.tools.view import Replacement, bare_view, replacements, status_place, status_text

Kind = Literal["text", "folded", "summary", "rewrite", "status", "call", "other", "empty"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the view.

    Attributes:
        kind: `text` is the original's; `folded`, `summary` and `rewrite` stand for it; `status` is the tail's; `call`
            is a call's arguments; `other` is JSON of what is neither text nor call; `empty` a bare message.
        text: What the view shows.
        span: The original characters that it shows or stands for; None where there are none.
        fragments: Of text those around it, the outermost first; of what is hidden those that it stands for.
        name: Of a call the function's name, of `other` where in the message it stands, else empty.
        call: Of a call its id, else empty.
    """

    kind: Kind
    text: str
    span: Span | None = None
    fragments: tuple[str, ...] = ()
    name: str = ""
    call: str = ""


@dataclass(frozen=True)
class Pieces:
    """The view of a working memory in pieces; a message's are made when they are asked for.

    Attributes:
        memory: The working memory.
        sight: For the status block; None for the short line.
    """

    memory: WorkingMemory
    sight: Sight | None = None

    def of(self, message: int) -> tuple[Piece, ...]:
        """Give a message's pieces: at least one.

        Args:
            message: Its index.

        Returns:
            The pieces, in order. The cost is linear in the message, but for the one that has the status: that is made
            of the whole view.
        """
        known = self._made.get(message)
        if known is None:
            known = self._made[message] = self._pieces_of(message)
        return known

    @cached_property
    def _made(self) -> dict[int, tuple[Piece, ...]]:
        """By message, what `of` has made so far."""
        return {}

    def _pieces_of(self, message: int) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for slot in range(len(self.memory.messages[message].texts)):
            found += _text_pieces(self.memory, message, slot)
        if message == self._status_place:
            found.append(Piece("status", status_text(self.memory, bare_view(self.memory), self.sight)))
        calls = self.memory.messages[message].tool_calls
        found += (Piece("call", call.arguments, name=call.name, call=call.id) for call in calls)
        found += _others(self.memory.messages[message].to_dict())
        return tuple(found) or (Piece("empty", ""),)

    def role(self, message: int) -> Role:
        """Tell who speaks in a message."""
        return self.memory.messages[message].role

    def origin(self, message: int) -> Origin:
        """Tell where a message comes from."""
        return self.memory.entries[message].origin

    def answered(self, message: int) -> tuple[str, str]:
        """Tell which call a tool message answers.

        Args:
            message: Its index.

        Returns:
            The call's id and the function's name, each empty where it isn't known.
        """
        id_ = self.memory.messages[message].tool_call_id or ""
        if id_:  # looked for backwards: it is near, and reading all calls of a long session takes its time
            for index in range(message, -1, -1):
                for call in reversed(self.memory.messages[index].tool_calls):
                    if call.id == id_:
                        return id_, call.name
        return id_, ""

    @cached_property
    def _status_place(self) -> int | None:
        return status_place(self.memory, self.sight)


def _text_pieces(memory: WorkingMemory, message: int, slot: int) -> Iterator[Piece]:
    """Cut a slot's text in the view: at the edges of what is replaced, and of the fragments that can be seen."""
    original = memory.messages[message].texts[slot]
    replaced = {each.start: each for each in replacements(memory, message, slot)}
    seen = _seen(memory, message, slot)
    edges = {0, len(original), *replaced, *(each.end for each in replaced.values())}
    edges.update(edge for fragment in seen for edge in (fragment.span.start, fragment.span.end))
    around: list[Fragment] = []
    waiting = seen[::-1]
    shown = 0
    for start, end in pairwise(sorted(edges)):
        while waiting and waiting[-1].span.start <= start:
            fragment = waiting.pop()
            around = [*(each for each in around if each.span.contains(fragment.span)), fragment]
        if start < shown:
            continue  # what stands for it was given already
        shown = end
        if start in replaced:
            yield _replacement_piece(replaced[start], message, slot)
            shown = replaced[start].end
            continue
        while around and around[-1].span.end <= start:
            around.pop()
        ids = tuple(fragment.id for fragment in around)
        yield Piece("text", original[start:end], Span(message, slot, start, end), ids)


def _seen(memory: WorkingMemory, message: int, slot: int) -> list[Fragment]:
    """Give a slot's visible fragments that lie in no hidden one, by position, an outer one first."""
    found: list[Fragment] = []
    hidden_to = 0
    for fragment in memory.fragments_of(message, slot):
        if fragment.span.start < hidden_to:
            continue
        if fragment.hidden:
            hidden_to = fragment.span.end
        else:
            found.append(fragment)
    return found


def _replacement_piece(replacement: Replacement, message: int, slot: int) -> Piece:
    span = Span(message, slot, replacement.start, replacement.end)
    ids = tuple(fragment.id for fragment in replacement.run)
    if not ids:
        return Piece("rewrite", replacement.text, span)
    summarised = replacement.run[0].state is FragmentState.SUMMARISED
    return Piece("summary" if summarised else "folded", replacement.text, span, ids)


def _others(value: dict[str, Any]) -> Iterator[Piece]:
    """Give what a message holds beside role, texts and calls of functions, each with where it stands."""
    content, calls = value.pop("content", None), value.pop("tool_calls", None)
    del value["role"]
    value.pop("tool_call_id", None)
    rest = dict(value)
    for number, part in enumerate(content if isinstance(content, list) else ()):
        without = {"type", "text"} if part["type"] == "text" else set[str]()
        rest[f"content[{number}]"] = {name: each for name, each in part.items() if name not in without}
    for number, call in enumerate(calls or ()):
        rest[f"tool_calls[{number}]"] = _beside_function(call)
    for name, each in rest.items():
        if each not in ({}, None):
            yield Piece("other", json.dumps(each, ensure_ascii=False, indent=1), name=name)


def _beside_function(call: dict[str, Any]) -> dict[str, Any]:
    """Give what a call has that its piece doesn't tell."""
    function = call.get("function")
    if not function:
        return call
    rest = {name: each for name, each in call.items() if name not in {"id", "type", "function"}}
    more = {name: each for name, each in function.items() if name not in {"name", "arguments"}}
    return rest | ({"function": more} if more else {})
