"""Annotated questions and orders, drawn at random: what the training corpus has too little of."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from riffler.service.training.english.grammar import Grammar
from riffler.service.training.english.lexicon import Lexicon
from riffler.service.training.english.orders import ORDERS
from riffler.service.training.english.questions import QUESTIONS, Frame
from riffler.service.training.english.trees import Node, to_doc

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

_WITH_MARK, _WITH_CAPITAL = 0.75, 0.75
"""Shares of the sentences: queries are often typed without."""


def sentences(lexicon: Lexicon, vocab: Vocab, questions: int, orders: int, seed: int) -> Iterator[Doc]:
    """Draw questions and orders.

    Args:
        lexicon: The words.
        vocab: The pipeline's vocabulary.
        questions: How many questions.
        orders: How many orders.
        seed: Of what is drawn.

    Yields:
        Documents of one sentence each.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    grammar = Grammar(lexicon, rng)
    frames: Sequence[tuple[int, Sequence[Frame], str]] = ((questions, QUESTIONS, "?"), (orders, ORDERS, "."))
    for count, kinds, mark in frames:
        for _ in range(count):
            root = rng.choice(kinds)(grammar)
            if grammar.chance(_WITH_MARK):
                root.after.append(Node(mark, mark, "PUNCT", ".", "_", "punct"))
            yield to_doc(root, vocab, capital=grammar.chance(_WITH_CAPITAL))
