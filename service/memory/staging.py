"""A session made of what another one was, all or none: it is put together where nobody sees it, then gets its name.

One script can't take all of a large one: Redis refuses a command of a million arguments, and answers nobody else
meanwhile. And Redis takes nothing back when a script fails midway. So batches go to keys of their own, and the last
script does nothing but check, rename and write the state. What a client that died left there ends by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, Final

from riffler.errors import MemoryFailed, MemoryUnavailable, SessionExists
from riffler.service.memory.stored import StoredSession
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import session_keys, staged_keys
from riffler.service.ports.memory import SessionKey

_MOST: Final = 1000
_MOST_CHARACTERS: Final = 1_000_000
"""Of a batch, which has one entry at least: some milliseconds of the server's time."""
_KEPT_MS: Final = 600_000
"""What is put together is kept so long after its last batch."""


async def make(connection: ScriptRunner, key: SessionKey, stored: StoredSession, ttl_ms: int) -> None:
    """Make a session.

    Args:
        connection: Where the server is.
        key: Its name.
        stored: What it holds; it can be read.
        ttl_ms: How long it is kept unused, in milliseconds; 0 is for ever.

    Raises:
        SessionExists: There is one of this name.
        MemoryUnavailable: The server lost what was put together; nothing was made.
    """
    born, life = secrets.token_hex(8), secrets.token_hex(4)
    staged = staged_keys(key, born)
    parts: list[list[tuple[str, ...]]] = [
        [(text,) for text in stored.messages],
        [*stored.fragments],
        [*stored.hits],
        [(id_, str(len(fields)), *fields) for id_, fields in stored.events],
    ]
    ends = [str(stored.version), str(stored.base), stored.rest, life, born, str(ttl_ms), *(str(len(p)) for p in parts)]
    try:
        for number, entries in enumerate(parts, 1):
            done = 0
            for batch in _batches(entries):
                arguments = [str(number), str(done), str(_KEPT_MS), str(len(batch)), *chain.from_iterable(batch)]
                _require(key, await connection.script(__package__, "lua/stage.lua", staged, arguments))
                done += len(batch)
        _require(key, await connection.script(__package__, "lua/import.lua", [*session_keys(key), *staged], ends))
    except BaseException:
        with suppress(MemoryFailed):  # it ends by itself
            await connection.run(lambda client: client.unlink(*staged))
        raise


def _require(key: SessionKey, said: Any) -> None:  # noqa: ANN401 - a script's reply
    if said == "exists":
        raise SessionExists(f"session {key.session!r} exists already")
    if said != "ok":
        raise MemoryUnavailable(
            f"session {key.session!r}: the store lost a part of it as it was made: nothing was made"
        )


def _batches(entries: Sequence[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    batch: list[tuple[str, ...]] = []
    characters = 0
    for entry in entries:
        size = sum(map(len, entry))
        if batch and (len(batch) == _MOST or characters + size > _MOST_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(entry)
        characters += size
    if batch:
        yield batch
