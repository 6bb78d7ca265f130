"""What a sentence speaks of, on trees made by hand, so that no trained pipeline can change them."""

import pytest
from spacy.tokens import Doc

from riffler.bandits.capitals import runs
from riffler.bandits.mentions import mentions
from riffler.bandits.pipeline import load_pipeline
from riffler.bandits.pronouns import anaphors
from riffler.bandits.syntax import narrowed

VOCAB = load_pipeline("blank").vocab


def made(rows: str) -> Doc:
    """Make a document of `word/class/dependency/distance to its head`, one a word; lemmas are words in lower case."""
    cells = [row.split("/") for row in rows.split()]
    return Doc(
        VOCAB,
        words=[cell[0] for cell in cells],
        pos=[cell[1] for cell in cells],
        deps=[cell[2] for cell in cells],
        heads=[number + int(cell[3]) for number, cell in enumerate(cells)],
        lemmas=[cell[0].lower() for cell in cells],
        tags=[cell[1] for cell in cells],
    )


BOUGHT = "I/PRON/nsubj/1 bought/VERB/ROOT/0 a/DET/det/1 boat/NOUN/obj/-2"


@pytest.mark.parametrize(
    ("after", "phrase"),
    [
        ("", "a boat"),
        (" with/ADP/case/1 sails/NOUN/nmod/-2", "a boat with sails"),
        (" we/PRON/nsubj/1 sold/VERB/acl:relcl/-2", "a boat we sold"),
        (" ,/PUNCT/punct/1 old/ADJ/amod/-2", "a boat"),
        (" ,/PUNCT/punct/2 we/PRON/nsubj/1 sold/VERB/acl:relcl/-3", "a boat"),
        (" on/ADP/case/1 monday/NOUN/nmod/-2", "a boat"),
        (" for/ADP/case/1 night/NOUN/nmod/-2 shifts/NOUN/list/-1", "a boat for night shifts"),
        (" with/ADP/case/1 sails/NOUN/nmod/-2 and/CCONJ/cc/1 oars/NOUN/conj/-2", "a boat"),
        (" here/ADV/advmod/-1", "a boat"),
        (" quickly/ADV/advmod/-3 with/ADP/case/1 sails/NOUN/nmod/-3", "a boat"),
        (f" we/PRON/nsubj/8 {'so/ADV/advmod/1 ' * 7}sold/VERB/acl:relcl/-9", "a boat"),
    ],
)
def test_what_narrows_a_noun_belongs_to_it(after: str, phrase: str) -> None:
    """Phrases and short clauses right behind it do, but not a time, a list, or what stands after a comma."""
    doc = made(BOUGHT + after)
    start, end = narrowed(doc[3])
    assert doc[start:end].text == phrase


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("I/PRON/nsubj/1 saw/VERB/ROOT/0 Mrs./PROPN/obj/-1 Okafor/PROPN/mark/-2", ["Mrs. Okafor"]),
        ("we/PRON/nsubj/1 open/VERB/ROOT/0 notes.txt/NOUN/obj/-1 now/ADV/advmod/-2", ["notes.txt"]),
        ("read/VERB/ROOT/0 Girl/NOUN/obj/-1 with/ADP/case/2 a/DET/det/1 Pearl/PROPN/nmod/-3", ["Girl with a Pearl"]),
        ("read/VERB/ROOT/0 Chapter/NOUN/obj/-1 5/NUM/nummod/-1 of/ADP/case/1 it/PRON/nmod/-3", ["Chapter 5"]),
        ("Meet/VERB/ROOT/0 Anna/PROPN/obj/-1 of/ADP/case/1 the/DET/det/-3", ["Anna"]),
        ("Boats/NOUN/nsubj/1 sink/VERB/ROOT/0 in/ADP/case/1 winter/NOUN/obl/-2", []),
        ("ANNA/PROPN/nsubj/1 SAW/VERB/ROOT/0 ME/PRON/obj/-1", []),
    ],
)
def test_capitals_tell_names(rows: str, names: list[str]) -> None:
    """A run of capitals is a name, with small words inside; a word that only opens the sentence isn't."""
    doc = made(rows)
    assert [doc[start:end].text for start, end in runs(doc[:])] == names


def test_a_time_before_a_name_is_no_part_of_it() -> None:
    """In `in spring Anna sailed` the name is Anna, whatever the parser makes of spring."""
    doc = made("in/ADP/case/2 spring/NOUN/compound/1 Anna/PROPN/nsubj/1 sailed/VERB/ROOT/0 home/ADV/advmod/-1")
    assert [mention.text for mention in mentions(doc[:])] == ["Anna"]


def test_a_name_beside_a_verb_has_the_rank_of_its_clause() -> None:
    """What is coordinated with a verb by a wrong parse is looked for above."""
    doc = made("we/PRON/nsubj/1 read/VERB/ROOT/0 or/CCONJ/cc/1 Emma/PROPN/conj/-2 now/ADV/advmod/-1")
    (mention,) = mentions(doc[:])
    assert (mention.text, mention.rank) == ("Emma", 1)


def test_a_raised_subject_points_back() -> None:
    """`When is it likely to pass?` asks of something, where `is it likely that ...` doesn't."""
    doc = made("when/ADV/advmod/3 is/AUX/cop/2 it/PRON/nsubj/1 likely/ADJ/ROOT/0 to/PART/mark/1 pass/VERB/xcomp/-2")
    assert [anaphor.kind for anaphor in anaphors(doc)] == ["it"]


def test_an_amount_is_no_mention() -> None:
    """Of miles nothing is said."""
    sentence = next(made("I/PRON/nsubj/1 sailed/VERB/ROOT/0 a/DET/det/1 mile/NOUN/obj/-2").sents)
    assert not any("mile" in mention.text for mention in mentions(sentence))
