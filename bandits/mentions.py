"""What a parsed sentence speaks of: its noun phrases and names, with what is known about each.

Where a name begins and ends is told by capitals first, and by the parse where there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from riffler.bandits.capitals import runs
from riffler.bandits.mention import Form, Mention
from riffler.bandits.people import (
    ANIMAL,
    ANY,
    GROUP,
    HE,
    PERSON,
    SHE,
    THEY,
    THING,
    Reading,
    has_person_subject,
    has_thing_made,
    of_name,
    of_noun,
)
from riffler.bandits.syntax import OBJECTS, POSSESSORS, SUBJECTS, characters, narrowed, phrase, preposition
from riffler.bandits.words import PLACE_PREPOSITIONS, TIME_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_PRONOUNS: dict[str, frozenset[Reading]] = {
    **dict.fromkeys(("he", "him", "his"), HE),
    **dict.fromkeys(("she", "her"), SHE),
    **dict.fromkeys(("it", "its"), THING),
    **dict.fromkeys(("they", "them", "their"), THEY),
}
_SOMEBODY = frozenset("anyone anybody someone somebody everyone everybody nobody who".split())
_WH = frozenset("what which whose how".split())
_NO_REFERENT = frozenset("no any each every neither either many much few such another".split())
_NEVER_MEANT = TIME_WORDS | frozenset(
    "thing kind sort type way lot bit part reason case fact point example answer question idea summary use advice help"
    " number rest matter name title word".split()
)
_PLACES = frozenset(
    "city town village country state province region county district area island lake river valley mountain beach park"
    " forest desert bay coast harbour harbor port street square station airport bridge castle palace capital resort"
    " restaurant hotel cafe museum library school university hospital church temple market shop store".split()
)
_MOST_MENTIONS = 40
_LONGEST = 60
"""In characters: what is longer is a description, and reads badly in a pronoun's place."""


def mentions(sentence: Span) -> list[Mention]:
    """Find what a parsed sentence speaks of.

    Args:
        sentence: The sentence.

    Returns:
        The mentions in order of their nouns; of `Anna and Ben` three. At most 40 and a few.
    """
    found: list[Mention] = []
    names = _Names(sentence)
    for token in sentence:
        if len(found) >= _MOST_MENTIONS:
            break
        lemma = token.lemma_.lower()
        if token.is_space or lemma in _AMOUNTS:  # a tagger that knows no space may call it a name
            continue
        if token.i in names.spans:
            found.append(_of_name(token, names))
            found += _together(token, names)
        elif token.i in names.covered:
            continue
        elif token.pos_ in {"NOUN", "PROPN"} and lemma not in _NEVER_MEANT and not _says_again(token, names):
            found.append(_of_noun(token))
            found += _together(token, names)
        elif token.lower_ in _PRONOUNS and token.dep_ != "expl":
            readings = _PRONOUNS[token.lower_]
            found.append(_mention(token, (token.i, token.i + 1), readings, readings == THEY, pronoun=True))
        elif token.lower_ == "one":
            readings = PERSON if token.dep_ in SUBJECTS else ANY
            found.append(_mention(token, (token.i, token.i + 1), readings, False, firm=False))
        elif token.lower_ in _SOMEBODY and token.pos_ == "PRON":
            asked = token.lower_ == "who"
            found.append(_mention(token, (token.i, token.i + 1), PERSON, False, asked=asked, firm=False))
    return found


class _Names:
    """The names of a sentence.

    Attributes:
        spans: By the position of a name's head: its first token and after the last, with what leads to it.
        covered: Positions of tokens that belong to a name, or to a noun beside it: `the band Velvet Tractor`.
    """

    def __init__(self, sentence: Span) -> None:
        self.spans: dict[int, tuple[int, int]] = {}
        self.covered: set[int] = set()
        doc = sentence.doc
        for start, end in runs(sentence):
            head = next((doc[i] for i in range(start, end) if not start <= doc[i].head.i < end), doc[start])
            if _leads_noun(sentence, head, start, end) or any(
                word.lemma_.lower() in TIME_WORDS for word in doc[start:end]
            ):
                self.covered.update(range(start, end) if not start <= head.head.i < end else ())
                continue
            first = _beginning(sentence, start)
            self.spans[head.i] = (first, end)
            self.covered.update(range(first, end))
            if head.dep_ == "appos" and head.head.pos_ == "NOUN" and head.head.i < start:
                self.covered.add(head.head.i)  # `the author, Anna Weber`


