"""How an evaluation runs: the service as it is, once for each profile, on one engine, with a session for each case."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from riffler.errors import EngineFailed, EngineGarbled, EngineOutOfMemory, EngineRejected, OverBudget
from riffler.service.agent.progress import Answer, ToolStep
from riffler.service.app import Riffler
from riffler.service.cli.evaluation_tables import show_rows
from riffler.service.evaluation.benchmark import Benchmark, Case
from riffler.service.evaluation.erring import ErringEngine
from riffler.service.evaluation.metered import MeteredEngine
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.results_file import Record
from riffler.service.evaluation.rows import INTERVAL, make_rows
from riffler.service.evaluation.running import READER, Ask, Done, Heard, cell_words, profiles_of, run_benchmark
from riffler.service.inference.openai import OPENAI_URL
from riffler.service.inference.openai_address import shown_address
from riffler.service.inference.reader import ReaderEngine
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import Settings
from riffler.tools.price import CachePrices
from riffler.tools.registry import PROFILES, Profile

_LEFT_S = 86_400.0
"""On a Redis of one's own, the session of a case that was killed is gone after this time."""
TENANT = "evaluation"
"""Whose sessions the cases are: on a Redis that others use, nobody else's list has them."""

Note = Callable[[Answer], Awaitable[Mapping[str, Any]]]
"""Tells what else is to be noted of an answer, as JSON values."""


@dataclass(frozen=True)
class Plan:
    """What is to be evaluated.

    Attributes:
        benchmark: The evaluation.
        profiles: Which tools are offered, one after the other.
        prices: Of the simulated prompt cache.
        temperature: Of the model; None is the engine's own.
        path: Where results are kept; None keeps none.
    """

    benchmark: Benchmark
    profiles: tuple[str, ...]
    prices: CachePrices
    temperature: float | None = 0.0
    path: Path | None = None


async def evaluate(plan: Plan, settings: Settings, engine: Engine | None = None, out: Console | None = None) -> Results:
    """Run what isn't done yet, show progress on standard error and the tables on standard output.

    Args:
        plan: What to evaluate.
        settings: What to run on; without a Redis, sessions live in a folder that is removed afterwards.
        engine: In place of the one that the settings name.
        out: Where the tables go.

    Returns:
        The results.
    """
    benchmark = plan.benchmark
    async with AsyncExitStack() as stack:
        settings = of_its_own(settings, stack)
        owner = await stack.enter_async_context(Riffler(settings, TENANT, engine))
        names = (*plan.profiles, READER)
        results = Results(
            benchmark.name,
            options_of(plan, settings, owner.engine),
            tuple(benchmark.cells[0]),
            lambda cases: make_rows(cases, benchmark.cells, profiles_of(dict.fromkeys(names))),
            plan.path,
        )
        stack.callback(results.save)
        await owner.engine.ready()
        asks: dict[str, Ask] = {
            name: await stack.enter_async_context(_asking(plan, settings, owner.engine, name)) for name in names
        }
        of_cell = benchmark.sessions * (len(asks) + 1)
        await show_progress(plan, of_cell, run_benchmark(benchmark, asks, results), results)
    show_rows(benchmark, results.rows, out or Console(width=None if sys.stdout.isatty() else 130))
    return results


def of_its_own(settings: Settings, stack: AsyncExitStack) -> Settings:
    """Give settings whose sessions don't stay.

    Args:
        settings: The settings.
        stack: Removes at its end what was made for them.

    Returns:
        Them, where no Redis is set with a data folder that is removed, and with an end for the sessions of any.
    """
    if settings.redis_url is None:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="riffler-eval-"))
        settings = settings.model_copy(update={"data_folder": Path(folder)})
    return settings.model_copy(update={"session_ttl_s": _LEFT_S})


def options_of(plan: Plan, settings: Settings, engine: Engine) -> dict[str, Any]:
    """Say all that results depend on, so that others aren't mixed with them.

    Of the server's address, credentials and query stay out.

    Args:
        plan: What is evaluated.
        settings: What it runs on.
        engine: The engine.

    Returns:
        JSON values by name.
    """
    return {
        **plan.benchmark.options,
        "sessions": plan.benchmark.sessions,
        "seed": plan.benchmark.seed,
        "profiles": {name: _tools_digest(name) for name in plan.profiles},
        "engine": engine.info.name,
        "model": engine.info.model,
        # The same name of a model at another address, or loaded in another way, may be another model.
        "base_url": shown_address(settings.base_url or OPENAI_URL) if settings.engine == "openai" else None,
        **{name: getattr(settings, name) for name in ("tokenizer", "revision", "device", "dtype", "tool_form")},
        **{name: getattr(settings, name) for name in ("window_tokens", "completion_tokens", "step_cap")},
        **{name: getattr(settings, name) for name in ("first_choice", "fitting")},
        "temperature": plan.temperature,
        "cache_prices": {"read": plan.prices.read, "write": plan.prices.write},
        "interval": INTERVAL,
    }


