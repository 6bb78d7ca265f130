"""Tool calls keep their results in every view, over random conversations."""

import json

from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import OverBudget, ToolRefused
from riffler.tools.arrival import append, fit
from riffler.tools.cutting import cut
from riffler.tools.events import Event
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import EVERY_TOOL, Registry
from riffler.tools.sight import Sight
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
REGISTRY = Registry(EVERY_TOOL)
TEXT = st.text(st.sampled_from("ab: 12\n.日"), max_size=80)
CALL_IDS = st.lists(st.sampled_from(["", "a", "b", "call_1"]), min_size=1, max_size=4)


@st.composite
def turns(draw: st.DrawFn) -> list[Message]:
    """Draw a stretch of a conversation: something said, or parallel calls with their results in any order."""
    if draw(st.booleans()):
        role = draw(st.sampled_from(["user", "assistant", "system", "developer"]))
        return [Message.of({"role": role, "content": draw(TEXT)})]
    ids = draw(CALL_IDS)
    calls = [ToolCall(id_, draw(st.sampled_from(["look", ""])), draw(TEXT)) for id_ in ids]
    said = Message.assistant(draw(st.one_of(st.none(), TEXT)), calls)
    return [said, *(Message.tool(id_, draw(TEXT)) for id_ in draw(st.permutations(ids)))]


CONVERSATIONS = st.lists(turns(), min_size=1, max_size=8)
CHOICES = st.lists(
    st.one_of(
        st.just("all"),
        st.integers(1, 12).map(lambda n: f"f{n:05x}"),
        st.tuples(st.integers(1, 12), st.integers(1, 12)).map(lambda pair: f"f{pair[0]:05x}-f{pair[1]:05x}"),
    ),
    min_size=1,
    max_size=3,
)
EDITS = st.lists(st.tuples(st.sampled_from(["fold_fragments", "keep_only", "restore_fragments"]), CHOICES), max_size=4)


def paired(messages: tuple[Message, ...]) -> bool:
    """Tell, by an own reading, whether each call has its result behind it, and each result its call before it."""
    at = 0
    while at < len(messages):
        if messages[at].role == "tool":
            return False
        asked = sorted(call.id for call in messages[at].tool_calls)
        results = messages[at + 1 : at + 1 + len(asked)]
        if [message.role for message in results] != ["tool"] * len(asked):
            return False
        if sorted(message.tool_call_id or "" for message in results) != asked:
            return False
        at += 1 + len(asked)
    return True


def remembered(conversation: list[list[Message]]) -> WorkingMemory:
    """Let a conversation arrive, stretch by stretch, and cut every text of it in two."""
    memory = WorkingMemory()
    for number, stretch in enumerate(conversation):
        memory = memory.commit([append(memory, stretch, COUNTER, "step" if number % 3 == 2 else "app")])
    spans = [
        (Span(at, slot, 0, len(text)), 2)
        for at, message in enumerate(memory.messages)
        for slot, text in enumerate(message.texts)
        if text
    ]
    return memory.commit([cut(memory, spans, COUNTER)]) if spans else memory


@given(CONVERSATIONS, EDITS, st.integers(1, 2000))
def test_every_view_is_paired(
    conversation: list[list[Message]], edits: list[tuple[str, list[str]]], budget: int
) -> None:
    """Whatever is folded, kept, restored or made to fit: same messages, same calls, each with its result behind it."""
    memory = remembered(conversation)

    def check(now: WorkingMemory) -> None:
        for sight in (None, Sight(budget, COUNTER)):
            seen = view(now, sight).messages
            assert paired(seen)
            assert [(m.role, m.tool_calls, m.tool_call_id) for m in seen] == [
                (m.role, m.tool_calls, m.tool_call_id) for m in memory.messages
            ]

    check(memory)
    for tool, choices in edits:
        try:
            events: tuple[Event, ...] = REGISTRY.call(
                memory, tool, json.dumps({"fragments": choices}), Inputs(COUNTER)
            ).events
        except ToolRefused:
            continue
        memory = memory.commit(events)
        check(memory)
    try:
        fitted = fit(memory, budget, COUNTER)
    except OverBudget:
        return
    check(memory.commit(fitted) if fitted else memory)
