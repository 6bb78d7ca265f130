"""The one place that a marker names."""

import pytest

from riffler.errors import InvalidState, MarkerNotUnique
from riffler.tools.events import FragmentsFolded, MessagesAppended, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id
from riffler.tools.marked import only_place
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message


def test_hidden_text_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A marker that stands thousands of times in one hidden fragment is looked at there once."""
    asked = 0
    hiding = WorkingMemory.hiding

    def counted(memory: WorkingMemory, span: Span) -> Fragment | None:
        nonlocal asked
        asked += 1
        return hiding(memory, span)

    text = "a" * 5000 + "bab" + "a" * 5000
    cuts = (
        Fragment(fragment_id(1), Span(0, 0, 0, 5000), 1, 2),
        Fragment(fragment_id(2), Span(0, 0, 5003, 10003), 1, 2),
    )
    memory = WorkingMemory().commit([MessagesAppended(0, (Message.user(text),)), TextCut(cuts)])
    memory = memory.commit([FragmentsFolded((fragment_id(1), fragment_id(2)))])
    monkeypatch.setattr(WorkingMemory, "hiding", counted)
    whole = [Span(0, 0, 0, len(text))]
    words = {"name": "marker", "where": "the text", "elsewhere": "elsewhere"}
    assert only_place(memory, "a", whole, **words) == Span(0, 0, 5001, 5002)
    with pytest.raises(InvalidState, match="only in hidden text: restore f00001 first"):
        only_place(memory, "aa", whole, **words)
    with pytest.raises(MarkerNotUnique, match="occurs 2 times"):
        only_place(memory, "b", whole, **words)
    assert asked < 20
