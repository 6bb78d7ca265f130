"""Who or what a noun or a name can be, told by closed lists, which stand in `people.toml`.

What isn't in a list isn't known: a name may then be anybody's or anything's, and a noun is a thing.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Reading = Literal["he", "she", "it", "they"]
"""By which pronoun something may be meant."""

HE: frozenset[Reading] = frozenset({"he"})
SHE: frozenset[Reading] = frozenset({"she"})
PERSON: frozenset[Reading] = frozenset({"he", "she"})
THING: frozenset[Reading] = frozenset({"it"})
ANIMAL: frozenset[Reading] = frozenset({"he", "she", "it"})
GROUP: frozenset[Reading] = frozenset({"it", "they"})
THEY: frozenset[Reading] = frozenset({"they"})
ANY: frozenset[Reading] = frozenset({"he", "she", "it"})
"""Of a name of which nothing is known."""

_KINDS = {"he": HE, "she": SHE, "person": PERSON, "group": GROUP, "animal": ANIMAL}
_COMPANY = re.compile(
    r"(?:inc|corp|corporation|ltd|llc|llp|plc|gmbh|ag|kg|oy|ab|bv|b\.v|nv|n\.v|s\.a|spa|s\.p\.a|pty|co|company|group"
    r"|holdings?|industries|technologies|systems|solutions|partners|associates|bank|university|college|institute"
    r"|energy|airlines|airways|motors|records|pictures|studios|foundation|society|association|agency|ministry"
    r"|committee|council|commission|union|party|club|united|orchestra|brothers|& sons|without borders)\.?",
    re.IGNORECASE,
)
_THING = re.compile(
    r"(?:bridge|street|road|avenue|lake|river|island|mount|mountain|sea|ocean|bay|strait|square|airport|castle|palace"
    r"|park|prize|award|medal|hospital|theorem|theory|method|syndrome|disease|act|treaty|war|museum|cathedral|tower"
    r"|valley|desert|canal|county|city|islands|river|festival|cup)",
    re.IGNORECASE,
)
_NOT_NAMED = re.compile(r"[\w.-]*(?:\d|[_.][a-z])[\w.-]*")
"""`M10`, `notes.txt`: a thing."""


def of_noun(lemma: str) -> frozenset[Reading]:
    """Tell what a common noun in lower case and singular can mean."""
    return _table("nouns").get(lemma, THING)


def of_name(words: tuple[str, ...]) -> frozenset[Reading]:
    """Tell whose or what's a name can be.

    Args:
        words: Its words as written, at least one; a title may stand first.

    Returns:
        What it can mean; all of it where neither a title, a first name nor the name's last word tells.
    """
    names, titles = _table("names"), _table("titles")
    first = words[0].lower().rstrip(".")
    if len(words) > 1 and _COMPANY.fullmatch(words[-1]):
        return GROUP
    if any(map(_NOT_NAMED.fullmatch, words)) or (len(words) > 1 and (_THING.fullmatch(words[-1]) or first == "lake")):
        return THING
    if len(words) > 1 and first in titles:
        told = names.get(words[1].lower(), PERSON)
        return titles[first] if titles[first] != PERSON else told
    if len(words) == 1 and first in _words("names", "places"):
        return ANY
    return names.get(first, ANY)


def has_person_subject(lemma: str) -> bool:
    """Tell whether the subject of a verb is a person as a rule."""
    return lemma in _words("verbs", "person")


def has_thing_made(lemma: str) -> bool:
    """Tell whether the subject of a verb's passive is a thing as a rule: `Dune was written`."""
    return lemma in _words("verbs", "making")


@cache
def _lists() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("people.toml").read_text("utf-8"))


@cache
def _table(name: str) -> dict[str, frozenset[Reading]]:
    rows = _lists()[name]
    return {word: reading for kind, reading in _KINDS.items() for word in rows.get(kind, "").split()}


@cache
def _words(table: str, row: str) -> frozenset[str]:
    return frozenset(_lists()[table][row].split())
