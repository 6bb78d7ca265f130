"""What rewriting gains, in the terminal: the policy beside each arm, rewards by wording, and how it got on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from riffler.service.agent.rewriter import NONE
from riffler.service.evaluation.gains import POLICY, by_quarter, earned
from riffler.service.evaluation.perturbed import PERTURBED
from riffler.service.evaluation.replay import Measured, Replayed
from riffler.service.evaluation.results_file import Record

_FEWEST = 4


def show_rewriting(
    found: Measured, ways: Sequence[Replayed], summary: Sequence[Record], policy: str, console: Console
) -> None:
    """Print the tables.

    Args:
        found: What was measured.
        ways: The policy's replays.
        summary: What `gains` makes of both.
        policy: The policy's name.
        console: Where to.
    """
    if not summary:
        console.print("rewriting: no question could be measured with all arms")
        return
    first = summary[0]
    console.print(_against(summary, f"{first['questions']} questions about {first['documents']} documents"))
    console.print()
    console.print(_by_wording(found, ways))
    console.print(f"\npolicy: {policy}, the mean of {len(ways)} replays, which differ in order and draws")
    if len(found.documents) >= _FEWEST:
        quarters = ", ".join(f"{mean:+.3f} (±{spread:.3f})" for mean, spread in by_quarter(found, ways))
        console.print(f"over none in each quarter of its questions, and how replays spread: {quarters}")


def _against(summary: Sequence[Record], of: str) -> Table:
    title = f"rewriting: mean reward over {of} (95% interval over documents)"
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for name in ("", "reward", "over none", "policy over it", "drawn"):
        table.add_column(name, justify="right" if name else "left")
    for row in summary:
        name = row["profile"]
        table.add_row(
            name,
            _interval(row, "reward", "{:.3f}"),
            "" if name == NONE else _interval(row, "over_none", "{:+.3f}"),
            "" if name == POLICY else _interval(row, "policy_over", "{:+.3f}"),
            f"{row['drawn']:.1%}" if "drawn" in row else "",
        )
    return table


def _interval(row: Record, name: str, form: str) -> str:
    low, high = row[f"{name}_interval"]
    return f"{form.format(row[name])} ({form.format(low)} to {form.format(high)})"


def _by_wording(found: Measured, ways: Sequence[Replayed]) -> Table:
    table = Table(box=None, pad_edge=False, title="mean reward by wording", title_justify="left", title_style="bold")
    for name in ("", *found.arms, POLICY):
        table.add_column(name, justify="right" if name else "left")
    wordings, policy = np.array(found.wordings), earned(found, ways)
    for wording in (each for each in PERTURBED if each in found.wordings):
        those = wordings == wording
        means = [f"{float(each[those].mean()):.3f}" for each in (*found.rewards.T, policy)]
        table.add_row(f"{wording} ({int(those.sum())})", *means)
    return table
