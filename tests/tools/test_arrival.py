"""Fitting a budget: what is cut and folded, and what is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.errors import OverBudget
from riffler.tools.arrival import TARGET_SHARE, append, fit
from riffler.tools.cutting import cut
from riffler.tools.events import FragmentsFolded, FragmentsRestored, TextCut
from riffler.tools.fragments import FragmentState, Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import Registry
from riffler.tools.suggest import ranked
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
RULES = "Answer in one word. " * 20
QUESTION = "What is the last key?"


def session(pairs: int = 2000) -> WorkingMemory:
    """Make a session of rules, a stream of updates and a question."""
    stream = "".join(f"key {number}: value {number}; " for number in range(pairs))
    messages = [Message.system(RULES), Message.user(stream), Message.assistant("Yes."), Message.user(QUESTION)]
    return WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])


@given(st.integers(600, 40_000))
@settings(deadline=None, max_examples=30)
def test_the_view_fits_and_leaves_room(budget: int) -> None:
    """What fits is left alone; else the view is under the budget by a quarter or so, with the pinned text in it."""
    memory = session()
    events = fit(memory, budget, COUNTER)
    if view(memory).tokens(COUNTER) <= budget:
        assert events == ()
        return
    after = memory.commit(events)
    seen = view(after)
    assert seen.tokens(COUNTER) <= budget
    assert seen.tokens(COUNTER) <= budget * TARGET_SHARE + 100  # markers and the status line come on top
    assert seen.messages[0].text == RULES
    assert seen.messages[3].text.startswith(QUESTION)
    assert fit(after, budget, COUNTER) == ()


def test_the_oldest_text_goes_first() -> None:
    """The end of a long text stays visible when its beginning is folded, and touched fragments stay longer."""
    memory = session()
    memory = memory.commit(fit(memory, 4000, COUNTER))
    shown = view(memory).messages[1].text
    assert shown.startswith("[[f00001-")
    assert shown.endswith("key 1999: value 1999; ")
    restored = Registry().call(memory, "restore_fragment", '{"fragment_id": "f00001"}', Inputs(COUNTER))
    memory = memory.commit(restored.events)
    memory = memory.commit(fit(memory, 2000, COUNTER))
    assert view(memory).messages[1].text.startswith("key 0: value 0; ")


def test_fragments_that_are_there_are_used() -> None:
    """Text that a model cut isn't cut again; only the text beside it is, and never across an edge."""
    memory = session()
    arguments = '{"start_marker": "key 500: ", "end_marker": "value 999;", "num_fragments": 2}'
    memory = memory.commit(Registry().call(memory, "fragment_context", arguments, Inputs(COUNTER)).events)
    first = memory.fragments["f00001"].span
    cut, folded = fit(memory, 3000, COUNTER)
    assert isinstance(cut, TextCut)
    assert isinstance(folded, FragmentsFolded)
    assert not any(f.span.overlaps(Span(1, 0, first.start, first.end)) for f in cut.fragments)


def test_all_that_may_be_hidden_is_not_enough() -> None:
    """A budget below the pinned text is refused, and the error says what is needed and what there is."""
    with pytest.raises(OverBudget, match="need [0-9]+ tokens .* the budget is 50"):
        fit(session(), 50, COUNTER)


@pytest.mark.parametrize("share", [0.5, 0.75, 0.9])
def test_many_short_messages_fit(share: float) -> None:
    """A long chat has no long text; its oldest messages are folded all the same, although each marker costs tokens."""
    messages = [Message.assistant(f"note {number}: " + "a few words more, " * 12) for number in range(60)]
    memory = WorkingMemory().commit([append(WorkingMemory(), [*messages, Message.user(QUESTION)], COUNTER)])
    budget = int(view(memory).tokens(COUNTER) * share)
    seen = view(memory.commit(fit(memory, budget, COUNTER)))
    assert seen.tokens(COUNTER) <= budget
    assert seen.messages[0].text.startswith("[[f00001 folded")
    assert seen.messages[59] is messages[59]


def test_results_of_steps_can_be_folded_and_ask_nothing() -> None:
    """A step's long result is cut like any text; a user message among steps doesn't become the question."""
    memory = session(10)
    said = Message.assistant(None, [ToolCall("c", "f", "{}")])
    step = append(memory, [said, Message.tool("c", "found it. " * 2000), Message.user("go on?")], COUNTER, "step")
    assert step.asking is None
    memory = memory.commit([step])
    after = memory.commit(fit(memory, 1000, COUNTER))
    assert "folded" in view(after).messages[5].text
    assert after.asking == memory.asking


def test_a_conversation_without_a_question_fits() -> None:
    """Before a user has spoken nothing but instructions is pinned."""
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.assistant("A word. " * 1000)], COUNTER)])
    assert memory.asking is None
    assert view(memory.commit(fit(memory, 500, COUNTER))).tokens(COUNTER) <= 500


