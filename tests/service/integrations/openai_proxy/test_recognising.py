"""Recognition held to what it promises, whatever clients do, on a real store."""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.service.agent.progress import Answer, Rewriting
from riffler.service.integrations.openai_proxy.chain import links
from riffler.service.integrations.openai_proxy.recognising import Opened, Sessions
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.conversations import RedisConversations
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.engine import Usage
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append
from riffler.tools.messages import Message, read_messages
from riffler.tools.tokens import EstimatedTokens

STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "extend", "extend", "edit", "repeat"]), st.integers(0, 9), st.booleans()),
    min_size=1,
    max_size=12,
)
NOTHING = Rewriting("", "none", {"none": 1.0}, "none", "", "")


@dataclass
class Talk:
    """A conversation as its client has it, and the session that it was in last."""

    said: list[dict[str, Any]]
    session: str

    @property
    def question(self) -> list[dict[str, Any]]:
        """What was said up to the last answer."""
        return self.said[:-1]


async def served(
    store: RedisMemoryStore, sessions: Sessions, tenant: str, said: list[Any], step: tuple[int, bool]
) -> Talk:
    """Do with a request what a turn does: keep what is new, maybe with a step inside, and note the answer."""
    number, inside = step
    chain = links(said)
    opened: Opened = await sessions.open(tenant, chain, "")
    memory = opened.memory
    new = read_messages(said[opened.first :])
    assert new
    memory = await store.commit(opened.key, memory, [append(memory, new, EstimatedTokens())], "app")
    assert [each.message.to_dict() for each in memory.entries if each.origin == "app"] == said
    if inside:
        remark = append(memory, [Message.assistant("a step")], EstimatedTokens(), "step")
        memory = await store.commit(opened.key, memory, [remark], "model")
    answer = {"role": "assistant", "content": f"answer {number % 2}"}
    told = Answer(
        opened.key.session, "", "", NOTHING, (), capped=False, finish_reason="stop", conversation_tokens=0,
        seen_tokens=0, usage=Usage(0, 0), version=memory.version, life=memory.life, messages=len(memory.entries),
    )  # fmt: skip
    await sessions.note(opened, chain, answer, told, named="")
    return Talk([*said, answer], opened.key.session)


async def played(folder: Path, steps: list[tuple[str, int, bool]]) -> None:
    """Play what clients do, and look at each session on the way."""
    connection = RedisConnection(embedded=EmbeddedServer(folder))
    store, tenant = RedisMemoryStore(connection), secrets.token_hex(8)
    sessions = Sessions(store, None, RedisConversations(connection))
    talks: list[Talk] = []
    for number, (kind, which, inside) in enumerate(steps):
        talk = talks[which % len(talks)] if talks else None
        question = {"role": "user", "content": f"question {number % 3}"}
        if talk is None or kind == "begin":
            said = [question]
        elif kind == "extend":
            said = [*talk.said, question]
        elif kind == "edit":
            said = [*talk.question, {"role": "assistant", "content": "edited"}, question]
        else:
            said = talk.question
        alike = [each for each in talks if each.said == said[:-1]]
        went_on = any(each.said[: len(said) - 1] == said[:-1] and len(each.said) > len(said) - 1 for each in talks)
        now = await served(store, sessions, tenant, said, (number, inside))
        if kind == "extend" and talk is not None and len(alike) == 1 and not went_on:
            assert now.session == talk.session
        if talk is not None and kind in {"edit", "repeat"}:
            assert now.session != talk.session
        talks.append(now)
    for talk in talks:  # nobody's branch got into another one's session
        memory = await store.load(SessionKey(tenant, talk.session))
        held = [each.message.to_dict() for each in memory.entries if each.origin == "app"]
        assert any(each.question == held for each in talks)
    await connection.aclose()


@settings(max_examples=40)
@given(STEPS)
def test_a_session_holds_what_one_client_says(server_folder: Path, steps: list[tuple[str, int, bool]]) -> None:
    """Whatever is extended, edited, branched or repeated, also where conversations say the same in part.

    A session's messages are, after each request, exactly those of the request, with inner steps between them. Who goes
    on with an answer that nobody else has, and that nobody went on with, stays in his session.
    """
    asyncio.run(played(server_folder, steps))
