"""Training in small: every part is made and put together, with its licence; what it gives can be measured."""

from pathlib import Path

import pytest
import spacy
from tests.service.training.english.test_generated import ROWS
from typer.testing import CliRunner

from riffler.bandits.pipeline import LICENCE, shipped
from riffler.service.training.english.__main__ import command
from riffler.service.training.english.evaluate import SCORES


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with a corpus of thirty equal sentences."""
    lines = [
        "\t".join((str(number), form, lemma, pos, tag, feats, str(head), dep, "_", "_"))
        for number, (form, lemma, pos, tag, feats, head, dep) in enumerate(ROWS, 1)
    ]
    for part in ("train", "dev"):
        (tmp_path / f"{part}.conllu").write_text(("\n".join(lines) + "\n\n") * 30, "utf-8")
    return tmp_path


@pytest.mark.timeout(300)
def test_two_commands_train_and_measure(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps of training give a pipeline of all parts, whose figures the other command prints.

    With a tenth of the generated sentences: spaCy reads all of them nine times, to make two steps.
    """
    monkeypatch.setattr("riffler.service.training.english.corpus.QUESTIONS", 150)
    monkeypatch.setattr("riffler.service.training.english.corpus.ORDERS", 100)
    out = tmp_path / "out"
    done = CliRunner().invoke(command, ["train", "--data", str(corpus), "--out", str(out), "--steps", "2"])
    assert done.exit_code == 0, done.output
    pipeline = spacy.load(out / "pipeline")
    assert {"tagger", "morphologizer", "trainable_lemmatizer", "senter", "parser"} <= set(pipeline.pipe_names)
    assert pipeline.pipe_names.index("senter") < pipeline.pipe_names.index("parser")
    assert "CC BY-SA 4.0" in (out / "pipeline" / "README.md").read_text("utf-8")
    assert (out / "pipeline" / LICENCE).read_bytes() == (shipped() / LICENCE).read_bytes()
    assert pipeline("The cat slept.").has_annotation("DEP")
    measured = CliRunner().invoke(command, ["evaluate", str(out / "pipeline"), "--data", str(corpus)])
    assert measured.exit_code == 0, measured.output
    assert all(name in measured.output for name in SCORES)
    assert len(measured.output.strip().splitlines()) == 8
