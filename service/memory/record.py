"""How a working memory stands in Redis, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import get_args

from riffler.errors import MemoryCorrupt
from riffler.service.ports.kept_rewrite import KeptRewrite
from riffler.service.ports.memory import Receipt
from riffler.tools.asking import Asking
from riffler.tools.events import (
    Actor,
    Event,
    Origin,
    QueryRewritten,
    TextSearched,
    event_from_dict,
    event_to_dict,
    fragments_of,
)
from riffler.tools.fragments import Fragment, SearchHit, Span
from riffler.tools.history import Undo, Version, undo_of
from riffler.tools.memory import Entry, Forked, WorkingMemory
from riffler.tools.messages import Message

_ORIGINS: dict[Origin, str] = {"app": "a", "step": "s"}
"""A stored message is one letter for its origin, then its JSON text as it came."""
_ORIGIN_OF = {letter: origin for origin, letter in _ORIGINS.items()}
_ACTORS: dict[str, Actor] = {actor: actor for actor in get_args(Actor)}


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit adds to the store.

    Attributes:
        messages: Stored messages that are new.
        fragments: Id and JSON of each fragment that is new or changed.
        hits: Id and JSON of each new search hit.
        events: JSON of each event.
        undo: JSON of what leads back to the version before; empty when there are no events.
    """

    messages: tuple[str, ...]
    fragments: tuple[str, ...]
    hits: tuple[str, ...]
    events: tuple[str, ...] = ()
    undo: str = ""

    def counts(self) -> list[str]:
        """Give the numbers of messages, fragments, hits and events, as the script takes them."""
        return [
            str(count)
            for count in (len(self.messages), len(self.fragments) // 2, len(self.hits) // 2, len(self.events))
        ]

    def values(self) -> list[str]:
        """Give all values in the script's order."""
        return [*self.messages, *self.fragments, *self.hits, *self.events]


def change(before: WorkingMemory, after: WorkingMemory, events: Sequence[Event]) -> Change:
    """Work out what a commit adds to the store; its size is that of the change, not of the session.

    Args:
        before: The memory that was read.
        after: The memory that the events make of it.
        events: The events.

    Returns:
        The change.
    """
    fragments: list[str] = []
    hits: list[str] = []
    for id_ in dict.fromkeys(id_ for event in events for id_ in fragments_of(event)):
        fragments += (id_, _dumped(after.fragments[id_].to_dict()))
    for hit in (hit for event in events if isinstance(event, TextSearched) for hit in event.hits):
        if hit.id not in before.hits:
            hits += (hit.id, _span(hit.span))
    return Change(
        messages=tuple(_ORIGINS[e.origin] + e.message.json for e in after.entries[len(before.entries) :]),
        fragments=tuple(fragments),
        hits=tuple(hits),
        events=tuple(_dumped(event_to_dict(event)) for event in events),
        undo=_dumped(undo_of(before, after, events).to_dict()) if events else "",
    )


def whole(memory: WorkingMemory) -> Change:
    """Write all of a memory, for a session that begins with it.

    Args:
        memory: The memory.

    Returns:
        The change, without events.
    """
    return Change(
        messages=tuple(_ORIGINS[entry.origin] + entry.message.json for entry in memory.entries),
        fragments=tuple(text for id_, f in memory.fragments.items() for text in (id_, _dumped(f.to_dict()))),
        hits=tuple(text for id_, hit in memory.hits.items() for text in (id_, _span(hit.span))),
    )


def rest_of(memory: WorkingMemory) -> str:
    """Write what a memory has beside messages, fragments and hits, as JSON."""
    return _dumped(
        {
            "asking": memory.asking and memory.asking.to_dict(),
            "rewrite": memory.rewrite and event_to_dict(memory.rewrite),
            "taken": sorted(memory.taken),
            **({"forked": memory.forked} if memory.forked else {}),
        }
    )


def memory_from(  # noqa: PLR0917 - as the script gives it
    version: str, life: str, rest: str, messages: Sequence[str], fragments: Sequence[str], hits: Sequence[str]
) -> WorkingMemory:
    """Read a memory back.

    Args:
        version: Its version.
        life: The session's life.
        rest: What `rest_of` wrote.
        messages: Stored messages in order.
        fragments: JSON of all fragments, in any order.
        hits: Id and JSON of all hits, in any order.

    Returns:
        The memory.

    Raises:
        MemoryCorrupt: Something can't be read.
    """
    try:
        other = json.loads(rest)
        read = [Fragment.from_dict(fragment) for fragment in json.loads(f"[{','.join(fragments)}]")]
        found = [SearchHit(id_, Span(*json.loads(span))) for id_, span in zip(hits[::2], hits[1::2], strict=True)]
        rewrite = event_from_dict(other["rewrite"], ()) if other["rewrite"] else None
        return WorkingMemory(
            version=int(version),
            entries=tuple(_entry(text) for text in messages),
            fragments=MappingProxyType({fragment.id: fragment for fragment in sorted(read, key=lambda f: f.id)}),
            hits=MappingProxyType({hit.id: hit for hit in sorted(found, key=lambda hit: hit.id)}),
            asking=Asking.from_dict(other["asking"]) if other["asking"] else None,
            rewrite=rewrite if isinstance(rewrite, QueryRewritten) else None,
            taken=frozenset(other["taken"]),
            life=life,
            forked=Forked(*other["forked"]) if "forked" in other else None,
        )
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise MemoryCorrupt(f"a session can't be read back from the store ({type(exc).__name__})") from exc


def memory_since(
    known: WorkingMemory, messages: Sequence[str], events: Sequence[tuple[str, Sequence[str]]]
) -> WorkingMemory:
    """Bring a memory up to date: what happened since happens to it, too.

    Args:
        known: The memory as it was.
        messages: Stored messages that came since, in order.
        events: Ids and fields of all events since, in order.

    Returns:
        The memory as it is.

    Raises:
        MemoryCorrupt: Something can't be read.
    """
    memory = known
    try:
        conversation = (*known.messages, *(_entry(text).message for text in messages))
        for version, rows in groupby(events, key=lambda row: row[0].partition("-")[0]):
            happened = [json.loads(fields[fields.index("event") + 1]) for _, fields in rows]
            memory = memory.commit([event_from_dict(value, conversation) for value in happened])
            if memory.version != int(version):
                raise MemoryCorrupt(f"a session's events skip from version {memory.version - 1} to {version}")
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise MemoryCorrupt(f"a session's events can't be read back from the store ({type(exc).__name__})") from exc
    return memory


def versions_from(
    rows: Sequence[tuple[str, Sequence[str]]], conversation: Sequence[Message]
) -> tuple[list[Version], int]:
    """Read versions back, newest first.

    Args:
        rows: Ids and fields of events, newest first, the first one the last of its version.
        conversation: The session's messages.

    Returns:
        The versions that are whole, and how many rows they have. The rest lacks a beginning: it is yet to be read, or
        was cut off.

    Raises:
        MemoryCorrupt: Something can't be read.
    """
    versions: list[Version] = []
    events: list[Event] = []
    used = 0
    try:
        for place, (id_, fields) in enumerate(rows, 1):
            version, number = id_.split("-")
            row = dict(zip(fields[::2], fields[1::2], strict=True))
            events.append(event_from_dict(json.loads(row["event"]), conversation))
            if number == "1":
                undo = Undo.from_dict(json.loads(row["undo"])) if "undo" in row else None
                versions.append(Version(int(version), _ACTORS[row["actor"]], int(row["at_ms"]), (*events[::-1],), undo))
                events, used = [], place
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise MemoryCorrupt(f"a session's past can't be read back from the store ({type(exc).__name__})") from exc
    return versions, used


def kept_rewrite_from(version: str, event: str, message: str) -> KeptRewrite:
    """Read back how a question was shown.

    Args:
        version: The version that shows it so first.
        event: JSON of what was decided of it.
        message: The stored message that asks.

    Returns:
        The question and its rewrite.

    Raises:
        MemoryCorrupt: Something can't be read.
    """
    try:
        rewritten, texts = event_from_dict(json.loads(event), ()), _entry(message).message.texts
        assert isinstance(rewritten, QueryRewritten)  # noqa: S101 - the script looked
        span = rewritten.span
        return KeptRewrite(int(version), texts[span.slot][span.start : span.end], rewritten)
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise MemoryCorrupt(f"a rewrite can't be read back from the store ({type(exc).__name__})") from exc


def receipt_to_json(receipt: Receipt) -> str:
    """Write a receipt, without the request's name: that is its field."""
    return _dumped({"fingerprint": receipt.fingerprint, "done": receipt.done, "body": receipt.body})


def receipt_from_json(request: str, text: str) -> Receipt:
    """Read a receipt back.

    Args:
        request: The request's name.
        text: What `receipt_to_json` wrote.

    Returns:
        The receipt.

    Raises:
        MemoryCorrupt: It can't be read.
    """
    try:
        value = json.loads(text)
        return Receipt(request, value["fingerprint"], value["done"], value["body"])
    except (ValueError, KeyError, TypeError) as exc:
        raise MemoryCorrupt(f"a receipt can't be read back from the store ({type(exc).__name__})") from exc


def _entry(text: str) -> Entry:
    return Entry(Message.of_json(text[1:]), _ORIGIN_OF[text[0]])


def _span(span: Span) -> str:
    return _dumped([span.message, span.slot, span.start, span.end])


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
