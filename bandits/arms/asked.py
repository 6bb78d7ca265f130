"""Where a query asks: its sentences, and in each the word from which on it asks or orders.

What stands before that word, and a sentence that has none, only tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from riffler.bandits.features.acts import after_openers, inverts
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.stretches import asks
from riffler.bandits.words import AUXILIARIES

_ENDS = frozenset({".", "?", "!", "…", "...", "??", "!!", "?!", "!?", "???", "!!!"})
_JOINS = frozenset({":", ",", ";", "-", "–", "—", "so", "but", "and"})
_TURNS = frozenset({"but", "so"})
_LEADS = frozenset("so but and anyway now then well please pls ok okay".split())
_IDLE = Phrases(
    "can|could|would you|u believe",
    "what was i thinking",
    "guess what",
    "tell|ask me ,|:|.|!",
    "settle this|it|that",
    "let 's|me",
    "i need|have to keep|get|take|have",
    "do n't|not you think|worry|laugh|judge|tell|ask",
    "you|u know what|how",
    "which|who was|is rather|quite|very|so|a",
)
"""They look like a question, an order or a wish, and are talk."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of a query, as positions of words.

    Attributes:
        start: Its first word.
        end: After its last word or mark.
        ask: Where it asks; None where it only tells.
    """

    start: int
    end: int
    ask: int | None

    @property
    def told(self) -> WordSpan:
        """What only tells, before the question; empty where it asks from its beginning on."""
        return self.start, self.end if self.ask is None else self.ask


def parts(reading: Reading) -> list[Part]:
    """Take a query apart.

    Args:
        reading: Its reading, with tags.

    Returns:
        Its sentences in order. Where none asks, the last turn of a statement (`..., but my screen is dark`) counts as
        what is asked.
    """
    meant = {start: _is_meant(reading, start, end) for start, end in asks(reading)}
    found = [Part(start, end, _asks_from(reading, start, end, meant)) for start, end in _sentences(reading)]
    if found and all(part.ask is None for part in found):
        last = found[-1]
        found[-1] = Part(last.start, last.end, _turn(reading, last.start, last.end))
    return found


def _sentences(reading: Reading) -> list[WordSpan]:
    """Cut at marks, because people leave marks out more often than they set wrong ones."""
    found: list[WordSpan] = []
    start = 0
    for here, word in enumerate(reading.words):
        last = here + 1 == len(reading.words)
        if last or (word in _ENDS and reading.words[here + 1] not in _ENDS | {")", '"', "”", "''"}):
            found.append((start, here + 1))
            start = here + 1
    return found


def _is_meant(reading: Reading, start: int, end: int) -> bool:
    idle = any(span[0] == 0 for span in _IDLE.find(reading.words[start : start + 4]))
    if idle or reading.word(start - 1) == "(":
        return False
    if reading.words[start] not in AUXILIARIES:
        return True
    return reading.word(start + 1) in {"you", "u"} or reading.word(end).startswith("?")


def _asks_from(reading: Reading, start: int, end: int, meant: dict[int, bool]) -> int | None:
    """Find where a sentence asks: after a colon, else where the first question or order in it begins."""
    asked = reading.words[end - 1].startswith("?")
    inside = [here for here in range(start, end) if meant.get(here)]
    inside += [here for here in range(start + 1, end) if asked and _is_late(reading, here)]
    if not inside:
        return start if asked and not any(here in meant for here in range(start, end)) else None
    after_colon = [here for here in inside if reading.words[_lead(reading, here, start) - 1] == ":"]
    first = _lead(reading, min(after_colon or inside), start)
    return start if after_openers(reading, start, end) >= first else first


def _is_late(reading: Reading, here: int) -> bool:
    """Tell a question without a question word that begins inside a sentence: `..., so is a bat a bird?`."""
    return (
        reading.words[here - 1] in _JOINS
        and reading.words[here] in {"is", "are", "does", "did", "do"}
        and (inverts(reading, here))
    )


def _lead(reading: Reading, here: int, start: int) -> int:
    """Go back over the words that lead in: `so please`."""
    while here > start + 1 and reading.words[here - 1] in _LEADS:
        here -= 1
    return here


def _turn(reading: Reading, start: int, end: int) -> int | None:
    for here in range(end - 1, start, -1):
        if reading.words[here] in _TURNS and reading.words[here - 1] == ",":
            return here
    return None
