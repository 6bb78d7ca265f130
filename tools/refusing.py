"""Telling a refusal in words from a summary.

A model that won't summarise says so in a sentence, and that sentence must not take the text's place. This looks at the
beginning only, for the forms in which chat models refuse in some twenty languages (`refusal_forms.py`). Many of them
open an honest summary, too: `We can't ship before Friday; Acme agreed.` Such a one is a refusal when it says that it
won't help, answer or summarise, or when it doesn't speak of the original: it has none of its names and numbers, and
fewer than half of its own less usual words stand there.

A miss in either direction is possible. What is refused by mistake loses nothing, since the original stays; what passes
by mistake can be restored. A refusal that comes after other text isn't recognised, nor one in a language or form that
isn't listed; a summary that opens so, in another language than its original's, is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import islice

from riffler.tools.facts import Fact, facts, plain
from riffler.tools.refusal_forms import ACTS, CERTAIN, COMMON, OPENINGS

_HEAD = 400
"""Characters that are looked at."""

_MOST_RUNS = 64
"""Of a script without blanks: so many are looked for in the original, as each takes a pass."""

_COURTESY = r"[\W_]*(?:(?:summary|answer|hello|hi|sure|certainly|of course|okay|ok|thank you)\b[^\w]+)?"
_OPENING = re.compile(f"{_COURTESY}(?:{'|'.join(OPENINGS)})")
_CERTAIN = re.compile(f"{_COURTESY}(?:{'|'.join(CERTAIN)})")
_ACT = re.compile("|".join(ACTS))

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SHORTEST = 4
_RUN = re.compile(r"(?=([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{3}))")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that are blank."""


def says_nothing(text: str) -> bool:
    """Tell whether a text has no letter and no digit that can be seen."""
    return not any(character.isalnum() and character not in _FILLERS for character in text)


def reads_as_refusal(text: str, original: str) -> bool:
    """Tell whether a summary begins as a model's refusal does.

    Args:
        text: What a model wrote for a summary.
        original: What it was to summarise; it is read only where the beginning leaves a doubt.

    Returns:
        Whether it is to be refused. The cost is linear in the original.
    """
    head = _laid_out(text)
    if _CERTAIN.match(head):
        return True
    opening = _OPENING.match(head)
    if opening is None:
        return False
    return _ACT.search(head) is not None or not _speaks_of(text[:_HEAD], head[opening.end() :], original)


def _laid_out(text: str) -> str:
    """Give a text's beginning as the forms are written."""
    head = unicodedata.normalize("NFKC", text.strip()[:_HEAD]).replace("’", "'").replace("、", ",")
    return plain("".join(each for each in head if each.isprintable() or each.isspace()))


def _speaks_of(summary: str, rest: str, original: str) -> bool:
    """Tell whether a summary has something of the original; the rest is what follows its opening, laid out."""
    own = {word for word in _WORD.findall(rest) if word not in COMMON}
    named = {(fact.kind, fact.text) for fact in facts(summary) if _is_own(fact, own)}
    if named and any((fact.kind, fact.text) in named for fact in facts(original)):
        return True
    known = original.casefold().replace("’", "'")
    words = {word for word in own if len(word) >= _SHORTEST}
    shared = words.intersection(match[0] for match in _WORD.finditer(known)) if words else ()
    if shared and 2 * len(shared) >= len(words):
        return True
    runs = dict.fromkeys(match[1] for match in _RUN.finditer(rest))
    return any(run in known for run in islice(runs, _MOST_RUNS))


def _is_own(fact: Fact, own: Container[str]) -> bool:
    """Tell whether a fact is a number, or a name that isn't made of the opening's words and usual ones."""
    return fact.kind == "number" or (fact.kind == "name" and any(word in own for word in _WORD.findall(fact.text)))
