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

if TYPE_CHECKING:
    from spacy.tokens import Token

ROOT = "root"

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
_PREDICATES = ("attr", "acomp")
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
        for here, token in enumerate(tokens):
            head = token.head
            while head.i not in place and head.head.i != head.i:  # white space is nobody's head
                head = head.head
            heads.append(place.get(head.i, here))
        deps = [_RENAMED.get(token.dep_, token.dep_) for token in tokens]
        if any(dep in {"prep", "pobj", "pcomp", *_PREDICATES} for dep in deps):
            kinds = [token.pos_ for token in tokens]
            _raise_predicates(heads, deps)
            _lower_prepositions(heads, deps, kinds)
        return cls.made(heads, deps)

    @classmethod
    def made(cls, heads: Sequence[int], deps: Sequence[str]) -> Tree:
        """Make a tree of heads and relations."""
        children: list[list[int]] = [[] for _ in heads]
        for here, head in enumerate(heads):
            if head != here:
                children[head].append(here)
        return cls(tuple(heads), tuple(deps), tuple(map(tuple, children)))

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


def _raise_predicates(heads: list[int], deps: list[str]) -> None:
    """Make the predicate of a `be` its head: "is <- attr(king)" becomes "king -> cop(is)"."""
    for here, dep in enumerate(deps):
        if dep not in _PREDICATES:
            continue
        verb = heads[here]
        if deps[verb] == "cop":  # the second predicate of one verb
            heads[here], deps[here] = heads[verb], "xcomp"
            continue
        heads[here], deps[here] = here if heads[verb] == verb else heads[verb], deps[verb]
        for other, head in enumerate(heads):
            if head == verb and other not in {here, verb} and deps[other] not in _PREDICATES:
                heads[other] = here
        heads[verb], deps[verb] = here, "cop"


def _lower_prepositions(heads: list[int], deps: list[str], kinds: Sequence[str]) -> None:
    """Make a preposition the `case` of what it leads: "born -> prep(in) -> pobj(Rome)" becomes "born -> obl(Rome)"."""
    for here, dep in enumerate(deps):
        if dep not in {"pobj", "pcomp"}:
            continue
        head = heads[here]
        above = heads[head]
        heads[here] = above if above != head else here
        nominal = kinds[above] in _NOMINAL
        deps[here] = ("acl" if nominal else "advcl") if dep == "pcomp" else ("nmod" if nominal else "obl")
        if above == head:
            deps[here] = ROOT
        heads[head], deps[head] = here, "mark" if dep == "pcomp" else "case"
    for here, dep in enumerate(deps):
        if dep == "prep":  # of a stranded one, "what are you looking for?"
            deps[here] = "advmod"
