"""Audits behind turns: true regret, out of the users' way, within a budget, and nothing half-done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.service.agent.audit_bench import QUERY, Bench, plays, tasks

from riffler.bandits.decision import Decision
from riffler.bandits.insight.audited_regret import AuditedRegret, audited_regret
from riffler.bandits.regret import Regret, true_regret
from riffler.errors import EngineBusy
from riffler.service.agent.audits import Auditor, unavailable
from riffler.service.agent.progress import Answer
from riffler.service.agent.state import TurnState
from riffler.service.http.metrics import Metrics
from riffler.service.inference.scripted import Reply, ReplyFunction
from riffler.service.ports.decisions import Read
from riffler.service.ports.engine import EngineInfo, EngineRequest
from riffler.service.ports.keys import audit_account
from riffler.service.ports.memory import SessionKey
from riffler.tools.messages import ToolCall

Make = Callable[..., Bench]


@pytest.fixture
async def make(server_folder: Path) -> AsyncIterator[Make]:
    """Makes benches on the server that all tests share."""
    made: list[Bench] = []

    def bench(script: ReplyFunction = plays, *, can_rewrite: bool = True, **settings: Any) -> Bench:
        made.append(Bench(server_folder, script, can_rewrite, settings))
        return made[-1]

    yield bench
    for one in made:
        await one.riffler.aclose()
    assert not tasks(), "a closed Riffler leaves no task"


def decided() -> Decision:
    """Make a decision."""
    return Decision("d", "s", "1", (1.0,), ("none",), {"none": 1.0}, "none", "p", "1")


async def regrets(bench: Bench, turns: int, level: float) -> tuple[AuditedRegret, Regret]:
    """Ask many queries; measure the regret by their audits, and work out the true one."""
    rounds = [await bench.truth(await bench.ask(number)) for number in range(turns)]
    measured = audited_regret(await bench.kept(), level)
    assert isinstance(measured, AuditedRegret)
    return measured, true_regret(rounds)


async def test_with_all_queries_audited_regret_is_the_true_one(make: Make) -> None:
    """Where every query is audited, regret against each arm and against the best of each query is the true one."""
    turns = 12
    measured, true = await regrets(make(), turns, 0.95)
    assert measured.audits == turns
    assert len(true.against) > 2
    assert measured.against_best_of_each.mean == pytest.approx(true.total / turns)
    assert measured.against.keys() == true.against.keys()
    for arm, lost in true.against.items():
        assert measured.against[arm].mean == pytest.approx(lost[-1] / turns)


async def test_with_a_share_audited_regret_covers_the_true_one(make: Make) -> None:
    """Of a share of the queries, the intervals have the true regret in them (odds of a false alarm: 1 in 500)."""
    bench, turns = make(audit_share=0.5), 30
    measured, true = await regrets(bench, turns, 0.998)
    assert 7 <= measured.audits <= 23  # of 30 coins: odds of another number 1 in 600, for another seed than this
    assert measured.against_best_of_each.low <= true.total / turns <= measured.against_best_of_each.high
    assert {audit.share for audit in await bench.kept()} == {0.5}
    assert bench.heard.counted == {"done": measured.audits}


async def test_an_answer_comes_before_its_audit(make: Make) -> None:
    """When the answer is given, and when its turn has ended, the model has been called for the turn alone."""
    bench = make()
    async with aclosing(bench.riffler.stream(QUERY.format(1))) as progress:
        async for item in progress:
            if isinstance(item, Answer):
                assert (len(bench.engine.requests), tasks()) == (1, set())
    assert bench.engine.requests[0].tool_choice == "auto"
    await bench.end()
    assert bench.heard.counted == {"done": 1}
    assert {request.tool_choice for request in bench.engine.requests[1:]} == {"none"}


async def test_a_reader_who_stops_at_the_answer_is_audited_too(make: Make) -> None:
    """Who closes the stream with the answer in hand leaves nothing out."""
    bench = make()
    async with aclosing(bench.riffler.stream(QUERY.format(1))) as progress:
        async for item in progress:
            if isinstance(item, Answer):
                break
    await bench.end()
    assert bench.heard.counted == {"done": 1}


async def test_turns_go_on_while_an_audit_hangs(make: Make) -> None:
    """Turns, also of the same session, are answered while an audit's call doesn't end, and few audits wait.

    At the end all are given up, and no task is left.
    """

    async def hanging(request: EngineRequest) -> Reply:
        if request.tool_choice == "none":
            await asyncio.Event().wait()
        return plays(request)

    bench = make(hanging)
    first = await bench.riffler.ask(QUERY.format(0))
    for number in range(1, 12):
        await bench.riffler.ask(QUERY.format(number), session=first.session)
    assert sum(request.tool_choice == "none" for request in bench.engine.requests) == 1, "one call at a time"
    assert bench.heard.counted == {"crowded": 3}
    await bench.auditor.aclose(0.05)
    assert bench.heard.counted == {"crowded": 3, "stopped": 9}
    assert not tasks()
    assert await bench.kept() == []
    await bench.riffler.ask(QUERY.format(12))
    assert not tasks(), "a closed auditor takes no more"


async def test_what_waits_may_end_when_it_stops(make: Make) -> None:
    """A program that asks, and closes at once, has its audit all the same."""
    bench = make()
    await bench.riffler.ask(QUERY.format(0))
    await bench.auditor.aclose()
    await bench.auditor.aclose()
    assert bench.heard.counted == {"done": 1}


async def test_each_text_is_asked_in_the_view_of_the_turn(make: Make) -> None:
    """Each arm's text stands where the turn's stood, the rest is the same, and all are judged by one criterion."""
    bench = make()
    said = (await bench.riffler.ask("My boat is in Vorn.")).session
    await bench.end()
    before, answer = len(bench.engine.requests), await bench.ask(1, said)
    turn, *calls = bench.engine.requests[before:]
    texts = [call.messages[-1].text for call in calls]
    asks = [call for call, text in zip(calls, texts, strict=True) if not text.startswith(("Judge", "An answer"))]
    asked = [call.messages[-1].text for call in asks]
    assert len(asked) == len(set(asked)) >= 3
    assert {answer.rewriting.query, answer.rewriting.rewritten} <= set(asked)
    assert all(call.messages[:-1] == turn.messages[:-1] for call in asks)
    assert all(call.reuse.startswith(f"{turn.reuse}/") for call in asks)
    assert sum(text.startswith("An answer") for text in texts) == 1
    assert sum(text.startswith("Judge") for text in texts) == len(asked)
    assert all("The criterion is clarity." in text for text in texts if text.startswith("Judge"))


async def test_refused_rewrites_count_as_the_raw_query(make: Make) -> None:
    """What the guard refuses earns what the raw query earns, which is asked and judged once for all of them."""

    def babbles(request: EngineRequest) -> Reply:
        return "Bananas." if request.messages[-1].text.startswith("Say the question") else plays(request)

    bench = make(babbles, rewrites_by="engine")
    answer = await bench.ask(1)
    (audit,) = await bench.kept()
    assert set(audit.rewards) == {"none", "reread", "paraphrase", "simplify"}
    assert audit.rewards["paraphrase"] == audit.rewards["simplify"] == audit.rewards["none"]
    texts = [request.messages[-1].text for request in bench.engine.requests]
    assert sum(text.startswith("Judge") for text in texts) == 2
    reworded = sum(text.startswith("Say the question") for text in texts)
    assert reworded == 2, f"the drawn arm, here {answer.rewriting.arm}, isn't asked for its text again"


async def test_a_spent_budget_audits_nothing(make: Make) -> None:
    """Where the day has no room for the estimate no call is made; what an audit took is what the day has spent."""
    bench = make(audit_tokens_per_day=1)
    await bench.ask(0)
    assert bench.heard.audits == [("over_budget", 0)]
    assert len(bench.engine.requests) == 1
    rich = make()
    await rich.ask(0)
    ((outcome, tokens),) = rich.heard.audits
    assert (outcome, tokens > 0) == ("done", True)
    assert await spent(rich) == tokens
    (kept,) = (await rich.riffler.decisions.audits(rich.name)).values()
    assert (kept.tokens, kept.criterion) == (tokens, "clarity")
    assert kept.judge.startswith("scripted scripted ")
    tight = make(audit_tokens_per_day=25_000)
    for number in range(12):
        await tight.ask(number)
    done = tight.heard.counted["done"]
    assert 2 < done < 12
    assert tight.heard.counted == {"done": done, "over_budget": 12 - done}
    assert await spent(tight) == sum(tokens for _, tokens in tight.heard.audits) <= 25_000


async def spent(bench: Bench) -> int:
    """Read what the day has spent."""
    key = audit_account(bench.name.tenant, bench.name.digest)
    return int(await bench.riffler._connection.run(lambda client: client.hget(key, "spent")))


async def test_an_engine_that_cannot_judge_makes_audits_unavailable(make: Make) -> None:
    """Without a judge nothing is run, nothing is kept, and it is said why."""
    bench = make(can_rewrite=False)
    await bench.ask(0)
    assert bench.heard.audits == [("unavailable", 0)]
    assert len(bench.engine.requests) == 1
    assert await bench.kept() == []
    assert "can't judge" in unavailable(bench.engine.info)
    assert unavailable(EngineInfo("e", "m", 512)) == ""


@pytest.mark.parametrize(
    "reply",
    [EngineBusy("busy"), "Who am I to judge?", ToolCall("call_1", "search_context", "{}"), ValueError("a bug")],
    ids=lambda reply: type(reply).__name__,
)
async def test_half_an_audit_is_none(make: Make, reply: Reply | Exception) -> None:
    """When engine, judge or our own code fails, nothing is kept, what was used is spent, and the next one goes on."""
    failing = [True]

    def fails(request: EngineRequest) -> Reply:
        late = request.messages[-1].text.startswith("Judge")
        if not failing or request.tool_choice == "auto" or late != (reply == "Who am I to judge?"):
            return plays(request)
        if isinstance(reply, ValueError):
            raise reply
        assert not isinstance(reply, Exception) or isinstance(reply, EngineBusy)
        return reply

    bench = make(fails)
    await bench.ask(0)
    assert await bench.kept() == []
    ((outcome, tokens),) = bench.heard.audits
    assert (outcome, await spent(bench)) == ("failed", tokens)
    failing.clear()
    await bench.ask(1)
    assert bench.heard.counted == {"failed": 1, "done": 1}


async def test_a_session_deleted_while_its_audit_waits_is_shown_to_no_model(make: Make) -> None:
    """An audit that waits for another one begins with a look at its decision, and ends there when that is gone."""
    going, gone, asked = asyncio.Event(), asyncio.Event(), list[str]()

    async def waits(request: EngineRequest) -> Reply:
        if request.tool_choice == "none":
            asked.append(request.messages[-1].text)
            going.set()
            await gone.wait()
        return plays(request)

    bench = make(waits)
    await bench.riffler.ask(QUERY.format(0))
    await going.wait()
    answer = await bench.riffler.ask(QUERY.format(1))
    await bench.riffler.edits.delete(SessionKey(bench.riffler.tenant, answer.session))
    gone.set()
    await bench.end()
    assert bench.heard.counted == {"done": 1, "deleted": 1}
    assert not [text for text in asked if QUERY.format(1) in text]


async def test_a_session_deleted_meanwhile_has_no_audit(make: Make) -> None:
    """Neither an audit that is there when its session is deleted stays, nor is one kept that ends afterwards."""
    going, gone = asyncio.Event(), asyncio.Event()

    async def waits(request: EngineRequest) -> Reply:
        if request.tool_choice == "none":
            going.set()
            await gone.wait()
        return plays(request)

    bench = make(waits)
    answer = await bench.riffler.ask(QUERY.format(0))
    await going.wait()
    await bench.riffler.edits.delete(SessionKey(bench.riffler.tenant, answer.session))
    gone.set()
    await bench.end()
    assert bench.heard.counted == {"deleted": 1}
    answer = await bench.ask(1)
    assert len(await bench.kept()) == 1
    await bench.riffler.edits.delete(SessionKey(bench.riffler.tenant, answer.session))
    assert await bench.kept() == []


async def test_audits_change_no_draw_and_teach_nothing(make: Make) -> None:
    """With audits the same arms are drawn as without, and no reward is in the log."""
    audits, none = make(), make(audit_share=0.0)
    assert none.riffler.auditor is None
    drawn = [[(await bench.ask(number)).rewriting.arm for number in range(12)] for bench in (audits, none)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1
    assert audits.heard.counted == {"done": 12}
    assert (await audits.riffler.decisions.news(audits.name, Read(), 100)).rows == []


async def test_turns_without_a_draw_of_their_own_are_not_audited(make: Make) -> None:
    """A turn whose decision an earlier request made isn't picked a second time, and one without a query never."""
    bench = make()
    rng = np.random.default_rng(0)
    coin = rng.bit_generator.state
    auditor = Auditor(
        bench.riffler._parts,
        bench.riffler.rewriter,  # type: ignore[arg-type]  # it is there
        bench.riffler.decisions,
        bench.heard,
        rng,
        share=1.0,
        tokens_per_day=1,
    )
    decision = decided()
    for state in (TurnState(), TurnState(decision=decision, again=True), TurnState(decision=decision, again=False)):
        auditor.offer(SessionKey("t", "s"), state)
    assert rng.bit_generator.state == coin
    await auditor.aclose()


def test_metrics_count_audits() -> None:
    """Audits are counted by what became of them, with their tokens."""
    metrics = Metrics([])
    metrics.audited("done", 40)
    metrics.audited("failed", 2)
    text = metrics.text().decode()
    for line in ('riffler_audits_total{outcome="done"} 1.0', "riffler_audit_tokens_total 42.0"):
        assert line in text.splitlines()
