"""Agreement of the extractor with the labels: its arithmetic, its table, its misses."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from riffler.service.evaluation.features import (
    NAMES,
    agreement,
    between_labellers,
    labelled_queries,
    main,
    measure,
    table,
)

answers = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1)


@given(answers)
def test_agreement_is_symmetric(pairs: list[tuple[bool, bool]]) -> None:
    """Who is asked first changes precision and recall into each other, and neither F1 nor kappa."""
    first, second = zip(*pairs, strict=True)
    there, back = agreement(first, second), agreement(second, first)
    assert (there.precision, there.recall) == (back.recall, back.precision)
    assert (there.f1, there.kappa) == pytest.approx((back.f1, back.kappa))
    assert -1 <= there.kappa <= 1


@given(st.lists(st.booleans(), min_size=1))
def test_agreement_with_oneself_is_whole(labels: list[bool]) -> None:
    """The same answers give 1 for everything."""
    same = agreement(labels, labels)
    assert (same.precision, same.recall, same.f1, same.kappa) == (1, 1, 1, 1)


@given(st.lists(st.booleans(), min_size=1))
def test_agreement_of_opposites(labels: list[bool]) -> None:
    """Opposite answers agree in nothing: F1 is 0, and kappa below 0 unless one of them says the same throughout."""
    assume(len(set(labels)) == 2)
    opposite = agreement(labels, [not label for label in labels])
    assert opposite.f1 == 0
    assert opposite.kappa < 0


def test_kappa_by_hand() -> None:
    """Of 50 proposals both readers accept 20 and refuse 15: they agree on 0.7, by chance on 0.5, so kappa is 0.4."""
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found, labelled = zip(*pairs, strict=True)
    each = agreement(found, labelled)
    assert each.kappa == pytest.approx(0.4)
    assert (each.precision, each.recall) == (pytest.approx(20 / 25), pytest.approx(20 / 30))


def test_the_table_has_a_line_a_feature() -> None:
    """The command prints each yes-or-no feature once, with its figures between 0 and 1, and their mean."""
    app = Typer()
    app.command()(main)
    said = CliRunner().invoke(app, ["--part", "dev"]).output
    assert re.findall(r"^\| (\w+) \| \d+ \|", said, re.MULTILINE) == [*NAMES]
    figures = [float(figure) for figure in re.findall(r"\d\.\d\d", said)]
    assert len(figures) == 5 * len(NAMES) + 4
    assert all(0 <= figure <= 1 for figure in figures)


def test_misses_are_shown() -> None:
    """For a feature the command shows each query where extractor and label differ, and no other."""
    app = Typer()
    app.command()(main)
    shown = CliRunner().invoke(app, ["--misses", "pragmatics"]).output.splitlines()
    each = measure(labelled_queries("dev"))["pragmatics"]
    assert len([line for line in shown if " found " in line]) == each.found_only
    assert len([line for line in shown if " missed " in line]) == each.labelled_only


def test_two_labellers_agree_on_a_sample() -> None:
    """Labels of the final part were given twice for a sample; their agreement bounds what can be asked of a rule."""
    kappas = {name: each.kappa for name, each in between_labellers().items()}
    assert tuple(kappas) == NAMES
    assert min(kappas.values()) > 0.8
    assert "| anaphora |" in table(between_labellers())


def test_dev_figures_stay_above_their_floor() -> None:
    """What the extractor was fitted to doesn't get lost: of each feature, and in the mean."""
    scores = {name: each.f1 for name, each in measure(labelled_queries("dev")).items()}
    assert {name: f1 for name, f1 in scores.items() if f1 < 0.85} == {}
    assert sum(scores.values()) / len(scores) > 0.94
