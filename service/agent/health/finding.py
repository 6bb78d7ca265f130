"""What a check finds. Nothing here knows how it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["ok", "warn", "fail", "skip"]
"""`fail`: Riffler doesn't work, or doesn't keep a promise. `warn`: it works, and something is worth a look. `skip`:
nobody looked, and the text says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        level: How bad it is.
        found: What was found, in one line. It never has a secret.
        mend: How to mend it, in one line; empty where there is nothing to mend.
        measured: Numbers and names for machines; the unit is in the key.
    """

    level: Level
    found: str
    mend: str = ""
    measured: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    Attributes:
        check: The check's name.
        findings: At least one.
        spent_ms: How long it took.
        whole: Whether the check came to its end; false when an error or its deadline ended it.
    """

    check: str
    findings: tuple[Finding, ...]
    spent_ms: float = 0.0
    whole: bool = True


def worst(results: Sequence[Result]) -> Level:
    """Tell the worst level of all.

    Args:
        results: What was found.

    Returns:
        `fail`, `warn` or `ok`; what nobody looked at counts as `ok`.
    """
    levels = {finding.level for result in results for finding in result.findings}
    return "fail" if "fail" in levels else "warn" if "warn" in levels else "ok"
