"""The dependency tree of a document, in the labels of Universal Dependencies, whatever labels its pipeline has.

Two schemes are read: that of Universal Dependencies (https://universaldependencies.org/u/dep/), in which content words
are heads, and that of spaCy's own English pipelines (ClearNLP,
https://github.com/clir/clearnlp-guidelines/blob/master/md/specifications/dependency_labels.md), in which prepositions
and forms of `be` are. A tree of the second is turned into one of the first: `prep` and `pobj` become `case` and `obl`
or `nmod`, `attr` and `acomp` become the head of their `cop`.

Positions are those of words, which leaves out white space.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.bandits.words import BE_FORMS

if TYPE_CHECKING:
    from spacy.tokens import Token

ROOT = "root"
CLEARNLP = frozenset(
    "acomp agent attr auxpass csubjpass dative dobj neg npadvmod nsubjpass oprd pcomp pobj poss preconj predet prep prt"
    " quantmod relcl".split()
)
"""Labels that only ClearNLP has."""

_RENAMED = {
    "ROOT": ROOT,
    "agent": "prep",
    "auxpass": "aux:pass",
    "csubjpass": "csubj:pass",
    "dative": "iobj",
    "dobj": "obj",
    "intj": "discourse",
    "meta": "dep",
    "neg": "advmod",
    "npadvmod": "obl:tmod",
    "nsubjpass": "nsubj:pass",
    "oprd": "xcomp",
    "poss": "nmod:poss",
    "preconj": "cc:preconj",
    "predet": "det:predet",
    "prt": "compound:prt",
    "quantmod": "advmod",
    "relcl": "acl:relcl",
}
_PREDICATES = frozenset({"attr", "acomp"})
_PLACES = frozenset({"here", "how", "there", "when", "where", "why"})
_SUBJECTS = frozenset({"nsubj", "csubj"})
_AUXILIARY = frozenset({"aux", "aux:pass", "cop"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM"})


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A tree, or a forest of one tree a sentence.

    Attributes:
        heads: The head of each word; a root's is itself.
        deps: The relation of each word to its head.
        children: The dependents of each word, in order.
    """

    heads: tuple[int, ...]
    deps: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> Tree:
        """Read the tree of a parsed document.

        Args:
            tokens: Its tokens that aren't white space.

        Returns:
            The tree.
        """
        place = {token.i: here for here, token in enumerate(tokens)}
        heads: list[int] = []
        deps: list[str] = []
        for here, token in enumerate(tokens):
            head = token.head
            while head.i not in place and head.head.i != head.i:  # white space is nobody's head
                head = head.head
            heads.append(place.get(head.i, here))
            to = token.dep_ == "aux" and token.tag_ == "TO"
            deps.append(ROOT if heads[here] == here else "mark" if to else _RENAMED.get(token.dep_, token.dep_))
        _lower_prepositions(heads, deps, [token.pos_ in _NOMINAL for token in tokens])
        _raise_predicates(heads, deps, [token.text.lower() for token in tokens])
        _level_conjuncts(heads, deps)
        return cls.made(heads, deps)

    @classmethod
    def made(cls, heads: Sequence[int], deps: Sequence[str]) -> Tree:
        """Make a tree of heads and relations."""
        return cls(tuple(heads), tuple(deps), tuple(map(tuple, _below(heads))))

    def of_kind(self, head: int, *deps: str) -> Iterator[int]:
        """Give the dependents of a word that have one of some relations.

        Args:
            head: The word.
            *deps: Relations; `nsubj` is also `nsubj:pass`, and `nsubj:pass` is only that.

        Yields:
            Their positions, in order.
        """
        for child in self.children[head]:
            dep = self.deps[child]
            if dep in deps or dep.split(":", 1)[0] in deps:
                yield child

    def is_dep(self, here: int, *deps: str) -> bool:
        """Tell whether a word has one of some relations; as for `of_kind`."""
        return self.deps[here] in deps or self.deps[here].split(":", 1)[0] in deps

    def subtree(self, top: int) -> list[int]:
        """Give a word and all below it, in order."""
        found, waiting = [top], [top]
        while waiting:
            below = self.children[waiting.pop()]
            found += below
            waiting += below
        return sorted(found)

    def above(self, here: int) -> Iterator[int]:
        """Give the head of a word, its head, and so on to the root."""
        while self.heads[here] != here:
            here = self.heads[here]
            yield here


