"""Events as records."""

import json

import pytest

from riffler.tools.asking import Asking
from riffler.tools.events import (
    Event,
    FragmentsFolded,
    FragmentsRestored,
    FragmentSummarised,
    MessagesAppended,
    QueryRewritten,
    TextCut,
    TextSearched,
    event_from_dict,
    event_to_dict,
)
from riffler.tools.fragments import Fragment, SearchHit, Span
from riffler.tools.messages import Message

SPAN = Span(0, 0, 1, 3)
MESSAGES = (Message.user("before"), Message.user("abc"), Message.assistant("d"))


@pytest.mark.parametrize(
    "event",
    [
        MessagesAppended(1, MESSAGES[1:], "app", Asking(SPAN, (SPAN, Span(0, 1, 0, 1)))),
        MessagesAppended(2, MESSAGES[2:], "step"),
        TextCut((Fragment("f00001", SPAN, 2, 3),)),
        FragmentsFolded(("f00001", "f00002")),
        FragmentsRestored(("f00001",)),
        FragmentSummarised("f00001", "focus", "summary"),
        TextSearched("b", (SearchHit("s00001", SPAN),)),
        QueryRewritten(SPAN, "rewrite", "d1"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_goes_through_json(event: Event) -> None:
    """An event of every kind comes back equal; its record has no text of a message."""
    record = json.dumps(event_to_dict(event))
    assert event_from_dict(json.loads(record), MESSAGES) == event
    assert "abc" not in record
