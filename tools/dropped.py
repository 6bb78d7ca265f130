"""What a summary says, and what of its original it drops."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from riffler.tools.fact_arrays import KINDS, FactReader
from riffler.tools.facts import Kind, as_compared, facts, pair_of, plain
from riffler.tools.lost import Lost, Naming, words

_TOLD_APART = (KINDS.index("name"), KINDS.index("number"))
_PUNCTUATION = ".,;:!?()[]\"'`*_«»“”‘’…。，、！？"


class Said:
    """What a few texts say, to be asked for.

    Args:
        texts: The texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._facts: set[tuple[Kind, str]] = set()
        self._words: set[str] = set()
        self._values: dict[str, str] = {}
        for text in texts:
            for fact in facts(text):
                self._facts.add((fact.kind, _bare(fact.text)))
                if fact.kind == "key":
                    self._values[fact.text] = pair_of(text[fact.start : fact.end])[1]
            self._words.update(word.strip(_PUNCTUATION) for word in plain(text).replace("'s", "").split())

    def __bool__(self) -> bool:
        """Whether they say anything."""
        return bool(self._words)

    def has(self, kind: Kind, text: str) -> bool:
        """Tell whether a fact is said, by what is compared."""
        if not self._words:  # there are no texts: as a rule
            return False
        if (kind, _bare(text)) in self._facts:
            return True
        return kind == "name" and all(word.strip(_PUNCTUATION) in self._words for word in text.split())

    def states(self, key: str, value: str) -> bool:
        """Tell whether a key is said to have a value."""
        return self._values.get(key) == value


def dropped(original: str, summary: str) -> Lost:
    """Tell which names and numbers of a text its summary doesn't have.

    Args:
        original: The text.
        summary: What stands for it.

    Returns:
        Names and numbers; a name is there when all its words are, a number when its digits are, with its sign and
        unit, with or without thousands separators. A word that does nothing but open sentences is no name.
    """
    reader = FactReader()
    reader.read(original, 0)
    found = reader.arrays()
    seen = np.zeros(len(found.said), np.bool_)
    there, naming = Said([summary]), Naming()
    for block in found.blocks():
        telling = np.flatnonzero(np.isin(block.kinds, _TOLD_APART) & ~block.loose & ~seen[block.groups])
        fresh = telling[np.sort(np.unique(block.groups[telling], return_index=True)[1])]
        seen[block.groups[fresh]] = True
        for at in fresh.tolist():
            kind, stated = KINDS[block.kinds[at]], original[block.spots[at] : block.ends[at]]
            if not there.has(kind, as_compared(kind, stated)):
                naming.add(kind, stated)
    return naming.lost()


def dropped_words(missing: Lost) -> str:
    """Say what a summary dropped in one clause; empty when nothing is missing."""
    return words(missing, "the summary doesn't have")


def _bare(text: str) -> str:
    return text.replace(",", "")