ENDLESS = {
    "a word": "x",
    "blanks": " ",
    "marks": "\u0301",
    "right to left": "\u202eא",
    "nulls": "\0",
    "lines": "\n \n",
    "quotes": "\"'",
    "dots": ". ",
    "emoji": "👩\u200d",
    "markers": "[[f00001 folded 3 tokens]] ",
    "fences": "[[7:f00001 ",
}


@pytest.mark.no_cover
@pytest.mark.timeout(30)  # no measure: what was quadratic took a minute and more
@pytest.mark.parametrize("unit", ENDLESS.values(), ids=ENDLESS)
def test_a_line_of_1_mb_fits_whatever_it_is_made_of(unit: str) -> None:
    """One endless line is cut and folded like any other text, in seconds, and restoring all gives it back."""
    text = "e" + unit * (1_000_000 // len(unit))
    memory = WorkingMemory()
    memory = memory.commit([append(memory, [Message.user(text), Message.user("Which boat?")], COUNTER)])
    folded = memory.commit(fit(memory, 8192, COUNTER))
    assert view(folded).tokens(COUNTER) <= 8192
    restored = folded.commit([FragmentsRestored(tuple(f.id for f in folded.by_position if f.hidden))])
    assert view(restored).messages[0].text == text


def test_what_lies_in_a_fragment_that_is_folded_isn_t_folded_too() -> None:
    """Of fragments inside each other the outermost are folded: what is in them is hidden with them."""
    memory = session()
    length = len(memory.messages[1].text)
    memory = memory.commit([cut(memory, [(Span(1, 0, 0, length), 4)], COUNTER)])
    outer = memory.by_position
    memory = memory.commit([cut(memory, [(outer[0].span, 3), (outer[1].span, 2)], COUNTER)])
    budget = view(memory).tokens(COUNTER) // 3
    folded = memory.commit(fit(memory, budget, COUNTER))
    hidden = {fragment.id for fragment in folded.fragments.values() if fragment.hidden}
    assert hidden <= {fragment.id for fragment in outer}
    assert view(folded).tokens(COUNTER) <= budget


def test_the_service_folds_in_the_suggested_order() -> None:
    """What is folded comes first in the order of suggestions: newest values of few keys stay, old as they are."""
    updates = "".join(f"colour {number % 9}: shade{number % 13}; " for number in range(3000))
    text = f"harbour: north; {updates}"
    messages = [Message.user(text), Message.user(QUESTION)]
    memory = WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])
    pieces, folds = fit(memory, 4000, COUNTER)
    assert isinstance(pieces, TextCut)
    assert isinstance(folds, FragmentsFolded)
    order = [each.fragment.id for each in ranked(memory.commit([pieces]))]
    assert list(folds.ids) == order[: len(folds.ids)]
    shown = view(memory.commit([pieces, folds])).messages[0].text
    assert shown.startswith("harbour: north; ")
    assert all(f"colour {number}: " in shown for number in range(9))


def test_what_a_turn_asked_for_is_not_folded_at_once() -> None:
    """A result that a tool gave in this turn stays while older text can be folded, though other text says the same."""
    memory = session()
    said = Message.assistant(None, [ToolCall("c", "f", "{}")])
    steps = [said, Message.tool("c", "key 1: value 1; " * 40)]
    memory = memory.commit([append(memory, steps, COUNTER, "step")])
    seen = view(memory.commit(fit(memory, 3000, COUNTER)))
    assert seen.messages[5].text.startswith("key 1: value 1; ")


def test_service_and_model_do_not_fold_and_restore_for_ever() -> None:
    """What a model shows again isn't folded at once while there is other text, be it in short messages."""
    said: list[Message] = []
    for number in range(6):
        said += [
            Message.user(f"please read part {number}, " + "and tell me of it, " * 20),
            Message.assistant(None, [ToolCall(f"c{number}", "read", "{}")]),
            Message.tool(f"c{number}", f"part {number}: " + "there is little to tell of, " * 60),
            Message.assistant(f"part {number} is read, " + "and was much like the others, " * 14),
        ]
    memory = WorkingMemory().commit([append(WorkingMemory(), [*said, Message.user(QUESTION)], COUNTER)])
    results = [index for index, message in enumerate(memory.messages) if message.role == "tool"]
    spans = [(Span(index, 0, 0, len(memory.messages[index].text)), 1) for index in results]
    memory = memory.commit([cut(memory, spans, COUNTER)])
    memory = memory.commit([FragmentsFolded(tuple(memory.fragments))])
    small = view(memory).tokens(COUNTER)
    memory = memory.commit([FragmentsRestored(("f00004", "f00005", "f00006"))])
    budget = (small + view(memory).tokens(COUNTER)) // 2
    memory = memory.commit(fit(memory, budget, COUNTER))
    assert view(memory).tokens(COUNTER) <= budget
    wanted = [memory.fragments[id_].state for id_ in ("f00004", "f00005", "f00006")]
    assert wanted == [FragmentState.VISIBLE] * 3
    assert fit(memory, budget, COUNTER) == ()
