"""Bad wordings: each does what its name says, to every question that documents are asked."""

import random
import re

import pytest

from riffler.service.evaluation.find_facts import FACTS
from riffler.service.evaluation.perturbed import PERTURBED

THING = "Belrir orangery"
QUESTIONS = sorted({question for fact in FACTS for question in fact.questions.values()})


def worded(wording: str, template: str, seed: int) -> str:
    """Word a question."""
    return PERTURBED[wording](random.Random(seed), template, THING)


def words(text: str) -> list[str]:
    """The words of a text, in lower case and in order."""
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("template", QUESTIONS)
@pytest.mark.parametrize("wording", PERTURBED)
def test_each_wording_is_another_one_and_the_same_for_a_seed(wording: str, template: str) -> None:
    """No slot is left, a seed repeats itself, and only the plain wording is the question as it was."""
    plain = template.format(s=THING)
    made = [worded(wording, template, seed) for seed in range(12)]
    assert made == [worded(wording, template, seed) for seed in range(12)]
    assert not [text for text in made if "{" in text]
    assert {text == plain for text in made} == {wording == "plain"}


@pytest.mark.parametrize("template", QUESTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_what_each_wording_does(template: str, seed: int) -> None:
    """Slips are three at most; fillers only add words; disorder only moves them; a name loses a half, or is torn."""
    plain = words(template.format(s=THING))
    slips = words(worded("typing errors", template, seed))
    assert len(slips) == len(plain)
    assert 1 <= sum(one != other for one, other in zip(slips, plain, strict=True)) <= 3
    spoken = iter(words(worded("filler words", template, seed)))
    assert all(word in spoken for word in plain)  # in order: `in` takes from the iterator
    assert len(words(worded("filler words", template, seed))) >= len(plain) + 3
    disorder = worded("word order", template, seed)
    assert sorted(words(disorder)) == sorted(plain)
    assert THING in disorder or THING.lower() in disorder.lower()
    vague = worded("vague reference", template, seed)
    assert "Belrir" in vague
    assert "orangery" not in vague
    torn = worded("split name", template, seed)
    assert THING not in torn
    assert {"belrir", "orangery"} <= {*words(torn)}
