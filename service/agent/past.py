"""A session as it was, and what happened to it: read from the store, worked out by the pure tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from riffler.errors import UnknownVersion
from riffler.service.agent.offload import offload
from riffler.service.ports.memory import MemoryStore, RecordedEvent, SessionKey
from riffler.tools.diff import Difference, difference
from riffler.tools.history import PastOrder, Version, earlier, reach
from riffler.tools.memory import WorkingMemory
from riffler.tools.sight import Sight
from riffler.tools.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class History:
    """A stretch of a session's history.

    Attributes:
        memory: The session as it is.
        versions: Versions, the newest first.
        more: Whether older ones are kept.
        oldest: The oldest version that these lead back to.
    """

    memory: WorkingMemory
    versions: tuple[Version, ...]
    more: bool
    oldest: int


@dataclass(frozen=True, slots=True)
class Happened:
    """A stretch of a session's events.

    Attributes:
        events: Events, the oldest first.
        next: Version and number of the event that comes next; None at the end.
        oldest: The oldest version whose events are kept, all of them; None while there are none.
    """

    events: tuple[RecordedEvent, ...]
    next: tuple[int, int] | None
    oldest: int | None


async def memory_at(
    store: MemoryStore, key: SessionKey, version: int | None, memory: WorkingMemory | None = None
) -> WorkingMemory:
    """Give a session as it was.

    Args:
        store: Where it lives.
        key: The session.
        version: The number of the version; None is the present.
        memory: The present, where it was read already.

    Returns:
        The working memory, equal to the one that was committed then. Raises `UnknownVersion` when there is no such
        version, or the history doesn't go back to it any more.
    """
    now = memory or await store.load(key)
    if version is None:
        return now
    past = await store.past(key, now, PastOrder(back_to=version)) if version < now.version else ()
    return await offload(now.characters, lambda: earlier(now, past, version))


async def difference_of(
    store: MemoryStore,
    key: SessionKey,
    numbers: tuple[int, int | None],
    counter: TokenCounter,
    memory: WorkingMemory | None = None,
    *,
    sight: Sight | None = None,
) -> Difference:
    """Compare two versions of a session.

    Args:
        store: Where it lives.
        key: The session.
        numbers: Of the earlier and of the later version; None is the present.
        counter: Counts tokens.
        memory: The present, where it was read already.
        sight: For the status block of the views; None for the short line.

    Returns:
        What differs. Raises as `memory_at` and `difference` do.
    """
    now = memory or await store.load(key)
    before, after = [await memory_at(store, key, number, now) for number in numbers]
    return await offload(now.characters, lambda: difference(before, after, counter, sight))


async def history_of(
    store: MemoryStore,
    key: SessionKey,
    limit: int,
    before: int | None = None,
    memory: WorkingMemory | None = None,
) -> History:
    """Read what happened to a session.

    Args:
        store: Where it lives.
        key: The session.
        limit: Most versions to give.
        before: Only versions before this one; None begins with the newest.
        memory: The present, where it was read already.

    Returns:
        The versions, newest first.
    """
    now = memory or await store.load(key)
    newest = now if before is None or before > now.version else replace(now, version=max(before - 1, 0))
    past = await store.past(key, newest, PastOrder(versions=limit + 1))
    shown = past[:limit]
    return History(now, shown, len(past) > limit, reach(newest, shown))


async def events_of(
    store: MemoryStore,
    key: SessionKey,
    limit: int,
    begin: tuple[int, int] | None = None,
    memory: WorkingMemory | None = None,
) -> Happened:
    """Read what happened to a session, event by event, without a gap.

    Args:
        store: Where it lives.
        key: The session.
        limit: Most events to give.
        begin: Where to begin: the `next` of the stretch before. None begins with the oldest that is kept.
        memory: The present, where it was read already.

    Returns:
        The events.

    Raises:
        UnknownVersion: The event to begin with isn't kept any more, or the session never had it.
    """
    if begin is None:
        found = await store.events(key, limit=limit + 1)
        oldest = _oldest_whole(found)
    else:
        found = await store.events(key, (begin[0], max(begin[1] - 1, 0)), limit + 1)
        oldest = _oldest_whole(await store.events(key, limit=1))
        # It was there when it was named: when another one comes in its place, some are gone that nobody saw.
        if not found or _place(found[0]) != begin:
            if oldest is not None and begin[0] < oldest:
                raise UnknownVersion(
                    f"events before version {oldest} aren't kept, this was to go on with version {begin[0]}: begin "
                    f"with the oldest that is kept, or with the session as it is"
                )
            now = memory or await store.load(key)
            raise UnknownVersion(f"no event {begin[1]} of version {begin[0]}: the session has version {now.version}")
    return Happened(tuple(found[:limit]), _place(found[limit]) if len(found) > limit else None, oldest)


def _oldest_whole(events: Sequence[RecordedEvent]) -> int | None:
    """Tell which version is the oldest one whose events are all there: a store forgets event by event."""
    return events[0].version + (events[0].number > 1) if events else None


def _place(event: RecordedEvent) -> tuple[int, int]:
    return event.version, event.number
