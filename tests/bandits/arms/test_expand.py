"""`expand`: short and vague queries say what is wanted, and full questions stay."""

import pytest
from tests.bandits.docs import query

from riffler.bandits.arms.expand import Expand
from riffler.bandits.background import LONGEST_BACKGROUND, background
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline, parse

BLANK = load_pipeline("blank")


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("python list sort", "python list sort: say what matters most, and give an example."),
        ("pool rules", "Explain pool rules: say what matters most, and give an example."),
        ("swift", "Explain swift: say what it is, and what it can mean."),
        ("how to knit a heel", "How to knit a heel: give the steps, and say what they are for."),
        ("cheapest train vienna", "cheapest train vienna: give the answer, and say what it rests on."),
        ("mustang speed", "mustang speed: give the answer, and say what it depends on."),
        ("lookahead vs lookbehind", "lookahead vs lookbehind: give the answer, and say how they differ."),
        ("excel vlookup error", "excel vlookup error: say what causes this, and how to solve it."),
        ("Tell me about history.", "Tell me about history. Say what it is, why it matters, and give an example."),
        ("explain osmosis", "explain osmosis. Say what it is, how it works, and give an example."),
        ("Help me with something!", "Help me with something! Ask for the details that matter."),
        ("ideas", "ideas. Ask for the details that matter."),
    ],
)
@pytest.mark.parametrize("parsed", [True, False])
def test_rule(text: str, longer: str, parsed: bool) -> None:
    """Each kind of short query gets its kind of answer named, with or without a parse; the guard lets it pass."""
    made = Expand().by_rule(query(text) if parsed else parse(BLANK, text))
    assert made is not None
    assert made.text == longer
    assert made.drawn_on == ()
    assert check(text, longer).kept


@pytest.mark.parametrize(
    "text",
    [
        "What is osmosis?",
        "Who built the mill in 1790?",
        "list the rivers of Peru",
        "My laptop is loud",
        "the custard curdled again",
        "thank you",
        "one two three four five six seven eight nine",
        "rivers of the north of the old Peru mountains",
        "osmosis?",
        "two\nlines",
        "-5",
        "...",
        "",
    ],
)
def test_full_questions_stay(text: str) -> None:
    """Nothing is added to what says already what is wanted, or says nothing; the engine isn't asked either."""
    assert Expand().by_rule(query(text) if text.strip(".-5") else parse(BLANK, text)) is None
    assert Expand().prompt(parse(BLANK, "What is osmosis?")) is None


@pytest.mark.parametrize(
    ("text", "said", "longer"),
    [
        (
            "blue boat owner",
            "The blue boat belongs to Carl.",
            "blue boat owner: say what matters most, and give an example."
            " For background: The blue boat belongs to Carl.",
        ),
        (
            "harbour opening",
            "harbour: opens at 7 and closes at 21",
            "harbour opening. For background: harbour: opens at 7 and closes at 21.",
        ),
        ("harbour", f"Harbour: {'a' * 140}", "Explain harbour: say what it is, and what it can mean."),
    ],
)
def test_background(text: str, said: str, longer: str) -> None:
    """What the memory says is quoted as far as there is room, rather than the angles of an answer."""
    made = Expand().by_rule(parse(BLANK, text, (said,)))
    assert made is not None
    assert made.text == longer
    assert made.drawn_on == ((said.rstrip("."),) if "background" in longer else ())


def test_prompt_shows_the_background() -> None:
    """The engine gets what the memory says, and draws on it."""
    with_memory = Expand().prompt(parse(BLANK, "blue boat owner", ("The blue boat belongs to Carl.",)))
    without = Expand().prompt(parse(BLANK, "blue boat owner"))
    assert with_memory is not None
    assert with_memory.drawn_on == ("The blue boat belongs to Carl",)
    assert "Background: The blue boat belongs to Carl\n" in with_memory.text
    assert without is not None
    assert "Background: none\n" in without.text
    assert without.drawn_on == ()


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("blue boat owner", ("The blue boat sank.", "The blue boat floats."), "The blue boat floats"),
        ("blue boat owner", ("The owner has a blue boat.", "A blue boat sank."), "The owner has a blue boat"),
        ("blue boat owner", ("Is the blue boat his?",), ""),
        ("blue boat owner", ("The boat is green.",), ""),
        ("blue boat", ("Say blue boat now.",), ""),
        ("boat", ("boat. " * 9,), ""),
        ("blue boat owner", ("x" * 300 + " blue boat " + "y" * 300,), ""),
        ("blue boat owner", ("It ended. The blue boat " + "y" * 150 + ".",), ""),
        (
            "blue boat owner",
            ("Ended." + "\n\n" * 20 + "- The blue boat has 2.5 masts! So.",),
            "The blue boat has 2.5 masts",
        ),
        ("it", ("it is.",), ""),
        ("blue boat owner", (), ""),
    ],
)
def test_where_the_background_comes_from(text: str, said: tuple[str, ...], found: str) -> None:
    """It is a whole sentence with most of the rare words, the newest of several, no question and not the query."""
    assert background(text, {"it"}, parse(BLANK, text, said).remembered) == found
    assert len(found) <= LONGEST_BACKGROUND
