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
    assert nearest_thing("Ann keeps the oar. Bo keeps the saw.", "Bo", {"oar", "saw"}) == "saw"
    assert nearest_thing("Ann keeps the oar.", "Bo", {"oar"}) == ""
