"""Why arms aren't offered: what is told holds of the query."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riffler.bandits.arms import ARMS, offered
from riffler.bandits.arms.base import Making
from riffler.bandits.arms.idle import why_idle
from riffler.bandits.pipeline import MOST_WORDS, load_pipeline, parse

PIPELINE = load_pipeline(None)
SAID = ("The Eiffel Tower stands in Paris.",)


@pytest.mark.parametrize(
    ("arm", "text", "said", "making", "why"),
    [
        ("reread", " ", (), "rule", "the query is empty"),
        ("paraphrase", "wo ist der bahnhof", (), "rule", "rules read English, and this isn't evidently English"),
        ("clarify", "wo ist der bahnhof", (), "engine", "neither the session nor the glossary explains its words"),
        ("paraphrase", "it rains. " * MOST_WORDS, (), "rule", "the query isn't parsed"),
        ("disambiguate", "Who built Rome?", SAID, "rule", "no pronoun to resolve"),
        ("disambiguate", "Who built it?", (), "rule", "nothing was said before"),
        ("disambiguate", "Are they old?", SAID, "rule", "what was said doesn't settle what a pronoun stands for"),
        ("clarify", "How does CRISPR work?", (), "rule", "neither the session nor the glossary explains its words"),
        ("clarify", "Who is it?", (), "rule", "no term to explain"),
        ("clarify", "What is osmosis?", SAID, "rule", "neither the session nor the glossary explains its words"),
        ("simplify", "Who built it?", (), "rule", "nothing to drop"),
        ("reread", "Who built it?", (), "engine", "nothing to do"),
    ],
)
def test_the_nearest_reason_is_told(arm: str, text: str, said: tuple[str, ...], making: Making, why: str) -> None:
    """What is missing is told before what it comes down to."""
    assert why_idle(arm, parse(PIPELINE, text, said), making) == why


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.booleans())
@example("Could you please tell me when it was built?", True)
@example("python list sort", False)
def test_every_arm_that_is_not_offered_has_a_reason(text: str, after: bool) -> None:
    """The reason is a few words in a line; and no pronoun is missed in a query of which one is resolved."""
    query = parse(PIPELINE, text, SAID if after else ())
    for name in ARMS.keys() - offered(query, "rule"):
        assert 0 < len(why_idle(name, query, "rule")) < 80
