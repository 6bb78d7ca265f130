"""All of a session as it stands in Redis, and whether what comes from outside could stand there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from riffler.service.memory.record import memory_from, versions_from
from riffler.tools.messages import Message
from riffler.tools.view import view

_EVENT_ID: Final = re.compile(r"([1-9]\d{0,14})-([1-9]\d{0,14})", re.ASCII)
_MOST_FIELDS: Final = 64
"""Names and values of one event: a script hands them on at once, and Lua takes some thousands so; ours have ten."""
_LARGEST: Final = 10**15
"""Of a version: Lua counts in floating point."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What the keys of a session hold, as it is stored.

    Attributes:
        version: Its version.
        base: The version that its life began with.
        rest: What a memory has beside messages, fragments and hits, as JSON.
        messages: Messages in order: a letter for the origin, then JSON.
        fragments: Id and JSON of each.
        hits: The same of what searches found.
        events: Id of each in its stream, oldest first, with names and values by turns.
    """

    version: int
    base: int
    rest: str
    messages: Sequence[str]
    fragments: Sequence[tuple[str, str]]
    hits: Sequence[tuple[str, str]]
    events: Sequence[tuple[str, Sequence[str]]]

    def require_readable(self) -> None:
        """Read all of it once, so that whoever loads the session can.

        Raises:
            ValueError: It isn't what a session can be.
            TypeError: The same.
        """
        texts = [*self.messages, *(text for pair in (*self.fragments, *self.hits) for text in pair)]
        texts += [self.rest, *(text for _, fields in self.events for text in fields)]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("expected texts")
        for text in texts:  # half of a surrogate pair can't be written
            text.encode()
        if not 0 <= self.base <= self.version < _LARGEST:
            raise ValueError("expected a version, and one that its life began with")
        for pairs in (self.fragments, self.hits):
            if len(dict(pairs)) < len(pairs):
                raise ValueError("expected each id once")
        self._require_rising()
        fragments, hits = [text for _, text in self.fragments], [text for pair in self.hits for text in pair]
        memory = memory_from(str(self.version), "", self.rest, self.messages, fragments, hits)
        for text in self.messages:  # which are read when they are needed, and not before
            Message.of(json.loads(text[1:]))
        _ = versions_from(self.events[::-1], memory.messages), view(memory)

    def _require_rising(self) -> None:
        """Refuse events that a stream wouldn't take: the first of many may be written before the store says so."""
        found = [_EVENT_ID.fullmatch(id_) for id_, _ in self.events]
        places = [(int(match[1]), int(match[2])) for match in found if match]
        if len(places) < len(self.events) or any(one >= other for one, other in pairwise(places)):
            raise ValueError("expected events with ids that rise")
        if places and places[-1][0] > self.version:
            raise ValueError("expected no events of later versions")
        for _, fields in self.events:
            if not 0 < len(fields) <= _MOST_FIELDS or len(fields) % 2:
                raise ValueError(f"expected an event of at most {_MOST_FIELDS} texts, names and values by turns")
