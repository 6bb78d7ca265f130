"""A parse read word by word, in the labels of Universal Dependencies: `pipeline` brings any other into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.words import TIME_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

SUBJECTS = frozenset("nsubj nsubj:pass nsubj:outer".split())
OBJECTS = frozenset("obj iobj".split())
POSSESSORS = frozenset({"nmod:poss"})
AUXILIARIES = frozenset("aux aux:pass cop".split())
CLAUSES = frozenset("csubj csubj:pass ccomp xcomp advcl acl acl:relcl".split())

_LEFT = frozenset("det det:predet amod compound nummod nmod:poss nmod nmod:unmarked nmod:desc flat advmod".split())
_NAME_RIGHT = frozenset("flat flat:name compound nummod nmod:unmarked".split())


_LONGEST_CLAUSE = 7
"""In tokens."""


def is_parsed(doc: Doc) -> bool:
    """Tell whether a document has word classes and dependencies."""
    return len(doc) > 0 and doc.has_annotation("DEP") and doc.has_annotation("POS")


def preposition(token: Token) -> Token | None:
    """Find the preposition of a noun; None when it has none."""
    return next((child for child in token.lefts if child.dep_ == "case"), None)


def is_plural(noun: Token) -> bool:
    """Tell whether a noun takes the verb's plural, by its tag or because another is joined to it by `and`."""
    joined = any(child.dep_ == "conj" for child in noun.rights) and any(
        token.lower_ == "and" for token in noun.doc[noun.i : noun.right_edge.i]
    )
    return joined or noun.tag_ in {"NNS", "NNPS"}


def phrase(noun: Token) -> tuple[int, int]:
    """Find a noun with what belongs to it: determiner, adjectives, the rest of a name, a phrase with `of`.

    Args:
        noun: Its head.

    Returns:
        Positions of the first token and after the last. Clauses, appositions and other prepositions stay out.
    """
    start, end = noun.i, noun.i + 1
    for child in reversed(list(noun.lefts)):
        if child.dep_ not in _LEFT or child.right_edge.i + 1 != start:
            break
        start = child.left_edge.i
    for child in noun.rights:
        inner = _of(child)
        named = child.dep_ in _NAME_RIGHT and child.pos_ in {"PROPN", "NUM"}
        if child.left_edge.i != end or not (named or inner is not None):
            break
        end = child.right_edge.i + 1 if inner is None else phrase(inner)[1]
    return start, end


def narrowed(noun: Token) -> tuple[int, int]:
    """Find a noun with all that says which one it is: `a bicycle with a basket`, `the hamster we bought`.

    Args:
        noun: Its head.

    Returns:
        Positions of the first token and after the last. What stands after a comma, and a long clause, stays out.
    """
    start, end = phrase(noun)
    for child in noun.rights:
        if child.i < end or child.dep_ == "punct":
            continue
        if child.left_edge.i != end or noun.doc[end].is_punct or noun.doc[end].is_space:
            break
        follows = child.i + 1 < len(noun.doc) and noun.doc[child.i + 1].pos_ == "NOUN"
        if child.lemma_.lower() in TIME_WORDS and not follows:
            break
        if any(below.dep_ == "conj" for below in child.rights):
            break
        if child.dep_ == "nmod" and child.pos_ in {"NOUN", "PROPN"}:
            end = narrowed(child)[1]
        elif child.dep_ in {"acl", "acl:relcl"} and child.right_edge.i + 1 - end <= _LONGEST_CLAUSE:
            end = child.right_edge.i + 1
        else:
            break
    while end < len(noun.doc) and noun.doc[end - 1].pos_ == "NOUN" == noun.doc[end].pos_:  # the rest of a compound
        end += 1
    return start, end


def characters(doc: Doc, span: tuple[int, int]) -> tuple[int, int]:
    """Turn positions of tokens into positions of characters."""
    return doc[span[0]].idx, doc[span[1] - 1].idx + len(doc[span[1] - 1])


def sentences(doc: Doc) -> list[Span]:
    """Give the sentences; a document without any marked is one."""
    return list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]


def _of(child: Token) -> Token | None:
    """Give the noun of a phrase with `of`; None for anything else."""
    case = preposition(child) if child.dep_ == "nmod" else None
    return child if case is not None and case.lower_ == "of" and case.i == child.left_edge.i else None
