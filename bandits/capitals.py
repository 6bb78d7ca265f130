"""Names told by their capitals.

In a sentence without a parse they are all that is found. With one they show where a name begins and ends, which a small
parser doesn't always know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from riffler.bandits.mention import Mention
from riffler.bandits.people import ANY, THING, of_name
from riffler.bandits.words import (
    AUXILIARIES,
    DETERMINERS,
    ORDER_VERBS,
    PLACE_PREPOSITIONS,
    PREPOSITIONS,
    QUESTION_WORDS,
    SUBJECT_PRONOUNS,
)

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_MOST_NAMES = 40
_NAME = re.compile(r"[A-Z][\w'’-]*(?:\s(?:(?:of|de|van|von|the)\s)?[A-Z][\w-]*){0,5}")
_OWNED = re.compile(r"['’]s?$")
_OPENING = re.compile(r"(?:^|[.!?:…\n]\s*|[\"“(*-]\s*)$")
_FILE = re.compile(r"[\w-]*\w[._]\w[\w.-]*")
_INNER = frozenset("of the de van von der den la le del di da al bin with a without".split())
_OPENERS = frozenset(
    "a after all also although an and as at because before but by did do does during every for from had has how if in"
    " is it its later my no not now of on one our since so some that the their then there these this those to today"
    " under until was we were what when where which while who why with yes yesterday you your".split()
)
_NO_NAMES = (
    _OPENERS | AUXILIARIES | PREPOSITIONS | QUESTION_WORDS | DETERMINERS | SUBJECT_PRONOUNS | ORDER_VERBS | {"meet"}
)
"""Words that begin a sentence and are no part of the name after them: `Meet Anna`, `In Paris`."""


def runs(sentence: Span) -> Iterator[tuple[int, int]]:
    """Find the names in a sentence by their capitals: `Aram Khachaturian`, `Doctors Without Borders`, `notes.txt`.

    Args:
        sentence: The sentence, with word classes.

    Yields:
        Positions of the first token of each and after the last. None for a sentence all in capitals, or with one on
        every word.
    """
    words = [token for token in sentence if token.is_alpha and token.text != "I"]
    capital = sum(token.text[0].isupper() for token in words)
    tell = len(words) < 3 or capital < len(words) - 1
    here = sentence.start
    while here < sentence.end:
        token = sentence.doc[here]
        if _is_file(token):
            yield here, here + 1
            here += 1
        elif tell and _begins(token, sentence):
            end = _end(token, sentence)
            yield here, end
            here = end
        else:
            here += 1


def _is_file(token: Token) -> bool:
    return _FILE.fullmatch(token.text) is not None and not token.like_num and token.is_lower


def _begins(token: Token, sentence: Span) -> bool:
    if not token.text[0].isupper() or token.text == "I" or token.lower_ in _OPENERS or not token.text[0].isalpha():
        return False
    if not _opens(token, sentence):
        return True
    follows = token.i + 1 < sentence.end and _is_capital(sentence.doc[token.i + 1])
    if follows:
        return (token.lower_ not in _NO_NAMES and token.pos_ != "ADV") or of_name((token.text,)) != ANY
    return token.pos_ == "PROPN"


def _opens(token: Token, sentence: Span) -> bool:
    """Tell whether a word has its capital from where it stands."""
    return (
        token.i == sentence.start
        or token.nbor(-1).text in {":", "“", '"', "*", "-", "(", "…"}
        or token.nbor(-1).is_space
    )


def _is_capital(token: Token) -> bool:
    return token.text[0].isupper() and token.text != "I" and token.text[0].isalpha()


def _end(token: Token, sentence: Span) -> int:
    """Find where a name is over: it may have a small word inside, and a number at its end."""
    doc, end = sentence.doc, token.i + 1
    while end < sentence.end:
        if _is_capital(doc[end]) or doc[end].like_num:
            end += 1
            if doc[end - 1].like_num:
                break
            continue
        inner = end
        while inner < sentence.end and doc[inner].lower_ in _INNER and inner - end < 2:
            inner += 1
        if end < inner < sentence.end and _is_capital(doc[inner]):
            end = inner + 1
        else:
            break
    return end


def names(sentence: Span) -> list[Mention]:
    """Find the names in a sentence without a parse, by capitals; a word that only opens the sentence is none.

    Args:
        sentence: The sentence.

    Returns:
        The names in order, all of one rank.
    """
    text = sentence.text
    if not any(map(str.islower, text)):
        return []
    found: list[Mention] = []
    for match in _NAME.finditer(text):
        words = tuple(_OWNED.sub("", match[0]).split())
        start = match.start()
        if _OPENING.search(text[max(0, start - 3) : start]):
            known = of_name(words) != ANY
            if len(words) == 1 and not known:
                continue
            if not known and words[0].lower() in _OPENERS:
                start += len(words[0]) + 1
                words = words[1:]
        if words[0] == "I" or words[0].startswith(("I'", "I’")):
            continue
        before = text[:start].rsplit(None, 1)[-1:]
        readings = of_name(words)
        if readings == ANY and before and before[0].lower() in PLACE_PREPOSITIONS:
            readings = THING
        place = sentence.start_char + start
        bare = _OWNED.sub("", text[start : match.end()])
        named = frozenset(word.lower() for word in words)
        found.append(Mention(bare, place, place + len(bare), readings, False, 1, named, form="name", words=named))
        if len(found) >= _MOST_NAMES:
            break
    return found
