"""Names: words with a capital that their place doesn't explain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riffler.bandits.facts.base import WORD, Fact, bare

_OPENING = " \t\"'“”‘’«»([*#>`-"
_ENDS = ".!?:…"
_TITLES = frozenset("dr mr mrs ms prof st sir vs no mt jr sr gen col".split())
_FIRST_PERSON = re.compile(r"I(?:['’](?:m|d|ve|ll))?$")


def names(text: str) -> Iterator[Fact]:
    """Find the names of a text, word by word, in its order."""
    found = [(match, bare(match[0])) for match in WORD.finditer(text)]
    spelled = [word for _, word in found if len(word) > 1 and word[0].isalpha()]
    shouted = len(spelled) > 1 and not any(map(str.islower, "".join(spelled)))
    if shouted or (len(spelled) > 3 and all(word[0].isupper() for word in spelled)):
        return
    for number, (match, word) in enumerate(found):
        if _FIRST_PERSON.match(match[0]) or not any(map(str.isupper, word)):
            continue
        marked = any(map(str.isupper, word[1:]))  # NASA, iPhone
        before = found[number - 1] if number else None
        if marked or not _opens(text, match.start(), before):
            yield Fact("name", word, match.start(), match.start() + len(word))


def _opens(text: str, start: int, before: tuple[re.Match[str], str] | None) -> bool:
    """Tell whether a sentence or a line begins at a word."""
    if before is None:
        return True
    between = text[before[0].end() : start]
    if before[1].lower() in _TITLES and between.strip() == ".":
        return False
    mark = between.rstrip(_OPENING)[-1:]
    return "\n" in between or (mark != "" and mark in _ENDS)
