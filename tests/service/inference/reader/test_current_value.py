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

STREAM = "red fox: green; owl: grey; dark red fox: black; red fox: St. Ives; owl: pale blue; fox: none; red fox den: deep; "

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
    pytest.param(JSON_LINES, "What is the current north gate count?", "north gate count: 17", id="JSON lines, key as name"),
    pytest.param(MAIL, "What is the current door code?", "door code: 9002", id="mail"),
    pytest.param(MAIL, "What are the current door code and alarm code?", "door code: 9002\nalarm code: 1313", id="mail, two"),
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
    pytest.param(STREAM, "Which value does fox have at the end? Answer as [key] = [value]", "fox = none", id="stream, part of another key"),
    pytest.param(CSV, "What is the last known amount for barley?", "barley: 28", id="csv"),
    pytest.param(ARROWS, "Give the newest values of the following keys:\n- alpha\n- beta", "alpha: 3\nbeta: 2", id="arrows"),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize(("text", "question", "answer"), CASES)
def test_the_last_statement_of_a_key_is_its_value(ask: Ask, text: str, question: str, answer: str, hidden: bool) -> None:
    """Whatever the notation, the last statement of the whole key counts, whether it is seen or has to be found."""
    assert ask(text, question, hidden)[0] == answer
