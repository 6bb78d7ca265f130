"""Policies by name, each with its settings untouched: what an operator names, and what a log is judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Policy
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.ftrl import TsallisInf
from riffler.bandits.policies.gaussian_thompson import GaussianThompson
from riffler.bandits.policies.hybrid import HybridThompson
from riffler.bandits.policies.ids import InformationDirected
from riffler.bandits.policies.lin_ucb import LinUCB
from riffler.bandits.policies.thompson import LinearThompson
from riffler.errors import InvalidInput

DEFAULT: Final = "adaptive-thompson"
"""The policy of who names none."""
POLICIES: Final[Mapping[str, Callable[[], Policy[Any]]]] = MappingProxyType(
    {
        DEFAULT: AdaptiveThompson,
        "linear-thompson": LinearThompson,
        "hybrid-thompson": HybridThompson,
        "lin-ucb": LinUCB,
        "information-directed": InformationDirected,
        "gaussian-thompson": GaussianThompson,
        "exp3": Exp3,
        "tsallis-inf": TsallisInf,
    }
)
"""Those that need no arm: each name is the policy's own."""
_SHORT: Final[Mapping[str, str]] = MappingProxyType({"hybrid": "hybrid-thompson", "ids": "information-directed"})
_FIXED: Final = "fixed:"
_SHOWN: Final = 40


def policy_of(text: str) -> Policy[Any]:
    """Make a policy.

    Args:
        text: Its name, or `fixed:` and an arm's name; `hybrid` and `ids` are short for their long names.

    Returns:
        The policy. Whether there is an arm of this name isn't looked at.

    Raises:
        InvalidInput: No policy has this name.
    """
    arm = text.removeprefix(_FIXED)
    if arm and arm != text:
        return Fixed(arm)
    made = POLICIES.get(_SHORT.get(text, text))
    if made is None:
        names = ", ".join((*POLICIES, f"{_FIXED}ARM"))
        raise InvalidInput(f"policy: expected one of {names}, got {text[:_SHOWN]!r}")
    return made()
