"""What the posterior and the decision refuse to read, and that a refusal teaches nothing."""

import math

import numpy as np
import pytest

from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.posterior import LARGEST, ArmStatistics, Posterior
from riffler.errors import InvalidInput

DECISION = Decision("d1", "s", "1", (1.0,), ("none",), {"none": 1.0}, "none", "p", "1").to_dict()


@pytest.mark.parametrize("flat", [[-1.0, 0, 0, 0], [0.5, 0, 0, 0], [math.nan, 0, 0, 0], [1, math.inf, 0, 0]])
def test_flat_form_without_sense_is_refused(flat: list[float]) -> None:
    """The count is a whole number, and every value is finite."""
    with pytest.raises(InvalidInput, match="expected finite values"):
        ArmStatistics.from_flat(flat, 1)


@pytest.mark.parametrize("value", [2 * LARGEST, -1e200, math.inf, -math.inf, math.nan])
def test_value_that_would_spoil_the_sums_is_refused(value: float) -> None:
    """A value whose square could overflow is refused, and the posterior is as it was."""
    posterior = Posterior(1)
    with pytest.raises(InvalidInput, match="finite numbers of at most 1e\\+06"):
        posterior.add("a", np.array([value]), 0.5)
    assert posterior.of("a").to_flat() == [0.0] * 4


def test_adding_leaves_the_old_posterior_alone() -> None:
    """A posterior is a value: learning gives a new one."""
    old = Posterior(1).add("a", np.ones(1), 1.0)
    flat = old.of("a").to_flat()
    assert old.add("a", np.ones(1), 1.0).of("a").to_flat() == [2.0, 2.0, 2.0, 2.0]
    assert old.of("a").to_flat() == flat


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
