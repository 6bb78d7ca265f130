"""The guard's promise, on the labelled pairs, and the command that shows it."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from typer import BadParameter

from riffler.service.evaluation import guard
from riffler.service.evaluation.guard import Judged, judged, main, share


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


def test_the_guard_on_pairs_that_were_looked_at_later() -> None:
    """On the second set, looked at since its first figures (140 of 150 caught, 29 of 150 refused): 148 and none."""
    pairs = judged("second")
    assert share(pairs, faithful=False) >= (148, 150)
    assert share(pairs, faithful=True) <= (1, 150)


def test_the_guard_on_pairs_that_nobody_looked_at() -> None:
    """On the final set it is no worse than when it was measured: 146 of 150 caught, 17 of 150 refused."""
    pairs = judged("final")
    assert share(pairs, faithful=False) >= (146, 150)
    assert share(pairs, faithful=True) <= (17, 150)


def test_the_command_shows_figures_and_misses(pairs: tuple[Judged, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of a set, and of each miss the guard's word with both texts; of what is judged rightly none."""
    console = Console(record=True, width=150, file=StringIO())
    missed = replace(pairs[0], faithful=not pairs[0].verdict.kept, kind="any")
    right = next(pair for pair in pairs[1:] if pair.right)

    def recorded(**_options: Any) -> Console:
        return console

    def chosen(which: str) -> tuple[Judged, ...]:
        assert which == "dev"
        return missed, right, *pairs[1:]

    monkeypatch.setattr(guard, "Console", recorded)
    monkeypatch.setattr(guard, "judged", chosen)
    main()
    shown = console.export_text()
    assert "damaged: caught" in shown
    assert "faithful: refused" in shown
    assert f"{missed.id} {missed.kind}: {missed.verdict.reason or 'kept'}" in shown
    assert f"{right.id} {right.kind}" not in shown
    main(figures=True)
    assert missed.query not in console.export_text()


def test_an_unknown_set_is_refused() -> None:
    """Only the sets that there are can be asked for."""
    with pytest.raises(BadParameter):
        main("both")