async def show_progress(plan: Plan, of_cell: int, running: AsyncIterable[Done], results: Results) -> None:
    """Run what isn't done yet, with a bar on a terminal, and a line for each finished cell anywhere else.

    Args:
        plan: What is evaluated.
        of_cell: How many cases a cell has, of all profiles together.
        running: Does them.
        results: Where they are noted.

    Raises:
        CancelledError: The run is to end.
    """
    benchmark, console = plan.benchmark, Console(stderr=True)
    total = len(benchmark.cells) * of_cell
    watched = sys.stderr.isatty() and not console.is_dumb_terminal
    say = partial(console.print, soft_wrap=True, markup=False, highlight=False)
    if results.cases:
        say(f"{plan.path}: {len(results.cases)} of {total} cases were done before")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    counts = Counter(_cell_of(benchmark, record) for record in results.cases)
    with Progress(*columns, console=console, transient=True, disable=not watched) as bar:
        task = bar.add_task(benchmark.name, total=total, completed=len(results.cases))
        async for done in running:
            cell = _cell_of(benchmark, done.record)
            bar.update(task, completed=done.count, description=f"{cell}, {done.record['profile']}")
            counts[cell] += 1
            if counts[cell] == of_cell and not watched:
                say(f"{cell}: done; {done.count} of {total} cases")
            # A turn may swallow the cancellation that Ctrl-C is (asyncio.wait_for before Python 3.12, and others).
            if (running_now := asyncio.current_task()) is not None and running_now.cancelling():
                raise asyncio.CancelledError


def _cell_of(benchmark: Benchmark, record: Record) -> str:
    return f"{benchmark.name}: {cell_words({name: record[name] for name in benchmark.cells[0]})}"


@asynccontextmanager
async def _asking(plan: Plan, settings: Settings, engine: Engine, name: str) -> AsyncGenerator[Ask]:
    """Give what asks a case with the tools of a profile."""
    tools: Profile = "paper" if name == READER else cast("Profile", name)
    if name == READER:
        settings, engine = settings.model_copy(update={"window_tokens": None}), ReaderEngine()
    # The replies quote the prices that are billed; with no tools nothing could be called first.
    prices = {"cache_read_price": plan.prices.read, "cache_write_price": plan.prices.write}
    changes = {"tools": tools, **prices, **({} if PROFILES[tools] else {"first_choice": "auto"})}
    metered = MeteredEngine(engine, plan.prices, plan.temperature)
    erring = ErringEngine(metered)  # around the meter: what is said in the model's place costs it nothing
    async with Riffler(settings.model_copy(update=changes), TENANT, erring) as riffler:
        yield await asking_of(riffler, metered, erring)


async def asking_of(riffler: Riffler, metered: MeteredEngine, erring: ErringEngine, note: Note | None = None) -> Ask:
    """Give what asks a case in a session that is deleted when it is answered.

    Args:
        riffler: Who is asked.
        metered: Its engine's account.
        erring: Its engine.
        note: Tells what else is to be noted of an answer, before its session and decision are deleted.

    Returns:
        What asks.
    """
    await riffler.sessions.ping()  # with the agent's imports below: what starts late is in no case's time
    _ = riffler.turns

    async def ask(case: Case) -> Heard:
        metered.take()
        erring.wrong = case.wrong_calls
        steps: list[ToolStep] = []
        answer: object = None
        try:
            async with aclosing(riffler.stream(case.text, case.contexts, deltas=False)) as progress:
                async for answer in progress:
                    steps += [answer] if isinstance(answer, ToolStep) else []
        except OverBudget:
            return Heard("", (*steps,), metered.take(), over_budget=True)
        except (EngineRejected, EngineGarbled, EngineOutOfMemory) as exc:
            if _of_any_case(exc):
                raise
            return Heard("", (*steps,), metered.take(), failure=exc.loggable)
        assert isinstance(answer, Answer)  # noqa: S101 - `stream` promises it as its last item
        spent = metered.take()
        noted = {} if note is None else await note(answer)
        await riffler.sessions.delete(SessionKey(TENANT, answer.session))
        return Heard(answer.text, answer.steps, spent, answer.seen_tokens, answer.capped, noted=noted)

    return ask


def _of_any_case(exc: EngineFailed) -> bool:
    """Tell a refusal of the key, the account, the model or the address, which no other case would escape."""
    return getattr(exc.__cause__, "status_code", None) in {401, 402, 403, 404, 405, 407}


def _tools_digest(name: str) -> str:
    """Name the tools of a profile by what a model reads of them."""
    schemas = [tool.schema() for tool in PROFILES[cast("Profile", name)]]
    return hashlib.sha256(json.dumps(schemas, sort_keys=True).encode()).hexdigest()[:8]
