"""Names: each must stand in the rewrite, and none may be new. A people stands for its country, `LA` for Los Angeles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from riffler.bandits.facts import Fact, Kind
from riffler.bandits.guard.initials import resolved
from riffler.bandits.guard.kinship import are_synonyms, same_people
from riffler.bandits.guard.language import is_german
from riffler.bandits.guard.lists import word_set
from riffler.bandits.guard.reading import Reading, folded, is_grammar

_PARTS = re.compile(r"[-'’]")
_BRAND = re.compile(r"[A-Z]\w{0,4}-[A-Z]\w{0,4}")
"""Wi-Fi, Spider-Man: may be written in one word."""

_DEMONYM = re.compile(r"(?:n|an|ean|ian|ist|ists|ism|ans|wegian|er|ers|ese|ish|i|ic|ite|ns|ans|ians|s|es)$")
_SHORTEST_MISTYPED = 5


def complaints(before: Reading, after: Reading, known: Reading, plain: Reading) -> Iterator[str]:
    """Say whether a rewrite loses or invents a name.

    Args:
        before: The query.
        after: Its rewrite.
        known: What a rewrite may draw on.
        plain: The rewrite without what it explains.

    Yields:
        What is wrong.
    """
    if (is_german(before) or is_german(after)) and len(before.tokens) != len(after.tokens):
        return  # its nouns have capitals, so only what is said word by word the same can be compared
    short = resolved(before, after)
    had, has = _names(before, before.asks_for("name")) - short, _names(plain, plain.facts["name"]) - short
    if any(
        not _stands(name, after) and not _corrects(name, after) and not _is_spelled(name, before, after) for name in had
    ):
        yield "the rewrite loses a name"
    glued = {word for reading in (before, after) for word in reading.words if _GLUED.fullmatch(word)}
    new = {
        name for name in has if not _stands(name, before) and not _stands(name, known) and not _corrects(name, before)
    }
    new -= {match[1].lower() for match in _OF_LANGUAGE.finditer(after.core)}
    if any(
        not _completes(name, before, after) and not any(name[0] == word[0] for word in glued - after.words)
        for name in new
    ):
        yield "the rewrite invents a name"


_OF_LANGUAGE = re.compile(r"\b([A-Z]\w+) (?:word|phrase|term|expression|verb|noun|abbreviation|saying|idiom)\b")
"""Of which language a phrase is that the query has: an explanation."""

_HELD: tuple[Kind, ...] = ("date", "unit", "quoted", "number")
"""What is no name, whatever its capitals."""


def _names(reading: Reading, facts: list[Fact]) -> frozenset[str]:
    """Give the parts of names that tell one from another, in lower case."""
    held = bytearray(len(reading.text))
    for kind in _HELD:
        for fact in reading.facts[kind]:
            held[fact.start : fact.end] = b"\1" * (fact.end - fact.start)
    kinds = word_set("names", "kinds") | word_set("words", "grammar") | word_set("words", "frame")
    return frozenset(
        part.lower()
        for fact in facts
        if not held[fact.start]
        for part in ([fact.value] if _BRAND.fullmatch(fact.value) else _PARTS.split(fact.value))
        if part.lower() not in kinds and len(part) > 1 and not part.islower()  # "non-English"
    )


_GLUED = re.compile(r"[a-z]{1,3}\d")


def _is_spelled(name: str, before: Reading, after: Reading) -> bool:
    """Tell whether a name like `CO2` or `F1` may be written in full: a new word begins with its first letter."""
    return _GLUED.fullmatch(name) is not None and any(
        word[0] == name[0] and word.isalpha() for word in after.words - before.words
    )


def _completes(name: str, before: Reading, after: Reading) -> bool:
    """Tell whether a new name stands beside one of a query in keywords: `einstein`, `Albert Einstein`."""
    if before.raw.rstrip().endswith((".", "?", "!")) or after.is_long or name in _SIDES:
        return False
    words = [token.word for token in after.tokens]
    return any(
        word == name and any(_is_begun(near, before) for near in _beside(words, at)) for at, word in enumerate(words)
    ) or not before.words.isdisjoint(_shortened(name, after))


def _beside(words: list[str], at: int) -> list[str]:
    """Give the words right before and behind a word of a name, past its particles: Rio de Janeiro."""
    ahead = [word for word in words[max(0, at - 3) : at] if word not in _PARTICLES]
    behind = [word for word in words[at + 1 : at + 4] if word not in _PARTICLES]
    return [*ahead[-1:], *behind[:1]]


_PARTICLES = frozenset("de da do del della di du la le von van der den of the al el y".split())


def _shortened(name: str, reading: Reading) -> set[str]:
    """Give short forms of a name: its first and last letter (`dr`), and its capitals (`js` for JavaScript)."""
    capitals = {
        "".join(filter(str.isupper, fact.value)).lower() for fact in reading.facts["name"] if fact.value.lower() == name
    }
    return {short for short in capitals if len(short) > 1} | {name[0] + name[-1]}


def _is_begun(word: str, before: Reading) -> bool:
    """Tell whether a query has a word, or the beginning of it: `fed`, Federal."""
    if is_grammar(word):
        return False
    return word in before.words or any(len(short) > 2 and word.startswith(short) for short in before.words)


_SIDES = frozenset(
    "north south east west northern southern eastern western central new upper lower equatorial republic".split()
)


def _stands(name: str, reading: Reading) -> bool:
    """Tell whether a text has a name: as it is, as a people, in two words (`Wi-Fi`, `wifi`), or as a synonym (`TV`)."""
    words = reading.plain_words
    name = folded(name)
    if name in words or name in reading.joined_words or name.replace("-", "") in words:
        return True
    if "-" in name and all(part in words for part in name.split("-")):
        return True
    return not reading.is_long and any(_same_name(name, word) or are_synonyms(name, word) for word in words)


def _same_name(one: str, other: str) -> bool:
    if same_people(one, other) or one == f"{other}s" or other == f"{one}s":
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or short[:3] != long[:3]:
        return False
    return any(
        long.startswith(stem) and len(long) > len(stem) and _DEMONYM.fullmatch(long[len(stem) :]) is not None
        for stem in {short, short.rstrip("aeiou") if len(short) > 4 else short}
    )


def _corrects(name: str, before: Reading) -> bool:
    """Tell whether a name is the right spelling of a word that the query has in lower case."""
    if len(name) < _SHORTEST_MISTYPED or before.is_long:
        return False
    if any(
        len(token.word) > 2 and name.startswith(token.word) and not same_people(token.word, token.word)
        for token in before.tokens
        if not is_grammar(token.word)
    ):
        return True  # insta, Insta
    most = 1 if len(name) < 8 else 2
    return any(_swapped(token.word, name) for token in before.tokens) or any(
        not token.capital and OSA.distance(token.word, name, score_cutoff=most) <= most for token in before.tokens
    )


def _swapped(one: str, other: str) -> bool:
    """Tell whether two spellings differ by letters in another order or a doubled letter: `Micheal`, `Brittany`."""
    if one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    return sorted(one) == sorted(other) or _DOUBLED.sub(r"\1", one) == _DOUBLED.sub(r"\1", other)


_DOUBLED = re.compile(r"(\w)\1")
