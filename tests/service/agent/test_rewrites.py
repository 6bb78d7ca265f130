"""Rewrites alone under a name: one decision with one answer, however often and however close together it is asked."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from riffler.bandits.arms import arms_version
from riffler.bandits.checks import Vector
from riffler.bandits.decision import Decision
from riffler.bandits.given import Given
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline
from riffler.bandits.policies.base import Choice, Rewarded
from riffler.bandits.policies.fixed import Fixed
from riffler.errors import InvalidSetting, RequestKeyReused
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.progress import Rewriting
from riffler.service.agent.rewriter import Rewriter, RewritesBy
from riffler.service.agent.rewrites import rewrite_alone
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.keys import request_key

QUERY = "Could you say whether the blue boat has left the harbour?"
AT_ONCE = 6


class InTurn:
    """A policy that draws one arm after the other, so that each of several draws is another one."""

    name, version = "in turn", "1"

    def __init__(self) -> None:
        self._draws = count()

    def start(self, dimension: int) -> int:
        """Know nothing."""
        return dimension

    def learn(self, state: int, row: Rewarded) -> int:
        """Learn nothing."""
        return state

    def choose(self, state: int, x: Vector, allowed: Sequence[str], rng: np.random.Generator) -> Choice:
        """Draw the next arm."""
        return Choice(allowed[next(self._draws) % len(allowed)], dict.fromkeys(allowed, 1 / len(allowed)))


class Together(RedisPolicyStore):
    """A store whose writers wait for each other, so that none has logged when the last one draws."""

    writers = asyncio.Barrier(1)

    async def record(self, name: PolicyName, decision: Decision, life: str = "") -> Decision:
        """See the port."""
        await self.writers.wait()
        return await super().record(name, decision, life)


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
    return Rewriter(load_pipeline("blank"), InTurn(), store, engine, np.random.default_rng(1))


async def rewrite(rewriter: Rewriter, tenant: str, name: str = "mine", query: str = QUERY) -> tuple[Rewriting, str]:
    """Rewrite under a name."""
    counter = ScriptedEngine(Paraphraser()).counter
    return await rewrite_alone(rewriter, counter, tenant, query, NamedRequest(name, query))


async def test_requests_of_one_name_at_once_are_one_decision(store: Together, rewriter: Rewriter, tenant: str) -> None:
    """When all of them have drawn before one is logged, each says the arm and propensities that the log has."""
    store.writers = asyncio.Barrier(AT_ONCE)
    said = await asyncio.gather(*(rewrite(rewriter, tenant) for _ in range(AT_ONCE)))
    (logged,) = await store.log(rewriter.policy_name(tenant))
    assert len({text for _, text in said}) == 1, "models may have been asked more than once, and one answer counts"
    assert sum(not rewriting.recalled for rewriting, _ in said) == 1, "one is new"
    for rewriting, _ in said:
        assert (rewriting.decision, rewriting.arm) == (logged.decision.id, logged.decision.arm)
        assert rewriting.propensities == logged.decision.propensities


async def test_a_rewrite_made_again_is_the_same(store: Together, rewriter: Rewriter, tenant: str) -> None:
    """Whatever arm was drawn, also one that words it anew each time: its text comes again, and the model rests."""
    said = [(await rewrite(rewriter, tenant, f"{n}"), await rewrite(rewriter, tenant, f"{n}")) for n in range(12)]
    assert {first[0].executed for first, _ in said} > {"none", "paraphrase"}
    for (first, text), (again, text_again) in said:
        assert (again, text_again) == (first, text)
        assert (first.recalled, again.recalled) == (False, True)
    assert len(await store.log(rewriter.policy_name(tenant))) == 12


async def test_a_name_is_for_one_query(store: Together, rewriter: Rewriter, tenant: str) -> None:
    """Another query of the same name is refused, also when both come at once; another tenant's name is its own."""
    at_once = await asyncio.gather(
        *(rewrite(rewriter, tenant, query=f"Where is boat {number}?") for number in range(AT_ONCE)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, RequestKeyReused) for each in at_once) == AT_ONCE - 1
    assert len(await store.log(rewriter.policy_name(tenant))) == 1, "who is refused decides nothing"
    await rewrite(rewriter, f"{tenant}-other", query="Where is another boat?")


