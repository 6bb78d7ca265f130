"""Semantic grounding: what ties a query to an aim, to conditions and to things in the world.

Domain specificity needs a word list, so it isn't here yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.entities import NAMED_ENTITIES
from riffler.bandits.features.intention import INTENTION_GROUNDING
from riffler.bandits.features.reading import Phrases, Reading, WordSpan

_LIMITS = Phrases(
    "if|unless|except|excluding|only|within|during|until|till|throughout",
    "assuming|provided|providing|supposing that|",
    "given that",
    "according to",
    "as long as",
    "apart|aside from",
    "other|rather|more|less|fewer|greater|smaller|larger|older|younger|higher|lower|later|earlier than",
    "at most|least",
    "no more|less|later|fewer|earlier than",
    "up to",
    "in terms of",
    "in the context|case of",
    "for a|an|my beginner|beginners|child|expert|adult|student|year",
    "for beginners|children|kids|experts|students",
    "in one|two|three|four|five|ten|1|2|3|4|5|10|20|50|100 word|words|sentence|sentences|line|lines|paragraph",
)
_YEAR_WORDS = frozenset("after around before by circa from in of since until to".split())
_INDIRECT_IF = frozenset("ask check know tell me see sure unsure wonder wondering matter you".split())


def _contextual_constraints(reading: Reading) -> Iterator[WordSpan]:
    for start, end in _LIMITS.find(reading.words):
        word, before = reading.word(start), reading.word(start - 1)
        whether = word == "if" and before in _INDIRECT_IF  # "I wonder if ..."
        not_only = word == "only" and before == "not"
        if not whether and not not_only:
            yield start, end
    for here, word in enumerate(reading.words):
        if word in _YEAR_WORDS and _is_year(reading.word(here + 1)):
            yield here, here + 2
        elif word == "between" and "and" in reading.words[here + 2 : here + 6]:
            yield here, here + 1


def _is_year(word: str) -> bool:
    digits = word.removesuffix("s")
    return digits.isdecimal() and len(digits) == 4 and 1000 <= int(digits) <= 2199


CONTEXTUAL_CONSTRAINTS = Property("contextual_constraints", _contextual_constraints)
FEATURES = (INTENTION_GROUNDING, CONTEXTUAL_CONSTRAINTS, NAMED_ENTITIES)
