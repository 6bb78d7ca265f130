"""Questions and orders that a grammar draws: whole trees, in the corpus' own scheme."""

from collections import Counter
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from riffler.errors import InvalidInput
from riffler.service.training.english.corpus import is_order, is_question, read
from riffler.service.training.english.generated import sentences
from riffler.service.training.english.lexicon import Lexicon

# A few sentences in the corpus' form, with each kind of word that the grammar wants twice.
ROWS = [
    ("The", "the", "DET", "DT", "Definite=Def|PronType=Art", 2, "det"),
    ("cat", "cat", "NOUN", "NN", "Number=Sing", 3, "nsubj"),
    ("found", "find", "VERB", "VBD", "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin", 0, "root"),
    ("old", "old", "ADJ", "JJ", "Degree=Pos", 5, "amod"),
    ("boats", "boat", "NOUN", "NNS", "Number=Plur", 3, "obj"),
    ("in", "in", "ADP", "IN", "_", 7, "case"),
    ("Lund", "Lund", "PROPN", "NNP", "Number=Sing", 3, "obl"),
    ("to", "to", "PART", "TO", "_", 9, "mark"),
    ("find", "find", "VERB", "VB", "VerbForm=Inf", 3, "advcl"),
    ("it", "it", "PRON", "PRP", "Case=Acc", 9, "obj"),
    ("and", "and", "CCONJ", "CC", "_", 12, "cc"),
    ("sleep", "sleep", "VERB", "VB", "VerbForm=Inf", 9, "conj"),
    ("slept", "sleep", "VERB", "VBD", "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin", 3, "parataxis"),
    ("oldest", "old", "ADJ", "JJS", "Degree=Sup", 3, "xcomp"),
    (".", ".", "PUNCT", ".", "_", 3, "punct"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with a corpus of five equal sentences."""
    lines = [
        "\t".join((str(number), form, lemma, pos, tag, feats, str(head), dep, "_", "_"))
        for number, (form, lemma, pos, tag, feats, head, dep) in enumerate(ROWS, 1)
    ]
    for part in ("train", "dev"):
        (tmp_path / f"{part}.conllu").write_text(("\n".join(lines) + "\n\n") * 5, "utf-8")
    return tmp_path


def drawn(corpus: Path, questions: int, orders: int, seed: int = 1) -> list[Doc]:
    """Draw sentences with the words of the corpus."""
    vocab = spacy.blank("en").vocab
    return list(sentences(Lexicon.of(read(corpus, "train", vocab)), vocab, questions, orders, seed))


def test_each_is_one_whole_tree(corpus: Path) -> None:
    """Every word has a head and a tag, one is the root, and no two arcs cross: the parser learns such trees alone."""
    docs = drawn(corpus, 200, 200)
    assert len(docs) == 400
    for doc in docs:
        assert len(list(doc.sents)) == 1
        assert [token.dep_ for token in doc].count("ROOT") == 1
        assert all(token.tag_ and token.pos_ and token.lemma_ and token.dep_ for token in doc)
        arcs = [sorted((token.i, token.head.i)) for token in doc if token.head is not token]
        assert not any(a < c < b < d for a, b in arcs for c, d in arcs)


def test_tokens_are_those_of_the_tokenizer(corpus: Path) -> None:
    """What is learned from is cut as the pipeline will cut it."""
    tokenizer = spacy.blank("en")
    for doc in drawn(corpus, 200, 200):
        assert [token.text for token in tokenizer(doc.text)] == [token.text for token in doc]


def test_the_same_seed_draws_the_same(corpus: Path) -> None:
    """Training can be repeated; another seed draws other sentences."""
    texts = [doc.text for doc in drawn(corpus, 50, 50)]
    assert texts == [doc.text for doc in drawn(corpus, 50, 50)]
    assert texts != [doc.text for doc in drawn(corpus, 50, 50, 2)]


def test_questions_ask_and_orders_order(corpus: Path) -> None:
    """Three of four have their mark (of 400, fewer than 60% in one of a million seeds); orders have an imperative."""
    questions, orders = drawn(corpus, 400, 0), drawn(corpus, 0, 400)
    assert sum(map(is_question, questions)) > 240
    assert not any(map(is_order, questions))
    assert sum(map(is_order, orders)) > 200
    words = Counter(doc[0].text.lower() for doc in questions)
    assert {"what", "who", "when", "how", "which", "why", "is", "do"} <= set(words)


def test_a_folder_without_the_corpus_is_refused(tmp_path: Path) -> None:
    """The error names the file that is missing."""
    with pytest.raises(InvalidInput, match=r"data: expected a folder with train\.conllu, got "):
        read(tmp_path, "train", spacy.blank("en").vocab)
