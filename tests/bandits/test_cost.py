"""What a turn cost, and what that takes off a reward."""

from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.cost import LARGEST_COST, Cost, Prices
from riffler.errors import InvalidInput, InvalidSetting


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


@given(st.floats(0, 1), st.integers(0, 10**6), st.floats(0, 10**6))
def test_a_price_is_by_the_thousand(reward: float, tokens: int, ms: float) -> None:
    """Prices are of a thousand tokens and of a second; what is left of a reward is never below 0."""
    prices, cost = Prices(0.25, 0.125), Cost(tokens, ms)
    assert prices.of(cost) == pytest.approx(0.25 * tokens / 1000 + 0.125 * ms / 1000)
    assert prices.net(reward, cost) == max(0.0, reward - prices.of(cost))


@pytest.mark.parametrize("name", ["token_price", "second_price"])
@pytest.mark.parametrize("value", [-0.1, float("inf"), float("nan")])
def test_a_price_that_is_none_is_refused_by_name(name: str, value: float) -> None:
    """Below 0, or no finite number."""
    with pytest.raises(InvalidSetting, match=name):
        Prices(**{name: value})
