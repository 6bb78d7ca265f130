"""Random conversations full of facts, with fragments in all states."""

from hypothesis import strategies as st

from riffler.errors import ToolRefused
from riffler.tools.arrival import append
from riffler.tools.cutting import check_free, cut
from riffler.tools.events import FragmentsFolded, FragmentsRestored, FragmentSummarised
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()
PIECES = st.sampled_from(
    [
        "red: 1; ",
        "red: 2\n",
        "blue: Paris; ",
        "blue: Rome; ",
        "blue: paris\n",
        "Paris slept. ",
        "we saw Paris and ",
        "by Marie Curie, ",
        "17 boats, ",
        "1,700 boats ",
        "\n# The plan\n",
        "\n",
        "; ",
        "and then some words. ",
        "Anna: we meet Marie Curie at 5, in room 17\n",
        "\n- Rome\n",
        "red: not the one of Paris but 17\n",
        "Rome was old. ",
        "城市：东京\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)
KINDS = ("user", "user", "assistant", "parts", "step", "tool", "system")
SUMMARIES = st.sampled_from(["Paris", "red: 2; 17", "Marie and Curie", "nothing", "The plan: 1700"])


@st.composite
def talks(draw: st.DrawFn) -> WorkingMemory:
    """Make a conversation of a few messages, some of inner steps, with fragments cut, folded and summarised."""
    memory = WorkingMemory()
    for _ in range(draw(st.integers(1, 5))):
        text, kind = (
            draw(TEXTS),
            draw(st.sampled_from(["user", "user", "assistant", "parts", "step", "tool", "system"])),
        )
        call = [ToolCall("c", "look", "{}")]
        results = [Message.assistant(None, call), Message.tool("c", text)]
        messages = {
            "step": results,
            "tool": results,
            "parts": [
                Message.of({"role": "user", "content": [{"type": "text", "text": t} for t in (text, draw(TEXTS))]})
            ],
        }.get(kind) or [Message.of({"role": kind, "content": text})]
        memory = memory.commit([append(memory, messages, COUNTER, "step" if kind == "step" else "app")])
        for _ in range(draw(st.integers(0, 3))):
            memory = draw(changed(memory))
    return memory


@st.composite
def changed(draw: st.DrawFn, memory: WorkingMemory) -> WorkingMemory:
    """Cut a stretch, or change the state of some fragments."""
    what = draw(st.sampled_from(["cut", "cut", "fold", "restore", "summarise"]))
    if what == "cut":
        slots = [(m, s) for m, message in enumerate(memory.messages) for s, text in enumerate(message.texts) if text]
        if not slots:
            return memory
        message, slot = draw(st.sampled_from(slots))
        length = len(memory.messages[message].texts[slot])
        start = draw(st.integers(0, length - 1))
        span = Span(message, slot, start, draw(st.integers(start + 1, length)))
        try:
            check_free(memory, span)
        except ToolRefused:
            return memory
        return memory.commit([cut(memory, [(span, draw(st.integers(1, 4)))], COUNTER)])
    some = draw(some_of(memory))
    if what == "summarise":
        return memory.commit([FragmentSummarised(id_, "all", draw(SUMMARIES)) for id_ in some])
    return memory.commit([FragmentsFolded(some) if what == "fold" else FragmentsRestored(some)])


def some_of(memory: WorkingMemory) -> st.SearchStrategy[tuple[str, ...]]:
    """Give some fragments that a tool could act on."""
    ids = [f.id for f in memory.reachable if not memory.pinned(f.span)]
    return st.lists(st.sampled_from(ids), unique=True).map(tuple) if ids else st.just(())