def _leads_noun(sentence: Span, head: Token, start: int, end: int) -> bool:
    """Tell whether a name is only the beginning of a noun phrase: `a Norway spruce`."""
    noun, doc = head.head, sentence.doc
    beside = head.dep_ == "conj" or noun.i == end
    if sentence.start < start and end < sentence.end and doc[start - 1].pos_ == "DET" and doc[end].pos_ == "NOUN":
        return beside
    if any(doc[i].pos_ not in {"NOUN", "ADJ"} for i in range(end, noun.i)):
        return False
    return noun.i >= end and noun.pos_ == "NOUN" and head.dep_ in {"compound", "amod", "nmod:desc", "nmod", "flat"}


def _beginning(sentence: Span, start: int) -> int:
    """Go left from a name over a noun that says what it is, and over an article."""
    doc, here = sentence.doc, start
    while here > sentence.start and doc[here - 1].pos_ in {"NOUN", "ADJ", "NUM"} and here > start - 4:
        here -= 1
    if any(word.lemma_.lower() in TIME_WORDS for word in doc[here:start]):
        return start
    leads = doc[here - 1] if here > sentence.start else None
    if leads is not None and leads.tag_ == "POS":  # `Marta's brother Piotr`
        return start
    if leads is not None and (leads.pos_ == "DET" or leads.dep_ in POSSESSORS):
        return here - 1
    return here if doc[start - 1].pos_ == "NOUN" and here < start else start


_AMOUNTS = frozenset(
    "dollar euro pound cent yen percent mile kilometre kilometer metre meter kilogram kilo gram litre liter ton tonne"
    " degree".split()
)
_ARTICLES = frozenset({"a", "an", "the"})
_DEFINITE = frozenset("the this that these those both".split())
_TELLING = frozenset("NOUN PROPN ADJ NUM".split())
"""Classes of words that say which one is meant."""


def _of_name(token: Token, names: _Names) -> Mention:
    """Read a name that capitals tell."""
    doc, span = token.doc, names.spans[token.i]
    words = [doc[i] for i in range(*span)]
    name = [word for word in words if not word.text.islower() or not word.is_alpha]
    predicates = list(_predicates(token))
    if token.dep_ == "appos" and token.head.i in names.covered:
        predicates.append(token.head)
    beside = [word for word in words if word.pos_ == "NOUN" and word.text.islower()]
    readings = _named(token, tuple(word.text for word in name), words[0], beside, predicates)
    plural = readings not in {GROUP, THING} and words[-1].lower_.endswith("s") and _is_plural(token)
    if words[0].lower_ == "the" and "Number=Plur" in str(token.morph) and readings == THING:
        readings = GROUP  # `the Beatles`
    asked = any(word.lower_ in _WH for word in words)
    firm = not asked and words[0].lower_ not in _NO_REFERENT and len(words) < len(token.sent) - 1
    found = _mention(token, span, THEY if plural else readings, plural, asked=asked, firm=firm)
    nouns = {word.lower_ for word in name} | {noun.lemma_.lower() for noun in (*beside, *predicates)}
    return replace(
        found,
        nouns=frozenset(nouns),
        hears=readings != THING,
        form="name",
        words=frozenset(word.lower_ for word in (*name, *(word for word in words if word.pos_ == "ADJ"))),
        row=_row(token),
        defined=bool(predicates),
        place=not nouns.isdisjoint(_PLACES) or _is_place(readings, token, doc[span[0]]),
    )


