"""The language, by script and by words of grammar. Quoted strings and names in another language are no matter."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from riffler.bandits.features.lexicon import is_known, zipf
from riffler.bandits.guard.lists import lists

if TYPE_CHECKING:
    from riffler.bandits.guard.reading import Reading

_LETTERS = {
    "ß": "de", "ä": "de sv fi et", "ö": "de sv fi hu tr et", "ü": "de hu tr et es", "ñ": "es", "¿": "es", "¡": "es",
    "ã": "pt vi", "õ": "pt et vi", "ł": "pl", "ą": "pl lt", "ę": "pl lt", "ś": "pl", "ż": "pl", "ź": "pl",
    "ř": "cs", "ů": "cs", "ě": "cs", "ő": "hu", "ű": "hu", "ğ": "tr", "ş": "tr ro", "ı": "tr", "ț": "ro", "ș": "ro",
    "ă": "ro vi", "ø": "da no", "å": "sv da no", "æ": "da no", "đ": "vi hr", "ơ": "vi", "ư": "vi", "ạ": "vi",
    "ế": "vi", "ệ": "vi", "è": "it fr ca", "ù": "it fr", "ì": "it", "ò": "it ca", "ç": "fr pt tr ca",
    "ê": "fr pt vi", "î": "fr ro", "û": "fr", "œ": "fr", "ĉ": "eo", "ĝ": "eo", "ĵ": "eo", "ŝ": "eo", "ŭ": "eo",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PIECE = re.compile(r"[^.!?\n:]+[.!?:]?")
_MOST_WORDS = 400


def changed(before: Reading, after: Reading) -> bool:
    """Tell whether a rewrite, or a sentence of it, is in another language than its query.

    Args:
        before: The query.
        after: Its rewrite.

    Returns:
        Whether it is. False where a language can't be told.
    """
    had = before.languages
    if had == {"en"} and _is_unread(before, after):
        return True
    if had:
        pieces = (languages(match[0]) for match in _PIECE.finditer(after.unquoted))
        return any(has and had.isdisjoint(has) for has in chain((after.languages,), pieces))
    has = after.languages
    return bool(has) and "en" not in has and len(before.words & after.words) * 3 < len(before.words)


def _is_unread(before: Reading, after: Reading) -> bool:
    """Tell whether most words of a rewrite are neither English nor its query's: a language that has no list here."""
    words = [match[0] for match in _WORD.finditer(after.unquoted)][:_MOST_WORDS]
    strange = sum(
        not (word[0].isupper() or word.lower() in before.words or "en" in _speakers().get(word.lower(), ())
             or is_known(word.lower()) or zipf(word.lower()))
        for word in words
    )  # fmt: skip
    return strange >= _STRANGE and 2 * strange > len(words)


_STRANGE = 2


def is_english(reading: Reading) -> bool:
    """Tell whether a text may be English, so that English lists may be asked."""
    found = reading.languages
    return not found or "en" in found


def is_german(reading: Reading) -> bool:
    """Tell whether a text is German: there all nouns have capitals."""
    return reading.languages == {"de"}


def languages(text: str) -> frozenset[str]:
    """Tell which languages a text may be in.

    Args:
        text: Any text.

    Returns:
        Codes of languages, or a script's name; none when too little speaks for any.
    """
    script = _script(text)
    if script != "LATIN":
        return frozenset({script}) if script else frozenset()
    found = Counter[str]()
    for word in _WORD.findall(text)[:_MOST_WORDS]:
        lower = word.lower()
        for language in _speakers().get(lower, ()):
            found[language] += 2
        if not word[0].isupper():
            for letter in set(lower) & _LETTERS.keys():
                found.update(_LETTERS[letter].split())
    if "¿" in text or "¡" in text:
        found["es"] += 2
    best = max(found.values(), default=0)
    if best < 4:
        return frozenset()
    # English in doubt: a few words of grammar are shared by many languages
    if found["en"] and best - found["en"] < 3:
        return frozenset({"en", *(language for language, count in found.items() if count == best)})
    return frozenset(language for language, count in found.items() if best - count < 2)


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in lists()["languages"].items():
        for word in set(words.split()):
            found.setdefault(word, []).append(language)
    return {word: tuple(speakers) for word, speakers in found.items()}


def _script(text: str) -> str:
    """Give the script of most letters of a text, in Unicode's name; Japanese by its syllables."""
    letters = [letter for letter in text[:2000] if letter.isalpha()]
    if not letters:
        return ""
    found = Counter("LATIN" if letter < "\u0250" else unicodedata.name(letter, "?").split(" ")[0] for letter in letters)
    if found["HIRAGANA"] + found["KATAKANA"]:
        return "HIRAGANA" if found["LATIN"] * 2 < len(letters) else "LATIN"
    return found.most_common(1)[0][0]
