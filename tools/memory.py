"""The working memory of one session, as an immutable value.

It holds the conversation's originals, the fragments and their states, search hits, and the rewrite of the running
turn. Nothing here ever changes a message's text: what the model sees is computed in `view.py`. A commit of events
gives a new working memory of the next version.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from riffler.tools.asking import Asking
from riffler.tools.events import (
    Event,
    FragmentsFolded,
    FragmentsRestored,
    FragmentSummarised,
    MessagesAppended,
    Origin,
    QueryRewritten,
    TextCut,
    TextSearched,
    fragments_of,
)
from riffler.tools.fact_index import FactIndex, KnownFacts
from riffler.tools.fragments import Fragment, FragmentState, SearchHit, Span
from riffler.tools.markers import free_fence, taken_fences
from riffler.tools.messages import Message

_NO_FRAGMENTS: MappingProxyType[str, Fragment] = MappingProxyType({})
_NO_HITS: MappingProxyType[str, SearchHit] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """A message and where it comes from."""

    message: Message
    origin: Origin = "app"


class Stamp(NamedTuple):
    """Says exactly which state of which session somebody has seen.

    Attributes:
        version: The session's version.
        life: Tells the session from others that had its name before or have it after; empty stands for any.
    """

    version: int
    life: str = ""


class Forked(NamedTuple):
    """Says where a session began that another one was taken from.

    Attributes:
        session: The other one's name, of the same tenant.
        version: The version that it had there, and that this one begins with.
    """

    session: str
    version: int


@dataclass(frozen=True)
class WorkingMemory:
    """One session's working memory. Make an empty one with `WorkingMemory()`.

    Attributes:
        version: How many commits made it; 0 is empty.
        entries: The messages in order, with their origins.
        fragments: By id, in the order of creation.
        hits: Search hits by id, in the order of creation.
        asking: The asking part of the newest user message; None before there is one.
        rewrite: How the view shows the asking part; None before that was decided.
        taken: The fences that texts have look-alikes of (see `markers.py`).
        life: See `Stamp`. Given by the store.
        forked: Where it comes from, if it was forked. Two memories that differ in this or in `life` alone are equal.
    """

    version: int = 0
    entries: tuple[Entry, ...] = ()
    fragments: MappingProxyType[str, Fragment] = field(default_factory=lambda: _NO_FRAGMENTS)
    hits: MappingProxyType[str, SearchHit] = field(default_factory=lambda: _NO_HITS)
    asking: Asking | None = None
    rewrite: QueryRewritten | None = None
    taken: frozenset[int] = frozenset()
    life: str = field(default="", compare=False)
    forked: Forked | None = field(default=None, compare=False)

    @property
    def stamp(self) -> Stamp:
        """Which state of which session this is."""
        return Stamp(self.version, self.life)

    def is_still(self, seen: Stamp) -> bool:
        """Tell whether this is the state that somebody has seen."""
        return self.version == seen.version and seen.life in {"", self.life}

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The originals, in order."""
        return tuple(entry.message for entry in self.entries)

    @cached_property
    def characters(self) -> int:
        """How large the conversation is: characters of its messages as they are stored."""
        return sum(len(message.json) for message in self.messages)

    @property
    def fence(self) -> int:
        """The fence of this session's markers."""
        return free_fence(self.taken)

    @cached_property
    def _slots(self) -> Mapping[tuple[int, int], tuple[str, ...]]:
        """Ids by slot, by position, an outer one before those inside it. Folding and restoring don't change it."""
        key = lambda fragment: (fragment.span.message, fragment.span.slot, fragment.span.start, -fragment.span.end)  # noqa: E731 - used once
        slots: dict[tuple[int, int], list[str]] = {}
        for fragment in sorted(self.fragments.values(), key=key):
            slots.setdefault((fragment.span.message, fragment.span.slot), []).append(fragment.id)
        return {slot: tuple(ids) for slot, ids in slots.items()}

    @cached_property
    def by_position(self) -> tuple[Fragment, ...]:
        """All fragments by position, an outer one before those inside it."""
        return tuple(self.fragments[id_] for ids in self._slots.values() for id_ in ids)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each fragment stands in `by_position`. Folding and restoring don't change it."""
        return {id_: place for place, id_ in enumerate(id_ for ids in self._slots.values() for id_ in ids)}

    @cached_property
    def _outermost_hidden(self) -> dict[tuple[int, int], tuple[Fragment, ...]]:
        """By slot, what `_hidden_in` has found so far."""
        return {}

    def _hidden_in(self, message: int, slot: int) -> tuple[Fragment, ...]:
        """Give a slot's hidden fragments that lie in no other hidden one: apart from each other, by position."""
        known = self._outermost_hidden.get((message, slot))
        if known is None:
            found: list[Fragment] = []
            for fragment in self.fragments_of(message, slot):
                if fragment.hidden and not (found and found[-1].span.contains(fragment.span)):
                    found.append(fragment)
            known = self._outermost_hidden[message, slot] = tuple(found)
        return known

    @cached_property
    def rendered(self) -> dict[int, Message]:
        """Messages of the view by index, as `view.py` made them; the next version has those that nothing touched."""
        return {}

    @cached_property
    def _known_facts(self) -> KnownFacts:
        """What memories that come from this one, and those that it comes from, have read."""
        return KnownFacts()

    @cached_property
    def _read_facts(self) -> FactIndex:
        """The newest index of those that this memory comes from."""
        return FactIndex()

    @cached_property
    def facts(self) -> FactIndex:
        """Where the facts of the conversation stand. Only messages that no relative of this memory has read cost."""
        return self._known_facts.of(self.entries, self._read_facts)

    @property
    def facts_read(self) -> int:
        """How many facts the index has that this memory holds already; asking reads no text."""
        index = self.__dict__.get("facts", self._read_facts)
        return sum(len(segment.facts) for segment in index.segments)

    def fragments_of(self, message: int, slot: int) -> tuple[Fragment, ...]:
        """Give the fragments of a text slot by position, an outer one before those inside it."""
        return tuple(self.fragments[id_] for id_ in self._slots.get((message, slot), ()))

    def text(self, span: Span) -> str:
        """Give the original text of a span."""
        return self.messages[span.message].texts[span.slot][span.start : span.end]

    def around(self, span: Span) -> tuple[Fragment, ...]:
        """Give the fragments that contain a span, the outermost first (one of the same span counts)."""
        return tuple(f for f in self.fragments_of(span.message, span.slot) if f.span.contains(span))

    def hiding(self, span: Span) -> Fragment | None:
        """Give the outermost hidden fragment that shares a character with a span, or None."""
        hidden = self._hidden_in(span.message, span.slot)
        place = bisect_right(hidden, span.start, key=lambda fragment: fragment.span.end)
        return hidden[place] if place < len(hidden) and hidden[place].span.overlaps(span) else None

    def hidden_spans(self, message: int, slot: int) -> tuple[Span, ...]:
        """Give the stretches of a slot that are hidden: those of its outermost hidden fragments, by position."""
        return tuple(fragment.span for fragment in self._hidden_in(message, slot))

    @cached_property
    def reachable(self) -> tuple[Fragment, ...]:
        """The fragments that no hidden one contains, by position: those that a tool can act on now."""
        found: list[Fragment] = []
        place, hidden_to = (-1, -1), 0
        for fragment in self.by_position:
            span = fragment.span
            if (span.message, span.slot) != place:
                place, hidden_to = (span.message, span.slot), 0
            if span.start >= hidden_to:  # fragments are laminar: else it lies in the hidden one before it
                found.append(fragment)
                hidden_to = span.end if fragment.hidden else hidden_to
        return tuple(found)

    @cached_property
    def hidden_slots(self) -> dict[int, tuple[int, ...]]:
        """Slots in which something is hidden, by message; none for a message whose fragments are all visible."""
        return {message: self._hidden_slots_of(message) for message, _ in self._slots}

    def _hidden_slots_of(self, message: int) -> tuple[int, ...]:
        return tuple(slot for slot in range(len(self.messages[message].texts)) if self._hidden_in(message, slot))

    def pinned(self, span: Span) -> bool:
        """Tell whether a span has pinned text: a system message's, or the asking part's."""
        if self.messages[span.message].role in {"system", "developer"}:
            return True
        return self.asking is not None and any(pin.overlaps(span) for pin in self.asking.pinned)

    def commit(self, events: Sequence[Event]) -> WorkingMemory:
        """Apply events that happen together.

        Args:
            events: What happens, in order. Tools and the store made them for this very version.

        Returns:
            The working memory of the next version.
        """
        after = self
        for event in events:
            after = _applied(after, event, self.version + 1)
        after = replace(after, version=self.version + 1)
        _carry(self, after, events)
        if any(isinstance(event, TextCut) for event in events):
            _ = after.facts  # so that the first fold doesn't pay for it
        return after


