"""What is asked: the question in a message, its form, its keys, its chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.reader.chain_question import read_chain_question
from riffler.service.inference.reader.keys import Key, keys_asked
from riffler.service.inference.reader.question import read_question

PLACES = [
    pytest.param("a: 1; b: 2\n\nWhat is the value of a?", "What is the value of a?", id="after the material"),
    pytest.param(
        "Who is the captain?\n\nLong ago. “Where is he?” asked Tom. Gone.", "Who is the captain?", id="before it"
    ),
    pytest.param(
        "fox: 1\nfox: 2\nWhat is the latest value of fox?", "What is the latest value of fox?", id="last line"
    ),
    pytest.param(
        "It rained. “Why?” asked Jo.\n\nWho is Jo? Answer in \\boxed{}.",
        "Who is Jo? Answer in \\boxed{}.",
        id="with an instruction after it",
    ),
    pytest.param("Some text.\n\nTell me where the key is", "Tell me where the key is", id="without a mark"),
    pytest.param("Some text.\n\nthe captain's name", "the captain's name", id="a last paragraph that doesn't ask"),
    pytest.param(
        "Give me the newest values of these keys:\n- fox\n- owl",
        "Give me the newest values of these keys:\n- fox\n- owl",
        id="a list",
    ),
    pytest.param(
        f"{'It went on. ' * 500}\n\nWho won?\n\nSome examples:\n{'Had Jo run, Jo would win. ' * 60}",
        "Who won?",
        id="with long examples after it",
    ),
    pytest.param("Text.\n\nWho won? I need it for a report.", "Who won?", id="with small talk"),
]


@pytest.mark.parametrize(("message", "asked"), PLACES)
def test_the_question_is_parted_from_the_material(message: str, asked: str) -> None:
    """A question is found wherever it stands, and all the rest is material."""
    question, rest = read_question([message])
    assert question.text == asked
    assert "".join(rest) == message.replace(asked, "")


@pytest.mark.parametrize(
    ("message", "worded"),
    [
        ('What are a and b? Write "The current value of <key> is <value>."', "The current value of K is V."),
        ("What are a and b? Use the form <name> => <number>.", "K => V."),
        ("What is a? Answer as [value] for [key]", "V for K"),
        ("What is a? Write it like this: {key}={value}", "K=V"),
        ("What is a? Put it into \\boxed{}.", "\\boxed{V}"),
        ("What is a?\n\nNotes:\n1. Be sure.\n2. Put it into \\boxed{} at the end.", "\\boxed{V}"),
        ("What is a?", "K: V"),
        ("What does x[3] hold? y[4] = 2", "K: V"),
    ],
)
def test_an_answer_takes_the_form_that_is_asked_for(message: str, worded: str) -> None:
    """A form with two slots, a box or nothing words an answer."""
    assert read_question([message])[0].word("K", "V") == worded


def test_values_that_look_like_slots_are_left_alone() -> None:
    """A key or value with a slot's letters isn't filled in again."""
    question = read_question(['What is a? Write "<key>: <value>"'])[0]
    assert question.word("<value>", "<key>") == "<value>: <key>"


ASKED = [
    ("What is the current value of the harbour fee?", ["harbour fee"]),
    ('Report the latest readings for "north gate" and "south gate".', ["north gate", "south gate"]),
    ("What is max_conn set to now?", ["max_conn"]),
    ("What are the current values of red fox, blue owl, and grey cat?", ["red fox", "blue owl", "grey cat"]),
    ("Most recent values of: a b, c d", ["a b", "c d"]),
    ("What is the current value of each key (a b, c d, e f) you are tracking?", ["a b", "c d", "e f"]),
    ("What is the current value of each key: red fox, blue owl?", ["red fox", "blue owl"]),
    ("What is the current value of every item: red fox, blue owl?", ["red fox", "blue owl"]),
    ("I have these keys: a, b, c.\nWhat is the latest value of each?", ["a", "b", "c"]),
    ("Give me the newest values of the following keys:\n- red fox\n- blue owl", ["red fox", "blue owl"]),
    ("What is the current harbour fee?", ["harbour fee"]),
    ("What's red fox now?", ["red fox"]),
    ("Where is the Alda now?", ["Alda"]),
    ("What did the fee end up as?", ["fee"]),
    ("What value does red fox have at the end?", ["red fox"]),
    ("What is red fox's current value?", ["red fox"]),
    ("What is the current value of key 7?", ["key 7"]),
    ("What is the current value of the key red fox?", ["red fox"]),
    ("latest value red fox", ["red fox"]),
    ("What is the latest status of pump-3 as of the last entry?", ["pump-3"]),
    ("Who is the captain?", []),
    ("Why did it rain?", []),
    ("What is the value of red fox?", []),
]


@pytest.mark.parametrize(("question", "names"), ASKED)
def test_keys_are_found_in_many_wordings(question: str, names: list[str]) -> None:
    """Questions for current values name their keys; other questions have none."""
    assert [key.name for key in keys_asked(question)] == names


def test_a_key_with_and_can_be_read_in_several_ways() -> None:
    """The readings join neighbours, the fewest keys first; too many parts are joined all or not at all."""
    (key,) = keys_asked("What is the current value of salt and pepper and oil?")
    assert key.readings() == [
        ("salt and pepper and oil",),
        ("salt and pepper", "oil"),
        ("salt", "pepper and oil"),
        ("salt", "pepper", "oil"),
    ]
    assert Key("x", tuple("abcdef")).readings() == [("x",), tuple("abcdef")]


CHAINS = [
    ("Who is the eldest relative that Ann Lee can trace back to?", ("Ann Lee", "kin", False)),
    (
        "In this text, who is the oldest ancestor 'Ann Lee' can trace back to, by Tom's account?",
        ("Ann Lee", "kin", False),
    ),
    ("Who is at the top of Tom's reporting line?", ("Tom", "work", False)),
    ("Where does the amber originally come from?", ("amber", "supply", False)),
    ("What is the original source of the bakery's flour?", ("bakery's flour", "supply", False)),
    ("What is the amber's original source?", ("amber", "supply", False)),
    ("Trace Ben Okafor back to the oldest ancestor named in the text.", ("Ben Okafor", "kin", False)),
    ("What is the ultimate parent company of Brightwater Mills?", ("Brightwater Mills", "ownership", False)),
    ("Who is the youngest descendant of Bran?", ("Bran", "kin", True)),
    ("Who was the first teacher in the line that led to Mira?", ("Mira", "teaching", False)),
]


@pytest.mark.parametrize(("question", "asked"), CHAINS)
def test_a_chains_start_and_kind_are_read(question: str, asked: tuple[str, str, bool]) -> None:
    """Questions for a chain's end say where it starts, of what kind it is, and whether it goes down."""
    read = read_chain_question(question)
    assert read is not None
    assert (read.subject, read.kind, read.down) == asked


@pytest.mark.parametrize(
    "question", ["What was the first ship?", "Who is Ann's father?", "Where is the oldest tree?", ""]
)
def test_other_questions_ask_for_no_chain(question: str) -> None:
    """An extreme or a relation alone doesn't make a chain."""
    assert read_chain_question(question) is None


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_message_can_be_read(texts: list[str]) -> None:
    """Question and material together are the message, whatever it is, and all readings of it end."""
    question, rest = read_question(texts)
    material = "".join(rest)
    assert len(question.text) + len(material) == len("".join(texts))
    keys_asked(question.plain)
    read_chain_question(question.plain)
