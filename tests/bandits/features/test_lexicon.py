"""The word lists: what they know, what they don't, and that any text may be asked for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.features import lexicon
from riffler.bandits.features.lexicon import Pos

LISTS = Path(lexicon.__file__).with_name("lists")
FIELDS = frozenset(
    "medicine law computing mathematics physics chemistry biology finance engineering linguistics music sport"
    " craft".split()
)
LISTED = [line.split("\t") for line in (LISTS / "words.txt").read_text(encoding="utf-8").splitlines()]
HOMONYMS = [
    (lemma, pos, groups)
    for line in (LISTS / "homonyms.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for lemma, pos, *groups in [line.split("\t")]
]
some_word = st.text(max_size=30) | st.sampled_from([word for _, _, words in LISTED for word in words.split()[:50]])
positions = st.sampled_from(["NOUN", "VERB", "ADJ", "ADV", "PROPN"])


@given(some_word, positions)
def test_any_text_may_be_asked_for(word: str, pos: Pos) -> None:
    """Every answer is within its bounds, whatever is asked."""
    assert 0 <= lexicon.zipf(word) < 9
    assert lexicon.is_common(word) == (lexicon.zipf(word) >= 3)
    assert lexicon.is_known(word) in {True, False}
    assert 0 <= (lexicon.subjectivity(word) or 0) <= 1
    assert 1 <= (lexicon.concreteness(word, pos) or 1) <= 5
    assert lexicon.domains(word) <= FIELDS
    assert word not in lexicon.synonyms(word) | lexicon.antonyms(word)


@given(some_word, positions)
def test_senses_are_two_or_none(word: str, pos: Pos) -> None:
    """A word has no groups of senses or two and more, the likeliest first, with shares that sum to 1 at most."""
    groups = lexicon.senses(word, pos)
    assert len(groups) != 1
    assert [group.share for group in groups] == sorted((group.share for group in groups), reverse=True)
    assert sum(group.share for group in groups) <= 1.011  # each is rounded to a hundredth
    assert all(group.words for group in groups)


@pytest.mark.parametrize("words", [words for _, _, words in LISTED], ids=[f"{kind}-{zipf}" for kind, zipf, _ in LISTED])
def test_opposites_and_synonyms_are_mutual(words: str) -> None:
    """Who is an opposite or a synonym of another has it for one, too."""
    for word in words.split()[::20]:
        assert all(word in lexicon.antonyms(other) for other in lexicon.antonyms(word))
        assert all(word in lexicon.synonyms(other) for other in lexicon.synonyms(word))


@pytest.mark.parametrize("word", "ergodic perihelion obsequious".split())
def test_rare_words_are_known_and_not_common(word: str) -> None:
    """The rare words of the definition are words, but no common ones."""
    assert lexicon.is_known(word)
    assert not lexicon.is_common(word)


@pytest.mark.parametrize("word", "democracy volcano cinnamon smartphone elephant".split())
def test_words_from_school_and_kitchen_are_common(word: str) -> None:
    """Words that the definition of rarity names as everybody's are common."""
    assert lexicon.is_common(word)


@pytest.mark.parametrize(
    "word",
    "studies children bigger happily running volcanoes tried nicest dog's geese blogging obsequiously".split(),
)
def test_forms_are_known(word: str) -> None:
    """Regular and irregular forms of known words are known."""
    assert lexicon.is_known(word)


@pytest.mark.parametrize(
    "word", ["recieve", "toyta", "definately", "paris", "the", "Volcano", "xqzzing", "", "s", "ing", "es"]
)
def test_slips_names_and_marks_are_unknown(word: str) -> None:
    """What is no word of a dictionary isn't known: so it is never called rare."""
    assert not lexicon.is_known(word)


@pytest.mark.parametrize("word", "crane seal bank bat pitch bark mouse mercury spring".split())
def test_homonyms_have_several_groups(word: str) -> None:
    """Well-known homonyms have several groups, written by hand, with words that settle each."""
    groups = lexicon.senses(word, "NOUN")
    assert len(groups) > 1
    assert all(group.by_hand for group in groups)
    assert not frozenset.intersection(*(group.words for group in groups))


