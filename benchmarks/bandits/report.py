"""The tables of a run, on the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmarks.bandits.summary import ALLOWED, Excess, Policy, best_peer, excess, geometric_means
from rich.console import Console
from rich.table import Table


def show(console: Console, settings: Mapping[str, Sequence[Policy]]) -> None:
    """Print a table for each setting, the geometric means, and the settings in which the default loses."""
    for setting, policies in settings.items():
        console.print(_setting(setting, policies))
    means = Table("policy", "geometric mean of regret", title="over all settings")
    for name, mean in geometric_means(settings).items():
        means.add_row(name, f"{mean:.1f}")
    console.print(means)
    for line in claim(settings):
        console.print(line)
    for line in losing(settings):
        console.print(line)


def _setting(setting: str, policies: Sequence[Policy]) -> Table:
    """Make a setting's table; of fixed arms the best and the worst."""
    peer, seeds = best_peer(policies), len(policies[0].regrets)
    table = Table("policy", "regret", "excess over the best peer", "95% interval", "us a step", "mean")
    table.title = f"{setting}: {seeds} seed{'s' * (seeds > 1)}" + (f"; the best peer is {peer.name}" if peer else "")
    fixed = [policy for policy in policies if policy.name.startswith("fixed:")]
    for policy in policies:
        if policy in fixed[1:-1]:
            continue
        over = excess(policy, peer) if peer and policy is not peer else None
        figures = (f"{policy.regret:.1f}", f"{over.share:+.0%}" if over else "", interval(over) if over else "")
        style = "bold" if policy.name == "default" else ("" if policy.group == "ours" else "dim")
        table.add_row(policy.name, *figures, f"{policy.us_per_step:.0f}", f"{policy.us_mean:.0f}", style=style)
    return table


def interval(over: Excess) -> str:
    """Write an interval."""
    return f"{over.low:+.0%} to {over.high:+.0%}" if math.isfinite(over.low) else "one seed has none"


def losing(settings: Mapping[str, Sequence[Policy]]) -> list[str]:
    """Say where the default's excess may be above what the project aims at, or another learner of ours beats it."""
    said: list[str] = []
    for setting, policies in settings.items():
        default = next((policy for policy in policies if policy.name == "default"), None)
        if default is None:
            continue
        peer = best_peer(policies)
        over = excess(default, peer) if peer else None
        if peer and over and over.high > ALLOWED:
            said.append(
                f"{setting}: the default's excess over {peer.name} may be above {ALLOWED:.0%}: "
                f"{over.share:+.0%} ({interval(over)})"
            )
        said += [
            f"{setting}: the default loses to our {policy.name}, {default.regret:.1f} to {policy.regret:.1f}"
            for policy in policies[: policies.index(default)]
            if policy.group == "ours" and policy.learns
        ]
    return said


def claim(settings: Mapping[str, Sequence[Policy]]) -> list[str]:
    """Compare contextual policies, a context-free one and the best fixed arm: the paper's claim, and where it fails."""
    said: list[str] = []
    for setting, policies in settings.items():
        free = next((policy for policy in policies if policy.name.startswith("context-free")), None)
        contextual = [policy for policy in policies if policy.learns and not policy.name.startswith("context-free")]
        if not (free and contextual):
            continue
        worse = [policy for policy in contextual if policy.regret > free.regret]
        own = ", ".join(policy.name for policy in worse if policy.group == "ours")
        said.append(
            f"{setting}: contextual {contextual[0].regret:.1f} to {contextual[-1].regret:.1f}, "
            f"best context-free {free.regret:.1f}, best fixed arm {_best_fixed(policies):.1f}; "
            f"worse than context-free: {len(worse)} of {len(contextual)} contextual ones; of ours: {own or 'none'}"
        )
    return said


def _best_fixed(policies: Sequence[Policy]) -> float:
    """Give the mean regret of each seed's own best arm, which nobody knows beforehand."""
    fixed = [policy.regrets for policy in policies if policy.name.startswith("fixed:")]
    return sum(min(regrets[seed] for regrets in fixed) for seed in fixed[0]) / len(fixed[0])
