"""The text that the pipeline learns from and is measured on: UD English EWT, and generated questions and orders.

UD English EWT (Silveira et al. 2014, https://universaldependencies.org/treebanks/en_ewt), CC BY-SA 4.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from riffler.errors import InvalidInput
from riffler.service.training.english.generated import sentences
from riffler.service.training.english.lexicon import Lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

Part = Literal["train", "dev"]

TOGETHER = 10
"""Sentences in a document, where the ends of sentences are to be learned."""

QUESTIONS, ORDERS = 1500, 1000
"""Generated sentences: a fifth of what the corpus has."""

SEED, HELD_OUT_SEED = 1, 2


def read(data: Path, part: Part, vocab: Vocab, together: int = 1) -> list[Doc]:
    """Read a part of the corpus.

    Args:
        data: The folder with `train.conllu` and `dev.conllu`.
        part: Which part.
        vocab: The pipeline's vocabulary.
        together: How many sentences make a document.

    Returns:
        The documents.

    Raises:
        InvalidInput: There is no such file.
    """
    from spacy.tokens import DocBin  # noqa: PLC0415 - takes a second to import
    from spacy.training.converters import conllu_to_docs  # type: ignore[attr-defined]  # noqa: PLC0415

    path = data / f"{part}.conllu"
    if not path.is_file():
        raise InvalidInput(f"data: expected a folder with {part}.conllu, got {data}")
    docs = conllu_to_docs(path.read_text("utf-8"), n_sents=together, no_print=True)  # type: ignore[no-untyped-call]
    return list(DocBin(docs=docs, store_user_data=True).get_docs(vocab))


def training_docs(data: Path, vocab: Vocab, *, generated: bool) -> list[Doc]:
    """Give what is learned from: each sentence alone, ten together, and generated ones.

    Args:
        data: The corpus' folder.
        vocab: The pipeline's vocabulary.
        generated: Whether questions and orders are generated.

    Returns:
        The documents.
    """
    single = read(data, "train", vocab)
    more = list(sentences(Lexicon.of(single), vocab, QUESTIONS, ORDERS, SEED)) if generated else []
    return [*single, *read(data, "train", vocab, TOGETHER), *more]


def is_question(doc: Doc) -> bool:
    """Tell whether a sentence asks: it ends in a question mark."""
    return doc.text.rstrip().endswith("?")


def is_order(doc: Doc) -> bool:
    """Tell whether a sentence orders: its root is an imperative."""
    return any(token.dep_ == "ROOT" and "Imp" in token.morph.get("Mood", []) for token in doc)
