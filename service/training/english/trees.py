"""Sentences as trees of words, to be written by a grammar and read as annotated documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

_NO_SPACE_BEFORE = frozenset({"?", ".", "!", ",", ":", "'s", "n't"})


@dataclass(slots=True)
class Node:
    """A word with what depends on it, in the scheme of Universal Dependencies.

    Attributes:
        form: As it is written inside a sentence.
        lemma: Its lemma.
        pos: Its universal part of speech.
        tag: Its tag in the Penn Treebank's scheme.
        feats: Its features in the universal scheme, `_` for none.
        dep: Its relation to its head.
        before: What depends on it and stands before it, in order.
        after: What depends on it and stands after it, in order.
    """

    form: str
    lemma: str
    pos: str
    tag: str
    feats: str
    dep: str = "root"
    before: list[Node] = field(default_factory=list)
    after: list[Node] = field(default_factory=list)

    def as_(self, dep: str) -> Node:
        """Give it another relation; it is the same node."""
        self.dep = dep
        return self

    def words(self) -> Iterator[Node]:
        """Give all words in order."""
        for node in self.before:
            yield from node.words()
        yield self
        for node in self.after:
            yield from node.words()


def to_doc(root: Node, vocab: Vocab, *, capital: bool = True) -> Doc:
    """Write a tree as a document of one sentence.

    Args:
        root: The tree.
        vocab: The pipeline's vocabulary.
        capital: Whether its first letter is a capital.

    Returns:
        The document, with tags, features, lemmas, heads and relations.
    """
    from spacy.tokens import Doc  # noqa: PLC0415 - takes a second to import

    words = list(root.words())
    numbers = {id(node): number for number, node in enumerate(words)}
    heads = list(range(len(words)))
    for node in words:
        for child in (*node.before, *node.after):
            heads[numbers[id(child)]] = numbers[id(node)]
    forms = [node.form for node in words]
    for at, following in enumerate(forms[1:]):
        if forms[at] == "a" and following[0].lower() in "aeiou":
            forms[at] = "an"
    if capital:
        forms[0] = forms[0][:1].upper() + forms[0][1:]
    return Doc(
        vocab,
        words=forms,
        spaces=[following.form not in _NO_SPACE_BEFORE for following in words[1:]] + [False],
        tags=[node.tag for node in words],
        pos=[node.pos for node in words],
        morphs=["" if node.feats == "_" else node.feats for node in words],
        lemmas=[node.lemma for node in words],
        heads=heads,
        deps=["ROOT" if node is root else node.dep for node in words],
        sent_starts=[number == 0 for number in range(len(words))],
    )
