"""What another policy would have earned on the queries of a log (off-policy evaluation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from riffler.bandits.off_policy.evaluate import Evaluation, evaluate
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.named import policy_of
from riffler.errors import InvalidInput
from riffler.service.agent.watch.entries import entries
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.ports.decisions import LoggedDecision

_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class ValueReport:
    """What another policy would have earned.

    Attributes:
        policy: The policy whose log is looked at.
        looked_at: How many of its decisions: the newest.
        other: The other policy's value, against what was earned.
        kind: It is an estimate; its warnings say where the log can't support it.
    """

    policy: ListedPolicy
    looked_at: int
    other: Evaluation
    kind: Literal["estimated"] = "estimated"


def value_report(policy: ListedPolicy, rows: Sequence[LoggedDecision], other: str) -> ValueReport:
    """Evaluate another policy. It takes about 0.2 ms a decision.

    Args:
        policy: The policy whose log it is.
        rows: Its decisions, or the newest of them, as they were made.
        other: The other policy's name; see `policy_of`.

    Returns:
        The report.

    Raises:
        InvalidInput: No policy has this name, its arm was never allowed, or fewer than two decisions have a reward.
    """
    judged = policy_of(other)
    arms = dict.fromkeys(arm for row in rows for arm in row.decision.allowed)
    if isinstance(judged, Fixed) and judged.arm not in arms:
        raise InvalidInput(f"policy: expected an arm that was ever allowed, {', '.join(arms)}, got {other[:_SHOWN]!r}")
    return ValueReport(policy, len(rows), evaluate(entries(rows), judged))
