"""The guard's promise, on the labelled pairs, and the command that shows it."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from typer import BadParameter, Typer
from typer.testing import CliRunner

from riffler.service.evaluation.guard import Judged, judged, main, share, show_misses


@pytest.fixture(scope="module")
def pairs() -> tuple[Judged, ...]:
    """Judge all pairs that may be looked at, once."""
    return judged("dev")


def test_the_guard_keeps_its_promise(pairs: tuple[Judged, ...]) -> None:
    """Of the pairs that it was built on, at least 98 % of the damaged are caught, at most 3 % of the others refused."""
    caught, damaged = share(pairs, faithful=False)
    refused, faithful = share(pairs, faithful=True)
    assert (damaged, faithful) == (330, 330)
    assert caught >= 0.98 * damaged
    assert refused <= 0.03 * faithful


def test_the_guard_on_pairs_that_nobody_looked_at() -> None:
    """On the blind set it is no worse than when it was measured; no pair is shown."""
    (caught, damaged), (refused, faithful) = (share(judged("blind"), faithful=kind) for kind in (False, True))
    assert (damaged, faithful) == (300, 300)
    assert (caught >= 268, refused <= 42) == (True, True)


def test_misses_are_shown(pairs: tuple[Judged, ...]) -> None:
    """Of each miss there is the guard's word with both texts, as they are; of what is judged rightly nothing."""
    missed = replace(pairs[0], faithful=not pairs[0].verdict.kept, kind="any", query="[bold]Who?")
    right = next(pair for pair in pairs[1:] if pair.right)
    console = Console(record=True, width=150, file=StringIO())
    show_misses((missed, right), console)
    shown = console.export_text()
    assert f"{missed.id} any: {missed.verdict.reason or 'kept'}" in shown
    assert "[bold]Who?" in shown
    assert missed.rewrite in shown
    assert right.id not in shown


def test_the_command_shows_the_figures(pairs: tuple[Judged, ...]) -> None:
    """The command prints both tables; with `--figures` it quotes no pair."""
    app = Typer()
    app.command()(main)
    shown = CliRunner().invoke(app, ["--figures"]).output
    assert "damaged: caught" in shown
    assert "faithful: refused" in shown
    assert not any(pair.query in shown for pair in pairs)


def test_an_unknown_set_is_refused() -> None:
    """Only the sets that there are can be asked for."""
    with pytest.raises(BadParameter):
        main("both")
