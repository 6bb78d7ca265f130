"""A tenant's list of sessions in Redis: a sorted set of names by the time that they were made.

On a cluster it lives apart from the sessions, so no script changes both. It may name sessions that are gone: those
whose time to live ended, or whose making or deletion was cut off. Whoever walks over such names takes them off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.keys import session_index, session_keys
from riffler.service.ports.memory import Listing, SessionKey, SessionSummary

_STEP = 500
"""Fewest names to look at together, once some were gone."""
_MOST_NAMES = 5000
"""About how many names one walk looks at, however few sessions it finds: half a second's work."""


async def enter(connection: RedisConnection, key: SessionKey, *, anew: bool, most: int = 0) -> bool:
    """Put a session on its tenant's list. To be called before it is made and when it was.

    Before, so that no session is left that isn't listed, where the server goes away or hangs in between; then again,
    because who walked over the name meanwhile took it off.

    Args:
        connection: Where the server is.
        key: The session.
        anew: Whether it was made just now; else its name keeps the time that it may stand there with.
        most: Most names on the list; 0 is no limit.

    Returns:
        Whether it stands there: not where there was no room.
    """
    arguments = [key.session, "" if anew else "NX", str(most)]
    return bool(await connection.script(__package__, "lua/list.lua", [session_index(key.tenant)], arguments))


async def forget(connection: RedisConnection, key: SessionKey) -> None:
    """Take a session off its tenant's list, if it is gone.

    Args:
        connection: Where the server is.
        key: The session.
    """
    index = session_index(key.tenant)
    # The time first: a session that is made under this name from here on stands there with another one.
    created_us: Any = await connection.run(lambda client: client.zscore(index, key.session))
    if created_us is not None:
        await existing(connection, key.tenant, [(key.session, int(created_us))])


async def walk(connection: RedisConnection, tenant: str, before: tuple[int, str] | None, limit: int) -> Listing:
    """Read a stretch of a tenant's list, see `MemoryStore.sessions`.

    Args:
        connection: Where the server is.
        tenant: Whose list.
        before: Time and name after which the stretch begins; None begins at the newest.
        limit: Most sessions to give.

    Returns:
        The sessions that exist.
    """
    found: list[SessionSummary] = []
    looked, step = 0, limit + 1  # one more, to know whether it is the end
    while True:
        listed = await _listed(connection, tenant, before, step)
        found += await existing(connection, tenant, listed)
        looked += len(listed)
        if len(found) > limit:
            last = found[limit - 1]
            return Listing(found[:limit], (last.created_us, last.session))
        if len(listed) < step:
            return Listing(found, None)
        session, created_us = listed[-1]
        before = (created_us, session)
        if looked >= _MOST_NAMES:
            return Listing(found, before)
        step = max(step, _STEP)


async def _listed(
    connection: RedisConnection, tenant: str, before: tuple[int, str] | None, limit: int
) -> list[tuple[str, int]]:
    """Give names on the list with their times, newest first, at most so many; those of one moment by name."""
    index, top = session_index(tenant), "+inf" if before is None else str(before[0])
    offset, listed = 0, list[tuple[str, int]]()
    while len(listed) < limit:
        rows: Any = await connection.run(
            lambda client, at=offset: client.zrevrangebyscore(  # type: ignore[misc]
                index, top, "-inf", start=at, num=limit, withscores=True
            )
        )
        listed += [(name, int(score)) for name, score in rows if before is None or (int(score), name) < before]
        if len(rows) < limit:
            break
        offset += limit
    return listed[:limit]


async def existing(connection: RedisConnection, tenant: str, listed: Sequence[tuple[str, int]]) -> list[SessionSummary]:
    """Look which sessions exist, and take names off the list that are gone.

    Args:
        connection: Where the server is.
        tenant: Whose list.
        listed: Names on it, with their times.

    Returns:
        Those that exist.
    """
    if not listed:
        return []
    states = [session_keys(SessionKey(tenant, name))[:2] for name, _ in listed]

    async def read(client: Any) -> Any:  # noqa: ANN401 - redis-py's client
        pipe = client.pipeline(transaction=False)
        for state, messages in states:
            pipe.hget(state, "version")
            pipe.llen(messages)
        return await pipe.execute()

    replies = await connection.run(read)
    found: list[SessionSummary] = []
    gone: list[tuple[str, int]] = []
    for (name, created_us), version, messages in zip(listed, replies[::2], replies[1::2], strict=True):
        if version is not None:
            found.append(SessionSummary(name, int(version), messages, created_us))
        else:
            gone.append((name, created_us))
    if gone:
        arguments = [*(name for name, _ in gone), *(str(created_us) for _, created_us in gone)]
        await connection.script(__package__, "lua/unlist.lua", [session_index(tenant)], arguments)
    return found