def _carry(before: WorkingMemory, after: WorkingMemory, events: Sequence[Event]) -> None:
    """Hand over what was worked out and still holds, so that a change costs what it touches and not the session."""
    known, new = before.__dict__, after.__dict__
    new["_known_facts"] = before._known_facts
    new["_read_facts"] = known.get("facts", before._read_facts)
    if after.entries is before.entries:
        new |= {name: known[name] for name in ("messages", "characters", "facts") if name in known}
    elif "characters" in known:
        added = after.entries[len(before.entries) :]
        new["characters"] = known["characters"] + sum(len(entry.message.json) for entry in added)
    if len(after.fragments) == len(before.fragments):
        new |= {name: known[name] for name in ("_slots", "places") if name in known}
    touched = {after.fragments[id_].span.message for event in events for id_ in fragments_of(event)}
    if "hidden_slots" in known:
        new["hidden_slots"] = known["hidden_slots"] | {message: after._hidden_slots_of(message) for message in touched}
    if "rendered" in known and after.fence == before.fence:
        touched |= {rewrite.span.message for rewrite in (before.rewrite, after.rewrite) if rewrite}
        new["rendered"] = {index: message for index, message in known["rendered"].items() if index not in touched}


def _applied(memory: WorkingMemory, event: Event, version: int) -> WorkingMemory:
    match event:
        case MessagesAppended():
            return _appended(memory, event)
        case TextCut(fragments):
            return _with_fragments(memory, fragments)
        case FragmentsFolded(ids):
            return _become(memory, ids, FragmentState.FOLDED, version)
        case FragmentsRestored(ids):
            return _become(memory, ids, FragmentState.VISIBLE, version)
        case FragmentSummarised(id_, focus, summary):
            fragment = memory.fragments[id_].become(FragmentState.SUMMARISED, version, focus, summary)
            return replace(_with_fragments(memory, (fragment,)), taken=memory.taken | taken_fences((summary,)))
        case TextSearched(_, hits):
            return replace(memory, hits=MappingProxyType(memory.hits | {hit.id: hit for hit in hits}))
        case QueryRewritten():  # pragma: no branch - mypy holds that no other kind is left
            return replace(memory, rewrite=event, taken=memory.taken | taken_fences((event.text or "",)))


def _appended(memory: WorkingMemory, event: MessagesAppended) -> WorkingMemory:
    if event.first != len(memory.entries):
        raise ValueError(f"messages for index {event.first} come to a conversation of {len(memory.entries)}")
    asked = event.asking is not None
    return replace(
        memory,
        entries=memory.entries + tuple(Entry(message, event.origin) for message in event.messages),
        asking=event.asking if asked else memory.asking,
        rewrite=None if asked else memory.rewrite,
        taken=memory.taken | taken_fences(text for message in event.messages for text in _written(message)),
    )


def _written(message: Message) -> tuple[str, ...]:
    """Give all that a model reads of a message; in its JSON a look-alike keeps its shape, also in calls and names."""
    return (*message.texts, message.json)


def _with_fragments(memory: WorkingMemory, fragments: Iterable[Fragment]) -> WorkingMemory:
    changed = {fragment.id: fragment for fragment in fragments}
    return replace(
        memory, fragments=MappingProxyType(memory.fragments | changed)
    )  # ten times quicker than {**old, **new}


def _become(memory: WorkingMemory, ids: Iterable[str], state: FragmentState, version: int) -> WorkingMemory:
    return _with_fragments(memory, (memory.fragments[id_].become(state, version) for id_ in ids))
