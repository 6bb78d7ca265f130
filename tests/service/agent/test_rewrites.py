"""Rewrites alone under a name: one decision with one answer, however often and however close together it is asked."""

import asyncio
import secrets
from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest

from riffler.bandits.pipeline import load_pipeline
from riffler.bandits.policies.base import Choice
from riffler.bandits.posterior import Posterior, Vector
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.progress import Rewriting
from riffler.service.agent.rewriter import Rewriter
from riffler.service.agent.rewrites import rewrite_alone
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.policy import PolicyName

QUERY = "Could you say whether the blue boat has left the harbour?"
AT_ONCE = 6


class InTurn:
    """A policy that draws one arm after the other, so that each of several draws is another one."""

    name, version = "in turn", "1"

    def __init__(self) -> None:
        self._draws = count()

    def choose(self, posterior: Posterior, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw the next arm."""
        return Choice(allowed[next(self._draws) % len(allowed)], dict.fromkeys(allowed, 1 / len(allowed)))


class Together(RedisPolicyStore):
    """A store whose readers of the posterior wait for each other, so that none has logged when the last one draws."""

    readers = asyncio.Barrier(1)

    async def posterior(self, name: PolicyName) -> Posterior:
        """See the port."""
        posterior = await super().posterior(name)
        await self.readers.wait()
        return posterior


class Paraphraser:
    """A model that words each thing anew, each time otherwise."""

    def __init__(self) -> None:
        self._openings = count()

    def __call__(self, _request: EngineRequest) -> str:
        """Answer."""
        opening = ("Please say", "Can you tell", "Would you tell")[next(self._openings) % 3]
        return QUERY.replace("Could you say", opening)


@pytest.fixture
def store(memory_connection: RedisConnection) -> Together:
    """A store on the server that all tests share."""
    return Together(memory_connection)


@pytest.fixture
def rewriter(store: Together) -> Rewriter:
    """A rewriter with that policy and that model."""
    engine = ScriptedEngine(Paraphraser())
    return Rewriter(load_pipeline(None), InTurn(), store, engine, np.random.default_rng(1))


@pytest.fixture
def tenant() -> str:
    """A tenant of one test."""
    return f"tenant-{secrets.token_hex(8)}"


async def rewrite(rewriter: Rewriter, tenant: str, name: str = "mine") -> tuple[Rewriting, str]:
    """Rewrite under a name."""
    request = NamedRequest(name, "fingerprint")
    return await rewrite_alone(rewriter, ScriptedEngine(Paraphraser()).counter, tenant, QUERY, request)


async def test_requests_of_one_name_at_once_are_one_decision(store: Together, rewriter: Rewriter, tenant: str) -> None:
    """When all of them have drawn before one is logged, each says the arm and propensities that the log has."""
    store.readers = asyncio.Barrier(AT_ONCE)
    said = await asyncio.gather(*(rewrite(rewriter, tenant) for _ in range(AT_ONCE)))
    (logged,) = await store.log(rewriter.policy_name(tenant))
    for rewriting, _ in said:
        assert (rewriting.decision, rewriting.arm) == (logged.decision.id, logged.decision.arm)
        assert rewriting.propensities == logged.decision.propensities
