"""A policy's log, line by line, as it was when its end was reached: nothing of it is kept in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from riffler.errors import LogReplaced
from riffler.service.agent.watch.log_file import write_end, write_header, write_row
from riffler.service.agent.watch.selecting import pages
from riffler.service.ports.decisions import KnownPolicy, News, PolicyName, Read
from riffler.service.ports.policy import PolicyStore

_AT_ONCE: Final = 500


async def exported(store: PolicyStore, known: KnownPolicy) -> AsyncIterator[str]:
    """Export a log.

    Args:
        store: Where decisions live.
        known: Whose log.

    Yields:
        Lines without their ends: see `log_file`. A decision that is rewarded while the export runs is open in it.
    """
    yield write_header(known.name, known.key)
    read, written = Read(), 0
    while True:
        news = await _news(store, known.name, read)
        read = news.read
        # News have no parts and costs. What was deleted meanwhile isn't among these any more.
        for row in await store.some(known.name, [row.decision.id for row in news.rows]):
            yield write_row(row)
            written += 1
        if news.ended:
            break
    async for rows in pages(store, known.name):
        for row in rows:
            if not 0 < row.order <= read.rewards:
                yield write_row(row, as_open=row.state == "rewarded")
                written += 1
    yield write_end(written)


async def _news(store: PolicyStore, name: PolicyName, read: Read) -> News:
    """Read on. What changed of the rewards that were written already is as it was: nobody can unwrite them."""
    while True:
        news = await store.news(name, read, _AT_ONCE)
        if news.changed is None:
            return news
        if not news.read.changes:
            raise LogReplaced("the log of decisions was replaced while it was exported: export it again")
        read = replace(read, changes=news.read.changes, last_change=news.read.last_change)
