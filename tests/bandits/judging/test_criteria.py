"""Criteria: those that ship, and what a user's must be."""

import pytest

from riffler.bandits.judging.criteria import CRITERIA, Criterion
from riffler.errors import InvalidSetting


def test_those_that_ship_can_be_told_apart() -> None:
    """No two have one name or one question, and each says when to take it."""
    assert len({each.name for each in CRITERIA}) == len({each.question for each in CRITERIA}) == len(CRITERIA)
    assert all("? Take this one when" in each.question for each in CRITERIA)


@pytest.mark.parametrize("name", ["", "Clarity", "two words", "a_b", "-a", "a-", "clarity\n", "klarité", "a1"])
def test_a_name_must_be_one_that_replies_are_read_by(name: str) -> None:
    """Anything but small letters with hyphens between is refused."""
    with pytest.raises(InvalidSetting, match="small letters"):
        Criterion(name, "Is it clear?")


def test_a_criterion_without_a_question_is_refused() -> None:
    """There would be nothing to judge by."""
    with pytest.raises(InvalidSetting, match="tone: expected a question"):
        Criterion("tone", " \n")
