"""What is no context and no decision."""

import math

import numpy as np
import pytest

from riffler.bandits.checks import LARGEST, check_context
from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.errors import InvalidInput

DECISION = Decision("d1", "s", "1", (1.0,), ("none",), {"none": 1.0}, "none", "p", "1").to_dict()


@pytest.mark.parametrize("value", [2 * LARGEST, -1e200, math.inf, -math.inf, math.nan])
def test_value_that_would_spoil_the_sums_is_refused(value: float) -> None:
    """A value whose square could overflow is no context."""
    with pytest.raises(InvalidInput, match="finite numbers of at most 1e\\+06"):
        check_context(np.array([value]), 1)


@pytest.mark.parametrize("value", [[LARGEST], [-LARGEST, 1.0], [0.0, 0.0]])
def test_large_values_are_contexts(value: list[float]) -> None:
    """The largest value is a context still."""
    check_context(np.array(value), len(value))


@pytest.mark.parametrize(
    "value", [{}, {**DECISION, "more": 1}, {name: value for name, value in DECISION.items() if name != "x"}]
)
def test_decision_with_other_fields_is_refused(value: dict[str, object]) -> None:
    """A decision has its fields, no more and no fewer."""
    with pytest.raises(InvalidInput, match="missing or unknown fields"):
        Decision.from_dict(value)


@pytest.mark.parametrize("count", [0, 5, 7])
def test_decision_id_needs_eight_bytes(count: int) -> None:
    """An id has a fixed length."""
    with pytest.raises(InvalidInput, match="expected at least 8 random bytes"):
        decision_id(PolicyKey("e", "m", "1", "1", "1").digest(), bytes(count))
