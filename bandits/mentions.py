"""What a sentence speaks of: its noun phrases and names, with what is known about each.

Read from a parse where there is one. Without it only names are found, by their capitals, and nothing is known about
the others, so that whoever asks gets less, but nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from riffler.bandits.people import ANY, HE, PERSON, PERSON_VERBS, SHE, THING, Reading, of_name, of_noun
from riffler.bandits.syntax import OBJECTS, POSSESSORS, SUBJECTS, characters, phrase, preposition

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_PRONOUNS: dict[str, tuple[frozenset[Reading], bool]] = {
    "he": (HE, False),
    "she": (SHE, False),
    "it": (THING, False),
    "they": (ANY, True),
    "them": (ANY, True),
    "him": (HE, False),
    "her": (SHE, False),
    "his": (HE, False),
    "its": (THING, False),
    "their": (ANY, True),
}
_SOMEBODY = frozenset("anyone anybody someone somebody everyone everybody nobody who".split())
_PLACE_WORDS = frozenset("in at from to near into across towards".split())
_WH = frozenset("what which whose how".split())
_NO_REFERENT = frozenset("no any each every neither either many much few such another".split())
_TIMES = frozenset(
    "second minute hour day week month year century morning afternoon evening night today yesterday tomorrow weekend"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december time moment".split()
)
_MOST_MENTIONS = 40
_NAME = re.compile(r"[A-Z][\w'’-]*(?:\s(?:(?:of|de|van|von|the)\s)?[A-Z][\w-]*){0,5}")
_OWNED = re.compile(r"['’]s?$")
_OPENING = re.compile(r"(?:^|[.!?:…\n]\s*|[\"“(*-]\s*)$")
_LONGEST = 60
"""In characters: what is longer is a description, and reads badly in a pronoun's place."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a sentence speaks of.

    Attributes:
        text: Its words, as they stand in the middle of a sentence.
        start: Where it begins in the document, in characters.
        end: Where it is over.
        readings: What it can be.
        plural: Whether it is several.
        rank: How likely it is spoken of again: 3 for a subject, 2 for an object, 1 for anything else.
        nouns: Its own noun and those that say what it is, singular and in lower case.
        head: Where its noun stands in the document, in tokens; -1 without a parse.
        pronoun: Whether it is a pronoun, and so stands for something else.
        asked: Whether it is asked for: `which boat`.
        firm: Whether it means something certain, and can stand in a pronoun's place.
        pair: The two of `Anna and Ben`.
    """

    text: str
    start: int
    end: int
    readings: frozenset[Reading]
    plural: bool
    rank: int
    nouns: frozenset[str] = frozenset()
    head: int = -1
    pronoun: bool = False
    asked: bool = False
    firm: bool = True
    pair: tuple[Mention, Mention] | None = None


def mentions(sentence: Span) -> list[Mention]:
    """Find what a parsed sentence speaks of.

    Args:
        sentence: The sentence.

    Returns:
        The mentions in order of their nouns; of `Anna and Ben` three. At most 40 and a few.
    """
    found: list[Mention] = []
    for token in sentence:
        if len(found) >= _MOST_MENTIONS:
            break
        if token.is_space or token.lemma_.lower() in _AMOUNTS:  # a tagger that knows no space may call it a name
            continue
        if token.pos_ in {"NOUN", "PROPN"} and not _says_again(token) and token.lemma_.lower() not in _TIMES:
            found.append(_of_noun(token))
            found += _together(token)
        elif token.lower_ in _PRONOUNS and token.dep_ != "expl":
            readings, plural = _PRONOUNS[token.lower_]
            found.append(_mention(token, (token.i, token.i + 1), readings, plural, pronoun=True))
        elif token.lower_ == "one":
            found.append(_mention(token, (token.i, token.i + 1), ANY, False, firm=False))
        elif token.lower_ in _SOMEBODY and token.pos_ == "PRON":
            asked = token.lower_ == "who"
            found.append(_mention(token, (token.i, token.i + 1), PERSON, False, asked=asked, firm=False))
    return found


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
        if readings == ANY and before and before[0].lower() in _PLACE_WORDS:
            readings = THING
        place = sentence.start_char + start
        bare = _OWNED.sub("", text[start : match.end()])
        found.append(Mention(bare, place, place + len(bare), readings, False, 1))
        if len(found) >= _MOST_MENTIONS:
            break
    return found


_NARROWING = frozenset("nmod acl acl:relcl".split())
_AMOUNTS = frozenset(
    "dollar euro pound cent yen percent mile kilometre kilometer metre meter kilogram kilo gram litre liter ton tonne"
    " degree".split()
)
_ARTICLES = frozenset({"a", "an", "the"})
_OPENERS = frozenset(
    "a after all also although an and as at because before but by did do does during every for from had has how if in"
    " is it its later my no not now of on one our since so some that the their then there these this those to today"
    " under until was we were what when where which while who why with yes yesterday you your".split()
)


def _of_noun(token: Token) -> Mention:
    doc, (start, end) = token.doc, phrase(token)
    words = [doc[i] for i in range(start, end)]
    proper = token.pos_ == "PROPN"
    predicates = list(_predicates(token))
    if proper:
        readings = of_name(tuple(word.text for word in words if word.pos_ == "PROPN"))
        if readings == ANY and words[0].lower_ in _ARTICLES:  # `the Titanic`; nobody is called so
            readings = of_noun(token.lower_)
        elif readings == ANY:
            readings = _told(token, predicates)
    else:
        readings = of_noun(token.lemma_.lower())
        if readings == THING and predicates:  # `Borges was a writer`, where the tagger takes the name for a noun
            readings = of_noun(predicates[0].lemma_.lower())
    determiner = words[0].lower_
    asked = any(word.lower_ in _WH for word in words)
    heading = len(words) >= len(token.sent) - 1  # a line that is nothing but this noun speaks of nothing
    # Without `in Africa`, the tallest mountain is another one.
    cut = determiner == "the" and any(child.left_edge.i >= end and child.dep_ in _NARROWING for child in token.rights)
    firm = (
        not heading
        and not cut
        and not asked
        and determiner not in _NO_REFERENT
        and not any(word.pos_ == "PRON" for word in words[1:])
    )
    found = _mention(token, (start, end), readings, _is_plural(token), asked=asked, firm=firm)
    nouns = {token.lemma_.lower(), *(word.lower_ for word in words if word.pos_ == "PROPN")}
    return replace(found, nouns=frozenset(nouns | {noun.lemma_.lower() for noun in predicates}))


def _told(name: Token, predicates: list[Token]) -> frozenset[Reading]:
    """Tell from its sentence what a name can be: `X was a painter`, `X wrote`, `in X`."""
    for noun in predicates:
        return of_noun(noun.lemma_.lower())
    if name.dep_ in SUBJECTS and name.head.lemma_.lower() in PERSON_VERBS:
        return PERSON
    before = preposition(name)
    return THING if before is not None and before.lower_ in _PLACE_WORDS else ANY


def _predicates(token: Token) -> Iterator[Token]:
    """Give the common nouns that say what something is: its predicate, or its apposition."""
    head = token.head
    if token.dep_ in SUBJECTS and head.pos_ == "NOUN" and any(child.dep_ == "cop" for child in head.lefts):
        yield head
    yield from (child for child in token.rights if child.dep_ == "appos" and child.pos_ == "NOUN")


def _is_plural(token: Token) -> bool:
    """Ask the verb first: it knows that `Borges` is one."""
    if token.dep_ in SUBJECTS:
        for child in [token.head, *token.head.lefts]:
            if child.lower_ in {"is", "was", "has", "does", "are", "were"}:
                return child.lower_ in {"are", "were"}
    return "Number=Plur" in str(token.morph) or token.tag_ in {"NNS", "NNPS"}


def _says_again(token: Token) -> bool:
    """Tell whether a noun is part of a name, or says of something else what it is: `X is a city`, `X, a city`."""
    if token.dep_ in {"compound", "flat", "flat:name", "appos"}:
        return True
    below = {child.dep_ for child in token.children}
    return "cop" in below and not below.isdisjoint(SUBJECTS)


def _mention(
    token: Token,
    span: tuple[int, int],
    readings: frozenset[Reading],
    plural: bool,
    *,
    pronoun: bool = False,
    asked: bool = False,
    firm: bool = True,
) -> Mention:
    start, end = characters(token.doc, span)
    text = token.doc.text[start:end]
    firm = firm and len(text) <= _LONGEST and "\n" not in text
    opening = token.doc[span[0]]
    if opening.is_sent_start and opening.pos_ in {"DET", "PRON", "ADJ"} and opening.text.istitle():
        text = text[0].lower() + text[1:]
    return Mention(text, start, end, readings, plural, _rank(token), frozenset(), token.i, pronoun, asked, firm)


def _rank(token: Token) -> int:
    while token.dep_ == "conj":
        token = token.head
    if token.dep_ in SUBJECTS:
        return 3
    if token.dep_ in OBJECTS:
        return 2
    return 0 if token.dep_ in POSSESSORS or token.head.pos_ in {"NOUN", "PROPN"} else 1


def _together(token: Token) -> Iterator[Mention]:
    """Give `Anna and Ben` as one, at its first noun. `Anna or Ben` is nobody, and still a pair."""
    others = [child for child in token.rights if child.dep_ == "conj" and child.pos_ in {"NOUN", "PROPN"}]
    if token.dep_ == "conj" or not others:
        return
    span = (phrase(token)[0], phrase(others[-1])[1])
    both = not any(token.doc[i].lower_ in {"or", "nor", "but"} for i in range(*span))
    pair = (_of_noun(token), _of_noun(others[0])) if len(others) == 1 else None
    yield replace(_mention(token, span, ANY if both else frozenset(), True), pair=pair)
