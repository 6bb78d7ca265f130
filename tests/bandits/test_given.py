"""What is no reward as it is given."""

import math
from typing import Any

import pytest

from riffler.bandits.given import Given
from riffler.errors import InvalidInput, InvalidReward


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": "hearsay"}, "source: expected one of number, feedback, reference, judge, import, got 'hearsay'"),
        ({"parts": {str(number): 1.0 for number in range(33)}}, "parts: expected at most 32, got 33"),
        ({"parts": {"bleu": math.nan}}, "part 'bleu' of a reward: expected a finite number, got nan"),
    ],
)
def test_what_it_is_made_of_is_checked(given: dict[str, Any], said: str) -> None:
    """An unknown source, too many parts and a part that is no number are told by name, with what was expected."""
    with pytest.raises(InvalidInput, match=f"^{said}$"):
        Given(0.5, **given)


@pytest.mark.parametrize("reward", [-0.1, 1.1, math.nan, math.inf])
def test_a_reward_out_of_range_is_refused(reward: float) -> None:
    """A reward is a number from 0 to 1, wherever it comes from."""
    with pytest.raises(InvalidReward):
        Given(reward, "judge")


def test_what_no_judge_said_has_nothing_of_one() -> None:
    """Criterion and judge are written where there was a judge, and only there."""
    assert Given(1.0).to_dict() == {"source": "number", "parts": {}}
    judged = Given(0.75, "judge", {"judge": 0.75}, criterion="clarity", judge="m 1").to_dict()
    assert judged == {"source": "judge", "parts": {"judge": 0.75}, "criterion": "clarity", "judge": "m 1"}
