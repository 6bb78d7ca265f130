"""The reward's parts, by cases and by properties."""

import math
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.reward import Weights, reward
from riffler.errors import InvalidInput, InvalidSetting


@pytest.mark.parametrize(
    ("answer", "reference", "judge"),
    [
        ("It is Paris.", "paris", 1),
        ("PARIS!", "Paris", 1),
        ("The total is 1,000.", "1000", 1),
        ("It was 3.5 km", "3.5", 1),
        ("It was 3.5 km", "5", 0),
        ("minus \u22125", "-5", 1),
        ("-5", "5", 0),
        ("15", "5", 0),
        ("in C++ only", "C++", 1),
        ("in C only", "C++", 0),
        ("in C++ only", "C", 0),
        ("答えは東京です", "東京", 1),
        ("Cafe\u0301", "café", 1),
        ("New big York", "New York", 0),
        ("not Paris", "Paris", 1),
        ("", "Paris", 0),
    ],
)
def test_judge_compares_words(answer: str, reference: str, judge: int) -> None:
    """The reference's words must stand in the answer one after the other; the judge sees strings, no meanings."""
    assert reward(answer, reference).judge == judge


def test_parts_are_weighed() -> None:
    """One answer worked through: both words of two are there, with two more that cost precision."""
    found = reward("I say New York", "New York")
    assert astuple(found) == pytest.approx((0.6 + 0.3 * 16 / 22 + 0.1 * 0.5, 1.0, 16 / 22, 0.5))
    assert reward("I say New York", "New York", Weights(0, 0, 1)).total == pytest.approx(0.5)


def test_short_answer_pays_for_brevity() -> None:
    """One right word of two: BLEU is exp(1 - 2 / 1)."""
    assert reward("York", "New York").bleu == pytest.approx(math.exp(-1))


words = st.text(st.characters(codec="utf-8"), max_size=30)


@given(words, st.lists(words.map(lambda text: f"{text} x"), min_size=1, max_size=3))
def test_rewards_lie_between_0_and_1(answer: str, references: list[str]) -> None:
    """Whatever is said, all parts lie in [0, 1], and the best reference counts."""
    found = reward(answer, references)
    assert all(0 <= part <= 1 for part in (found.total, found.judge, found.fuzzy, found.bleu))
    assert found.total == max(reward(answer, reference).total for reference in references)


@given(words.map(lambda text: f"{text} x"))
def test_reference_itself_earns_everything(text: str) -> None:
    """An answer that is the reference has all parts full."""
    assert astuple(reward(text, text)) == pytest.approx((1.0,) * 4)


@pytest.mark.parametrize("references", [[], "", "?!", ["Paris", " "]])
def test_reference_without_a_word_is_refused(references: str | list[str]) -> None:
    """Nothing can be scored against nothing."""
    with pytest.raises(InvalidInput, match="at least one"):
        reward("Paris", references)


@pytest.mark.parametrize("shares", [(0.6, 0.3, 0.2), (1.5, -0.5, 0.0), (math.nan, 0.5, 0.5)])
def test_shares_that_are_no_shares_are_refused(shares: tuple[float, float, float]) -> None:
    """Weights are at least 0 and sum to 1."""
    with pytest.raises(InvalidSetting, match="sum to 1"):
        Weights(*shares)
