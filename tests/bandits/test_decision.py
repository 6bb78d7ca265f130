"""What a decision tells of its draw."""

import pytest

from riffler.bandits.decision import Decision


@pytest.mark.parametrize(("logged", "chance"), [(0.25, 0.25), (1e-300, 1e-300), (0.0, 1e-17)])
def test_the_chance_of_what_was_drawn_is_above_0(logged: float, chance: float) -> None:
    """It is the logged one, bit for bit, but where that was rounded to 0: then it is one that can be divided by."""
    propensities = {"none": 1 - logged, "reread": logged}
    decision = Decision("d", "", "f", (1.0,), tuple(propensities), propensities, "reread", "p", "1")
    assert decision.chance == chance
