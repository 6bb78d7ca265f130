"""How good a pipeline is, on text as it comes: the tokens are its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from riffler.service.training.english.corpus import (
    HELD_OUT_SEED,
    ORDERS,
    QUESTIONS,
    TOGETHER,
    is_order,
    is_question,
    read,
)
from riffler.service.training.english.generated import sentences
from riffler.service.training.english.lexicon import Lexicon

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

SCORES: Final = {
    "TAG": "tag_acc",
    "UPOS": "pos_acc",
    "MORPH": "morph_acc",
    "LEMMA": "lemma_acc",
    "UAS": "dep_uas",
    "LAS": "dep_las",
    "sentence F": "sents_f",
}
"""What is measured, and what spaCy's scorer calls it."""


@dataclass(frozen=True, slots=True)
class Row:
    """Scores on one set of documents, in percent by name; None where there is nothing to score."""

    name: str
    documents: int
    scores: dict[str, float | None]


def evaluate(pipeline: Language, data: Path) -> list[Row]:
    """Measure a pipeline on the dev part: as sentences, as documents, its questions and orders, and generated ones.

    Args:
        pipeline: The pipeline.
        data: The corpus' folder.

    Returns:
        A row a set.
    """
    alone = read(data, "dev", pipeline.vocab)
    lexicon = Lexicon.of(alone)  # other words than those of training
    questions, orders = (
        list(sentences(lexicon, pipeline.vocab, *counts, HELD_OUT_SEED))
        for counts in ((QUESTIONS // 5, 0), (0, ORDERS // 5))
    )
    sets: dict[str, Sequence[Doc]] = {
        "sentences, one a document": alone,
        "ten sentences a document": read(data, "dev", pipeline.vocab, TOGETHER),
        "its questions": [doc for doc in alone if is_question(doc)],
        "its orders": [doc for doc in alone if is_order(doc)],
        "generated questions": questions,
        "generated orders": orders,
    }
    return [Row(name, len(docs), _scores(pipeline, docs)) for name, docs in sets.items()]


def _scores(pipeline: Language, docs: Sequence[Doc]) -> dict[str, float | None]:
    from spacy.training import Example  # noqa: PLC0415 - takes a second to import

    found = pipeline.evaluate([Example(pipeline.make_doc(doc.text), doc) for doc in docs])
    return {name: None if found.get(key) is None else 100 * found[key] for name, key in SCORES.items()}


def table(rows: Sequence[Row]) -> str:
    """Write scores as a table."""
    head = f"{'':<28}{'docs':>6}" + "".join(f"{name:>11}" for name in SCORES)
    lines = [
        f"{row.name:<28}{row.documents:>6}"
        + "".join(f"{'-' if score is None else f'{score:.1f}':>11}" for score in row.scores.values())
        for row in rows
    ]
    return "\n".join([head, *lines])
