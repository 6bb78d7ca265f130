"""The ways of finding, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from riffler.tools.finding.any_case import AnyCase
from riffler.tools.finding.base import Finder, Searched
from riffler.tools.finding.exact import Exact
from riffler.tools.finding.fuzzy import Fuzzy
from riffler.tools.finding.pattern import Pattern
from riffler.tools.finding.ranked import Ranked
from riffler.tools.fragments import Span

How = Literal["exact", "any_case", "pattern", "ranked", "fuzzy"]

FINDERS: Mapping[How, Callable[[Searched, Sequence[Span], Sequence[str]], Finder]] = MappingProxyType(
    {
        "exact": lambda memory, areas, _: Exact(memory, areas),
        "any_case": lambda memory, areas, _: AnyCase(memory, areas),
        "pattern": lambda memory, areas, _: Pattern(memory, areas),
        "ranked": Ranked,
        "fuzzy": lambda memory, areas, _: Fuzzy(memory, areas),
    }
)
BY_WORTH: frozenset[How] = frozenset(["ranked", "fuzzy"])
"""Those of which one match is better than another; the others' are all equally good."""
