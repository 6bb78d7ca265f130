"""A session that a client names holds its conversation once, whatever became of the places that led to it."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import openai
import pytest
from tests.service.integrations.openai_proxy.bench import MODEL, benched

from riffler.service.agent.progress import Answer, Rewriting
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.scripted import Reply
from riffler.service.integrations.openai_proxy.chain import links
from riffler.service.integrations.openai_proxy.recognising import Opened, Sessions
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.conversations import RedisConversations
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.engine import EngineRequest, Usage
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append
from riffler.tools.messages import Message, ToolCall, read_messages
from riffler.tools.tokens import EstimatedTokens

TALK: list[dict[str, Any]] = [
    {"role": "user", "content": "When does the harbour open?"},
    {"role": "assistant", "content": "At six."},
    {"role": "user", "content": "And when does it close?"},
    {"role": "assistant", "content": "At ten."},
    {"role": "user", "content": "Thanks."},
]
NAME = "pier"
NOTHING = Rewriting("", "none", {"none": 1.0}, "none", "", "")


class Served:
    """A tenant's sessions on a real store."""

    def __init__(self, connection: RedisConnection, places_s: float = 0.0) -> None:
        self.store, self.tenant = RedisMemoryStore(connection), f"named-{secrets.token_hex(8)}"
        self.sessions = Sessions(self.store, None, RedisConversations(connection, places_s))

    async def ask(self, said: list[dict[str, Any]], *, noted: bool) -> Opened:
        """Do with a request what a turn does: keep what is new, with a step inside, and note the answer or fail to."""
        chain = links(said, NAME)
        opened = await self.sessions.open(self.tenant, chain, NAME)
        new = read_messages(said[opened.first :])
        assert new
        memory = opened.memory
        memory = await self.store.commit(opened.key, memory, [append(memory, new, EstimatedTokens())], "app")
        remark = append(memory, [Message.assistant("a step")], EstimatedTokens(), "step")
        memory = await self.store.commit(opened.key, memory, [remark], "model")
        if noted:
            told = Answer(
                opened.key.session, "", "", NOTHING, (), capped=False, finish_reason="stop", conversation_tokens=0,
                seen_tokens=0, usage=Usage(0, 0), version=memory.version, life=memory.life,
                messages=len(memory.entries),
            )  # fmt: skip
            await self.sessions.note(opened, chain, {"role": "assistant", "content": "At six."}, told, named=NAME)
        return opened

    async def held(self, session: str) -> list[dict[str, Any]]:
        """Give what a client said in a session, as the session has it."""
        memory = await self.store.load(SessionKey(self.tenant, session))
        return [entry.message.to_dict() for entry in memory.entries if entry.origin == "app"]


async def test_a_conversation_that_was_never_noted_goes_on(memory_connection: RedisConnection) -> None:
    """Though no place is known, each request adds what is new, and the name stays."""
    served = Served(memory_connection)
    for count in (1, 3, 5):
        assert (await served.ask(TALK[:count], noted=False)).key.session == NAME
        assert await served.held(NAME) == TALK[:count]


async def test_places_that_end_before_their_session_are_not_missed(memory_connection: RedisConnection) -> None:
    """A session outlives its places where somebody looks at it: the conversation goes on in it all the same."""
    served = Served(memory_connection, places_s=0.02)
    for count in (1, 3, 5):
        assert (await served.ask(TALK[:count], noted=True)).key.session == NAME
        await asyncio.sleep(0.1)
    assert await served.held(NAME) == TALK


@pytest.mark.parametrize(
    ("said", "shared"),
    [
        (TALK[:3], 1),  # the same again: its last message is committed with the answer before it
        ([*TALK[:3], {"role": "assistant", "content": "Never."}, TALK[4]], 3),
        ([*TALK[:1], {"role": "assistant", "content": "Never."}, TALK[2]], 1),
    ],
    ids=["again", "edited late", "edited early"],
)
async def test_a_branch_of_what_was_never_noted_is_a_fork(
    memory_connection: RedisConnection, said: list[dict[str, Any]], shared: int
) -> None:
    """The fork begins as the session was when it held no more than what both say; the session keeps what it has."""
    served = Served(memory_connection)
    for count in (1, 3, 5):
        await served.ask(TALK[:count], noted=False)
    opened = await served.ask(said, noted=False)
    assert (opened.key.session != NAME, opened.first) == (True, shared)
    assert await served.held(opened.key.session) == said
    assert await served.held(NAME) == TALK


async def test_the_first_request_again_has_its_question_once(memory_connection: RedisConnection) -> None:
    """After a request that was cut off before its answer, the same one is asked with its question alone."""
    served = Served(memory_connection)
    await served.ask(TALK[:1], noted=False)
    opened = await served.ask(TALK[:1], noted=False)
    assert await served.held(opened.key.session) == TALK[:1]
    assert await served.held(NAME) == TALK[:1]


async def test_a_failed_turn_in_a_session_that_held_something_is_not_doubled(server_folder: Path) -> None:
    """The second inner call fails, after the question was kept: asked again, the model hears the question once."""
    held = [{"role": "user", "content": "The harbour is in Oslo."}]

    def model(request: EngineRequest) -> Reply:
        looks = request.messages[-1].role == "user"
        return ToolCall("call_o", "find_in_context", '{"queries": ["harbour"]}') if looks else "At six."

    async with benched(server_folder, model, faults=[None, Fault("status")], rewriting=False) as bench:
        await bench.http.post("/api/v1/sessions", json={"session": NAME, "messages": held})
        named = {"X-Riffler-Session": NAME}
        with pytest.raises(openai.InternalServerError):
            await bench.ask(TALK[:1], extra_headers=named)
        answer = await bench.ask(TALK[:1], extra_headers=named)
        assert answer.parse().choices[0].message.content == "At six."
        assert bench.bodies[-1]["model"] == MODEL
        heard = [message["content"] for message in bench.bodies[-1]["messages"] if message["role"] == "user"]
        assert heard == [held[0]["content"], TALK[0]["content"]]
