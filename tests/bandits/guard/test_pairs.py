"""The guard on pairs that were written while it was built; the labelled ones are measured in the service's tests."""

from pathlib import Path

import pytest

from riffler.bandits.guard import check

LINES = Path(__file__).with_name("pairs.txt").read_text("utf-8").splitlines()


def pairs(mark: str) -> list[list[str]]:
    """Read the pairs of one kind."""
    return [line[2:].split(" | ") for line in LINES if line.startswith(f"{mark} ")]


@pytest.mark.parametrize(("query", "rewrite"), pairs("="))
def test_faithful_rewrites_pass(query: str, rewrite: str) -> None:
    """Another wording, a frame that goes, keywords made a sentence, an explained word: the question is the same."""
    assert check(query, rewrite).reason == ""


@pytest.mark.parametrize(("query", "rewrite"), pairs("!"))
def test_damaged_rewrites_are_refused(query: str, rewrite: str) -> None:
    """Each loses, gains or turns what the answer depends on."""
    assert not check(query, rewrite).kept
