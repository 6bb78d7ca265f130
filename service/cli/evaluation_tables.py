"""Results of an evaluation in the terminal: accuracy with the profiles side by side, and what each cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from riffler.service.evaluation.benchmark import Benchmark
from riffler.service.evaluation.running import BASELINES

_COSTS = (
    ("steps", "tool_steps", "{:.1f}"),
    ("calls", "model_calls", "{:.1f}"),
    ("tokens seen", "tokens_seen", "{:.0f}"),
    ("billed", "tokens_billed", "{:.0f}"),
    ("written", "completion_tokens", "{:.0f}"),
    ("last view", "tokens_last_view", "{:.0f}"),
    ("seconds", "wall_s", "{:.2f}"),
    ("guard", "guard_spoke", "{}"),
    ("capped", "capped", "{}"),
    ("over", "over_budget", "{}"),
    ("failed", "failed", "{}"),
)


def show_rows(benchmark: Benchmark, rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print both tables.

    Args:
        benchmark: The evaluation.
        rows: Its rows.
        console: Where to.
    """
    profiles = list(dict.fromkeys(row["profile"] for row in rows))
    models = [name for name in profiles if name not in BASELINES]
    accuracy = _table(f"{benchmark.name}: accuracy (95% interval over sessions)", benchmark)
    for name in profiles:
        accuracy.add_column(name if name in models else f"{name}, no model", justify="right")
    costs = _table("a session's mean; guard, capped, over budget and failed are sums", benchmark)
    for title in ("profile", *(title for title, _, _ in _COSTS)):
        costs.add_column(title, justify="left" if title == "profile" else "right")
    for cell in benchmark.cells:
        those = {row["profile"]: row for row in rows if all(row[name] == value for name, value in cell.items())}
        values = [str(value) for value in cell.values()]
        if those:
            accuracy.add_row(*values, *(_accuracy(those[name]) if name in those else "" for name in profiles))
        for name, row in those.items():
            if name != BASELINES[0]:
                costs.add_row(*values, name, *(form.format(row[field]) for _, field, form in _COSTS))
    console.print(accuracy)
    console.print()
    console.print(costs)


def _table(title: str, benchmark: Benchmark) -> Table:
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for name in benchmark.cells[0]:
        table.add_column(name, justify="right")
    return table


def _accuracy(row: Mapping[str, Any]) -> str:
    low, high = row["interval"]
    return f"{row['accuracy']:.3f} ({low:.2f}-{high:.2f})"
