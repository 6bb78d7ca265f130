"""The pipeline: what can be loaded, and what it can read."""

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
import spacy

from riffler.bandits.pipeline import (
    BATCH,
    BLANK,
    LICENCE,
    MOST_WORDS,
    load_pipeline,
    parse,
    parse_all,
    pipeline_label,
    shipped,
    without_torch,
)
from riffler.bandits.query import Query
from riffler.errors import InvalidInput, InvalidSetting, RewriteFailed

PIPELINE = load_pipeline(BLANK)


def test_blank_pipeline_finds_sentences() -> None:
    """There is a tokenizer and a rule for sentences, and nothing to load."""
    assert [span.text for span in PIPELINE("It fell. Why?").sents] == ["It fell.", "Why?"]
    assert pipeline_label(PIPELINE) == "en_blank-0.0.0"


def test_the_pipeline_that_ships() -> None:
    """Without a name it is the one in the package, under 10 MB, with its licence: it tags, parses, lemmatises."""
    size = sum(path.stat().st_size for path in shipped().rglob("*") if path.is_file())
    assert size < 10_000_000
    card = (shipped() / "README.md").read_text("utf-8")
    assert "CC BY-SA 4.0" in card
    assert f"{size / 1e6:.2f} MB" in card
    assert "Creative Commons Attribution-ShareAlike 4.0 International Public" in (shipped() / LICENCE).read_text(
        "utf-8"
    )
    pipeline = load_pipeline(None)
    assert pipeline.meta["license"] == "CC BY-SA 4.0"
    doc = pipeline("Name three rivers. When was it built")
    assert [token.lemma_ for token in doc if token.dep_ == "ROOT"] == ["name", "build"]
    assert [token.pos_ for token in doc][:3] == ["VERB", "NUM", "NOUN"]
    assert doc[1].head == doc[2]
    assert doc[5].morph.get("Tense") == ["Past"]


@pytest.mark.parametrize(("imported", "threads", "hidden"), [(False, 1, True), (True, 1, False), (False, 2, False)])
def test_torch_is_hidden_where_that_is_safe(
    monkeypatch: pytest.MonkeyPatch, imported: bool, threads: int, hidden: bool
) -> None:
    """An import within fails, also when one goes wrong; an imported torch and other threads are left alone."""
    torch = ModuleType("torch")
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    monkeypatch.setattr(sys, "modules", {**sys.modules, "torch": torch} if imported else without("torch"))
    before = sys.modules.get("torch")
    with suppress(ZeroDivisionError), without_torch():
        assert ("torch" in sys.modules and sys.modules["torch"] is None) is hidden
        raise ZeroDivisionError
    assert sys.modules.get("torch") is before
    assert ("torch" in sys.modules) is imported


def without(name: str) -> dict[str, ModuleType]:
    """Give the modules that are imported, but for one."""
    return {each: module for each, module in sys.modules.items() if each != name}


def test_loading_our_pipeline_imports_no_torch() -> None:
    """A process that only reads queries doesn't wait for torch, whether it is installed or not."""
    code = "import sys; from riffler.bandits.pipeline import load_pipeline; load_pipeline(None); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "spacy" in done.stdout.split()
    assert "torch" not in done.stdout.split()


def test_named_pipeline_without_sentences_gets_the_rule(tmp_path: Path) -> None:
    """Any English pipeline can be named; one that marks no sentences is completed."""
    spacy.blank("en").to_disk(tmp_path)
    assert load_pipeline(str(tmp_path)).pipe_names == ["sentencizer"]


def test_named_pipeline_with_sentences_stays_as_it_is(tmp_path: Path) -> None:
    """A pipeline that marks sentences gets nothing added."""
    PIPELINE.to_disk(tmp_path)
    assert load_pipeline(str(tmp_path)).pipe_names == ["sentencizer"]


def test_other_language_is_refused(tmp_path: Path) -> None:
    """The features read English only."""
    spacy.blank("de").to_disk(tmp_path)
    with pytest.raises(InvalidSetting, match="English, but this one is for 'de'"):
        load_pipeline(str(tmp_path))


@pytest.mark.parametrize("config", [None, "", "[nlp]\nlang = 5", '[nlp]\nlang = "en"\npipeline = ["nope"]'])
def test_broken_pipeline_is_refused(tmp_path: Path, config: str | None) -> None:
    """A folder that isn't a pipeline is a setting that isn't possible, in one line."""
    if config is not None:
        (tmp_path / "config.cfg").write_text(config)
    with pytest.raises(InvalidSetting, match="can't be loaded") as caught:
        load_pipeline(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_unknown_package_is_refused() -> None:
    """A package that isn't installed is named."""
    with pytest.raises(InvalidSetting, match="'en_no_such_pipeline'"):
        load_pipeline("en_no_such_pipeline")


@pytest.mark.parametrize(
    "text",
    ["", "Why?", " a  b\n\nc ", "x" * 60, f" a {'(' * 60}{'y' * 60} b\t{'-' * 50}", "\u3000é\u0301 " + "ab." * 30],
)
def test_document_has_the_text(text: str) -> None:
    """A query's document has the query's text, character by character, also where long runs are cut here."""
    assert parse(PIPELINE, text).doc.text == text


def test_batches_read_as_one_by_one() -> None:
    """Many queries read together are what each is alone, also an empty one and one that is too long to be parsed."""
    pipeline = load_pipeline(None)
    texts = ["Who is it?", "", "word " * (MOST_WORDS + 1), *(f"Name {number} rivers" for number in range(BATCH))]
    queries = list(parse_all(pipeline, texts))
    assert [query.text for query in queries] == texts
    for query in queries:
        alone = parse(pipeline, query.text).doc
        assert [(token.text, token.tag_, token.dep_, token.head.i) for token in query.doc] == [
            (token.text, token.tag_, token.dep_, token.head.i) for token in alone
        ]
    assert not queries[2].doc.has_annotation("DEP")
    with pytest.raises(RewriteFailed, match="can't read the query"):
        list(parse_all(pipeline, ["\ud800"]))


def test_long_runs_are_cut_into_words_and_marks() -> None:
    """A run of 50 characters or more falls into stretches of word characters and of others; a shorter is spaCy's."""
    run = f"{'(' * 30}abc{')' * 30}"
    assert [token.text for token in parse(PIPELINE, f"see {run} now").doc] == [
        "see",
        "(" * 30,
        "abc",
        ")" * 30,
        " ",
        "now",
    ]
    assert [token.text for token in parse(PIPELINE, "((a").doc] == ["(", "(", "a"]


@pytest.mark.parametrize("text", ["a " * 600_000, "a" * 1_100_000, "\ud800 a", "\ud800" * 60], ids=range(4))
def test_text_that_no_pipeline_reads(text: str) -> None:
    """A text beyond the pipeline's limit, or that isn't Unicode text, fails the rewrite; the raw query then goes on."""
    with pytest.raises(RewriteFailed, match="can't read the query"):
        parse(PIPELINE, text)


def test_query_shows_no_text() -> None:
    """What a user asked stays out of a `repr`, and equality is the text's."""
    query = parse(PIPELINE, "My secret?")
    assert "secret" not in repr(query)
    assert query == parse(PIPELINE, "My secret?")


def test_query_with_another_document_is_refused() -> None:
    """A query can't be paired with the document of another text."""
    with pytest.raises(InvalidInput, match="another text"):
        Query("Why?", PIPELINE("Who?"))
