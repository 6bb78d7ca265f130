"""A session as it was, and what happened to it: read from the store, worked out by the pure tools."""

from __future__ import annotations

from dataclasses import dataclass, replace

from riffler.service.agent.offload import offload
from riffler.service.ports.memory import MemoryStore, SessionKey
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
