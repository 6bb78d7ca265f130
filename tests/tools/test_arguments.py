"""Arguments of tools: what is wrong is told in words that one can act on."""

import pytest
from pydantic import field_validator, model_validator

from riffler.errors import InvalidArguments
from riffler.tools.arguments import read_arguments
from riffler.tools.tool import Arguments


class Piers(Arguments):
    """Arguments with checks of their own."""

    low: int = 0
    high: int = 10

    @field_validator("low")
    @classmethod
    def _even(cls, low: int) -> int:
        if low % 2:
            raise ValueError("expected an even number")
        return low

    @model_validator(mode="after")
    def _in_order(self) -> "Piers":
        if self.low > self.high:
            raise ValueError("expected low to be at most high")
        return self


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"low": 3}', "piers: low: expected an even number, got 3"),
        ('{"low": 4, "high": 2}', "piers: expected low to be at most high"),
        ('{"low": "x"}', "piers: low: expected a whole number, got 'x'"),
        ('{"pier": 1}', "piers: pier: there is no such argument: there are low, high"),
        ("[]", "piers: expected a JSON object of arguments, got list"),
    ],
)
def test_complaints_name_the_field_and_what_is_expected(text: str, words: str) -> None:
    """A check of a tool's own is told in its own words; one of several arguments doesn't repeat them."""
    with pytest.raises(InvalidArguments) as told:
        read_arguments("piers", Piers, text)
    assert str(told.value) == words


def test_what_is_null_is_left_out() -> None:
    """Many models leave an argument out by giving null for it."""
    assert read_arguments("piers", Piers, '{"low": null, "high": 4}') == Piers(high=4)