@pytest.mark.parametrize("name", "mercury java python georgia".split())
def test_shared_names_have_several_groups(name: str) -> None:
    """Names that famous things share are ambiguous."""
    assert len(lexicon.senses(name, "PROPN")) > 1


@pytest.mark.parametrize("word", "rainbow elephant democracy egg".split())
def test_words_of_one_sense_have_no_groups(word: str) -> None:
    """Words that mean one thing by far have no groups."""
    assert lexicon.senses(word, "NOUN") == ()


def test_guessed_groups_say_so() -> None:
    """A group made from WordNet isn't called written by hand; here the gulf has most of the use, the howl little."""
    first, *_ = lexicon.senses("bay", "NOUN")
    assert not first.by_hand
    assert first.share > 0.7


def test_a_word_that_a_person_settled_has_no_groups() -> None:
    """Where a person wrote one group, WordNet's are not believed."""
    assert any(line.startswith("tart\tNOUN\t") for line in (LISTS / "senses.txt").read_text("utf-8").splitlines())
    assert lexicon.senses("tart", "NOUN") == ()


def test_shares_of_homonyms_are_whole() -> None:
    """Shares that are written by hand sum to a hundred, and no word has two records."""
    assert [lemma for lemma, _, groups in HOMONYMS if sum(int(group.split(" ")[0]) for group in groups) != 100] == []
    assert len({(lemma, pos) for lemma, pos, _ in HOMONYMS}) == len(HOMONYMS)


@pytest.mark.parametrize(
    ("term", "field"),
    [
        ("p-value", "mathematics"),
        ("p - value", "mathematics"),
        ("p value", "mathematics"),
        ("rebase", "computing"),
        ("atrial fibrillation", "medicine"),
        ("habeas corpus", "law"),
        ("offside trap", "sport"),
        ("covalent bond", "chemistry"),
        ("mitosis", "biology"),
        ("arpeggio", "music"),
        ("dovetail joint", "craft"),
    ],
)
def test_terms_have_their_field(term: str, field: str) -> None:
    """Terms of a field are found, with a hyphen, spaces around it, or a space."""
    assert field in lexicon.domains(term)


@pytest.mark.parametrize(
    "word", "blood money computer phone war heart water egg school doctor car team music law".split()
)
def test_everyday_words_are_no_terms(word: str) -> None:
    """Words of everyday talk belong to no field."""
    assert lexicon.domains(word) == frozenset()


def test_each_field_has_terms() -> None:
    """No field is forgotten, and none is named otherwise."""
    lines = (LISTS / "terms_by_hand.txt").read_text(encoding="utf-8").splitlines()
    fields = [line.partition(": ")[0] for line in lines if not line.startswith("#")]
    assert sorted(fields) == sorted(FIELDS)


@pytest.mark.parametrize(
    ("concrete", "abstract"), [("apple", "justice"), ("table", "freedom"), ("cat", "idea"), ("hammer", "truth")]
)
def test_things_are_more_concrete_than_ideas(concrete: str, abstract: str) -> None:
    """What can be touched is rated well above what can only be thought."""
    assert (lexicon.concreteness(concrete, "NOUN") or 0) > (lexicon.concreteness(abstract, "NOUN") or 9) + 1


@pytest.mark.parametrize(
    ("opinion", "fact"), [("beautiful", "wooden"), ("boring", "annual"), ("wonderful", "electric")]
)
def test_opinions_are_more_subjective_than_facts(opinion: str, fact: str) -> None:
    """Words of praise and blame are rated high; those of facts low, or not at all."""
    assert (lexicon.subjectivity(opinion) or 0) > (lexicon.subjectivity(fact) or 0) + 0.4


@pytest.mark.parametrize(
    ("one", "other"), [("big", "small"), ("buy", "sell"), ("increase", "decrease"), ("hot", "cold")]
)
def test_opposites_are_antonyms_and_no_synonyms(one: str, other: str) -> None:
    """Opposites are told from words that mean the same."""
    assert other in lexicon.antonyms(one)
    assert other not in lexicon.synonyms(one)


@pytest.mark.parametrize(("one", "other"), [("big", "large"), ("buy", "purchase"), ("car", "automobile")])
def test_synonyms_are_found(one: str, other: str) -> None:
    """Words of one meaning are synonyms."""
    assert other in lexicon.synonyms(one)
