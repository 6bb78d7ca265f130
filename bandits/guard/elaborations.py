"""What a rewrite may add behind a question: how fully to answer, and what a word of the question means.

"Explain step by step, with an example." asks nothing else, where all its words only say how fully to answer. "A googly
is a ball that ..." says what the question means by a word of its own. Neither is compared with the query.
"""

from __future__ import annotations

import re

from riffler.bandits.facts.negations import negations
from riffler.bandits.guard.frames import blanked
from riffler.bandits.guard.kinship import akin, bases
from riffler.bandits.guard.lists import pattern, word_set
from riffler.bandits.guard.reading import Reading, is_grammar

_LONGEST = 3000
"""Characters of a rewrite that is looked at: what explains a question is short."""

_SEGMENT = re.compile(r"[^.!?,;:\n]+[.!?,;:]*")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_WORD = re.compile(r"[^\W\d_]+")
_WHY_NOT = re.compile(r"\bor why not\b", re.IGNORECASE)
_DEFINES = re.compile(
    r"\s*(?:an?|the)?\s*(?:(?:word|term|name|abbreviation)\s)?(?P<term>(?:[\w'’-]{1,30}\s){1,4}?)"
    r"(?:is|are|means?|refers? to|stands? for|describes?)\s",
    re.IGNORECASE,
)
_MOST_WORDS = 30
"""Of a sentence that defines a word."""


def unelaborated(after: Reading, before: Reading) -> Reading:
    """Give a rewrite without what it adds to say how fully to answer, or what a word of the query means.

    Args:
        after: The rewrite.
        before: Its query; what stands there is no addition.

    Returns:
        The rewrite with blanks in their place.
    """
    text = after.raw
    if len(text) > _LONGEST or before.is_long:
        return after
    asked = before.raw.lower()
    for match in pattern("reading", "manner").finditer(text):
        if match[0].lower() not in asked:
            text = blanked(text, [match.span()])
    first = True
    for match in _SENTENCE.finditer(text):
        if not first and _defines(match[0], before):
            text = blanked(text, [match.span()])
            break
        first = first and not _WORD.search(match[0])
    segments = [match for match in _SEGMENT.finditer(text) if _WORD.search(match[0])]
    spans = [
        match.span() for match in segments[1:] if match[0].strip(" .,;:!").lower() not in asked and _says_how(match[0])
    ]
    text = blanked(text, spans)
    return Reading(text, after.stories) if text != after.raw else after


def _says_how(segment: str) -> bool:
    """Tell whether a part of a sentence only says how fully to answer."""
    content = [word for word in map(str.lower, _WORD.findall(segment)) if not is_grammar(word)]
    return (
        bool(content)
        and all(not bases(word).isdisjoint(word_set("words", "fullness")) for word in content)
        and not any(negations(_WHY_NOT.sub("", segment)))
    )


def _defines(sentence: str, before: Reading) -> bool:
    """Tell whether a sentence says what a word of the query means, and asks nothing."""
    match = _DEFINES.match(sentence)
    if match is None or sentence.rstrip().endswith("?") or len(_WORD.findall(sentence)) > _MOST_WORDS:
        return False
    terms = [word for word in match["term"].lower().replace("-", " ").split() if not is_grammar(word)]
    return bool(terms) and all(any(akin(term, word) for word in before.words if not is_grammar(word)) for term in terms)
