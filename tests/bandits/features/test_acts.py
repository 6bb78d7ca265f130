"""Acts: what each sentence of a query does, whatever its marks and however it begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.features.acts import acts
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)

ROWS = [
    ("Who wrote Emma?", "question?"),
    ("who wrote emma", "question"),
    ("In which year did it fall?", "question?"),
    ("At least how many people live there?", "question?"),
    ("Hi there, is it open?", "question?"),
    ("Does Anna swim?", "question?"),
    ("dont cats swim", "question"),
    ("Did?", "question?"),
    ("do the locals eat fish", "question"),
    ("Do the same for Rome.", "order"),
    ("Do something nice.", "order"),
    ("Please list the kings.", "order"),
    ("List: kings.", "order fragment"),
    ("Explain gravity?", "order?"),
    ("Don't tell him.", "order"),
    ("Never mind the plot.", "order"),
    ("Bake a cake.", "order"),
    ("explain", "order"),
    ("I like cats.", "statement"),
    ("In Rome I like cats.", "statement"),
    ("What I want is rest.", "statement"),
    ("When I run it, it stops.", "statement"),
    ("when i run it", "question"),
    ("pool rules", "fragment"),
    ("Thanks!", ""),
    ("", ""),
    ("I am ill, what can I do?", "statement question?"),
    ("I am ill, and in which town is a doctor?", "statement question?"),
    ("My cat is ill, is it the food?", "statement question?"),
    ("We lost, which is sad, who won?", "statement question?"),
    ("I am late, so find me a train.", "statement order"),
    ("I am late, so please hurry up.", "statement order"),
    ("I read the note and send it.", "statement"),
    ("I have a dog and is it big", "statement question"),
    ("If it is so cold why does it rain", "statement question"),
    ("We met, what we ate was good.", "statement"),
    ("She sings, or does she?", "statement?"),
    ("You know the rule, so which of the two is in force?", "statement question?"),
]


@pytest.mark.parametrize(("text", "kinds"), ROWS)
def test_each_sentence_is_told_by_its_form(text: str, kinds: str) -> None:
    """A mark doesn't make the kind, and what begins after a comma or a conjunction is an act of its own."""
    found = acts(Reading.of(parse(PIPELINE, text).doc))
    assert " ".join(act.kind + "?" * act.asked for act in found) == kinds


@given(
    st.lists(
        st.sampled_from("is do what , so . ? I : the list which in if not and dog please when".split()), max_size=12
    )
)
def test_acts_stand_in_order_and_apart(words: list[str]) -> None:
    """Acts have words, come in order, don't overlap, and end inside the text."""
    reading = Reading.of(parse(PIPELINE, " ".join(words)).doc)
    edges = [edge for act in acts(reading) for edge in (act.start, act.end)]
    assert edges == sorted(edges)
    assert all(act.start < act.end <= len(reading.words) for act in acts(reading))
