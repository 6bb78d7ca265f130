"""Rule 3 on hand-written texts of many forms, seen and hidden alike."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from riffler.service.inference.reader.find import find, queries_for
from riffler.service.inference.reader.question import Question
from riffler.service.inference.reader.replies import Passage
from riffler.service.inference.reader.steps import Say
from riffler.service.inference.reader.turn import Turn
from riffler.tools.messages import Message

Ask = Callable[..., tuple[str, list[dict[str, Any]]]]

HISTORY = """\
The lighthouse at Skerry Point stands on a rock that the sea covers twice a day. It was built in 1871 by the
engineer Thomas Arkle, who had never seen the place before. Three keepers lived there with a goat. The lamp burned
colza oil until 1902, when paraffin took its place. Mrs. Ada Finch kept the log for thirty years.

The lighthouse at Hollow Head is younger. It was built in 1911, and it leans.
"""

MINUTES = """Minutes of the allotment society, 4 May
Present: Odd, Runa, Sigrid, Per
1. Runa reported that the pump is broken and that the repair costs 900 crowns.
2. It was agreed to paint the shed green. Per will buy the paint.
3. The bees were moved because the neighbours complained.
Next meeting: 1 June, in the old dairy.
"""

NOVEL = """“Where were you?” asked Holm.

“At the mill,” said Petra. “The miller keeps his money in a butter churn, under the stairs.”

“And the key?”

Petra laughed. “He wears the key around his neck, poor man.”
"""

RECIPE = """Rye bread for two

- 400 g rye flour
- 9 g salt
- a spoon of malt syrup

Knead for five minutes. Leave the dough in a cold cellar overnight.
Bake it at 230 degrees for fifty minutes, then tap the bottom: it should sound hollow.
"""

README = """def drain(queue):
    # The lock is taken twice on purpose: the second time guards the flush.
    with queue.lock:
        flush(queue)

class Pump:
    # Retries stop after seven failures, because the bus driver gives up there.
    RETRIES = 7
"""

LETTERS = [
    Message.user("Dear sister, the harvest was poor and the cow has died. I sold the silver spoons in Ghent."),
    Message.assistant("I have noted your letter."),
    Message.user("Dear brother, I bought back the spoons. A jeweller named Claes had them in his window."),
]

NEWS = """TRAM RETURNS TO LOWER TOWN
After eleven years without rails, Lower Town will have its tram again. The council voted 21 to 20 on Tuesday night.
Mayor Edda Quist cast the deciding vote. “We walked long enough,” she said. Work begins in March and will cost
48 million crowns, half of which the state pays.
"""

CASES = [
    pytest.param(HISTORY, "When was the lighthouse at Skerry Point built?", "1871", id="history, through a pronoun"),
    pytest.param(
        HISTORY, "Who kept the log?", "Mrs. Ada Finch kept the log for thirty years.", id="history, an abbreviation"
    ),
    pytest.param(HISTORY, "what did the lamp burn until 1902", "colza oil", id="history, no question mark"),
    pytest.param(MINUTES, "How much does the repair of the pump cost?", "900 crowns", id="minutes"),
    pytest.param(MINUTES, "Why were the bees moved?", "because the neighbours complained", id="minutes, why"),
    pytest.param(
        MINUTES, "Please tell me who will buy the paint.", "Per will buy the paint.", id="minutes, no question"
    ),
    pytest.param(NOVEL, "Where does the miller keep his money?", "butter churn", id="novel"),
    pytest.param(NOVEL, "Where does the poor man wear the key?", "around his neck", id="novel, another form of a word"),
    pytest.param(RECIPE, "At how many degrees do I bake the bread?", "230 degrees", id="recipe"),
    pytest.param(README, "After how many failures do retries stop?", "seven failures", id="code comments"),
    pytest.param(LETTERS, "In which city were the silver spoons sold?", "Ghent", id="letters"),
    pytest.param(LETTERS, "What was the name of the jeweller?", "Claes", id="letters, the newer one"),
    pytest.param(NEWS, "Who cast the deciding vote?", "Mayor Edda Quist", id="news"),
    pytest.param(NEWS, "How much will the work on the tram cost?", "48 million crowns", id="news, hard-wrapped"),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize(("text", "question", "answer"), CASES)
def test_the_sentence_that_answers_is_quoted(
    ask: Ask, text: str | list[Message], question: str, answer: str, hidden: bool
) -> None:
    """Whatever the text, the answer's sentence is quoted, and found where it is hidden, within twelve calls."""
    said, calls = ask(text, question, hidden)
    assert answer in said
    assert said[0] == "“"
    assert said[-1] == "”"
    assert len(calls) <= 12


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize(
    "question",
    [
        "Which opera did the queen compose?",
        "When was the Alda wrecked off Java?",
        "…",
        "Что сказал король?",
        "国王说了什么？",
    ],
)
def test_what_isnt_there_isnt_found(ask: Ask, question: str, hidden: bool) -> None:
    """A question of which the text says nothing gets a plain no, in any language."""
    assert ask(HISTORY, question, hidden)[0] == "I did not find an answer in the text."


