"""What a session tells of pronouns, on the labelled sessions, and the command that shows it."""

from io import StringIO

import pytest
from rich.console import Console
from typer import BadParameter, Typer
from typer.testing import CliRunner

from riffler.service.evaluation.antecedents import (
    Answered,
    Session,
    answered,
    left_alone,
    main,
    precision,
    recall,
    sessions,
    show,
    show_misses,
)

ANSWERS = (
    Answered(Session("a", ("[bold]A boat.",), "Who owns it?", "it", ("the boat",), "plain"), "a Boat"),
    Answered(Session("b", ("A boat.",), "Who owns it?", "it", ("the boat",), "plain"), ""),
    Answered(Session("c", ("A boat.",), "Who owns it?", "it", ("the boat",), "plain"), "the bay"),
    Answered(Session("d", ("Hi.",), "Who owns it?", "it", (), "nothing"), ""),
    Answered(Session("e", ("Hi.",), "Who owns it?", "it", (), "nothing"), "the bay"),
)


def test_answers_are_counted() -> None:
    """A wrong word is no right answer, and no antecedent found; silence is right only where nothing is meant."""
    assert precision(ANSWERS) == (1, 3)
    assert recall(ANSWERS) == (1, 3)
    assert left_alone(ANSWERS) == (1, 2)


def test_misses_are_shown() -> None:
    """Of each miss there is the answer, what is right, and what was said, as it is; of the others nothing."""
    console = Console(record=True, width=150, file=StringIO())
    show_misses((*ANSWERS[1:], ANSWERS[0]), console)
    shown = console.export_text()
    assert shown.startswith("\nb it: nothing\n  instead of the boat (plain)\n  - A boat.\n  - Who owns it?\n")
    assert "e it: the bay\n  instead of nothing (nothing)" in shown
    assert "[bold]" not in shown


def test_figures_of_nothing() -> None:
    """Without any session there is no figure, and nothing fails."""
    console = Console(record=True, width=150, file=StringIO())
    show((), console)
    assert "0/0 0.0%" in console.export_text()


def test_the_rules_keep_their_promise() -> None:
    """On the part that the rules were built on, at least 95 % of the answers are right and 70 % of the meant found."""
    those = answered(sessions("dev"))
    (right, said), (found, meant) = precision(those), recall(those)
    alone, none = left_alone(those)
    assert (meant, none) == (50, 30)
    assert right >= 0.95 * said
    assert found >= 0.7 * meant
    assert alone >= 29


def test_the_command_shows_figures_and_misses() -> None:
    """The command prints three shares, and with `--misses` the texts of what goes wrong."""
    app = Typer()
    app.command()(main)
    shown = CliRunner().invoke(app, ["--misses"]).output
    assert "the answers (precision)" in shown
    assert "instead of" in shown


def test_misses_of_the_final_part_stay_unseen() -> None:
    """Nobody can look at what goes wrong in the part for the final figures."""
    with pytest.raises(BadParameter):
        main("final", misses=True)
