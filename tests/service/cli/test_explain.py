"""`riffler explain`: what it prints is what was found."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from riffler.bandits.arms import ARMS
from riffler.errors import InvalidInput, InvalidSetting
from riffler.service.agent.explaining import ArmTried, Explanation, FeatureFound, ParsedWord
from riffler.service.cli.explain import picture, show
from riffler.service.cli.main import app

QUERY = "When was it built?"


@pytest.fixture
def tower(tmp_path: Path) -> Path:
    """A text that says what `it` is."""
    path = tmp_path / "tower.txt"
    path.write_text("The Eiffel Tower stands in Paris.\n")
    return path


def said(*arguments: object, folder: Path) -> str:
    """Run the command."""
    done = CliRunner().invoke(app, ["explain", *map(str, arguments), "--data-folder", str(folder)])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_parse_features_and_arms(tower: Path, tmp_path: Path) -> None:
    """A text from a file says what the pronoun means: the picture, the feature and the rewrite are printed."""
    out = said(QUERY, "--context", tower, folder=tmp_path / "data")
    lines = [line.split() for line in out.splitlines()]
    assert ["││", "┌▸", "it", "PRON", "nsubj:pass"] in lines
    assert ["structural", "anaphora", "yes", "it"] in lines
    assert ["session", "antecedent_remembered", "yes", "it"] in lines
    drawn = {line[0]: line[1] for line in lines if line and line[0] in ARMS}
    assert drawn["clarify"] == "-"
    shares = [int(share.removesuffix("%")) for share in drawn.values() if share != "-"]
    assert abs(sum(shares) - 100) <= len(shares)
    rewrite = "When was the Eiffel Tower built? keeps the meaning".split()
    assert ["disambiguate", drawn["disambiguate"], *rewrite] in lines
    assert ["clarify", "-", *"not offered: no term to explain".split()] in lines
    assert "that of a policy that has seen nothing" in out


def test_json_is_the_same(tower: Path, tmp_path: Path) -> None:
    """As JSON it has the words, the features and the arms."""
    out = json.loads(said(QUERY, "--context", tower, "--json", folder=tmp_path / "data"))
    assert [word["text"] for word in out["words"]] == ["When", "was", "it", "built", "?"]
    assert next(each for each in out["features"] if each["name"] == "anaphora")["words"] == ["it"]
    assert [each["arm"] for each in out["arms"] if each["offered"]][:2] == ["none", "reread"]
    assert out["making"] == "rule"
    assert sum(each["propensity"] for each in out["arms"]) == pytest.approx(1)
    assert all((each["propensity"] > 0) == each["offered"] == (not each["idle"]) for each in out["arms"])
    assert out["learned"] is False


def test_no_server_is_started(tmp_path: Path) -> None:
    """A query without a session needs no Redis: nothing is written."""
    said(QUERY, folder=tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_wrong_use(tmp_path: Path) -> None:
    """An empty query, and a maker that there isn't, are told by name."""
    with pytest.raises(InvalidInput, match="query"):
        said(" ", folder=tmp_path)
    with pytest.raises(InvalidSetting, match="rewrites_by"):
        said(QUERY, "--by", "hand", folder=tmp_path)


def test_rewriting_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where queries go as they come there is nothing to explain."""
    monkeypatch.setenv("RIFFLER_REWRITING", "false")
    with pytest.raises(InvalidInput, match="rewriting"):
        said(QUERY, folder=tmp_path)


def test_a_long_query_is_cut() -> None:
    """Of a long query the first words are drawn, and the others counted; heads beyond the cut draw no arc."""
    words = tuple(ParsedWord("word", "word", "NOUN", "NN", "dep", 99) for _ in range(100))
    lines = picture(Explanation("", "1", "rule", words, (), ()))
    assert len(lines) == 81
    assert lines[-1] == "and 20 words more"
    assert "▸" not in "".join(lines)


def test_unknown_and_refused_are_told() -> None:
    """An unknown feature, an unknown number, long evidence and a refused rewrite are shown as they are."""
    features = (
        FeatureFound("negation", "lexical", None, 0.0, ()),
        FeatureFound("anaphora", "structural", 1.0, 1.0, ("it " * 40,)),
        FeatureFound("readability", "reading", None, 0.0, ()),
        FeatureFound("formality", "reading", 75.0, 0.5, ()),
    )
    arms = (ArmTried("simplify", True, "Ask [bold]5", False, "the rewrite invents a number"),)
    out = Console(width=110, record=True, markup=False, highlight=False, quiet=True)
    out.quiet = False
    with out.capture() as captured:
        show(Explanation("Ask", "1", "rule", (), features, arms), out)
    text = captured.get()
    assert "unknown" in text
    assert "it it" in text
    assert "..." in text
    assert "readability unknown (+0.00) formality 75.0 (+0.50)" in text
    assert "refused: the rewrite invents a number" in text
    assert "[bold]5" in text
