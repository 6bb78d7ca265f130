"""Scenario features: what a query takes for granted, and what it does by asking. Query-type mismatch needs a parse."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.reading import Phrases, Reading, WordSpan
from riffler.bandits.features.words import REQUEST_VERBS

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


_MODALS = frozenset("can could will would".split())
_SOFTENERS = frozenset("also just kindly maybe perhaps please possibly quickly".split())
_INDIRECT = Phrases(
    "would|do you mind",
    "i was|am|'m just| wondering|curious",
    "i wonder",
    "i 'd|would like|love you| to",
    "i want|need you| to know|understand|see|learn|hear",
    "i want|need you to",
    "i need|could|want some|your| help",
    "is it possible to|for",
    "is|are there any|a chance|chances|way|ways",
    "any chance|idea|ideas|thoughts",
    "do|did|would you know|happen who|what|when|where|which|why|how|if|whether|of|any|to",
    "can|could|may|might i ask|get|have",
    "why do n't|not you",
    "it would|'d be great|nice|good|helpful|wonderful if",
)


def _pragmatics(reading: Reading) -> Iterator[WordSpan]:
    yield from _INDIRECT.find(reading.words)
    for here, word in enumerate(reading.words):
        if word in _MODALS and reading.word(here + 1) == "you":
            verb = here + 2
            while reading.word(verb) in _SOFTENERS:
                verb += 1
            if reading.word(verb) in REQUEST_VERBS:
                yield here, verb + 1


PRESUPPOSITION = Property("presupposition", _presupposition)
PRAGMATICS = Property("pragmatics", _pragmatics)
FEATURES = (PRESUPPOSITION, PRAGMATICS)
