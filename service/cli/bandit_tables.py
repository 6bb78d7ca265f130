"""Reports on a policy in the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rich.console import Console
from rich.table import Table

from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.mean_reward import MeanReward
from riffler.bandits.off_policy.estimate import Estimate
from riffler.service.agent.watch.arms import ArmsReport, EffectShown
from riffler.service.agent.watch.draw import ArmScore, DrawExplained
from riffler.service.agent.watch.health import Health
from riffler.service.agent.watch.regret import RegretCurve, RegretKnown, RegretMeasured, RegretReport
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.agent.watch.status import Status
from riffler.service.agent.watch.value import ValueReport
from riffler.service.cli.bars import spark, whisker

_TERMS = 3
"""Contributions to a score that are shown."""
_CURVE = 24


def show_policies(policies: Sequence[ListedPolicy], out: Console) -> None:
    """Print a list of policies.

    Args:
        policies: They.
        out: Where to.
    """
    table = Table("policy", "algorithm", "engine", "model", box=None, pad_edge=False)
    for title in ("decisions", "rewards"):
        table.add_column(title, justify="right")
    for each in policies:
        counts = f"{each.decisions:,}", f"{each.rewards:,}"
        table.add_row(each.digest, _algorithm(each), each.engine, each.model, *counts)
    out.print(table)


def show_status(status: Status, out: Console) -> None:
    """Print a status.

    Args:
        status: It.
        out: Where to.
    """
    policy = status.policy
    out.print(f"policy      {policy.digest}, {_algorithm(policy)}, for {policy.engine} {policy.model}", soft_wrap=True)
    out.print(
        f"decisions   {status.looked_at:,}: {status.rewarded:,} rewarded, {status.open:,} open, {status.void:,} void"
        f"{f' (the newest; {status.older:,} older ones)' if status.older else ''}"
    )
    if status.reward is not None:
        out.print(f"reward      {_mean(status.reward)} {spark(status.rewards, 1.0, _CURVE)} over time, 0 to 1")
        sources = ", ".join(f"{count:,} {source}" for source, count in status.sources.items())
        out.print(f"            from {sources}")
    if status.cost is not None:
        out.print(f"a turn      {status.cost.tokens:,.0f} tokens, {status.cost.ms:,.0f} ms (of {status.cost.count:,})")
    _show_health(status.health, out)
    out.print(f"unexecuted  {status.unexecuted:.1%} of draws")
    for reason, count in status.reasons.items():
        out.print(f"            {count:,} {reason}")
    table = _table("arm", ("offered", "drawn", "share", f"last {status.recent}", "propensity"))
    table.add_column("share over time")
    table.add_column("mean reward")
    table.add_column("worth", justify="right")
    for arm in status.arms:
        table.add_row(
            arm.arm,
            f"{arm.offered:,}",
            f"{arm.drawn:,}",
            f"{arm.share:.0%}",
            f"{arm.recent_share:.0%}",
            f"{arm.recent_propensity:.3f}",
            spark(arm.shares, 1.0, _CURVE),
            "-" if arm.reward is None else _mean(arm.reward),
            f"{status.health.effective_arms.get(arm.arm, 0.0):,.0f}",
        )
    out.print()
    out.print(table)
    out.print(
        "propensity: mean of the last ones; worth: so many equally weighted rewards tell what the arm alone would earn"
    )


def _show_health(health: Health, out: Console) -> None:
    found = health.calibration
    if isinstance(found, Unavailable):
        out.print(f"calibration unavailable: {found.reason}")
    else:
        verdict = (
            "as it should be" if found.error <= found.error_by_chance else "above that, as learning predictions may be"
        )
        out.print(f"calibration error {found.error:.3f}, by chance up to {found.error_by_chance:.3f}: {verdict}")
    for alarm in health.alarms:
        out.print(f"drift       rewards changed between {alarm.began} and {alarm.decision}")
    if not health.alarms:
        out.print("drift       no alarm (the default policy's watch, over these decisions)")


def show_arms(report: ArmsReport, most: int, out: Console) -> None:
    """Print what was learned of arms.

    Args:
        report: It.
        most: Most effects of features to print.
        out: Where to.
    """
    overall = {each.arm: each for each in report.overall}
    reach = max((abs(each.mean) + each.margin for each in (*report.overall, *report.effects[:most])), default=1.0)
    table = _table("arm", ("drawn", "share"))
    table.add_column("mean reward")
    table.add_column("against all arms", justify="right")
    table.add_column(f"-{reach:.2f} to {reach:.2f}")
    for arm in report.arms:
        told = ("-", "")
        if arm.arm in overall:
            effect = overall[arm.arm]
            told = f"{effect.mean:+.3f} +- {effect.margin:.3f}", _line(effect, reach)
        mean = "-" if arm.reward is None else _mean(arm.reward)
        table.add_row(arm.arm, f"{arm.drawn:,}", f"{arm.share:.0%}", mean, *told)
    out.print(f"policy {report.policy.digest}, estimated from {report.looked_at:,} decisions, 95 % intervals")
    out.print()
    out.print(table)
    out.print()
    if not report.effects:
        out.print("Nothing can be said of features before two arms are rewarded.")
        return
    _show_effects(report, most, reach, out)


def _show_effects(report: ArmsReport, most: int, reach: float, out: Console) -> None:
    clear = [each for each in report.effects if each.clear]
    if clear:
        out.print(
            f"{len(clear)} of {len(report.effects)} effects of features are clear; {_wrong(report.expected_wrong)}."
        )
    else:
        out.print("No effect of a feature is clear yet. Those with most evidence:")
    table = Table("effect", f"-{reach:.2f} to {reach:.2f}", box=None, pad_edge=False)
    for title in ("wrong sign", "rewards"):
        table.add_column(title, justify="right")
    for each in report.effects[:most]:
        table.add_row(each.words, _line(each, reach), f"{each.wrong_sign:.1%}", str(each.rewards))
    out.print(table)


def _wrong(expected: float) -> str:
    """Say how many wrong signs are to be expected; the chance that there is any is at most this number."""
    if expected < 1:
        return f"the chance that any of them has the wrong sign is at most {max(expected, 0.001):.1%}"
    return f"some {expected:.0f} of them may have the wrong sign"


def show_regret(report: RegretReport, out: Console) -> None:
    """Print what draws have lost.

    Args:
        report: It.
        out: Where to.
    """
    part = "" if report.selected == report.looked_at else f"{report.selected:,} of "
    failed = f", without {report.failed:,} whose call failed" if report.failed else ""
    out.print(f"policy {report.policy.digest}, {part}{report.looked_at:,} decisions{failed}")
    if report.older and report.from_ms is not None:
        out.print(f"{report.older:,} older ones aren't among them: see them with --until-ms {report.from_ms + 1}")
    if isinstance(report.true, RegretKnown):
        _show_known(report.true, out)
    found = report.estimated
    if isinstance(found, Unavailable):
        out.print(f"estimated  unavailable: {found.reason}")
    else:
        each = found.total / report.selected
        out.print(
            f"estimated  {found.total:.2f} ({found.low:.2f} to {found.high:.2f}, {found.level:.0%}), "
            f"{each:.4f} a decision, against the best fixed arm ({found.best_static})"
        )
        slopes = _slopes(found)
        floor, top = min(0.0, *slopes), max(slopes)
        bars = spark([slope - floor for slope in slopes], top - floor, _CURVE)
        out.print(f"           {bars} a decision, over time: {floor:.4g} to {top:.4f}")
        most = found.against_best_of_each
        out.print(
            f"           {most.mean:.2f} ({most.low:.2f} to {most.high:.2f}) against the best of each (biased upwards)"
        )
        out.print(f"           learned from {found.rewards:,} rewards; as right as a linear model of rewards is")
    _show_measured(report.audited, report.selected, out)


def _slopes(found: RegretCurve) -> list[float]:
    """Give the regret a decision in equal stretches of the curve; a cumulative one looks straight, whatever happens."""
    points = found.course.points
    places, totals = [0, *points], [0.0, *(each or 0.0 for each in found.course.best_static.summed.mean)]
    count = min(_CURVE, len(points))
    at = [round(number * len(points) / count) for number in range(count + 1)]
    return [(totals[end] - totals[start]) / (places[end] - places[start]) for start, end in pairwise(at)]


def _show_known(found: RegretKnown, out: Console) -> None:
    out.print(
        f"true       {found.against_best_static:.2f} against the best fixed arm ({found.best_static}), "
        f"{found.against_best_of_each:.2f} against the best of each: "
        f"{found.rounds:,} of {found.rewarded:,} rewarded decisions, each run on all its arms",
        soft_wrap=True,
    )


def _show_measured(found: RegretMeasured | Unavailable, selected: int, out: Console) -> None:
    if isinstance(found, Unavailable):
        out.print(f"audited    unavailable: {found.reason}")
        return
    out.print(
        f"audited    a decision, measured on {found.audits:,} of {selected:,} that were run on all arms: "
        "the audits that succeeded",
        soft_wrap=True,
    )
    if len(found.judges) > 1:
        judges = ", ".join(f"{judge} ({count:,})" for judge, count in found.judges.items())
        out.print(f"           judged by {judges}: scores of several judges don't compare", soft_wrap=True)
    reach = max(max(abs(each.low), abs(each.high)) for each in found.against.values()) or 1.0
    table = Table("against", f"lost a decision ({found.level:.0%})", box=None, pad_edge=False)
    table.add_column(f"-{reach:.2f} to {reach:.2f}")
    lines = {f"the best fixed arm ({found.best_static})": found.against_best_static}
    lines |= {f"always {arm}": each for arm, each in found.against.items()}
    lines |= {"the best of each (biased upwards)": found.against_best_of_each}
    for name, each in lines.items():
        told = f"{each.mean:+.3f} ({each.low:+.2f} to {each.high:+.2f})"
        table.add_row(name, told, whisker(each.mean, each.low, each.high, reach))
    out.print(table)


def show_values(reports: Sequence[ValueReport], out: Console) -> None:
    """Print what other policies would have earned on a log.

    Args:
        reports: One a policy, of the same log; at least one.
        out: Where to.
    """
    first = reports[0]
    earned = first.other.logged
    out.print(f"policy {first.policy.digest}, {first.other.rows:,} rewarded decisions of {first.looked_at:,}")
    out.print(f"earned {first.other.earned:.3f}; without the luck of its draws {_estimate(earned)}")
    differences = [each.other.difference for each in reports]
    reach = max(max(abs(each.low), abs(each.high)) for each in differences) or 1.0
    table = Table("policy", "would have earned", "less what was earned", box=None, pad_edge=False)
    table.add_column(f"-{reach:.2f} to {reach:.2f}")
    table.add_column("worth", justify="right")
    for each, difference in zip(reports, differences, strict=True):
        line = whisker(difference.value, difference.low, difference.high, reach)
        other = each.other
        table.add_row(
            other.policy,
            _estimate(other.doubly_robust),
            _estimate(difference, "+"),
            line,
            f"{other.effective_rows:,.0f}",
        )
    out.print()
    out.print(table)
    out.print("doubly robust, 95 % intervals; worth: so many draws of the policy's own would tell as much")
    for each in reports:
        for warning in each.other.warnings:
            out.print(f"{each.other.policy}: {warning}", soft_wrap=True)


def show_draw(found: DrawExplained, out: Console) -> None:
    """Print one decision, explained.

    Args:
        found: It.
        out: Where to.
    """
    out.print(f"decision    {found.decision}")
    out.print(f"drawn       {found.arm}, by {found.policy}")
    if found.unexecuted:
        out.print(f"            not executed: {found.unexecuted}", soft_wrap=True)
    if found.reward is None:
        out.print("reward      " + ("it waits for one" if found.state == "open" else "none: its call failed"))
    else:
        parts = ", ".join(f"{name} {part:.3f}" for name, part in found.parts.items())
        out.print(f"reward      {found.reward:.3f} ({found.source}{': ' if parts else ''}{parts})", soft_wrap=True)
    if found.tokens is not None and found.ms is not None:
        out.print(f"turn        {found.tokens:,} tokens, {found.ms:,.0f} ms")
    present = ", ".join(name if value == 1 else f"{name} {value:+.2f}" for name, value in found.x.items() if value)
    out.print(f"features    {present}", soft_wrap=True)
    table = _table("arm", ("propensity", "expected reward"))
    table.add_column("made of")
    for arm in found.arms:
        score = f"{arm.mean:.3f} +- {arm.margin:.3f}"
        table.add_row(f"{arm.arm}{' *' if arm.drawn else ''}", f"{arm.propensity:.3f}", score, _terms(arm))
    out.print()
    out.print(table)
    count = f"{found.learned:,.0f}"
    out.print(
        f"Expected rewards are learned from {count} {'reward' if count == '1' else 'rewards'}, as of now; "
        f"propensities are those of the draw."
    )
    out.print("Until its own rewards say otherwise, each arm but none is expected to earn a little less than none.")


def _terms(arm: ArmScore) -> str:
    shown = [f"{each.feature} {each.mean:+.3f} +- {each.margin:.3f}" for each in arm.contributions[:_TERMS]]
    left = len(arm.contributions) - len(shown)
    return "\n".join(shown) + (f", and {left} smaller" if left else "")


def _table(first: str, numbers: Sequence[str]) -> Table:
    table = Table(first, box=None, pad_edge=False)
    for title in numbers:
        table.add_column(title, justify="right")
    return table


def _mean(found: MeanReward) -> str:
    return f"{found.mean:.3f} ({found.low:.2f}-{found.high:.2f})"


def _line(effect: EffectShown, reach: float) -> str:
    return whisker(effect.mean, effect.mean - effect.margin, effect.mean + effect.margin, reach)


def _estimate(found: Estimate, sign: str = "") -> str:
    return f"{found.value:{sign}.3f} ({found.low:{sign}.2f} to {found.high:{sign}.2f})"


def _algorithm(policy: ListedPolicy) -> str:
    """Give a policy's name: what stands before its version and settings."""
    return re.split(r" (?=\d)", policy.policy_version, maxsplit=1)[0]
