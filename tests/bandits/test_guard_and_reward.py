"""The guard and the reward."""

import pytest

from riffler.bandits.guard import check
from riffler.bandits.reward import reward

QUESTION = 'Did Mara Venn not sell 12 boats before 1874, as "the ledger" says?'


@pytest.mark.parametrize(
    "rewrite",
    [
        QUESTION,
        f"{QUESTION}\nRead the question again: {QUESTION}",
        'Is it right that Mara Venn did not sell 12 boats before 1874, as "the ledger" says?',
        '"the ledger": before 1874, did Mara Venn never sell 12 boats?',
    ],
)
def test_faithful_rewrites_go_on(rewrite: str) -> None:
    """A rewrite that keeps numbers, names, quotes, the negation and the question goes on."""
    assert check(QUESTION, rewrite).kept, check(QUESTION, rewrite).reason


@pytest.mark.parametrize(
    ("rewrite", "reason"),
    [
        ("  ", "empty"),
        (QUESTION * 9, "characters"),
        (QUESTION.replace("12", "13"), "number"),
        (QUESTION.replace(" 12", ""), "number"),
        (QUESTION.replace("the ledger", "a ledger"), "quoted"),
        (QUESTION.replace("not ", ""), "negation"),
        (QUESTION.replace("Mara Venn", "Mara"), "name"),
        (QUESTION.replace("boats", "Viking boats"), "name"),
        (QUESTION.replace("?", "."), "question"),
    ],
)
def test_damaged_rewrites_are_refused(rewrite: str, reason: str) -> None:
    """A rewrite that loses or invents what matters is refused, and the reason names it."""
    verdict = check(QUESTION, rewrite)
    assert not verdict.kept
    assert reason in verdict.reason


def test_reward_of_a_perfect_answer_is_one() -> None:
    """The reference itself earns everything."""
    assert reward("Mara Venn", ["Mara Venn"]).total == pytest.approx(1.0)


def test_reward_of_another_answer() -> None:
    """A wrong answer has no part from the judge; a word inside another word doesn't agree."""
    assert reward("Marathon", ["Mara"]).judge == 0
    assert reward("", ["Mara"]).total == 0


def test_best_reference_counts() -> None:
    """Of several references the best counts, and case and punctuation don't."""
    found = reward("It was mara venn!", ["nobody", "Mara Venn."])
    assert found.judge == 1
    assert 0.6 < found.total < 1