def _of_noun(token: Token) -> Mention:
    doc, (start, end) = token.doc, phrase(token)
    words = [doc[i] for i in range(start, end)]
    proper = token.pos_ == "PROPN"
    predicates = list(_predicates(token))
    plural = _is_plural(token)
    if proper:
        beside = [word for word in words if word.pos_ == "NOUN"]
        name = tuple(word.text for word in words if word.pos_ == "PROPN")
        readings = _named(token, name, words[0], beside, predicates)
    else:
        readings = of_noun(token.lemma_.lower())
    if not proper and readings == THING and predicates:  # `Borges was a writer`, where the tagger sees a noun
        readings = of_noun(predicates[0].lemma_.lower())
        proper = readings != THING and token.text[0].isupper()
    form = _form(words, proper=proper)
    determiner = words[0].lower_
    asked = any(word.lower_ in _WH for word in words)
    heading = len(words) >= len(token.sent) - 1  # a line that is nothing but this noun speaks of nothing
    span = (start, end) if form in {"name", "bare"} else narrowed(token)
    cut = determiner == "the" and span[1] == end and _goes_on(token, end)  # without `in Africa` it is another one
    firm = (
        not heading
        and not cut
        and not asked
        and determiner not in _NO_REFERENT
        and not (not plural and any(doc[i].pos_ == "CCONJ" for i in range(*span)))
        and not any(doc[i].pos_ == "PRON" and doc[i].lower_ in _PRONOUNS for i in range(start + 1, span[1]))
    )
    found = _mention(token, span, THEY if plural else readings, plural, asked=asked, firm=firm)
    nouns = {token.lemma_.lower(), *(word.lower_ for word in words if word.pos_ == "PROPN")}
    nouns |= {noun.lemma_.lower() for noun in predicates}
    return replace(
        found,
        nouns=frozenset(nouns),
        hears=readings not in {THING, ANIMAL},
        form=form,
        words=frozenset(word.lower_ for word in words if word.pos_ in _TELLING),
        row=_row(token),
        defined=bool(predicates),
        place=not nouns.isdisjoint(_PLACES) or (proper and _is_place(readings, token)),
    )


def _named(
    token: Token, name: tuple[str, ...], first: Token, beside: list[Token], predicates: list[Token]
) -> frozenset[Reading]:
    """Tell what a name can be: by itself, by a noun beside it (`my husband Leo`), or by its sentence."""
    told = next((each for noun in beside if (each := of_noun(noun.lemma_.lower())) != THING), None)
    if told is not None and (told != PERSON or of_name(name) == ANY):
        return told
    readings = of_name(name)
    if readings != ANY:
        return readings
    said = next((each for noun in predicates if (each := of_noun(noun.lemma_.lower())) != THING), None)
    if said is not None:
        return said
    if first.lower_ in _ARTICLES or beside:  # `the Titanic`, `file A`; nobody is called so, but for `the Queen`
        return next((each for word in name if (each := of_noun(word.lower())) != THING), THING)
    return _told(token, predicates)


def _told(name: Token, predicates: list[Token]) -> frozenset[Reading]:
    """Tell from its sentence what a name can be: `X was a painter`, `X wrote`, `written by X`, `in X`."""
    for noun in predicates:
        return of_noun(noun.lemma_.lower())
    verb = name.head.lemma_.lower()
    if (name.dep_ == "nsubj" or _is_agent(name)) and has_person_subject(verb):
        return PERSON
    made = name.dep_ == "nsubj:pass" and has_thing_made(verb)
    return THING if made or _stands_in_place(name) else ANY


def _is_agent(token: Token) -> bool:
    """Tell who did it: `by Ada` of a passive verb."""
    before = preposition(token)
    return before is not None and before.lower_ == "by" and token.dep_.startswith("obl") and token.head.tag_ == "VBN"


def _stands_in_place(token: Token) -> bool:
    before = preposition(token)
    return before is not None and before.lower_ in PLACE_PREPOSITIONS


def _is_place(readings: frozenset[Reading], *tokens: Token) -> bool:
    """Tell whether a name is a place's by what leads it. One is from a person, or near one, but nowhere."""
    return not readings <= PERSON and any(map(_stands_in_place, tokens))


def _goes_on(token: Token, end: int) -> bool:
    return any(child.left_edge.i >= end and child.dep_ in {"nmod", "acl", "acl:relcl"} for child in token.rights)


def _form(words: list[Token], *, proper: bool) -> Form:
    if proper:
        return "name"
    first = words[0]
    if first.lower_ in _DEFINITE:
        return "definite"
    if first.dep_ in POSSESSORS:
        return "owned"
    counted = first.lower_ in {"a", "an", "some", "one", "another"} or first.pos_ == "NUM"
    return "indefinite" if counted or any(word.lower_ in {"a", "an"} for word in words[1:2]) else "bare"


def _row(token: Token) -> int:
    first = _first(token)
    return first.i if first is not token or any(child.dep_ == "conj" for child in token.rights) else -1