async def test_what_is_no_rewrite_lets_the_raw_query_go_on(
    memory_connection: RedisConnection, rewriter: Rewriter, tenant: str
) -> None:
    """Garbage in a kept answer's place is told, and the query goes on as it came."""
    kept = {"fingerprint": QUERY, "answer": "no JSON"}
    await memory_connection.run(lambda client: client.hset(request_key(tenant, "mine"), mapping=kept))
    rewriting, text = await rewrite(rewriter, tenant)
    assert (rewriting.decision, text) == ("", QUERY)
    assert "can't be read back" in rewriting.note


async def test_the_log_tells_of_the_arm_what_the_answer_does(
    store: Together, memory_connection: RedisConnection, tenant: str
) -> None:
    """Of two requests at once, the one whose rewrite the guard refuses notes nothing when the other answered first."""
    second_asks, first_said = asyncio.Event(), asyncio.Event()

    async def late(_request: EngineRequest) -> str:
        second_asks.set()
        await first_said.wait()
        return "Which 7 boats?"

    def of(engine: ScriptedEngine) -> Rewriter:
        return Rewriter(load_pipeline("blank"), Fixed("paraphrase"), store, engine, np.random.default_rng(1))

    slow = asyncio.create_task(rewrite(of(ScriptedEngine(late)), tenant))
    await second_asks.wait()
    first = await rewrite(of(ScriptedEngine(Paraphraser())), tenant)
    first_said.set()
    assert await slow == first
    logged = await store.decision(tenant, first[0].decision)
    assert (first[0].executed, logged.unexecuted) == ("paraphrase", "")


def maker(store: Together, arm: str, *, able: bool, by: RewritesBy) -> tuple[Rewriter, ScriptedEngine]:
    """Give a rewriter that draws one arm, with its engine."""
    engine = ScriptedEngine(lambda _request: "Please explain the tides?", can_rewrite=able)
    return Rewriter(load_pipeline("blank"), Fixed(arm), store, engine, np.random.default_rng(1), rewrites_by=by), engine


@pytest.mark.parametrize(
    ("able", "by", "making"),
    [(True, "auto", "engine"), (False, "auto", "rule"), (True, "engine", "engine"), (True, "rule", "rule")],
)
async def test_who_words_rewrites(store: Together, tenant: str, able: bool, by: RewritesBy, making: str) -> None:
    """The engine does where it can, or where it is told to; a model that isn't to word rewrites is never asked."""
    rewriter, engine = maker(store, "simplify", able=able, by=by)
    rewriting, text = await rewrite(rewriter, tenant, query="Could you explain the tides?")
    assert (rewriting.arm, rewriting.executed) == ("simplify", "simplify")
    assert bool(engine.requests) == (making == "engine")
    assert text == ("Please explain the tides?" if making == "engine" else "Explain the tides.")
    assert rewriter.key.arms_version == arms_version(rewriter.making)
    assert ("paraphrase" in rewriting.propensities) == (making == "engine")


async def test_makings_learn_apart(store: Together, tenant: str) -> None:
    """What was learned of rewrites by rule says nothing of those by the engine: each has its posterior."""
    reading = await maker(store, "none", able=True, by="rule")[0].read(QUERY)
    names = {maker(store, "none", able=True, by=by)[0].name(tenant, reading) for by in ("rule", "engine", "auto")}
    assert len(names) == 2


def test_an_engine_that_cannot_reword_is_not_told_to(store: Together) -> None:
    """The setting is refused, and not ignored."""
    with pytest.raises(InvalidSetting, match="rewrites_by: the engine scripted can't"):
        maker(store, "none", able=False, by="engine")


