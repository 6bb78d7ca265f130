"""An audit as the log keeps it: what was measured, with what it took and who judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riffler.bandits.cost import Cost
from riffler.bandits.insight.audited_regret import Audit
from riffler.errors import InvalidInput

_FIELDS = frozenset({"rewards", "arm", "share", "tokens", "judge", "criterion"})


@dataclass(frozen=True, slots=True)
class KeptAudit:
    """What was found when all allowed arms were run for one query. It holds no text of a user.

    Attributes:
        audit: The rewards, the arm drawn, and the share.
        tokens: Of all calls that it took; at least 0.
        judge: Who judged the answers: scores of two judges don't compare.
        criterion: What the answers to this query were judged by; the same for all its arms.
        at_ms: When it was kept, by the store's clock, in milliseconds since 1970; 0 before it is.

    Raises:
        InvalidInput: The number of tokens is none, or the arm drawn has no reward, or the share is out of range. (A
            reward outside [0, 1] is an `InvalidReward`.)
    """

    audit: Audit
    tokens: int
    judge: str
    criterion: str
    at_ms: int = 0

    def __post_init__(self) -> None:
        Cost(self.tokens)
        self.audit.checked()

    def to_dict(self) -> dict[str, Any]:
        """Give all but the time as JSON-safe values; numbers come back bit for bit, arms in their order."""
        audit = self.audit
        return {
            "rewards": dict(audit.rewards),
            "arm": audit.arm,
            "share": audit.share,
            "tokens": self.tokens,
            "judge": self.judge,
            "criterion": self.criterion,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any], at_ms: int) -> KeptAudit:
        """Take an audit back from what `to_dict` gave.

        Args:
            value: The dictionary.
            at_ms: When it was kept.

        Returns:
            The audit.

        Raises:
            InvalidInput: A field is missing, or one is unknown.
        """
        if value.keys() != _FIELDS:
            raise InvalidInput(f"audit: missing or unknown fields {sorted(_FIELDS ^ value.keys())}")
        audit = Audit(value["rewards"], value["arm"], value["share"])
        return cls(audit, value["tokens"], value["judge"], value["criterion"], at_ms)
