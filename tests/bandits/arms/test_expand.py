"""`expand`: short and vague queries say what is wanted, and full questions stay."""

import pytest
from tests.bandits.docs import query

from riffler.bandits.arms.angles import angle_of
from riffler.bandits.arms.expand import Expand
from riffler.bandits.arms.keywords import question_of
from riffler.bandits.background import LONGEST_BACKGROUND, background
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline, parse

BLANK = load_pipeline("blank")


TASK = "Give the steps, what is needed, and common mistakes."
FAULT = "Give the likely causes, and say how to check each."
CHOICE = "Give the criteria, and the trade-offs."
COMPARISON = "Give the criteria, and say when to choose which."


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("python list sort", "How do I sort a list in Python?"),
        ("excel rows delete", "How do I delete rows in Excel?"),
        ("pool rules", "What should I know about pool rules? Give the main points."),
        (
            "axolotl regeneration limbs mechanism",
            "axolotl regeneration limbs mechanism: what should I know about this? Give the main points.",
        ),
        ("swift", "What is meant by swift? Say what it can mean, and give an example of each."),
        ("how to knit a heel", f"How do I knit a heel? {TASK}"),
        ("how to be happy", "How can I be happy?"),
        ("cheapest train vienna", "cheapest train vienna: give the options, the criteria, and the trade-offs."),
        ("largest desert not sahara", "largest desert not sahara: which is it?"),
        ("most grand slam titles women", "most grand slam titles women: who or what is it?"),
        ("mustang speed", "mustang speed: what is it, and what does it depend on?"),
        ("lookahead vs lookbehind", f"How do lookahead and lookbehind differ? {COMPARISON}"),
        ("excel vlookup error", f"excel vlookup error. {FAULT}"),
        ("Tell me about history.", "Tell me about history. Say what it is, why it matters, and give an example."),
        ("explain osmosis", "explain osmosis. Say what it is, how it works, and give an example."),
        ("Tell me about DNA", "Tell me about DNA. Say what it is, why it matters, and give an example."),
        ("explain Docker", "explain Docker. Say what it is, how it works, and give an example."),
        ("Help me with something!", "Help me with something! Ask for the details that matter."),
        ("ideas", "ideas. Ask for the details that matter."),
    ],
)
@pytest.mark.parametrize("parsed", [True, False])
def test_rule(text: str, longer: str, parsed: bool) -> None:
    """Each kind of short query becomes its kind of question, with or without a parse; the guard lets it pass."""
    made = Expand().by_rule(query(text) if parsed else parse(BLANK, text))
    assert made is not None
    assert made.text == longer
    assert made.drawn_on == ()
    assert check(text, longer).kept


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("pad thai recipe", f"How do I make pad thai? {TASK}"),
        ("excel advice split", "How do I split advice in Excel?"),
        ("excel image insert", "How do I insert an image in Excel?"),
        ("git merge", "What should I know about git merge? Give the main points."),
        ('"spooky action" who said', 'Who said "spooky action"?'),
        ("camino how many days from sarria", "camino: how many days from sarria?"),
        ("offside rule explained simply", "Explain the offside rule simply."),
        ("monads explained", "Explain monads."),
        ("shingles contagious or not", "shingles contagious or not? Give the reasons."),
        ("tea or coffee", f"tea or coffee? {COMPARISON}"),
        ("vs code vs", "What should I know about vs code vs? Give the main points."),
        ("scurvy symptoms", "What are the symptoms of scurvy?"),
        ("causes of inflation", "What are the causes of inflation, and what is the evidence for them?"),
        ("Georgia population", "What is the population of Georgia?"),
        (
            "osmosis meaning",
            "What does osmosis mean? Say what it is, how it differs from similar things, and give an example.",
        ),
        ("phoenix tickets", "phoenix tickets: where can I find this?"),
        (
            "statute of limitations in tort",
            "What should I know about statute of limitations in tort? Give the main points.",
        ),
        ("with salt", None),
    ],
)
def test_keywords(text: str, asked: str | None) -> None:
    """Keywords that show what is wanted become that question, others one that fits any, and a torn phrase none."""
    assert question_of(text) == asked
    assert asked is None or check(text, asked).kept


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("How do you remove plaster?", TASK),
        ("WHY IS MY COMPUTER SO SLOW?", FAULT),
        ("What's the best port?", CHOICE),
        ("Which bulbs should I buy?", CHOICE),
        ("is homework a waste of time", "Give the arguments for and against."),
        ("What is osmosis?", ""),
        ("How do I turn it off?", ""),
        ("How do I stop my two meringues from weeping so much?", ""),
        ("How do I get to Rome?", ""),
    ],
)
def test_angles(text: str, angle: str) -> None:
    """A short and wide question gets the angles of its kind; a particular one, or one of no kind, none."""
    assert angle_of(text) == angle


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("is homework a waste of time", "is homework a waste of time? Give the arguments for and against."),
        ("There's something wrong with my cell.", f"There's something wrong with my cell. {FAULT}"),
        ("best ramen osaka", "best ramen osaka: give the options, the criteria, and the trade-offs."),
    ],
)
def test_sentences(text: str, longer: str) -> None:
    """A wide question keeps its words and gets a mark; keywords that a parser takes for a sentence are told by form."""
    made = Expand().by_rule(query(text))
    assert made is not None
    assert made.text == longer


def test_what_the_guard_refuses_is_not_offered() -> None:
    """A rewrite that would be refused isn't made."""
    assert Expand().by_rule(parse(BLANK, "can't sleep")) is None


@pytest.mark.parametrize(
    "text",
    [
        "What is osmosis?",
        "Who built the mill in 1790?",
        "list the rivers of Peru",
        "My laptop is loud",
        "the custard curdled again",
        "thank you",
        "Who are you?",
        "what about germany",
        "Tell me about him.",
        "explain it",
        "Tell me about Einstein",
        "describe Marie Curie",
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
            "What should I know about blue boat owner? Give the main points."
            " For background: The blue boat belongs to Carl.",
        ),
        (
            "harbour opening",
            "harbour: opens at 7 and closes at 21",
            "What should I know about harbour opening? Give the main points."
            " For background: harbour: opens at 7 and closes at 21.",
        ),
        (
            "harbour opening",
            "harbour: opens at 7 and closes at 21 on weekdays only",
            "harbour opening. For background: harbour: opens at 7 and closes at 21 on weekdays only.",
        ),
        (
            "harbour",
            f"Harbour: {'a' * 140}",
            "What is meant by harbour? Say what it can mean, and give an example of each.",
        ),
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