async def test_an_engine_that_fails_leaves_the_raw_query(store: Together, tenant: str) -> None:
    """An empty reply is no rewrite: the query goes as it came, with a note."""
    engine = ScriptedEngine(lambda _request: '""')
    rewriter = Rewriter(load_pipeline("blank"), Fixed("paraphrase"), store, engine, np.random.default_rng(1))
    rewriting, text = await rewrite(rewriter, tenant)
    assert (rewriting.arm, rewriting.executed, text) == ("paraphrase", "none", QUERY)
    assert "reply is empty" in rewriting.note


async def test_an_engine_past_its_budget_leaves_the_raw_query(store: Together, tenant: str) -> None:
    """A rewrite that takes longer than it may is given up, and its call ended; the log names the arm and the reason."""
    ended = asyncio.Event()

    async def never(_request: EngineRequest) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    rng = np.random.default_rng(1)
    rewriter = Rewriter(load_pipeline("blank"), Fixed("paraphrase"), store, ScriptedEngine(never), rng, budget_ms=20)
    rewriting, text = await rewrite(rewriter, tenant)
    assert (rewriting.arm, rewriting.executed, text) == ("paraphrase", "none", QUERY)
    assert "longer than 20 ms (rewrite_budget_ms)" in rewriting.note
    assert (await store.decision(tenant, rewriting.decision)).unexecuted == rewriting.note
    assert ended.is_set()


class Broken(Fixed):
    """A policy that can't learn."""

    def learn(self, state: int, row: Rewarded) -> int:
        """Fail."""
        raise ValueError("boom")


async def test_a_policy_that_fails_to_learn_leaves_the_raw_query(store: Together, tenant: str) -> None:
    """Whatever a policy raises on the log, the query goes as it came, with a note (rule 8)."""
    engine, rng = ScriptedEngine(Paraphraser()), np.random.default_rng(1)
    rewriter = Rewriter(load_pipeline("blank"), Broken("paraphrase"), store, engine, rng)
    first, _ = await rewrite(rewriter, tenant)
    assert first.executed == "paraphrase"
    await store.reward(tenant, first.decision, Given(1.0))
    rewriting, text = await rewrite(rewriter, tenant, "another")
    assert (rewriting.decision, text) == ("", QUERY)
    assert "the policy fixed:paraphrase failed (ValueError)" in rewriting.note


async def test_other_work_goes_on_while_a_query_is_read(store: Together) -> None:
    """A long query is read beside the event loop, which turns meanwhile."""
    rewriter, _ = maker(store, "none", able=False, by="auto")
    reading, turns = asyncio.create_task(rewriter.read("the harbour opens at six and " * 20_000)), 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10, "on the loop it would be one or two"


async def test_the_guard_knows_what_a_rewrite_drew_on(store: Together, tenant: str) -> None:
    """What was said before is where a pronoun's name comes from, and the guard, which else refuses it, is told."""
    rewriter, _ = maker(store, "disambiguate", able=False, by="auto")
    reading = await rewriter.read("Where was she born?", ("Marie Curie discovered radium.",))
    choice = await rewriter.choose(tenant, reading)
    assert tuple(choice.propensities) == ("none", "reread", "disambiguate")
    drawn = await rewriter.decide(tenant, "", reading)
    draft = await rewriter.draft(reading, drawn.decision)
    assert (draft.executed, draft.text) == ("disambiguate", "Where was Marie Curie born?")
    assert not check(reading.query.text, draft.text).kept
    other = replace(drawn.decision, arm="clarify")
    assert (await rewriter.draft(reading, other)).reason == "clarify failed: clarify: there is nothing to do"


async def test_a_long_query_explains_itself(store: Together, tenant: str) -> None:
    """What stands around the part of a query that asks is what a rewrite alone may look at."""
    rewriter, _ = maker(store, "clarify", able=False, by="auto")
    query = f"{'The mill is old. ' * 400}\n\nChurn means loss.\n\nWhy does churn matter to us?"
    rewriting, text = await rewrite(rewriter, tenant, query=query)
    assert rewriting.arm == "clarify"
    assert text.startswith(query)
    assert text.endswith("(churn here means loss.)")
