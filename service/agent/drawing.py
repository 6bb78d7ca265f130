"""Which policy draws: the one that settings name, with a floor under its propensities or a safety rule around it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from riffler.bandits.policies.base import Policy
from riffler.bandits.policies.conservative import Conservative
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.floored import Floored
from riffler.bandits.policies.named import policy_of
from riffler.errors import InvalidInput, InvalidSetting


def drawing_policy(
    name: str, floor: float = 0.0, margin: float | None = None, confidence: float | None = None
) -> Policy[Any]:
    """Build the policy that draws.

    Args:
        name: See `policy_of`; an arm that it names must exist.
        floor: Least propensity of each offered arm; 0 is none.
        margin: Reward a round by which it may be worse than `none`; None has no safety rule.
        confidence: With which the safety rule holds; None is its default.

    Returns:
        The policy.

    Raises:
        InvalidSetting: A setting isn't possible, or not beside the others; the text names it.
    """
    try:
        policy = policy_of(name)
    except InvalidInput as exc:
        raise InvalidSetting(f"setting {exc}") from exc
    _check_arms(policy, name, floor)
    if margin is None:
        if confidence is not None:
            raise InvalidSetting("setting safety_confidence: expected a safety_margin beside it, got none")
        return Floored(policy, floor) if floor else policy
    if floor:
        raise InvalidSetting(
            "setting policy_floor: expected 0 with a safety_margin: where the safety rule holds back, `none` alone is "
            "drawn, so no other arm can have a floor"
        )
    careful = Conservative(policy, margin=margin)
    return careful if confidence is None else replace(careful, confidence=confidence)


def _check_arms(policy: Policy[Any], name: str, floor: float) -> None:
    if not (isinstance(policy, Fixed) or floor):
        return
    from riffler.bandits.arms import ARMS  # noqa: PLC0415 - half a second, for the few who name an arm or a floor

    if isinstance(policy, Fixed) and policy.arm not in ARMS:
        raise InvalidSetting(f"setting policy: expected fixed: and one of {', '.join(ARMS)}, got {name[:40]!r}")
    if floor > 1 / len(ARMS):
        raise InvalidSetting(
            f"setting policy_floor: expected at most 1 / {len(ARMS)}, as so many arms may be offered, got {floor:g}"
        )
