"""The guard's promise, on the labelled pairs, and the command that shows it."""

from typing import Any

import pytest
from rich.console import Console
from typer import BadParameter

from riffler.service.evaluation import guard
from riffler.service.evaluation.guard import Judged, judged, main, share


@pytest.fixture(scope="module")
def pairs() -> tuple[Judged, ...]:
    """Judge all pairs once."""
    return judged()


def test_the_guard_keeps_its_promise(pairs: tuple[Judged, ...]) -> None:
    """Of all pairs, at least CAUGHT of the damaged are caught, and at most REFUSED of the faithful are refused."""
    caught, damaged = share(pairs, "all", faithful=False)
    refused, faithful = share(pairs, "all", faithful=True)
    assert (damaged, faithful) == (330, 330)
    assert caught >= 0.965 * damaged
    assert refused <= 0.085 * faithful


def test_halves_are_all(pairs: tuple[Judged, ...]) -> None:
    """Each pair is in one half, and in all."""
    for faithful in (False, True):
        odd, even, every = (share(pairs, half, faithful=faithful) for half in guard.HALVES)
        assert [left + right for left, right in zip(odd, even, strict=True)] == list(every)


def test_the_command_shows_figures_and_misses(pairs: tuple[Judged, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A column a half, and of misses the guard's word with both texts."""
    console = Console(record=True, width=150, quiet=True)

    def recorded(**_options: Any) -> Console:
        return console

    monkeypatch.setattr(guard, "Console", recorded)
    monkeypatch.setattr(guard, "judged", lambda: pairs)
    main("odd", figures=False)
    shown = console.export_text()
    assert "damaged: caught" in shown
    assert "faithful: refused" in shown
    miss = next((pair for pair in pairs if not pair.right and pair.in_half("odd")), None)
    assert miss is None or miss.id in shown
    with pytest.raises(BadParameter):
        main("both")
