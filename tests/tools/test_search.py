"""Search: order, cap, what is shown around a match, and whose messages."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.events import MessagesAppended
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs, Outcome

INPUTS = Inputs(EstimatedTokens())


def memory_of(*messages: Message) -> WorkingMemory:
    """Make a session of these messages."""
    return WorkingMemory().commit([MessagesAppended(0, messages)])


def search(memory: WorkingMemory, **arguments: Any) -> Outcome:
    """Search a session."""
    return Registry().call(memory, "search_context", json.dumps(arguments), INPUTS)


@given(st.integers(0, 60), st.integers(1, 50))
def test_the_newest_come_first_up_to_the_cap(count: int, cap: int) -> None:
    """The head tells all matches, the lines show the newest of them in falling order, each with an id of its own."""
    memory = memory_of(*(Message.user(f"key: {number};") for number in range(count)))
    head, *lines = search(memory, query="key", max_results=cap).reply.splitlines()
    matches = "1 match" if count == 1 else f"{count} matches"
    assert head == f'{matches} for "key"' + (f", showing the newest {cap}" if count > cap else "")
    assert [line.split("»: ")[1] for line in lines] == [f"{n};" for n in reversed(range(max(0, count - cap), count))]
    assert [line[:8] for line in lines] == [f"[s{n:05x}]" for n in range(1, min(count, cap) + 1)]


def test_ids_go_on_and_detail_shows_more() -> None:
    """A second search has new ids; detail shows half of the wanted characters on either side, and no more."""
    memory = memory_of(Message.user("a" * 500 + "\nNEEDLE\r\n" + "b" * 500))
    first = search(memory, query="NEEDLE", context_size=50)
    assert first.reply.endswith(f"visible: ...{'a' * 24}⏎«NEEDLE»⏎{'b' * 23}...")
    memory = memory.commit(first.events)
    memory = memory.commit(search(memory, query="NEEDLE").events)
    assert list(memory.hits) == ["s00001", "s00002"]
    detail = Registry().call(memory, "get_search_detail", '{"search_id": "s00002", "extended_context": 100}', INPUTS)
    assert detail.events == ()
    assert detail.reply.split(":\n")[1] == f"{'a' * 49}\nNEEDLE\r\n{'b' * 48}"


def test_roles_and_steps() -> None:
    """`user` is the default, `all` takes every message of the conversation, and inner steps are never looked at."""
    memory = memory_of(*(Message.of({"role": role, "content": "key"}) for role in ("system", "user", "assistant")))
    step = (Message.assistant("key", [ToolCall("c", "f", "{}")]), Message.tool("c", "key"))
    memory = memory.commit([MessagesAppended(3, step, "step")])
    assert search(memory, query="key").reply.startswith('1 match for "key"\n[s00001] message 2 (user), visible: ')
    assert "message 3 (assistant)" in search(memory, query="key", role="assistant").reply
    assert search(memory, query="key", role="all").reply.startswith("3 matches")
    assert search(memory, query="KEY", role="all").reply == '0 matches for "KEY"'


def test_a_search_s_cost_is_that_of_the_text() -> None:
    """A text of one letter and a query of a quarter of it: places that don't overlap, and a reply of some lines."""
    memory = memory_of(Message.user("a" * 400_000))
    for query, total in (("a" * 100_000, 4), ("a", 400_000)):
        arguments = json.dumps({"query": query, "max_results": 3})
        reply = Registry().call(memory, "search_context", arguments, Inputs(EstimatedTokens())).reply
        assert reply.startswith(f'{total} matches for "a')
        assert len(reply) < 10_000
