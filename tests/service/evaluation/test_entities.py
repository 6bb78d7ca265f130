"""Bound entities: the form of a case, and how answers are read."""

import re

import pytest

from riffler.service.evaluation.entities import Entities, last_of, nearest_thing


@pytest.mark.parametrize("count", [1, 2, 7, 300])
@pytest.mark.parametrize("position", [0, 50, 100])
def test_the_one_that_is_asked_for_stands_at_its_position(count: int, position: int) -> None:
    """All words differ, the question names the owner at the position, and that owner's thing alone is right."""
    benchmark = Entities((count,), (position,))
    case = benchmark.case(benchmark.cells[0], 0)
    facts, question = case.text.split("\n\n")
    triples = re.findall(r"^(\w+) keeps the (\w+) in the (\w+)\.$", facts, re.MULTILINE)
    assert len(triples) == count
    assert len({word.lower() for triple in triples for word in triple}) == 3 * count
    owner, thing, place = triples[position * (count - 1) // 100]
    assert question == f"Which thing does {owner} keep? Answer with the name of the thing."
    assert case.score(f"It is the {thing.upper()}.") == 1.0
    assert case.score(f"{owner} keeps the {thing} in the {place}.") == 1.0
    assert case.score(f"The {place}.") == 0.0
    assert case.score("") == 0.0
    assert [case.score(other) for _, other, _ in triples if other != thing] == [0.0] * (count - 1)
    assert case.score(case.newest_match()) == 1.0


def test_positions_ask_about_one_text() -> None:
    """Between positions only the question differs, so that nothing else can make the difference."""
    benchmark = Entities((20,), (0, 50, 100), sessions=2)
    texts = {benchmark.case(cell, 1).text.split("\n\n")[0] for cell in benchmark.cells}
    questions = {benchmark.case(cell, 1).text.split("\n\n")[1] for cell in benchmark.cells}
    assert (len(texts), len(questions)) == (1, 3)


def test_the_last_thing_named_counts() -> None:
    """A thing that is named after another one is the answer; part of a word is none."""
    assert last_of("Not the kettle but the SADDLE.", {"kettle", "saddle"}) == "saddle"
    assert last_of("kettles", {"kettle"}) == ""


@pytest.mark.parametrize(
    "answer",
    [
        "Ann keeps the oar, not the saw.",
        "Ann keeps the **oar**, not the **saw**.",
        "It is the oar rather than the saw, and never a saw",
        "Not the saw but the oar.",
        "The oar. She doesn't keep the saw.",
        "The oar is right, the saw isn't.",
        "It is not. The oar!",
        "the saw? No: the oar",
    ],
)
def test_a_thing_that_is_denied_is_no_answer(answer: str) -> None:
    """What an answer says it isn't doesn't count, wherever it stands."""
    assert last_of(answer, {"oar", "saw"}) == "oar"


def test_only_denied_things_are_no_answer() -> None:
    """An answer that says only what it isn't names nothing."""
    assert last_of("I don't know, but not the saw.", {"oar", "saw"}) == ""


def test_the_baseline_knows_no_list() -> None:
    """It takes the first word with an article after the owner, on the newest line that has both."""
    text = "Ann keeps the oar. Bo keeps the saw.\nBo sold an old bell.\nBo slept.\nThe inn is Cy's."
    assert nearest_thing(text, "Ann") == "oar"
    assert nearest_thing(text, "Bo") == "old"
    assert nearest_thing(text, "Cy") == ""
    assert nearest_thing(text, "Dee") == ""
