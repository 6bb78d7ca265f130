"""Sessions that the stores' tests begin with, and a way to wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import Receipt, SessionKey
from riffler.tools.events import FragmentsFolded, MessagesAppended, TextCut, TextSearched
from riffler.tools.fragments import Fragment, SearchHit, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message


def said(memory: WorkingMemory, text: str) -> MessagesAppended:
    """A user's message at the end of a conversation."""
    return MessagesAppended(len(memory.entries), (Message.user(text),))


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 10.0) -> None:
    """Wait for a condition, at most so long."""
    deadline = time.monotonic() + within_s
    while not await condition():
        assert time.monotonic() < deadline, f"the condition didn't hold within {within_s} s"
        await asyncio.sleep(0.01)


async def rich(store: RedisMemoryStore, key: SessionKey) -> WorkingMemory:
    """Make a session that has a value under each of its keys but the lease's."""
    memory = await store.create(key)
    memory = await store.commit(key, memory, [said(memory, "The harbour is deep.")], "app")
    cut = TextCut((Fragment("f00001", Span(0, 0, 4, 11), 1, memory.version + 1),))
    memory = await store.commit(key, memory, [cut, FragmentsFolded(("f00001",))], "model")
    found = TextSearched("deep", (SearchHit("s00001", Span(0, 0, 15, 19)),))
    return await store.commit(key, memory, [found], "model", receipt=Receipt("search", "f", True, "{}"))
