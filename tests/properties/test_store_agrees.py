"""A session in Redis is the pure working memory: whatever happens, `load` gives what `WorkingMemory.commit` gave."""

import asyncio
import json
import secrets
from itertools import groupby
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riffler.errors import OverBudget, ToolRefused
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append, fit
from riffler.tools.events import Event, QueryRewritten
from riffler.tools.history import PastOrder, earlier
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs

COUNTER = EstimatedTokens()
TOOLS = Registry()

look_alikes = st.sampled_from(["[[status", "[[f00001", "[[2:f00001"])
words = look_alikes | st.text(alphabet=st.sampled_from("ab {}.\n⟦⟧港é\U0001f6a2?"), min_size=1, max_size=30)
texts = st.builds(
    lambda head, body, times: f"{head}\n\n{(body + ' harbour. ') * times}", words, words, st.integers(1, 60)
)
numbers = st.integers(0, 9)
happenings = st.one_of(
    st.tuples(st.just("append"), texts, numbers),
    st.tuples(st.just("cut"), words, numbers),
    st.tuples(st.sampled_from(["fold_fragment", "restore_fragment", "summarize_fragment"]), words, numbers),
    st.tuples(st.sampled_from(["fold_fragment", "summarize_fragment"]), words, numbers),
    st.tuples(st.just("search"), st.sampled_from(["harbour", "a", "{", "港"]), numbers),
    st.tuples(st.just("rewrite"), words, numbers),
    st.tuples(st.just("fit"), words, numbers),
)


def happen(memory: WorkingMemory, kind: str, text: str, number: int) -> tuple[Event, ...]:
    """Work out the events of a happening; none when a tool refuses it."""
    if kind == "append":
        message = (Message.user, Message.assistant)[number % 2](text)
        return (append(memory, [message], COUNTER),)
    if kind == "rewrite":
        return (QueryRewritten(memory.asking.span, text, f"d{number}"),) if memory.asking else ()
    try:
        if kind == "fit":
            return fit(memory, 60 + 20 * number, COUNTER)
        name, arguments = called(memory, kind, text, number)
        return TOOLS.call(memory, name, json.dumps(arguments), Inputs(COUNTER, summary=text[:8])).events
    except (ToolRefused, OverBudget):
        return ()


def called(memory: WorkingMemory, kind: str, text: str, number: int) -> tuple[str, dict[str, Any]]:
    """Choose a tool and arguments that often fit the memory."""
    if kind == "search":
        return "search_context", {"query": text, "role": "all", "max_results": 1 + number}
    if kind == "cut":
        chosen = memory.messages[number % len(memory.messages)].text if memory.messages else "nothing"
        return "fragment_context", {
            "start_marker": chosen,
            "end_marker": chosen,
            "num_fragments": 1 + number,
            "role": "all",
        }
    ids = list(memory.fragments) or ["f00001"]
    focus = {"focus": text} if kind == "summarize_fragment" else {}
    return kind, {"fragment_id": ids[number % len(ids)], **focus}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        lambda text, rest: [("append", text, 1), ("cut", "a", 0), *rest], texts, st.lists(happenings, max_size=30)
    ),
    st.integers(1, 3),
)
def test_the_store_agrees_with_the_pure_memory(
    server_folder: Path, happened: list[tuple[str, str, int]], group: int
) -> None:
    """After each commit `load` equals the pure memory; in the end the replayed history does, and leads back to each."""

    async def play() -> None:
        store = RedisMemoryStore(RedisConnection(embedded=EmbeddedServer(server_folder)))
        key = SessionKey(secrets.token_hex(8), "s")
        memory = await store.create(key)
        were = [memory]
        for start in range(0, len(happened), group):
            events: list[Event] = []
            for kind, text, number in happened[start : start + group]:
                so_far = memory.commit(events) if events else memory
                events += happen(so_far, kind, text, number)
            if events:
                expected = memory.commit(events)
                assert await store.commit(key, memory, events, "app") == expected
                memory = await store.load(key)
                were.append(memory)
                assert memory == expected
                assert list(memory.fragments) == list(expected.fragments)
                assert list(memory.hits) == list(expected.hits)
        replayed = WorkingMemory()
        for _, records in groupby(await store.events(key), key=lambda record: record.version):
            replayed = replayed.commit([record.event for record in records])
        assert replayed == memory
        past = await store.past(key, memory, PastOrder(back_to=0))
        assert [earlier(memory, past, number) for number in range(len(were))] == were
        await store.aclose()

    asyncio.run(play())
