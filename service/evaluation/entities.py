"""Many bound entities: each owner keeps one thing in one place; what does the owner in the middle keep?

The task is ours. It asks what studies of binding ask: not whether a name or a thing is in the text, but which belongs
to which when many do, and how that depends on where in the text the pair stands. All sentences have the same form, and
names, things and places are words that no model has met, so nothing but the binding tells them apart. Every cell asks
at one position, in percent of the text: 0 is the first sentence, 100 the last.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riffler.service.evaluation.benchmark import Case, Cell, source_of
from riffler.service.evaluation.words import draw_word

_SENTENCE = "{owner} keeps the {thing} in the {place}."
_QUESTION = "Which thing does {owner} keep? Answer with the name of the thing."

_DENIAL_REACH = 60
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:not|never|nor|neither|unlike|rather than|instead of)|n['’]t)"
    r"(?:[\s*_`\"“‘']+(?:the|an?|keeps?|kept|have|has|own))*[\s*_`\"“‘']+\Z"
)
_DENIED_AFTER = re.compile(r"[\s*_`\"”’']+(?:is|was|does)(?:n['’]t|\s+not\b)")
"""What says of a thing that it isn't the answer, before and after it."""


@dataclass(frozen=True)
class Entities:
    """The evaluation.

    Attributes:
        entities: How many, a cell for each number and each position.
        positions: Where the owner stands that is asked for, in percent, from 0 to 100.
        sessions: Cases of each cell.
        seed: The same seed gives the same cases.
    """

    entities: tuple[int, ...] = (100, 1000)
    positions: tuple[int, ...] = (0, 25, 50, 75, 100)
    sessions: int = 10
    seed: int = 1
    name: str = "entities"

    @property
    def cells(self) -> Sequence[Cell]:
        """See the port."""
        return [{"entities": count, "position": position} for count in self.entities for position in self.positions]

    @property
    def options(self) -> Mapping[str, Any]:
        """See the port."""
        return {"entities": [*self.entities], "positions": [*self.positions]}

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        count, position = int(cell["entities"]), int(cell["position"])
        # Without the position: the same text is asked at all positions, so that nothing else differs between them.
        rng = source_of(self.seed, self.name, count, session)
        words: dict[str, None] = {}
        while len(words) < 3 * count:
            words[draw_word(rng, 3)] = None
        drawn = list(words)
        owners, things, places = [word.capitalize() for word in drawn[::3]], drawn[1::3], drawn[2::3]
        asked = position * (count - 1) // 100
        facts = zip(owners, things, places, strict=True)
        text = "\n".join(_SENTENCE.format(owner=owner, thing=thing, place=place) for owner, thing, place in facts)
        owner, right, known = owners[asked], things[asked], frozenset(things)
        return Case(
            f"{text}\n\n{_QUESTION.format(owner=owner)}",
            lambda answer: float(last_of(answer, known) == right),
            lambda: nearest_thing(text, owner),
        )


def last_of(answer: str, things: Collection[str]) -> str:
    """Find the thing that an answer names last, leaving out those that it says it isn't: `the oar, not the saw`.

    Args:
        answer: The answer.
        things: All things that there are, in lower case.

    Returns:
        The thing; empty when the answer names none.
    """
    text = answer.lower()
    named = [word for word in re.finditer(r"[^\W\d_]+", text) if word[0] in things and not _is_denied(text, word)]
    return named[-1][0] if named else ""


def _is_denied(text: str, word: re.Match[str]) -> bool:
    before = text[max(0, word.start() - _DENIAL_REACH) : word.start()]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(text, word.end()))


def nearest_thing(text: str, owner: str) -> str:
    """Answer with the first word that has an article after the owner, on the newest line that has both: the baseline.

    Args:
        text: Any text.
        owner: The owner.

    Returns:
        The word; empty when there is none.
    """
    found = re.findall(rf"\b{re.escape(owner)}\b[^\n]*?\b(?:the|an?) ([^\W\d_]+)", text)
    return str(found[-1]) if found else ""
