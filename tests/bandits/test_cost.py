"""What a turn cost, and what that takes off a reward."""

from statistics import fmean
from typing import Any

import pytest

from riffler.bandits.cost import LARGEST_COST, Cost
from riffler.errors import InvalidInput


@pytest.mark.parametrize("name", ["tokens", "ms"])
@pytest.mark.parametrize(
    "value", [-1, LARGEST_COST + 1, 10**400, 1.7e308, float("inf"), float("nan"), True], ids="{!r:.12}".format
)
def test_what_is_no_cost_is_refused_by_name(name: str, value: Any) -> None:
    """A cost that is below 0, or so large that sums of costs could overflow, is told with what was expected."""
    with pytest.raises(InvalidInput, match=rf"^{name}: expected a number from 0 to 1e\+12, got "):
        Cost(**{name: value})


def test_means_of_the_largest_costs_are_finite() -> None:
    """The bounds themselves are costs, and many of them have their mean."""
    costs = [Cost(LARGEST_COST, float(LARGEST_COST))] * 1000
    assert fmean(each.tokens for each in costs) == fmean(each.ms for each in costs) == LARGEST_COST
