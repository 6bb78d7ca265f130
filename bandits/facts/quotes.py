"""Quoted strings: what stands between a pair of quotes, without them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riffler.bandits.facts.base import Fact

_QUOTED = re.compile(
    r"```(?P<fence>.+?)```|`(?P<tick>[^`\n]+)`|\"(?P<double>[^\"\n]+)\"|“(?P<curly>[^“”\n]+)”|«(?P<angle>[^«»\n]+)»"
    r"|‘(?P<single>[^‘\n]+?)’(?!\w)|(?<!\w)'(?P<straight>[^'\n]+)'(?!\w)|„(?P<low>[^„“”\n]+)[“”]",
    re.DOTALL,
)


def quotes(text: str) -> Iterator[Fact]:
    """Find the quoted strings of a text, in its order."""
    for match in _QUOTED.finditer(text):
        yield Fact("quoted", match[match.lastgroup or 0].strip(), *match.span())
