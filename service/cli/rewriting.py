"""How the evaluation of rewriting runs: every arm on every question, then the policy's replays on what that gave."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast

from rich.console import Console

from riffler.bandits.arms import ARMS
from riffler.bandits.policies.base import Policy
from riffler.bandits.policies.fixed import Fixed
from riffler.errors import RewriteFailed
from riffler.service.agent.drawing import drawing_policy
from riffler.service.agent.progress import Answer
from riffler.service.agent.rewriter import NONE
from riffler.service.app import Riffler
from riffler.service.cli.evaluating import TENANT, Note, Plan, asking_of, of_its_own, options_of, show_progress
from riffler.service.cli.rewriting_tables import show_rewriting
from riffler.service.evaluation.erring import ErringEngine
from riffler.service.evaluation.gains import gains
from riffler.service.evaluation.metered import MeteredEngine
from riffler.service.evaluation.replay import Measured, Replayed, measured, replay
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.results_file import Record
from riffler.service.evaluation.reworded import OFFERED, VECTOR, Reworded, run_arms
from riffler.service.evaluation.rows import make_rows
from riffler.service.evaluation.running import Ask
from riffler.service.ports.engine import Engine
from riffler.service.settings import Settings


@dataclass(frozen=True)
class Replays:
    """How the policy is replayed.

    Attributes:
        count: How often, each time in another order and with other draws.
        seed: The same seed gives the same replays.
    """

    count: int = 20
    seed: int = 1


async def evaluate_rewriting(
    plan: Plan, replays: Replays, settings: Settings, engine: Engine | None = None, out: Console | None = None
) -> Results:
    """Run what isn't done yet, replay the policy, and show the tables on standard output.

    Args:
        plan: What to evaluate: a `Reworded`, and one profile of tools.
        replays: How the policy is replayed.
        settings: What to run on; they name the policy.
        engine: In place of the one that the settings name.
        out: Where the tables go.

    Returns:
        The results; beside a row for each wording and arm they have one for each arm, and for the policy, over all.
    """
    benchmark = cast("Reworded", plan.benchmark)
    policy = drawing_policy(settings.policy, settings.policy_floor, settings.safety_margin, settings.safety_confidence)
    summary: list[Record] = []
    async with AsyncExitStack() as stack:
        tools = {"tools": plan.profiles[0], "rewriting": True, "audit_share": 0.0}
        prices = {"cache_read_price": plan.prices.read, "cache_write_price": plan.prices.write}
        settings = of_its_own(settings, stack).model_copy(update={**tools, **prices})
        owner = await stack.enter_async_context(Riffler(settings, TENANT, engine))
        await owner.engine.ready()
        assert owner.rewriter is not None  # noqa: S101 - rewriting is on
        key = owner.rewriter.key
        results = Results(
            benchmark.name,
            {
                **options_of(plan, settings, owner.engine),
                **{"arms": [*ARMS], "arms_version": key.arms_version, "features_version": key.features_version},
            },
            tuple(benchmark.cells[0]),
            lambda cases: [*make_rows(cases, benchmark.cells, [*ARMS]), *summary],
            plan.path,
        )
        stack.callback(results.save)
        asks: dict[str, Ask] = {}
        for arm in ARMS:
            metered = MeteredEngine(owner.engine, plan.prices, plan.temperature)
            erring = ErringEngine(metered)
            asked = await stack.enter_async_context(Riffler(settings, TENANT, erring, policy=Fixed(arm)))
            asks[arm] = await asking_of(asked, metered, erring, noting(asked, plain=arm == NONE))
        of_cell = benchmark.sessions * len(ARMS)
        await show_progress(plan, of_cell, run_arms(benchmark, asks, results), results)
    found = measured(results.cases, [*ARMS])
    ways = await _replayed(found, policy, replays)
    summary += gains(found, ways)
    results.save()
    console = out or Console(width=None if sys.stdout.isatty() else 130)
    show_rewriting(found, ways, summary, policy.name, console)
    return results


async def _replayed(found: Measured, policy: Policy[Any], replays: Replays) -> list[Replayed]:
    ways = []
    for number in range(replays.count if len(found.documents) else 0):
        ways.append(replay(found, policy, (replays.seed, number)))
        await asyncio.sleep(0)  # where Ctrl-C is heard: a replay takes seconds
    return ways


def noting(riffler: Riffler, *, plain: bool) -> Note:
    """Give what notes of an answer how it was asked, and of one without a rewrite what a policy sees.

    Args:
        riffler: Who answered.
        plain: Whether it asked with the arm `none`.

    Returns:
        What notes it; `RewriteFailed` is what it raises of a question that could not be read.
    """

    async def note(answer: Answer) -> Mapping[str, Any]:
        rewriting = answer.rewriting
        if not rewriting.decision:
            raise RewriteFailed(f"nothing can be measured where the raw query goes on: {rewriting.note}")
        if not plain:
            return {"executed": rewriting.executed == rewriting.arm}
        logged = await riffler.decisions.decision(TENANT, rewriting.decision)
        return {OFFERED: [*rewriting.propensities], VECTOR: [*logged.decision.x]}

    return note
