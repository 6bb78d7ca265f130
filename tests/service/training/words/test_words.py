"""The builder of the word lists, on a WordNet of a dozen synsets."""

import sys
from pathlib import Path

import pytest
from tests.service.training.words import wordnet as tiny
from typer.testing import CliRunner

from riffler.service.training.words import __main__ as command_line
from riffler.service.training.words.build import build
from riffler.service.training.words.frequencies import WordfreqMissing, lookup, zipf_values
from riffler.service.training.words.glosses import glosses
from riffler.service.training.words.homonymy import groups
from riffler.service.training.words.names import names
from riffler.service.training.words.ratings import Concreteness, subjectivity
from riffler.service.training.words.relations import antonyms, synonyms
from riffler.service.training.words.terms import terms
from riffler.service.training.words.wordnet import WordNet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with WordNet's files."""
    return tiny.write(tmp_path / "wordnet")


@pytest.fixture
def wordnet(folder: Path) -> WordNet:
    """The tiny WordNet."""
    return WordNet.read(folder)


@pytest.fixture
def sentiment(tmp_path: Path) -> Path:
    """A lexicon in pattern's format."""
    path = tmp_path / "en-sentiment.xml"
    path.write_text(tiny.SENTIMENT, encoding="utf-8")
    return path


def test_a_folder_without_wordnet_is_refused(tmp_path: Path) -> None:
    """The error names the folder and what it should hold."""
    with pytest.raises(FileNotFoundError, match="has no data.noun"):
        WordNet.read(tmp_path)


def test_senses_share_the_use_of_a_lemma(wordnet: WordNet) -> None:
    """Shares follow counts and ranks, sum to 1, and a sense that is a name has none."""
    senses = wordnet.senses("crane", "n")
    assert [synset.key[1] for synset, _ in senses] == [6, 4]
    assert [share for _, share in senses] == pytest.approx(
        [1.25 / (1.25 + 2 + 1 / 9), (2 + 1 / 9) / (1.25 + 2 + 1 / 9)]
    )
    assert wordnet.senses("dodo", "n") == []


def test_what_stands_above_is_found(wordnet: WordNet) -> None:
    """The ancestors of a synset are itself and all hypernyms, to the root."""
    assert {offset for _, offset in wordnet.ancestors(("n", 4))} == {1, 2, 3, 4}


def test_the_dictionary_has_forms_and_no_names(wordnet: WordNet) -> None:
    """Lemmas and irregular forms of lemmas are in it; names, phrases, and forms of unknown words aren't."""
    assert {"crane", "geese", "rapid"} <= wordnet.dictionary
    assert not {"Crane", "elves", "short sight", "rapid(p)"} & wordnet.dictionary
    assert wordnet.irregular_forms == {"geese"}


def test_unrelated_senses_are_groups(wordnet: WordNet) -> None:
    """A bird and a machine have nothing to do with each other; a word of one sense has no groups."""
    (first, bird), (second, machine) = groups(wordnet, "crane")
    assert first > second
    assert {"bird", "wading"} <= set(bird)
    assert {"machine", "derrick"} <= set(machine)
    assert groups(wordnet, "goose") == []


def test_terms_come_from_topics_and_kinds(wordnet: WordNet) -> None:
    """A topic or a kind makes a term, unless it is met often."""
    found = terms(wordnet, lookup(tiny.ZIPF))
    assert found == {
        "myopia": {"medicine"},
        "short sight": {"medicine"},
        "rinderpest": {"medicine"},
        "cattle plague": {"medicine"},
        "disease": {"medicine"},
    }
    assert "myopia" not in terms(wordnet, lookup(tiny.ZIPF | {"myopia": 3.9}))


def test_glosses_are_of_rare_terms_in_common_words(wordnet: WordNet) -> None:
    """A term has a gloss when it is met seldom, and all words of the gloss are met more often."""
    assert glosses(wordnet, ["rinderpest", "myopia"], lookup(tiny.ZIPF)) == {"rinderpest": "cows catch it"}
    assert glosses(wordnet, ["myopia"], lookup(tiny.ZIPF | {"seeing": 4.0, "what": 6.0, "near": 5.0, "only": 6.0})) == {
        "myopia": "seeing what is near only",
        "rinderpest": "cows catch it",
    }
    assert glosses(wordnet, ["rinderpest"], lookup(tiny.ZIPF | {"rinderpest": 3.6})) == {}