def _first(token: Token) -> Token:
    while token.dep_ == "conj" and token.head.pos_ in {"NOUN", "PROPN"}:
        token = token.head
    return token


def _predicates(token: Token) -> Iterator[Token]:
    """Give the common nouns that say what something is: its predicate, its apposition, or the subject of a name."""
    head = token.head
    if token.dep_ in SUBJECTS and head.pos_ == "NOUN" and any(child.dep_ == "cop" for child in head.lefts):
        yield head
    yield from (child for child in token.rights if child.dep_ == "appos" and child.pos_ == "NOUN")
    if token.pos_ == "PROPN":
        yield from (child for child in _subjects(token) if child.pos_ == "NOUN")


def _subjects(token: Token) -> list[Token]:
    """Give the subjects of a noun that is a predicate."""
    if not any(child.dep_ == "cop" for child in token.lefts):
        return []
    return [child for child in token.children if child.dep_ in SUBJECTS]


def _is_plural(token: Token) -> bool:
    """Ask the verb first: it knows that `Borges` is one."""
    if token.dep_ in SUBJECTS and _row(token) < 0:
        for child in [token.head, *token.head.lefts]:
            if child.lower_ in {"is", "was", "has", "does", "are", "were"}:
                return child.lower_ in {"are", "were"}
    if token.pos_ == "PROPN" and not token.lower_.endswith("s"):
        return False
    return "Number=Plur" in str(token.morph) or token.tag_ in {"NNS", "NNPS"}


def _says_again(token: Token, names: _Names) -> bool:
    """Tell whether a noun is part of a name, or says of something else what it is: `X is a city`, `X, a city`."""
    if token.dep_ in {"compound", "flat", "flat:name", "appos"}:
        return True
    if token.dep_ in SUBJECTS and token.head.i in names.spans:  # `the capital is Quito`
        return token in _subjects(token.head)
    return bool(_subjects(token))


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
    if opening.is_sent_start and opening.text.istitle() and _only_opens(token, span):
        text = text[0].lower() + text[1:]
    return Mention(text, start, end, readings, plural, _rank(token), frozenset(), token.i, pronoun, asked, firm)


def _only_opens(token: Token, span: tuple[int, int]) -> bool:
    """Tell whether a phrase has its capital from the beginning of the sentence."""
    opening = token.doc[span[0]]
    if opening.pos_ in {"DET", "PRON"}:
        return True
    if (
        token.pos_ == "NOUN"
        and token.i == opening.i
        and any(of_noun(noun.lemma_) != THING for noun in _predicates(token))
    ):
        return False
    return token.pos_ == "NOUN" and not any(token.doc[i].text[0].isupper() for i in range(span[0] + 1, span[1]))


def _rank(token: Token) -> int:
    token = _first(token)
    while token.dep_ == "conj":
        token = token.head
    if token.dep_ in SUBJECTS or _subjects(token):
        return 3
    if token.dep_ in OBJECTS or _is_agent(token):
        return 2
    return 0 if token.dep_ in POSSESSORS or token.head.pos_ in {"NOUN", "PROPN"} else 1


def _together(token: Token, names: _Names) -> Iterator[Mention]:
    """Give `Anna and Ben` as one, at its first noun. `Anna or Ben` is nobody, and still a pair."""
    others = [child for child in token.rights if child.dep_ == "conj" and child.pos_ in {"NOUN", "PROPN"}]
    if token.dep_ == "conj" or not others:
        return
    spans = [names.spans.get(each.i) or phrase(each) for each in (token, *others)]
    parts = [_of_name(each, names) if each.i in names.spans else _of_noun(each) for each in (token, *others)]
    span = (spans[0][0], spans[-1][1])
    both = not any(token.doc[i].lower_ in {"or", "nor", "but"} for i in range(*span))
    forms = {part.form for part in parts}
    yield replace(
        _mention(token, span, THEY if both else frozenset(), True),
        hears=any(part.hears for part in parts),
        pair=(parts[0], parts[1]) if len(parts) == 2 and ("name" in forms) == (forms == {"name"}) else None,
        form="bare" if "bare" in forms else "name" if forms == {"name"} else "definite",
        words=frozenset(word for part in parts for word in part.words),
    )
