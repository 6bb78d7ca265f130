"""Deleting a session takes its decisions along, and what they taught, but none of another session of its name."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from riffler.bandits.given import Given
from riffler.errors import (
    EngineUnavailable,
    InvalidInput,
    MemoryUnavailable,
    OverBudget,
    RifflerError,
    UnknownDecision,
    UnknownSession,
)
from riffler.service.agent.edits import Edits
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.turns import asked
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import read_settings
from riffler.tools.registry import Registry

DELETION = NamedRequest("k1", "f" * 8)


@pytest.fixture
async def riffler(server_folder: Path) -> AsyncIterator[Riffler]:
    """A Riffler with a scripted model, attached to the server that all tests share."""
    engine = ScriptedEngine(lambda _: "At six.")
    async with Riffler(read_settings(data_folder=server_folder), engine=engine, seed=1) as made:
        yield made


async def rewarded(riffler: Riffler, session: str | None = None) -> tuple[SessionKey, str]:
    """Ask a question and reward the answer; give the session and the decision."""
    answer = await riffler.ask("When does it open?", session=session)
    assert await riffler.reward(answer.rewriting.decision, 0.9)
    return SessionKey(riffler.tenant, answer.session), answer.rewriting.decision


async def test_a_session_s_decisions_go_with_it(riffler: Riffler) -> None:
    """After a deletion its decisions are unknown, those of others are as they were."""
    key, gone = await rewarded(riffler)
    _, stays = await rewarded(riffler)
    await riffler.edits.delete(key)
    with pytest.raises(UnknownDecision):
        await riffler.decisions.decision(riffler.tenant, gone)
    assert (await riffler.decisions.decision(riffler.tenant, stays)).reward == 0.9


async def test_a_deletion_made_again_leaves_a_new_session_alone(riffler: Riffler) -> None:
    """A client that repeats its deletion takes nothing of a session that was made since under the same name."""
    key, gone = await rewarded(riffler)
    await riffler.edits.delete(key, None, DELETION)
    await riffler.edits.create(riffler.tenant, key.session)
    _, stays = await rewarded(riffler, key.session)
    await riffler.edits.delete(key, None, DELETION)
    assert (await riffler.decisions.decision(riffler.tenant, stays)).reward == 0.9
    with pytest.raises(UnknownDecision):
        await riffler.decisions.decision(riffler.tenant, gone)


class Failing(RedisPolicyStore):
    """A store that is away when decisions are to be deleted."""

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """See the port."""
        raise MemoryUnavailable("away")


async def test_a_deletion_that_was_cut_off_can_be_finished(
    riffler: Riffler, memory_connection: RedisConnection, memory_store: RedisMemoryStore
) -> None:
    """When the store goes away between session and decisions, deleting once more deletes the rest, named or not."""
    for request in (DELETION, None):
        key, gone = await rewarded(riffler)
        cut_off = Edits(memory_store, riffler.engine, Registry(), decisions=Failing(memory_connection))
        with pytest.raises(MemoryUnavailable):
            await cut_off.delete(key, None, request)
        assert await riffler.decisions.reward(riffler.tenant, gone, Given(0.5), correct=True)
        if request is None:
            with pytest.raises(UnknownSession):
                await riffler.edits.delete(key)
        else:
            await riffler.edits.delete(key, None, request)
        with pytest.raises(UnknownDecision):
            await riffler.decisions.decision(riffler.tenant, gone)


@pytest.mark.parametrize(
    ("failure", "named"),
    [
        (EngineUnavailable("away"), None),
        (InvalidInput("no"), None),
        (InvalidInput("no"), DELETION),
        (OverBudget("too long"), DELETION),
    ],
)
async def test_a_question_s_own_session_takes_its_decision_along(
    server_folder: Path, failure: RifflerError, named: NamedRequest | None
) -> None:
    """A session that a question made and that goes again, as its turn failed, leaves no decision behind."""
    tenant, logged = f"t{secrets.token_hex(8)}", list[int]()

    async def decisions() -> int:
        assert made.rewriter is not None
        return len(await made.decisions.log(made.rewriter.policy_name(tenant)))

    async def fail(_: EngineRequest) -> Reply:
        logged.append(await decisions())
        raise failure

    async with Riffler(read_settings(data_folder=server_folder), tenant, ScriptedEngine(fail), seed=1) as made:
        with pytest.raises(type(failure)):
            async for _ in made.turns.stream(tenant, asked("When does it open?"), request=named):
                pass
        assert logged == [1]
        assert await decisions() == 0
        assert not (await made.sessions.sessions(tenant)).sessions
