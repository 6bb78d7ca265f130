"""A trial as a small picture in the terminal: regret over the questions, and rewards by wording."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

import numpy as np
from rich.console import Console
from rich.table import Table

from riffler.service.cli.bars import spark
from riffler.service.evaluation.trial import Round, helpful_arms, mean_reward, regret_at_random, regret_of


def show_trial(rounds: Sequence[Round], console: Console) -> None:
    """Print the picture.

    Args:
        rounds: What became of each question; at least one.
        console: Where to.
    """
    arms = list(rounds[0].rewards)
    best = mean([max(each.rewards.values()) for each in rounds])
    curves = {"the policy": regret_of(rounds).cumulative, "at random (expected)": regret_at_random(rounds)}
    curves |= {f"always {arm}": regret_of(rounds, arm).cumulative for arm in arms}
    top = max(float(curve[-1]) for curve in curves.values())
    regrets = Table(box=None, pad_edge=False, title_justify="left", title_style="bold")
    regrets.title = f"true regret over {len(rounds)} questions (each was asked with every arm)"
    regrets.add_column("")
    regrets.add_column(f"0 to {top:.1f}")
    regrets.add_column("at the end", justify="right")
    regrets.add_column("mean reward", justify="right")
    for name, curve in curves.items():
        regrets.add_row(name, spark(curve.tolist(), top), f"{curve[-1]:.2f}", f"{best - curve[-1] / len(rounds):.3f}")
    console.print(regrets)
    console.print()
    console.print(_by_wording(rounds, arms))
    console.print()
    console.print(_by_quarter(rounds, arms))
    if not helpful_arms(rounds):
        console.print("\nOver all questions no arm earns more than `none`: what can be learned is to leave them alone.")


def _by_wording(rounds: Sequence[Round], arms: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, title="mean reward by wording", title_justify="left", title_style="bold")
    table.add_column("")
    for name in (*arms, "policy"):
        table.add_column(name, justify="right")
    table.add_column("what helps")
    for wording in dict.fromkeys(each.question.wording for each in rounds):
        those = [each for each in rounds if each.question.wording == wording]
        means = [f"{mean_reward(those, arm):.3f}" for arm in (*arms, None)]
        table.add_row(f"{wording} ({len(those)})", *means, ", ".join(helpful_arms(those)) or "no arm helps")
    return table


def _by_quarter(rounds: Sequence[Round], arms: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, title="what the policy drew", title_justify="left", title_style="bold")
    table.add_column("questions")
    for name in (*arms, "lost a question"):
        table.add_column(name, justify="right")
    for start, end in pairwise(np.linspace(0, len(rounds), min(4, len(rounds)) + 1).round().astype(int).tolist()):
        those = rounds[start:end]
        draws = [str(sum(each.drawn == arm for each in those)) for arm in arms]
        table.add_row(f"{start + 1} to {end}", *draws, f"{regret_of(those).total / len(those):.3f}")
    return table
