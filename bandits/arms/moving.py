"""The same words in another order: what stands at the end goes to the front."""

from __future__ import annotations

from riffler.bandits.arms.sentence import Sentence, small
from riffler.bandits.syntax import preposition

_FRONTED = frozenset({"in", "during"})
_CLAUSES = frozenset({"if", "when", "after", "before"})
_POINTS = frozenset("it its he him his she her they them their".split())


def place_first(sentence: Sentence) -> str | None:
    """`Who ruled in 1990` as `In 1990, who ruled`: a year or a place at the end goes to the front."""
    last = sentence.tokens[-1]
    noun = last if last.dep_ not in {"flat", "compound"} else last.head
    before = preposition(noun)
    if before is None or before.lower_ not in _FRONTED or noun.dep_ not in {"obl", "obl:tmod"}:
        return None
    owner = noun.head
    start = sentence.place(before)
    named = all(token.pos_ in {"PROPN", "NUM"} or token.lower_ == "the" for token in sentence.tokens[start + 1 :])
    split = any(token.dep_ in {"conj", "advcl", "ccomp", "xcomp", "acl:relcl", "relcl"} for token in sentence.tokens)
    order = sentence.root.i == sentence.tokens[0].i and sentence.root.tag_ == "VB"
    if owner != sentence.root or start < 3 or split or order or not named or "?" not in sentence.mark:
        return None
    return _moved(sentence, start)


def clause_first(sentence: Sentence) -> str | None:
    """`What happens if X V-s` as `If X V-s, what happens`: where no pronoun would stand before its noun."""
    at = next((number for number in range(2, len(sentence.tokens)) if sentence.word(number) in _CLAUSES), None)
    if at is None or "?" not in sentence.mark or sentence.word(at - 1) in {"and", "or", "even", "what", ","}:
        return None
    clause = sentence.tokens[at].head
    whole = clause.dep_ == "advcl" and clause.head == sentence.root and clause.right_edge == sentence.tokens[-1]
    if not whole or clause.left_edge != sentence.tokens[at] or "," in sentence.words():
        return None
    if not _POINTS.isdisjoint(token.lower_ for token in sentence.tokens[at:]):
        return None
    return _moved(sentence, at)


def _moved(sentence: Sentence, start: int) -> str:
    front = sentence.text(start)
    return f"{front[0].upper()}{front[1:]}, {small(sentence.tokens[0], sentence.text(0, start))}"
