"""The definitions of the features, as `definitions.toml` has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Definition:
    """What a feature is.

    Attributes:
        group: The group of QueryBandits that it belongs to; ours has the three numbers, and what the session knows.
        definition: What is present, or measured, in one sentence.
        test: What decides edge cases; for a number, its formula.
        positive: Queries that have it, or score high.
        negative: Queries that come close and don't, or score low.
    """

    group: str
    definition: str
    test: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


@cache
def definitions() -> Mapping[str, Definition]:
    """Read the definitions.

    Returns:
        Each by the feature's name, in the order of the file, which is that of the context vector.
    """
    table = tomllib.loads(files(__package__).joinpath("definitions.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            name: Definition(
                each["group"],
                each["definition"],
                each["test"],
                tuple(each["positive" if "positive" in each else "high"]),
                tuple(each["negative" if "negative" in each else "low"]),
            )
            for name, each in table.items()
        }
    )
