"""What pydantic complains of, in the words of our own refusals; and the number that a reward is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from riffler.bandits.checks import A_REWARD, check_reward
from riffler.errors import InvalidReward

_PYDANTIC: Final = "Input should be "
_OURS: Final = "Value error, "


def expected_of(complaint: Mapping[str, Any], patterns: Mapping[str, str]) -> str:
    """Word what would be right.

    Args:
        complaint: One of pydantic's errors.
        patterns: Words for patterns, which say little to who doesn't read them.

    Returns:
        Mostly `expected` with what would be right.
    """
    context, said = complaint.get("ctx", {}), str(complaint["msg"])
    if complaint["type"] == "string_pattern_mismatch" and context["pattern"] in patterns:
        return f"expected {patterns[context['pattern']]}"
    if said.startswith(_PYDANTIC):
        return f"expected {said.removeprefix(_PYDANTIC)}"
    return said.removeprefix(_OURS)


def _reward(value: object) -> float:
    try:
        if isinstance(value, int | float):
            check_reward(value)
            return float(value)
    except InvalidReward:
        pass
    raise ValueError(f"expected {A_REWARD}")


RewardNumber = Annotated[
    float, PlainValidator(_reward), WithJsonSchema({"type": "number", "minimum": 0.0, "maximum": 1.0})
]
"""A reward as JSON has it: whatever is wrong with it is told in the same words."""
