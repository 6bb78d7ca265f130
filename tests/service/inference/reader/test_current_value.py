"""Rule 1 on hand-written texts of many forms, seen and hidden alike."""

from collections.abc import Callable
from typing import Any

import pytest

from riffler.tools.messages import Message

Ask = Callable[..., tuple[str, list[dict[str, Any]]]]

LEDGER = """Harbour office, ledger of dues

1 March    mooring fee ........ 12 crowns
1 March    crane hire ......... 40 crowns
9 April    mooring fee ........ 14 crowns
2 May      inner mooring fee .. 99 crowns
3 May      crane hire ......... 38 crowns
"""

LOG = """2031-02-01T08:00:01Z INFO  boot: pool_size=8 cache.ttl=60
2031-02-01T08:10:44Z INFO  admin: set pool_size to 12
2031-02-01T09:02:10Z WARN  autoscale: pool_size changed from 12 to 20
2031-02-01T09:02:11Z INFO  autoscale: max_pool_size=64
2031-02-01T09:30:00Z DEBUG probe: pool_size ok?
"""

JSON_LINES = """{"sensor": "north gate", "value": "open", "t": 1}
{"sensor": "south gate", "value": "shut", "t": 1}
{"sensor": "north gate", "value": "jammed", "t": 2}
{"north gate count": 17}
{"sensor": "far north gate", "value": "painted", "t": 3}
"""

MAIL = """From: Petra
To: all
Subject: the kitchen

Dear all,

the door code is 4471, as before. From Monday the door code will change.
Regards, Petra

> From: Petra
> Subject: new code

Dear all, the door code is now 9002. The alarm code is still 1313, said Jens.
"""

CODE = """# settings.py
RETRIES = 3  # was 1
TIMEOUT_S = 30
MAX_RETRIES = 99
if RETRIES == 7: raise SystemExit
# 2031-05: RETRIES = 5 after the outage
RETRIES = 5  # see the outage report
"""

PROSE = """The ferry had lain at Dover since the spring. In June the ferry moved to Ostend, and nobody could say why.
The old ferry is at Calais. “The ferry,” said Holm, “will never be at Hull.” By the first frost
the ferry was moved from Ostend to Bruges, where it stayed.
"""

TABLE = """| item | stock |
|---|---|
| lamp oil | 12 |
| rope | 4 |
| cheap lamp oil | 70 |
| lamp oil | 9 |
"""

DIALOGUE = """ANNA: The gate is shut.
BEN: No, the gate is open again!
ANNA: Is the gate shut?
BEN: The garden gate is shut. The back door is blue.
"""

STREAM = (
    "red fox: green; owl: grey; dark red fox: black; red fox: St. Ives; owl: pale blue; fox: none; red fox den: deep; "
)

CSV = """day,name,amount
2031-01-01,barley,30
2031-01-02,barley malt,44
2031-01-03,barley,28
"""

ARROWS = "alpha -> 1\nbeta => 2\nalpha -> 3\nalpha beta -> 4\n"

