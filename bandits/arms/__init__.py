"""The arms: the ways in which a query may be asked.

To add an arm: write its file beside the others, its line in `ARMS`, and its prompt, if it asks the engine, in
`prompts/`. `ARMS_VERSION` changes by itself with names, versions and prompts, and with it the posterior.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from riffler.bandits.arms.base import Arm, Begun, Making, begin
from riffler.bandits.arms.clarify import Clarify
from riffler.bandits.arms.disambiguate import Disambiguate
from riffler.bandits.arms.expand import Expand
from riffler.bandits.arms.none import NoRewrite
from riffler.bandits.arms.paraphrase import Paraphrase
from riffler.bandits.arms.prompting import template
from riffler.bandits.arms.reread import Reread
from riffler.bandits.arms.simplify import Simplify
from riffler.bandits.features.language import is_english
from riffler.bandits.query import Query

_ALL: tuple[Arm, ...] = (
    NoRewrite(),
    Reread(),
    Paraphrase(),
    Simplify(),
    Disambiguate(),
    Expand(),
    Clarify(),
)
ARMS: Mapping[str, Arm] = MappingProxyType({arm.name: arm for arm in _ALL})
_ANY_LANGUAGE = ("none", "reread")
ARMS_VERSION = hashlib.sha256(
    "\n".join(f"{arm.name} {arm.version} {template(arm.name) if arm.asks else ''}" for arm in _ALL).encode()
).hexdigest()[:12]


def arms_version(making: Making) -> str:
    """Name the arms in one making: what a posterior has learned of the one isn't so of the other."""
    return f"{ARMS_VERSION}-{making}"


def offered(query: Query, making: Making) -> tuple[str, ...]:
    """Tell which arms may be drawn for a query.

    Args:
        query: The query.
        making: Who words the rewrites.

    Returns:
        Names in the order of `ARMS`; `none` is always among them.
    """
    return tuple(begun(query, making))


def begun(query: Query, making: Making) -> Mapping[str, Begun]:
    """Begin to reword a query in each way that may be drawn for it: what has nothing to do shows only then.

    Args:
        query: The query.
        making: Who words the rewrites.

    Returns:
        What each arm begins with, in the order of `ARMS`; `none` is always among them.
    """
    by_rule_only = making == "rule" and not is_english(query.text)  # whose rules are those of English
    arms = _ANY_LANGUAGE if by_rule_only else ARMS
    found = ((name, begin(ARMS[name], query, making)) for name in arms)
    return MappingProxyType({name: each for name, each in found if each is not None})