def test_opposites_hold_in_both_directions(wordnet: WordNet) -> None:
    """A word of a head's cluster has the opposite of its head."""
    assert antonyms(wordnet, lambda word: True) == {
        "buy": {"sell"},
        "sell": {"buy"},
        "fast": {"slow"},
        "rapid": {"slow"},
        "slow": {"fast", "rapid"},
    }
    assert antonyms(wordnet, lambda word: word != "slow") == {"buy": {"sell"}, "sell": {"buy"}}


def test_synonyms_share_a_synset(wordnet: WordNet) -> None:
    """Wanted words of one synset are synonyms."""
    assert synonyms(wordnet, tiny.ZIPF.__contains__) == [("buy", "purchase")]


def test_things_are_more_concrete_than_thoughts(wordnet: WordNet) -> None:
    """A level comes from the lexicographer file, a known kind above, or the word an adjective is made from."""
    rated = Concreteness(wordnet)
    assert rated.of("goose", "n") == 4.8
    assert rated.of("rinderpest", "n") == 3.6  # under disease
    assert rated.of("thought", "n") == 1.9
    assert rated.of("thoughtful", "a") == pytest.approx(0.6 * 2.3 + 0.4 * 1.9)
    assert rated.of("dodo", "n") is None


def test_subjectivity_is_the_mean_of_senses(sentiment: Path) -> None:
    """Senses count by their reliability, and capitals don't."""
    assert subjectivity(sentiment) == pytest.approx({"fine": 1 / 1.5, "annual": 0.1})


def test_a_lexicon_under_another_licence_is_refused(tmp_path: Path) -> None:
    """Only the public-domain lexicon may be passed on."""
    path = tmp_path / "other.xml"
    path.write_text('<sentiment license="none"/>')
    with pytest.raises(ValueError, match="another licence"):
        subjectivity(path)


def test_the_same_sources_give_the_same_bytes(wordnet: WordNet, sentiment: Path, tmp_path: Path) -> None:
    """Every list is written, the order of the sources is no matter, and files written by hand stay."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "homonyms.txt").write_text("by hand")
    sizes = build(wordnet, tiny.ZIPF, sentiment, tmp_path / "one")
    build(wordnet, dict(reversed(tiny.ZIPF.items())), sentiment, tmp_path / "other")
    for name, size in sizes.items():
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
        assert (tmp_path / "one" / name).stat().st_size == size > 0
    assert (tmp_path / "one" / "homonyms.txt").read_text() == "by hand"


def test_words_are_listed_by_kind_and_frequency(wordnet: WordNet, sentiment: Path, tmp_path: Path) -> None:
    """Words of the dictionary are listed down to 1.0, others when they are common; none has a digit or an accent."""
    build(wordnet, tiny.ZIPF, sentiment, tmp_path)
    lines = (tmp_path / "words.txt").read_text().splitlines()
    assert "dictionary\t3.4\tcrane geese" in lines
    assert "dictionary\t1.4\trinderpest" in lines
    assert "other\t5.0\tlondon" in lines
    assert not {"oslo", "entity", "b2b", "café"} & set(" ".join(lines).replace("\t", " ").split())


def test_the_command_needs_wordfreq(
    folder: Path, sentiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without wordfreq the command says what to install, and writes nothing."""
    monkeypatch.setitem(sys.modules, "wordfreq", None)  # as Python marks a module that can't be imported
    with pytest.raises(WordfreqMissing, match="pip install wordfreq"):
        zipf_values()
    options = ["--wordnet", folder, "--subjectivity", sentiment, "--out", tmp_path / "out"]
    result = CliRunner().invoke(command_line.command, ["build", *map(str, options)])
    assert result.exit_code == 1
    assert "pip install wordfreq" in result.output
    assert not (tmp_path / "out").exists()


def test_the_command_writes_the_lists(
    folder: Path, sentiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With wordfreq the command writes the lists and says how large they are."""
    monkeypatch.setattr(command_line, "zipf_values", lambda: tiny.ZIPF)
    options = ["--wordnet", folder, "--subjectivity", sentiment, "--out", tmp_path / "out"]
    result = CliRunner().invoke(command_line.command, ["build", *map(str, options)])
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        line.split()[-1] for line in result.output.splitlines()
    }


def test_names_are_those_of_single_things_that_are_no_common_words(wordnet: WordNet) -> None:
    """A place is a name; a day, an abbreviation, a name of common words, and one that a plural could be aren't."""
    met = {"oslo": 2.9, "christiania": 2.0, "old": 5.0, "monday": 5.0, "cranes": 3.1, "osl": 3.0, "city": 5.0}.get
    assert names(wordnet, lambda word: met(word) or 0.0) == ["old christiania", "oslo"]
    assert names(wordnet, lambda _: 0.0) == []