CASES = [
    pytest.param(LEDGER, "What is the current value of the mooring fee?", "mooring fee: 14 crowns", id="ledger"),
    pytest.param(
        LEDGER,
        'Give me the latest entries for "crane hire" and "mooring fee".',
        "crane hire: 38 crowns\nmooring fee: 14 crowns",
        id="ledger, two quoted keys",
    ),
    pytest.param(LOG, "What is pool_size set to now?", "pool_size: 20", id="log"),
    pytest.param(LOG, "What's the latest value of cache.ttl?", "cache.ttl: 60", id="log, dotted key"),
    pytest.param(
        JSON_LINES,
        "Report the most recent values of: north gate, south gate",
        "north gate: jammed\nsouth gate: shut",
        id="JSON lines",
    ),
    pytest.param(
        JSON_LINES, "What is the current north gate count?", "north gate count: 17", id="JSON lines, key as name"
    ),
    pytest.param(MAIL, "What is the current door code?", "door code: 9002", id="mail"),
    pytest.param(
        MAIL, "What are the current door code and alarm code?", "door code: 9002\nalarm code: 1313", id="mail, two"
    ),
    pytest.param(CODE, "What is the final value of RETRIES?", "RETRIES: 5", id="code"),
    pytest.param(PROSE, "Where is the ferry now?", "ferry: Bruges", id="prose"),
    pytest.param(TABLE, "What is the newest count for lamp oil?", "lamp oil: 9", id="table"),
    pytest.param(DIALOGUE, "What is the present state of the gate?", "gate: open", id="dialogue"),
    pytest.param(
        STREAM,
        "What are the current values of red fox and owl? Answer with sentences of the form "
        '"The current value of <key> is <value>."',
        "The current value of red fox is St. Ives.\nThe current value of owl is pale blue.",
        id="stream with a form",
    ),
    pytest.param(
        STREAM,
        "Which value does fox have at the end? Answer as [key] = [value]",
        "fox = none",
        id="stream, part of another key",
    ),
    pytest.param(CSV, "What is the last known amount for barley?", "barley: 28", id="csv"),
    pytest.param(
        ARROWS, "Give the newest values of the following keys:\n- alpha\n- beta", "alpha: 3\nbeta: 2", id="arrows"
    ),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize(("text", "question", "answer"), CASES)
def test_the_last_statement_of_a_key_is_its_value(
    ask: Ask, text: str, question: str, answer: str, hidden: bool
) -> None:
    """Whatever the notation, the last statement of the whole key counts, whether it is seen or has to be found."""
    assert ask(text, question, hidden)[0] == answer


def test_each_key_is_searched_for_once(ask: Ask) -> None:
    """What is hidden is found with one search a key where keys stand in a stream."""
    answer, calls = ask(STREAM, "What are the current values of owl, red fox?", True)
    assert [call["query"] for call in calls] == ["owl", "red fox"]
    assert answer == "owl: pale blue\nred fox: St. Ives"


def test_nothing_hidden_needs_no_call(ask: Ask) -> None:
    """What can be seen is read as it is."""
    assert ask(STREAM, "What is the current value of owl?", False) == ("owl: pale blue", [])


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
def test_a_key_may_contain_and(ask: Ask, hidden: bool) -> None:
    """`A and B` is one key where the text has it, else two; the reading with most values wins."""
    text = "salt and pepper: 3; salt: 9; oil: 2; pepper and oil: 8; salt and pepper: 4"
    assert ask(text, "What are the current values of salt and pepper?", hidden)[0] == "salt and pepper: 4"
    assert ask(text, "What are the current values of salt and oil?", hidden)[0] == "salt: 9\noil: 2"


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
def test_newer_messages_win(ask: Ask, hidden: bool) -> None:
    """Statements of users and assistants count in the order of the conversation."""
    talk = [
        Message.system("You keep notes."),
        Message.user("The harbour fee is 12 crowns. The crane is red."),
        Message.assistant("Noted: the harbour fee is 12 crowns."),
        Message.user("It was raised. Harbour fee: 14 crowns."),
        Message.assistant("The harbour fee is now 15 crowns, after rounding."),
    ]
    assert ask(talk, "What is the current harbour fee?", hidden)[0] == "harbour fee: 15 crowns"
    assert ask(talk[:4], "What is the current harbour fee?", hidden)[0] == "harbour fee: 14 crowns"


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
def test_a_capital_at_a_sentences_start_is_no_other_key(ask: Ask, hidden: bool) -> None:
    """Case counts in a search, but not for the first letter of a key."""
    text = "Some say the harbour fee is 3 crowns. Harbour fee is now 4 crowns, by decree."
    assert ask(text, "What is the current harbour fee?", hidden)[0] == "harbour fee: 4 crowns"
    assert ask(text, "What is the current value of Harbour fee?", hidden)[0] == "Harbour fee: 4 crowns"


def test_a_key_drowned_in_longer_keys_is_found(ask: Ask) -> None:
    """Sixty newer statements of a longer key don't hide the one of the key that was asked for."""
    text = "owl: grey; red fox: green; " + "".join(f"dark red fox: shade {number}; " for number in range(60))
    assert ask(text, "What is the current value of red fox?", True)[0] == "red fox: green"


def test_a_value_cut_off_by_a_search_is_looked_up(ask: Ask) -> None:
    """A value longer than a match's surroundings is given whole."""
    value = " ".join(f"part{number}" for number in range(20))
    answer, calls = ask(f"motto: short; motto: {value}; owl: 1", "What is the current value of motto?", True)
    assert answer == f"motto: {value}"
    assert "search_id" in calls[-1]


def test_many_keys_fit_one_window(ask: Ask) -> None:
    """Of 46 keys those that are stated after all that is hidden aren't searched for, and all are answered."""
    keys = [f"sensor {letter}{turn}" for letter in "abcdef" for turn in range(8)][:46]
    old = "".join(f"{key}: old; " for key in keys)
    new = "".join(f"{key}: new {key[-2:]}; " for key in keys[:40])
    question = f"{new}\n\nWhat are the current values of {', '.join(keys)}?"
    answer, calls = ask(old, question, True)
    assert answer.splitlines() == [f"{key}: new {key[-2:]}" for key in keys[:40]] + [f"{key}: old" for key in keys[40:]]
    assert [call["query"] for call in calls] == keys[40:]


def test_a_missing_key_is_said_to_be_missing(ask: Ask) -> None:
    """A key without a statement gets a line that says so, and the others their values."""
    answer, _ = ask(STREAM, "What are the current values of owl and heron?", True)
    assert answer == "owl: pale blue\nI found no value of heron."


@pytest.mark.parametrize(
    "question",
    [
        "What is the current value of red fox?\n\nWhat is the current value of red fox?",
        "current value red fox",
        "What's red fox's latest value",
    ],
)
def test_other_wordings_ask_the_same(ask: Ask, question: str) -> None:
    """A question that is repeated, shortened or sloppy gets the same value."""
    assert ask(STREAM, question, True)[0] == "red fox: St. Ives"


def test_the_questions_own_words_are_no_statement(ask: Ask) -> None:
    """Neither the form in a question nor an example in it is taken for a value."""
    question = 'What is the current value of owl? Answer "The current value of <key> is <value>."'
    assert ask("owl: grey", question, False)[0] == "The current value of owl is grey."
    assert ask("nothing here", question, False)[0] == "I did not find an answer in the text."
