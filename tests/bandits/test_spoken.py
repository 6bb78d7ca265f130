"""Sessions read by the pipeline that ships: what pronouns stand for after some messages, in the wording of the arm."""

import pytest

from riffler.bandits.arms.disambiguate import Disambiguate
from riffler.bandits.pipeline import forget, load_pipeline, parse

PIPELINE = load_pipeline(None)


def reworded(asked: str, *said: str) -> str | None:
    """Let the arm reword a query in its session."""
    made = Disambiguate().by_rule(parse(PIPELINE, asked, said))
    return made.text if made else None


@pytest.mark.parametrize(
    ("said", "asked", "rewrite"),
    [
        (("Dune was written by Frank Herbert.",), "When was he born?", "When was Frank Herbert born?"),
        (("The capital is Quito.",), "What is its population?", "What is Quito's population?"),
        (("My husband works at a bank in Leeds.",), "Can he retire?", "Can my husband retire?"),
        (("Priya called, and her husband waited.",), "Where does he live?", "Where does Priya's husband live?"),
        (("Siemens AG sold its wind business.",), "When did they decide that?", "When did Siemens AG decide that?"),
        (("We have two cats.",), "How often should I feed them?", "How often should I feed the two cats?"),
        (("The CEO of Nestle resigned.",), "Who will replace him?", "Who will replace the CEO of Nestle?"),
        (("The author, Anna Weber, lives in Rome.",), "How old is she?", "How old is Anna Weber?"),
        (("Marta's brother Piotr broke his wrist.",), "Can he drive?", "Can Piotr drive?"),
        (("The Rolling Stones played in London.",), "Who paid them?", "Who paid the Rolling Stones?"),
        (
            ("I want to fix a leaking tap.", "Turn off the water and replace the washer."),
            "Can I fix it without tools?",
            "Can I fix the leaking tap without tools?",
        ),
        (
            ("Is there a museum in Ghent?", "Yes, the museum in Ghent shows new art."),
            "How do I get there from Brussels?",
            "How do I get to the museum in Ghent from Brussels?",
        ),
        (("We moved to Bergen.",), "Can one work there?", "Can one work in Bergen?"),
        (("We moved to Bergen.",), "How far is Oslo from there?", "How far is Oslo from Bergen?"),
        (("We saw an island.",), "Do people live there?", "Do people live on the island?"),
        (("We saw a bridge.",), "Do people wait there?", "Do people wait at the bridge?"),
        (("We saw a big town.",), "Do people live there?", "Do people live in the big town?"),
        (("The drums are loud and the tenants complain.",), "Should I tell them?", "Should I tell the tenants?"),
        (("The tenants met here. The boxes are full.",), "What do they cost?", "What do the boxes cost?"),
        (("My laptop broke, so I looked at a tablet.",), "Where can I buy it?", "Where can I buy the tablet?"),
        (("Emma is a novel. Emma or Persuasion is fine.",), "Who wrote it?", None),
        (("Yesterday the weather was bad.",), "Who lives over there?", None),
        (("Anna met Maria at the port, and Maria smiled.",), "Where does she live?", None),
        (("We won a Norway spruce.",), "How tall is it?", "How tall is the Norway spruce?"),
        (("I want a rose bush.", "Rose bushes need sun."), "How tall is it?", "How tall is the rose bush?"),
        (("Zork, a painter, left.",), "Where did she live?", "Where did Zork live?"),
        (("We moved to Bergen.",), "In Oslo it rains, so who lives there?", None),
        (("We got a beagle.", "Give the dog a bed."), "What should I feed him?", "What should I feed the beagle?"),
        (("Rex is a dog. The dog barked.",), "Does he bite?", "Does Rex bite?"),
    ],
)
def test_sessions(said: tuple[str, ...], asked: str, rewrite: str | None) -> None:
    """Agents, owners, groups, places and what a verb can mean count; of equals none is taken."""
    assert reworded(asked, *said) == rewrite


def test_what_was_said_is_parsed_once() -> None:
    """Two queries of a session read the same parse of what was said, until it is thrown away."""

    def passage(asked: str) -> object:
        remembered = parse(PIPELINE, asked, ("We moved to Bergen.",)).remembered
        assert remembered is not None
        return next(remembered.recent()).doc

    first = passage("Who lives there?")
    assert passage("Is it far?") is first
    forget()
    assert passage("Is it far?") is not first
