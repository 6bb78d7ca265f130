"""Runs an evaluation: each case with each profile, and with two baselines that are no model."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from riffler.service.agent.progress import ToolStep
from riffler.service.evaluation.benchmark import Benchmark, Case, Cell
from riffler.service.evaluation.metered import Spent
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.results_file import Record
from riffler.tools.lost import PHRASE

REGEX, READER = "regex", "reader"
BASELINES = (REGEX, READER)
"""Profiles that are no model: the newest match of a regular expression, and the engine `reader` with the paper's tools.

Where these are right, a test asks for no intelligence."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back for a case.

    Attributes:
        text: The answer.
        steps: The tool calls.
        spent: What the model's calls cost.
        last_view_tokens: Of the view that the answer was made from.
        capped: Whether the step cap forced the answer.
        over_budget: Whether the case couldn't be made to fit the engine's window; there is no answer then.
        failure: Why the engine gave no answer to this case, though it answers others; empty when it gave one.
        noted: What else its record is to have, as JSON values.
    """

    text: str
    steps: tuple[ToolStep, ...] = ()
    spent: Spent = field(default_factory=Spent)
    last_view_tokens: int = 0
    capped: bool = False
    over_budget: bool = False
    failure: str = ""
    noted: Mapping[str, Any] = field(default_factory=dict)


Ask = Callable[[Case], Awaitable[Heard]]
"""Asks a case in a session of its own. An engine that would fail for any other case too, or a store
that fails, is an error, and no answer."""


@dataclass(frozen=True, slots=True)
class Done:
    """A case that is done.

    Attributes:
        record: What became of it.
        count: How many are done by now, with those of earlier runs.
        total: How many there are.
    """

    record: Record
    count: int
    total: int


_SPOKEN = (f"warning: {PHRASE}", f"nothing was hidden: {PHRASE}", PHRASE)
"""How the guard's lines begin in the replies of edits; a suggestion quotes it further on in its lines."""


def guard_spoke(reply: str) -> bool:
    """Tell whether a tool's reply has the guard's warning: that something is nowhere else in view.

    Args:
        reply: What the model read.

    Returns:
        Whether it has.
    """
    return any(line.startswith(_SPOKEN) for line in reply.removeprefix("error: ").splitlines())


async def run_benchmark(benchmark: Benchmark, asks: Mapping[str, Ask], results: Results) -> AsyncGenerator[Done]:
    """Run all cases that aren't done yet, a cell after the other, and note each as it ends.

    Args:
        benchmark: The evaluation.
        asks: How each profile is asked, by its name; with `READER`, without `REGEX`.
        results: Where cases are noted.

    Yields:
        Each case that this run did.
    """
    profiles = (*asks, REGEX)
    total = len(benchmark.cells) * benchmark.sessions * len(profiles)
    for cell in benchmark.cells:
        for session in range(benchmark.sessions):
            keys = {name: {**cell, "profile": name, "session": session} for name in profiles}
            left = [name for name in profiles if results.find(keys[name]) is None]
            case = benchmark.case(cell, session) if left else None
            for name in left:
                if case is not None:
                    record = await measure(case, asks.get(name, _newest_match))
                    results.add({**keys[name], **record})
                    yield Done(results.cases[-1], len(results.cases), total)


async def _newest_match(case: Case) -> Heard:
    return Heard(case.newest_match())


async def measure(case: Case, ask: Ask) -> Record:
    """Ask a case, and measure what its rows tell.

    Args:
        case: The case.
        ask: Asks it.

    Returns:
        What became of it, without what names it.
    """
    began = time.perf_counter()
    heard = await ask(case)
    wall_s = time.perf_counter() - began
    return {
        "score": 0.0 if heard.over_budget or heard.failure else case.score(heard.text),
        "tool_steps": len(heard.steps),
        "refused_steps": sum(step.refused for step in heard.steps),
        "model_calls": heard.spent.calls,
        "tokens_seen": heard.spent.seen_tokens,
        "tokens_last_view": heard.last_view_tokens,
        "tokens_billed": round(heard.spent.billed_tokens, 1),
        "completion_tokens": heard.spent.completion_tokens,
        "wall_s": round(wall_s, 4),
        "guard_spoke": sum(guard_spoke(step.reply) for step in heard.steps),
        "capped": heard.capped,
        "over_budget": heard.over_budget,
        "failed": bool(heard.failure),
        **({"failure": heard.failure} if heard.failure else {}),
        **heard.noted,
    }


def profiles_of(asked: Mapping[str, object]) -> tuple[str, ...]:
    """Name what stands in the rows: the profiles that are asked, then the baselines."""
    return (*(name for name in asked if name not in BASELINES), *BASELINES)


def cell_words(cell: Cell) -> str:
    """Name a cell."""
    return ", ".join(f"{name} {value}" for name, value in cell.items())
