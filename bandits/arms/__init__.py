"""The arms: the ways in which a query may be asked.

To add an arm: write its file beside the others, and its line in `ARMS`. `ARMS_VERSION` changes by itself with names,
versions and prompts, and with it the posterior.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from riffler.bandits.arms.base import Arm
from riffler.bandits.arms.none import NoRewrite
from riffler.bandits.arms.paraphrase import Paraphrase, prompt
from riffler.bandits.arms.reread import Reread
from riffler.bandits.arms.simplify import Simplify
from riffler.bandits.query import Query

_ALL: tuple[Arm, ...] = (NoRewrite(), Reread(), Simplify(), Paraphrase())
ARMS: Mapping[str, Arm] = MappingProxyType({arm.name: arm for arm in _ALL})
ARMS_VERSION = hashlib.sha256(
    "\n".join([*(f"{arm.name} {arm.version}" for arm in _ALL), prompt()]).encode()
).hexdigest()[:12]


def offered(query: Query, *, can_ask: bool) -> tuple[str, ...]:
    """Tell which arms may be drawn for a query.

    Args:
        query: The query.
        can_ask: Whether the engine can be asked for a wording.

    Returns:
        Names in the order of `ARMS`; `none` is always among them.
    """
    return tuple(name for name, arm in ARMS.items() if (can_ask or not arm.needs_model) and arm.offered(query))
