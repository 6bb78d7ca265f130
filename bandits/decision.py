"""A decision: which arm was drawn for a query, with the probability that it had. It holds no text of a user."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from riffler.errors import InvalidInput

_DIGEST_CHARACTERS = 8
_ENTROPY_BYTES = 8
_RAREST: Final = 1e-17
"""The chance of an arm that was drawn, where it was rounded to 0."""


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """What a posterior belongs to, beside its tenant. Any difference means another posterior.

    Attributes:
        engine: The engine's name.
        model: The model that it runs.
        arms_version: Version of the arms and their prompts.
        features_version: Version of the features.
        policy_version: Version of the policy with its settings.
    """

    engine: str
    model: str
    arms_version: str
    features_version: str
    policy_version: str

    def digest(self) -> str:
        """Name it in eight hexadecimal digits (SHA-256 of its fields as JSON)."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:_DIGEST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Decision:
    """One draw, as it is logged before any model is called: also before an arm's own call.

    Attributes:
        id: `d`, the policy key's digest, and sixteen random hexadecimal digits.
        session: In which session.
        features_version: Version of the features in x.
        x: Context vector, d numbers.
        allowed: The arms that could be drawn.
        propensities: Exact probability of each of them.
        arm: The arm drawn. The reward goes to it.
        policy: The policy's name.
        policy_version: Its version.
    """

    id: str
    session: str
    features_version: str
    x: tuple[float, ...]
    allowed: tuple[str, ...]
    propensities: Mapping[str, float]
    arm: str
    policy: str
    policy_version: str

    @property
    def chance(self) -> float:
        """The probability that the arm drawn had; above 0, as it was drawn."""
        return self.propensities[self.arm] or _RAREST

    def to_dict(self) -> dict[str, Any]:
        """Give the decision as JSON-safe values; numbers come back bit for bit."""
        return {**asdict(self), "propensities": dict(self.propensities)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Decision:
        """Take a decision back from what `to_dict` gave.

        Args:
            value: The dictionary.

        Returns:
            The same decision.

        Raises:
            InvalidInput: A field is missing, or one is unknown.
        """
        names = {field.name for field in fields(cls)}
        if value.keys() != names:
            raise InvalidInput(f"decision: missing or unknown fields {sorted(names ^ value.keys())}")
        return cls(**{**value, "x": tuple(value["x"]), "allowed": tuple(value["allowed"])})


def decision_id(policy_digest: str, entropy: bytes) -> str:
    """Make a decision's id, from which its policy can be told.

    Args:
        policy_digest: `PolicyKey.digest()`.
        entropy: Random bytes, at least eight; the first eight count.

    Returns:
        The id.

    Raises:
        InvalidInput: There are fewer.
    """
    if len(entropy) < _ENTROPY_BYTES:
        raise InvalidInput(f"decision id: expected at least {_ENTROPY_BYTES} random bytes, got {len(entropy)}")
    return f"d{policy_digest}{entropy[:_ENTROPY_BYTES].hex()}"


def digest_of(id_: str) -> str | None:
    """Tell the policy's digest from a decision's id; None for what is no such id."""
    digits = id_[1:]
    shaped = (
        id_.startswith("d")
        and len(digits) == _DIGEST_CHARACTERS + 2 * _ENTROPY_BYTES
        and set(digits) <= set("0123456789abcdef")
    )
    return digits[:_DIGEST_CHARACTERS] if shaped else None
