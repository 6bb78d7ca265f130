"""A session's past: its versions, and its working memory as it was at one of them.

A commit says what happened, which leads forward. To lead back, it also says what was there before (`Undo`): how many
messages, fragments and hits there were, and the states that it changed. Both have the size of the change, not of the
session. Going back from the present reads the versions since, newest first, and nothing older, so that the past can be
cut off at its old end: the session itself stands on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from types import MappingProxyType
from typing import Any

from riffler.errors import UnknownVersion
from riffler.tools.asking import Asking
from riffler.tools.events import (
    Actor,
    Event,
    FragmentsFolded,
    FragmentsRestored,
    FragmentSummarised,
    MessagesAppended,
    QueryRewritten,
    TextCut,
    TextSearched,
    event_from_dict,
    event_to_dict,
    fragments_of,
)
from riffler.tools.fragments import FragmentState
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words

_MOST_RUNS = 6
"""Runs of ids that a version's line names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Was:
    """What fragments were before a commit changed them. Those that were alike stand together.

    Attributes:
        state: Their state.
        touched: The version in which they had got it.
        focus: What the summary was about.
        summary: The summary.
        ids: The fragments.
    """

    state: FragmentState
    touched: int
    focus: str
    summary: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """What leads from a version to the one before it.

    Attributes:
        messages: How many there were.
        fragments: How many there were; those made since come after them.
        hits: The same of search hits.
        states: What the changed ones of these fragments were.
        asking: The asking part that there was; empty when it stayed.
        rewrite: The rewrite that there was; empty when it stayed.
        taken: The fences that weren't taken then.
    """

    messages: int
    fragments: int
    hits: int
    states: tuple[Was, ...] = ()
    asking: tuple[Asking | None, ...] = ()
    rewrite: tuple[QueryRewritten | None, ...] = ()
    taken: frozenset[int] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-safe values, without what stayed.

        Returns:
            A dictionary that `from_dict` reads back.
        """
        value: dict[str, Any] = {"counts": [self.messages, self.fragments, self.hits]}
        if self.states:
            value["states"] = [[was.state.value, was.touched, was.focus, was.summary, *was.ids] for was in self.states]
        if self.asking:
            value["asking"] = self.asking[0] and self.asking[0].to_dict()
        if self.rewrite:
            value["rewrite"] = self.rewrite[0] and event_to_dict(self.rewrite[0])
        if self.taken:
            value["taken"] = sorted(self.taken)
        return value

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Undo:
        """Take it back from what `to_dict` gave.

        Args:
            value: The dictionary.

        Returns:
            The same value.
        """
        asking, rewrite = value.get("asking"), value.get("rewrite")
        rewritten = event_from_dict(rewrite, ()) if rewrite else None
        messages, fragments, hits = value["counts"]
        return cls(
            messages,
            fragments,
            hits,
            states=tuple(
                Was(FragmentState(state), touched, focus, summary, tuple(ids))
                for state, touched, focus, summary, *ids in value.get("states", ())
            ),
            asking=(Asking.from_dict(asking) if asking else None,) if "asking" in value else (),
            rewrite=(rewritten if isinstance(rewritten, QueryRewritten) else None,) if "rewrite" in value else (),
            taken=frozenset(value.get("taken", ())),
        )


@dataclass(frozen=True, slots=True)
class Version:
    """A version: the commit that made it.

    Attributes:
        number: Which.
        actor: Who made it.
        at_ms: When, in milliseconds since 1970; None of one that isn't committed yet.
        events: What happened.
        undo: What leads back to the version before; None when that wasn't kept.
    """

    number: int
    actor: Actor
    at_ms: int | None
    events: tuple[Event, ...]
    undo: Undo | None

    @property
    def changes(self) -> bool:
        """Whether it folded, restored or summarised something, whoever made it, and left it so."""
        now: dict[str, tuple[FragmentState, str]] = {}
        for event in self.events:
            match event:
                case FragmentsFolded(ids):
                    now |= dict.fromkeys(ids, (FragmentState.FOLDED, ""))
                case FragmentsRestored(ids):
                    now |= dict.fromkeys(ids, (FragmentState.VISIBLE, ""))
                case FragmentSummarised(id_, _, summary):
                    now[id_] = (FragmentState.SUMMARISED, summary)
                case _:
                    pass
        if self.undo is None:
            return bool(now)
        was = {id_: (was.state, was.summary) for was in self.undo.states for id_ in was.ids}
        return any(state != was.get(id_, (FragmentState.VISIBLE, "")) for id_, state in now.items())

    @property
    def edits(self) -> bool:
        """Whether somebody folded, restored or summarised something: what an undo goes back by.

        Riffler's own folding isn't counted: it would be undone in vain, as the budget would have it folded again.
        """
        return self.actor != "riffler" and self.changes

    def words(self, memory: WorkingMemory) -> str:
        """Say what happened, what is alike and follows each other at once. Nothing of any text is repeated.

        Args:
            memory: The session at this version or later.

        Returns:
            A few words, such as `folded f00001-f00028 (20000 tokens)`.
        """
        return "; ".join(_words([*alike], memory) for _, alike in groupby(self.events, key=_kind))


@dataclass(frozen=True, slots=True)
class PastOrder:
    """How far back somebody wants to see. All that is given must be reached, or the past's end.

    Attributes:
        versions: So many versions.
        edits: So many versions by which somebody folded, restored or summarised (see `Version.edits`).
        back_to: All that lead back to the version of this number.
    """

    versions: int = 0
    edits: int = 0
    back_to: int | None = None

    def wants_more(self, found: Sequence[Version]) -> bool:
        """Tell whether more is to be read.

        Args:
            found: What was read, newest first, each version the one before the last.

        Returns:
            Whether it isn't enough.
        """
        if self.back_to is not None and (not found or found[-1].number > self.back_to + 1):
            return True
        return len(found) < self.versions or sum(version.edits for version in found) < self.edits


def undo_of(before: WorkingMemory, after: WorkingMemory, events: Sequence[Event]) -> Undo:
    """Work out what leads back over a commit.

    Args:
        before: The memory that it was made for.
        after: The memory that it makes.
        events: What happened.

    Returns:
        What a reader of `after` needs to have `before` again.
    """
    alike: dict[tuple[FragmentState, int, str, str], list[str]] = {}
    for id_ in dict.fromkeys(id_ for event in events for id_ in fragments_of(event)):
        was = before.fragments.get(id_)
        if was is not None:
            alike.setdefault((was.state, was.touched, was.focus, was.summary), []).append(id_)
    return Undo(
        messages=len(before.entries),
        fragments=len(before.fragments),
        hits=len(before.hits),
        states=tuple(Was(*was, tuple(ids)) for was, ids in alike.items()),
        asking=(before.asking,) if before.asking != after.asking else (),
        rewrite=(before.rewrite,) if before.rewrite != after.rewrite else (),
        taken=after.taken - before.taken,
    )


def reach(memory: WorkingMemory, past: Sequence[Version]) -> int:
    """Tell how far back a past leads.

    Args:
        memory: The present.
        past: Its versions, newest first.

    Returns:
        The number of the oldest version that can be had again.
    """
    number = memory.version
    for version in past:
        if version.number != number or version.undo is None:
            break
        number -= 1
    return number


def origin_words(memory: WorkingMemory) -> str:
    """Say where a forked session comes from.

    Args:
        memory: The session, in any version.

    Returns:
        A clause that goes behind others; empty for a session that wasn't forked.
    """
    if memory.forked is None:
        return ""
    return f"; it was forked from session {memory.forked.session!r} at version {memory.forked.version}"


def earlier(memory: WorkingMemory, past: Sequence[Version], number: int) -> WorkingMemory:
    """Give the working memory as it was.

    Args:
        memory: The present.
        past: Its versions, newest first, at least those since.
        number: Of the version.

    Returns:
        A memory that equals the one that was committed then, of the same life. Its cost is linear in the session's
        messages and fragments and in what changed since, not in their product.

    Raises:
        UnknownVersion: There is no such version, or the past doesn't lead there any more.
    """
    if number > memory.version or number < 0:
        raise UnknownVersion(f"no version {number}: the session has version {memory.version}")
    if number == memory.version:
        return memory
    oldest = reach(memory, past)
    if number < oldest:
        raise UnknownVersion(
            f"version {number} isn't kept: the session's history goes back to version {oldest}{origin_words(memory)}"
        )
    messages, fragments, hits = len(memory.entries), len(memory.fragments), len(memory.hits)
    states: dict[str, Was] = {}
    asking, rewrite, taken = memory.asking, memory.rewrite, set(memory.taken)
    for version in past[: memory.version - number]:
        undo = version.undo
        assert undo is not None  # noqa: S101 - `reach` counted those that have one
        messages, fragments, hits = undo.messages, undo.fragments, undo.hits
        states.update((id_, was) for was in undo.states for id_ in was.ids)
        asking = undo.asking[0] if undo.asking else asking
        rewrite = undo.rewrite[0] if undo.rewrite else rewrite
        taken -= undo.taken
    kept = dict(islice(memory.fragments.items(), fragments))
    for id_, was in states.items():
        if id_ in kept:  # else it was cut later, too
            kept[id_] = replace(kept[id_], state=was.state, touched=was.touched, focus=was.focus, summary=was.summary)
    return replace(
        memory,
        version=number,
        entries=memory.entries[:messages],
        fragments=MappingProxyType(kept),
        hits=MappingProxyType(dict(islice(memory.hits.items(), hits))),
        asking=asking,
        rewrite=rewrite,
        taken=frozenset(taken),
    )


def _kind(event: Event) -> tuple[type[Event], str]:
    return type(event), event.origin if isinstance(event, MessagesAppended) else ""


def _words(events: Sequence[Event], memory: WorkingMemory) -> str:
    """Say what events of one kind did."""
    ids = list(dict.fromkeys(id_ for event in events for id_ in fragments_of(event)))
    match events[-1]:
        case MessagesAppended(_, _, origin):
            count = sum(len(event.messages) for event in events if isinstance(event, MessagesAppended))
            what = f"{count} message{'' if count == 1 else 's'}"
            return f"{what} came" if origin == "app" else f"{what} of a step"
        case TextCut():
            return f"cut {ids_words(memory, ids)}"
        case FragmentsFolded():
            return f"folded {_ids_words(ids, memory)}"
        case FragmentsRestored():
            return f"restored {_ids_words(ids, memory)}"
        case FragmentSummarised():
            return f"summarised {_ids_words(ids, memory)}"
        case TextSearched():
            hits = sum(len(event.hits) for event in events if isinstance(event, TextSearched))
            return f"searched for {len(events)} text{'' if len(events) == 1 else 's'} ({hits} found)"
        case QueryRewritten(_, text):  # pragma: no branch - mypy holds that no other kind is left
            return "left the question as it came" if text is None else "rewrote the question"


def _ids_words(ids: Sequence[str], memory: WorkingMemory) -> str:
    return f"{ids_words(memory, ids)} ({sum(memory.fragments[id_].tokens for id_ in ids)} tokens)"
