"""The command that shows what the arms make of the labelled queries, and the sheet of rewrites to judge."""

import json
import random
from pathlib import Path

import pytest
from typer import BadParameter, Typer
from typer.testing import CliRunner

from riffler.bandits.guard import Verdict
from riffler.service.evaluation import rewrites
from riffler.service.evaluation.features import labelled_queries
from riffler.service.evaluation.rewrites import (
    Judgement,
    Made,
    main,
    offers,
    own_judgements,
    read_judgements,
    sheet,
    table,
)

KEPT = Verdict(True)
ONE = Made("q1", "simplify", "Hello, who won the cup?", "Who won the cup?", KEPT)
TWO = Made("q2", "simplify", "So, why?", "Why?", Verdict(False, "no"))
THREE = Made("q2", "expand", "cup", "What is a cup?", KEPT)


@pytest.fixture(scope="module")
def dev() -> tuple[Made, ...]:
    """Make all rewrites of the dev queries, once."""
    return rewrites.rewrites("dev")


def test_words_are_counted() -> None:
    """What is dropped and added are shares of the query's words, what is changed one of both texts' words."""
    assert (ONE.dropped, ONE.added, ONE.changed) == (1 / 5, 0, 1 / 9)
    assert (THREE.dropped, THREE.added, THREE.changed) == (0, 3, 3 / 5)


def test_a_text_without_words_has_no_share() -> None:
    """Marks alone are no words, and no division by nothing."""
    assert Made("q", "expand", "?", "!", KEPT).changed == 0


def test_the_table_counts_each_arm() -> None:
    """An arm's line has its offers, the guard's word, medians, and the judgements of the rewrites as they are."""
    judgements = {
        ("q1", "simplify", ONE.hash): Judgement(True, False),
        ("q2", "simplify", "old"): Judgement(False, True),
    }
    lines = table((ONE, TWO, THREE), 4, judgements).splitlines()
    row = next(line for line in lines if line.startswith("| simplify"))
    assert row == "| simplify | 2 50% | 50% | 22% | 35% | 0% | 100% | 0% | 1 |"
    assert (
        next(line for line in lines if line.startswith("| clarify")) == "| clarify | 0 0% | - | - | - | - | - | - | 0 |"
    )


def test_offers_are_counted_by_query() -> None:
    """Each query counts once, under the number of its arms."""
    assert offers((ONE, TWO, THREE), 4) == "arms offered: 0: 50%, 1: 25%, 2: 25%"


def test_a_sheet_is_drawn_by_seed() -> None:
    """A sheet has at most so many of an arm, the same for the same seed, and what a judgement needs."""
    made = tuple(Made(f"q{number}", "expand", "cup", f"cup {number}", KEPT) for number in range(9))
    lines = list(sheet((ONE, *made), 3, random.Random(1)))
    assert lines == list(sheet((ONE, *made), 3, random.Random(1)))
    rows = [json.loads(line) for line in lines]
    assert sorted(row["arm"] for row in rows) == ["expand"] * 3 + ["simplify"]
    judged = [json.dumps({**row, "faithful": True, "fluent": False}) for row in rows]
    read = read_judgements("\n".join(judged))
    assert read[("q1", "simplify", ONE.hash)] == Judgement(True, False)


def test_judgements_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before somebody has judged there are none; the file that there is can be read."""
    assert all(isinstance(each, Judgement) for each in own_judgements().values())
    monkeypatch.setattr(rewrites, "JUDGEMENTS", "labelled/none.jsonl")
    assert own_judgements() == {}


def test_simplify_on_queries_with_excessive_details(dev: tuple[Made, ...]) -> None:
    """Of the 36 dev queries labelled so, it is offered on at least 70 %, and half of them lose a third of the words."""
    labelled = {row["id"] for row in labelled_queries("dev") if "excessive_details" in row["present"]}
    made = [each for each in dev if each.arm == "simplify" and each.id in labelled]
    assert len(made) >= 0.7 * len(labelled)
    assert sum(each.dropped >= 1 / 3 for each in made) >= len(made) / 2


def test_the_guard_keeps_what_the_rules_make(dev: tuple[Made, ...]) -> None:
    """No arm that would be refused is offered."""
    assert [each.id for each in dev if not each.verdict.kept] == []


def test_the_command(dev: tuple[Made, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows the figures, or an arm's rewrites, or writes a sheet."""
    monkeypatch.setattr(rewrites, "rewrites", lambda _part: dev)
    app = Typer()
    app.command()(main)
    assert "| simplify |" in CliRunner().invoke(app, []).output
    shown = CliRunner().invoke(app, ["--show", "expand"]).output
    assert "How do I knit a heel flap?" in shown
    file = tmp_path / "sheet.jsonl"
    assert "rewrites to judge" in CliRunner().invoke(app, ["--sheet", str(file), "--most", "2"]).output
    assert {json.loads(line)["arm"] for line in file.read_text("utf-8").splitlines()} >= {"simplify", "expand"}


def test_an_unknown_arm_is_refused() -> None:
    """Only the rewrites of an arm that there is can be shown."""
    with pytest.raises(BadParameter):
        main(show="reread")
