"""The pronouns of a query whose antecedent isn't in the query: something said before must tell what they mean.

Left out is what points nowhere (`it rains`, `is it true that`, `how long does it take to`), and what the query itself
may explain: anything of the pronoun's kind and number that stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from riffler.bandits.mention import Mention
from riffler.bandits.mentions import mentions
from riffler.bandits.syntax import CLAUSES, OBJECTS, POSSESSORS, SUBJECTS, is_parsed, sentences
from riffler.bandits.words import AUXILIARIES, BE_FORMS, PREPOSITIONS, QUESTION_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Kind = Literal["he", "she", "it", "they", "there", "noun", "former", "latter"]

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("he", "him", "his"), "he"),
    **dict.fromkeys(("she", "her"), "she"),
    **dict.fromkeys(("it", "its"), "it"),
    **dict.fromkeys(("they", "them", "their"), "they"),
}
_DEMONSTRATIVES = {"this": False, "that": False, "these": True, "those": True}
_NOWHERE_VERBS = frozenset("rain snow hail freeze seem appear happen matter turn take".split())
_NOWHERE_WORDS = frozenset(
    "week day month year hour cold hot warm dark late early windy sunny foggy humid far like time worth okay ok".split()
)
_RAISING = frozenset("likely unlikely bound due ready able supposed".split())
"""`When is it likely to pass?` asks of something."""
_ANYBODY = frozenset("anyone anybody someone somebody everyone everybody nobody one".split())
_ANYBODY_VERBS = frozenset("call say tell put sell make let name".split())
_VAGUE_NOUNS = frozenset("time way case point one kind sort type thing stuff moment day hour year reason".split())
_FUNCTION_WORDS = (
    AUXILIARIES
    | BE_FORMS
    | PREPOSITIONS
    | QUESTION_WORDS
    | frozenset("and but so then else also ok okay well the a an many much long often please me us you i we".split())
)
_WORD = re.compile(r"[^\W_]+")
_OWNED = re.compile(r"\s+(?!(?:to|in|on|at|for|with|from|by|and|or|but|when|if|then|the|a|an)\b)[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Anaphor:
    """A pronoun, or a phrase that works as one.

    Attributes:
        start: Where it begins in the query, in characters.
        end: Where it is over.
        kind: What it asks for; `noun` for `this treaty`.
        plural: Whether it means several.
        possessive: Whether it says whose something is.
        noun: Of `this treaty`: treaty; else empty.
        verb: The verb that it is the object of, as a lemma; empty for any other.
        acts: The verb that it is the subject of, as a lemma; empty for any other.
    """

    start: int
    end: int
    kind: Kind
    plural: bool
    possessive: bool = False
    noun: str = ""
    verb: str = ""
    acts: str = ""


def anaphors(doc: Doc) -> Iterator[Anaphor]:
    """Find what points out of a query.

    Args:
        doc: The query's document; without a parse only `he` and `she` are found, near the beginning.

    Yields:
        The pronouns, in order.
    """
    if not is_parsed(doc):
        yield from _unparsed(doc)
        return
    before: list[Mention] = []
    for sentence in sentences(doc):
        before += mentions(sentence)
        for token in sentence:
            found = _anaphor(token)
            if found is not None and not _explained(found, token, before):
                yield found


def _anaphor(token: Token) -> Anaphor | None:
    word, start, end = token.lower_, token.idx, token.idx + len(token)
    if (
        word in {"former", "latter"}
        and token.i
        and token.nbor(-1).lower_ == "the"
        and token.dep_ not in {"amod", "det"}
    ):
        return Anaphor(token.nbor(-1).idx, end, "former" if word == "former" else "latter", False)
    if word in _DEMONSTRATIVES:
        noun = token.head
        if noun.i == token.i + 1 and noun.pos_ == "NOUN" and noun.lemma_.lower() not in _VAGUE_NOUNS:
            plural = _DEMONSTRATIVES[word]
            return Anaphor(start, noun.idx + len(noun), "noun", plural, False, noun.lemma_.lower())
        return None
    if word == "there":
        return Anaphor(start, end, "there", False) if _is_place(token) else None
    kind = _KINDS.get(word)
    if (
        kind is None
        or (token.dep_ == "expl" and token.head.lower_ not in _RAISING)
        or (kind == "it" and _points_nowhere(token))
    ):
        return None
    if kind == "they" and token.dep_ in SUBJECTS and token.head.lemma_.lower() in _ANYBODY_VERBS:
        return None
    verb = token.head.lemma_.lower() if token.dep_ in OBJECTS else ""
    acts = token.head.lemma_.lower() if token.dep_ in SUBJECTS else ""
    return Anaphor(start, end, kind, kind == "they", token.dep_ in POSSESSORS, verb=verb, acts=acts)


def _is_place(token: Token) -> bool:
    """Tell `live there` from `there is`, `hi there` and `over there`."""
    before = token.nbor(-1).lower_ if token.i else ""
    if before in {"from", "near"}:
        return True
    return token.dep_ in {"advmod", "obl"} and token.head.pos_ == "VERB" and before not in {"over", "out", "hi", "hey"}


def _points_nowhere(token: Token) -> bool:
    head = token.head
    if token.dep_ not in SUBJECTS:
        return head.lemma_.lower() == "do"  # `do it`: an action
    around = {head.lemma_.lower()}
    if head.pos_ != "VERB":
        around |= {child.lemma_.lower() for child in head.children}
    if head.lower_ in _RAISING:
        return False
    if head.lemma_.lower() in _NOWHERE_VERBS or around & _NOWHERE_WORDS:
        return True
    near = {word.lower_ for word in token.doc[max(0, token.i - 1) : token.i + 8]}
    states = head.pos_ in {"ADJ", "NOUN", "AUX", "PROPN"}
    clause = any(child.dep_ in CLAUSES for child in head.rights) or not near.isdisjoint({"to", "that", "how"})
    return states and clause


def _explained(anaphor: Anaphor, token: Token, mentions_: list[Mention]) -> bool:
    """Tell whether the query may itself say what is meant."""
    if anaphor.kind in {"former", "latter"}:
        return any(mention.pair is not None and mention.start < anaphor.start for mention in mentions_)
    above = {token.i, *(ancestor.i for ancestor in token.ancestors)}
    opens = any(ancestor.dep_ == "advcl" and ancestor.i < ancestor.head.i for ancestor in token.ancestors)
    return any(
        (mention.start < anaphor.start or opens)
        and mention.head not in above
        and _agrees(anaphor, token, mention)
        and not _apart(token, mention, anaphor)
        and not _made(token, mention)
        for mention in mentions_
        if not mention.pronoun
    )


def _agrees(anaphor: Anaphor, token: Token, mention: Mention) -> bool:
    if mention.asked and not (anaphor.possessive and _acts(token.doc[mention.head])):
        return False
    if anaphor.kind == "noun":
        return anaphor.noun in mention.nouns
    if anaphor.kind in {"he", "she"} and mention.text.lower() == "one":
        return False
    if anaphor.kind == "they" and mention.text.lower() in _ANYBODY:
        return True
    if anaphor.kind == "there":
        return mention.place
    return anaphor.kind in mention.readings


def _acts(token: Token) -> bool:
    """Tell whether something does more than be: `who sold his boat?`, but not `who was his father?`."""
    return token.dep_ in SUBJECTS and not any(child.dep_ == "cop" for child in token.head.children)


def _apart(token: Token, mention: Mention, anaphor: Anaphor) -> bool:
    """Tell whether both are arguments of one verb, and so two things: `Did Spain sign it?`."""
    if anaphor.possessive or token.dep_ not in SUBJECTS | OBJECTS:
        return False
    other = token.doc[mention.head]
    return other.head == token.head and other.dep_ in SUBJECTS | OBJECTS


def _made(token: Token, mention: Mention) -> bool:
    """Tell whether a thing is made or moved with regard to another: `write an advert for it`."""
    other = token.doc[mention.head]
    return token.dep_ == "obl" and other.head == token.head and other.dep_ in OBJECTS


def _unparsed(doc: Doc) -> Iterator[Anaphor]:
    """Take the first pronoun of a person, when no word stands before it that it could mean."""
    last = ""
    for match in _WORD.finditer(doc.text):
        word = match[0].lower()
        kind = _KINDS.get(word)
        if kind in {"he", "she"}:
            owner = word == "his" or (word == "her" and _OWNED.match(doc.text, match.end()) is not None)
            yield Anaphor(match.start(), match.end(), kind, False, owner)
        if word not in _FUNCTION_WORDS and last != "how":  # `how old`
            return
        last = word