def test_two_sentences_that_answer_alike_are_both_quoted(ask: Ask) -> None:
    """A tie shows both, because the reader can't tell which is right."""
    said, _ = ask(
        "The vault is blue. Nobody came.\nThe vault is green. Nobody went.", "What colour is the vault?", False
    )
    assert said == "“The vault is blue.” “The vault is green.”"


def test_a_sentence_longer_than_a_match_is_quoted_whole(ask: Ask) -> None:
    """Where a search cuts the best sentence off, a closer look gives all of it."""
    long = (
        "The treaty of Holmby, "
        + "which was read aloud in every village by order of the crown, " * 9
        + "was signed in 1402."
    )
    said, calls = ask(f"It rained. {long} It rained again.", "When was the treaty of Holmby signed?", True)
    assert any("search_id" in call for call in calls)
    assert said.startswith("“")
    assert len(said) <= 402
    assert said.strip("“”") in long


def test_markers_are_never_quoted(ask: Ask) -> None:
    """A view's markers and status line are no text of anyone's, though they have words of the question."""
    said, _ = ask("Cats sleep.\n" * 30, "How many fragments and tokens are folded?", True)
    assert "[[" not in said


def test_a_users_own_look_alike_of_a_marker_is_text(ask: Ask) -> None:
    """Where something is hidden, the status line tells true markers from what a user wrote."""
    talk = [
        Message.user("Old tales. " * 40),
        Message.user("My note [[f00001 folded 7 tokens]] says that Brann hid the axe."),
    ]
    said, _ = ask(talk, "Who hid the axe, by my note?", True)
    assert said == "“My note [[f00001 folded 7 tokens]] says that Brann hid the axe.”"


def test_searches_go_from_telling_to_common() -> None:
    """Quotations come first, then names, numbers and long words; words of the asking are left out."""
    question = (
        'Please tell me: why did Captain Roth of the Alda burn "the blue book" in 1871, according to the messages?'
    )
    assert queries_for(question) == ["the blue book", "Captain Roth", "Alda", "1871", "burn"]


def test_a_search_without_matches_is_tried_in_another_form() -> None:
    """A name is tried by its last word, a word by its stem and with the other case."""
    assert queries_for("Who saw Duke Arne at the jetties?", {"Duke Arne", "jetties"}) == [
        "Arne",
        "Duke Arne",
        "Jetties",
        "jet",
        "jetties",
        "saw",
    ]


def test_quotes_are_verbatim_but_for_line_feeds(ask: Ask) -> None:
    """Each quotation stands in the text when line feeds are read as spaces."""
    said, _ = ask(NEWS, "How much will the work on the tram cost?", True)
    (quote,) = re.findall("“(.*)”", said)
    assert quote in " ".join(NEWS.split())


def test_a_piece_of_the_question_is_no_answer() -> None:
    """The question itself, cut off by what a tool shows, isn't quoted in place of the text's own sentence."""
    question = "Which thing does Otto Berg keep? Answer with the name of the thing."
    rows = "\n".join(f"{name} Lund keeps the old lamp." for name in ("Ada", "Bo", "Eli", "Finn", "Gro", "Ida", "Jo"))
    piece = Passage("Which thing does Otto Berg", cut_end=True)
    step = find(Turn(Question(question), visible=(Passage(f"{rows}\nOtto Berg keeps the blue lamp."), piece)))
    assert step == Say("“Otto Berg keeps the blue lamp.”")


def test_an_example_that_asks_the_same_is_no_answer(ask: Ask) -> None:
    """A sentence that quotes the question asks it, and doesn't answer it, though it has all of its words."""
    text = "Rooms: three, all on the second floor.\n\nrun = ask('How many rooms are there?')\n"
    said, _ = ask([Message.user(text)], "How many rooms are there?", False)
    assert "three" in said
    assert "run" not in said
