"""Edits of a session of a million tokens, each beside its raw cost in the same run.

    python benchmarks/session_1m.py

A session of 2,000 messages of 2 KB, each cut in two fragments, of which 95% are folded.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import Figure, figure, main, times_ms

from riffler.service.agent.edits import Edits
from riffler.service.inference.reader import ReaderEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.keys import session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.events import FragmentsFolded
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.view import view

MESSAGES, WORDS = 2000, 350
KEY = SessionKey("benchmark", "session")
RARE = "zyzzyva"


async def large_session(store: RedisMemoryStore, engine: ReaderEngine, key: SessionKey = KEY) -> WorkingMemory:
    """Make the session; its words are drawn at random, seeded."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(5000)]
    texts = [" ".join(rng.choices(words, k=WORDS)) for _ in range(MESSAGES)]
    texts[MESSAGES // 2] += f" {RARE}"
    memory = await store.create(key)
    messages = [Message.user(text) for text in (*texts, "What is it?")]
    memory = await store.commit(key, memory, [append(memory, messages, engine.counter)], "app")
    spans = [(Span(index, 0, 0, len(text)), 2) for index, text in enumerate(texts)]
    memory = await store.commit(key, memory, [cut(memory, spans, engine.counter)], "riffler")
    hidden = tuple(id_ for id_ in memory.fragments if rng.random() < 0.95)
    return await store.commit(key, memory, [FragmentsFolded(hidden)], "riffler")


async def run(options: argparse.Namespace) -> list[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        connection = RedisConnection(embedded=EmbeddedServer(Path(folder) / "data"))
        try:
            return await _figures(connection, options.repeats)
        finally:
            await connection.aclose()


async def _figures(connection: RedisConnection, repeats: int) -> list[Figure]:
    engine, store = ReaderEngine(), RedisMemoryStore(connection)
    cold = RedisMemoryStore(connection, cache_characters=0)
    memory = await large_session(store, engine)
    edits, cold_edits = Edits(store, engine, Registry()), Edits(cold, engine, Registry())
    hidden = [id_ for id_, fragment in memory.fragments.items() if fragment.hidden]
    folded = iter(hidden)
    texts = [text for message in memory.messages for text in message.texts]
    originals = session_keys(KEY)[1]

    async def fold_or_restore(tool: str, ids: Iterator[str]) -> None:
        await edits.call(KEY, tool, json.dumps({"fragment_id": next(ids)}))

    async def small_write() -> None:  # what a fold writes: a hash field, a stream entry, a version
        await connection.run(
            lambda client: client.eval(
                "redis.call('HSET', KEYS[1], 'a', ARGV[1]) redis.call('XADD', KEYS[2], '*', 'event', ARGV[1])",
                2, "{b}1", "{b}2", "x" * 150,
            )
        )  # fmt: skip

    async def read_and_scan() -> int:
        rows: list[str] = await connection.run(lambda client: client.lrange(originals, 0, -1))
        return sum(row.count(RARE) for row in rows)

    def fresh_view() -> None:
        memory.rendered.clear()
        view(memory)

    def joined() -> str:
        return "".join(memory.text(fragment.span) for fragment in memory.fragments.values() if not fragment.hidden)

    async def fold_and_view() -> None:
        await fold_or_restore("restore_fragment", folded)
        view(await store.load(KEY))

    search = json.dumps({"query": RARE})
    write = await times_ms(small_write, repeats)
    restored = iter(hidden)
    return [
        figure("restore one fragment", await times_ms(lambda: fold_or_restore("restore_fragment", folded), repeats),
               "a script that writes as much", write),
        figure("fold one fragment", await times_ms(lambda: fold_or_restore("fold_fragment", restored), repeats),
               "a script that writes as much", write),
        figure("view, the first of a process", await times_ms(fresh_view, repeats), "JSON of all visible text",
               await times_ms(lambda: json.dumps([message.to_dict() for message in memory.messages]), repeats)),
        figure("view, again", await times_ms(lambda: view(memory), repeats), "joining the visible text",
               await times_ms(joined, repeats)),
        figure("restore one, then view", await times_ms(fold_and_view, repeats)),
        figure("exact search, cold", await times_ms(lambda: cold_edits.call(KEY, "search_context", search), repeats),
               "LRANGE, and a scan", await times_ms(read_and_scan, repeats)),
        figure("exact search, warm", await times_ms(lambda: edits.call(KEY, "search_context", search), repeats),
               "a scan", await times_ms(lambda: sum(text.count(RARE) for text in texts), repeats)),
        figure("load, warm", await times_ms(lambda: store.load(KEY), repeats), "a ping",
               await times_ms(store.ping, repeats)),
    ]  # fmt: skip


if __name__ == "__main__":
    main(run, __doc__ or "", repeats=30)