def _below(heads: Sequence[int]) -> list[list[int]]:
    below: list[list[int]] = [[] for _ in heads]
    for here, head in enumerate(heads):
        if head != here:
            below[head].append(here)
    return below


def _lower_prepositions(heads: list[int], deps: list[str], nominal: Sequence[bool]) -> None:
    """Make a preposition the `case` of what it leads: "born -> prep(in) -> pobj(Rome)" becomes "born -> obl(Rome)"."""
    for here, dep in enumerate(deps):
        if dep not in {"pobj", "pcomp"}:
            continue
        head = heads[here]
        above = heads[head]
        if above == head:
            heads[here], deps[here] = here, ROOT
        elif dep == "pcomp":
            heads[here], deps[here] = above, "acl" if nominal[above] else "advcl"
        else:
            heads[here], deps[here] = above, "nmod" if nominal[above] else "obl"
        heads[head], deps[head] = here, "mark" if dep == "pcomp" else "case"
    for here, dep in enumerate(deps):
        if dep == "prep":  # a stranded one, "what are you looking for?"
            deps[here] = "advmod"


def _raise_predicates(heads: list[int], deps: list[str], words: Sequence[str]) -> None:
    """Make the predicate of a `be` its head: "is <- attr(king)" becomes "king -> cop(is)".

    The predicate of another verb ("became king") is its `xcomp`, and that of "there is" its subject. Without an
    adjective or a noun, a place or a question word is the predicate ("he is in Rome", "where is he").
    """
    below = _below(heads)
    for verb in _downwards(heads, below):
        children = below[verb]
        relations = {deps[child] for child in children}
        predicates = [child for child in children if deps[child] in _PREDICATES]
        is_be = words[verb] in BE_FORMS
        if not is_be or "expl" in relations:
            for each in predicates:
                deps[each] = "nsubj" if is_be else "xcomp"
            continue
        if not predicates and deps[verb] not in _AUXILIARY and not relations.isdisjoint(_SUBJECTS):
            predicates = [child for child in children if _may_be_predicate(verb, child, deps[child], words[child])][:1]
        if not predicates:
            continue
        top = predicates[0]
        heads[top], deps[top] = top if heads[verb] == verb else heads[verb], deps[verb]
        for child in children:
            if child != top:
                heads[child] = top
        for each in predicates[1:]:
            deps[each] = "xcomp"
        heads[verb], deps[verb] = top, "cop"


def _may_be_predicate(verb: int, child: int, dep: str, word: str) -> bool:
    return (dep == "obl" and child > verb) or (dep == "advmod" and word in _PLACES)


def _downwards(heads: Sequence[int], below: Sequence[Sequence[int]]) -> list[int]:
    order = [here for here, head in enumerate(heads) if head == here]
    for here in order:
        order += below[here]
    return order


def _level_conjuncts(heads: list[int], deps: list[str]) -> None:
    """Hang all conjuncts on the first, and a conjunction on the conjunct that follows it."""
    for here, dep in enumerate(deps):
        head = heads[here]
        if dep == "conj" and deps[head] == "conj":  # those before it are level already
            heads[here] = heads[head]
    follows: dict[int, int] = {}
    for here in reversed(range(len(heads))):
        head = heads[here]
        if deps[here] == "conj":
            follows[head] = here
        elif deps[here] == "cc" and head < here:
            first = heads[head] if deps[head] == "conj" else head
            heads[here] = follows.get(first, head)
