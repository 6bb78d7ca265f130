"""Scenario features: what a query takes for granted, and what it does by asking. Query-type mismatch needs a parse."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.reading import Phrases, Reading, WordSpan

_TRIGGERS = Phrases(
    "why am|are|did|do|does|had|has|have|is|was|were|ca|wo",  # a why-question takes its clause for true
    "how come",
    "since when",
    "no longer",
    "anymore",
    "again",
    "stops|stopped|stopping|quit|quits|quitting|cease|ceases|ceased|ceasing",
    "stop",
    "keeps|kept",
    "resume|resumes|resumed",
    "continue|continues|continued to",
    "still",
    "manage|manages|managed to",
    "forget|forgets|forgot|forgotten to",
    "fail|fails|failed to",
    "regret|regrets|regretted|realise|realises|realised|realize|realizes|realized",
    "aware that|of",
    "discover|discovers|discovered that",
    "find|found out that",
    "the fact that",
    "given the fact",
    "even though",
)
_NOUN_STOPS = frozenset("bus full pit train tram truck tube".split())
_STILL_NOUNS = frozenset("image images life lifes photo photos water waters".split())
_SUGGESTIONS = frozenset("you we".split())


def _presupposition(reading: Reading) -> Iterator[WordSpan]:
    for start, end in _TRIGGERS.find(reading.words):
        before, first, after = reading.word(start - 1), reading.word(start), reading.word(end)
        bus_stop = first in {"stop", "stops"} and before in _NOUN_STOPS
        still_life = first == "still" and after in _STILL_NOUNS
        # "Why don't you ..." suggests.
        suggests = first == "why" and reading.word(end) in {"n't", "not"} and reading.word(end + 1) in _SUGGESTIONS
        if not (bus_stop or still_life or suggests):
            yield start, end


PRESUPPOSITION = Property("presupposition", _presupposition)
