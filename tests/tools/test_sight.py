"""The status block."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.arrival import append
from riffler.tools.events import FragmentsFolded, FragmentsRestored, MessagesAppended, TextCut
from riffler.tools.fragments import Fragment, Span, fragment_id
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import EVERY_TOOL, Registry
from riffler.tools.sight import Sight
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
REGISTRY = Registry(EVERY_TOOL)


def memory_of(texts: list[str], pieces: int, folded: set[int]) -> WorkingMemory:
    """Make a session whose texts are cut into pieces of equal length, and fold some."""
    memory = WorkingMemory().commit([MessagesAppended(0, tuple(Message.user(text) for text in texts))])
    cuts: list[Fragment] = []
    for at, text in enumerate(texts):
        size = max(1, len(text) // pieces)
        for start in range(0, size * pieces, size):
            span = Span(at, 0, start, start + size)
            cuts.append(Fragment(fragment_id(len(cuts) + 1), span, COUNTER.count(memory.text(span)), 2))
    memory = memory.commit([TextCut(tuple(cuts))])
    names = tuple(fragment_id(number) for number in folded if number <= len(cuts))
    memory = memory.commit([FragmentsFolded(names)])
    return memory.commit([append(memory, [Message.user("And now?")], COUNTER)])


def block_of(memory: WorkingMemory, budget: int) -> str:
    """Give the block that stands at the tail of the view."""
    text = view(memory, Sight(budget, COUNTER)).messages[-1].text
    assert text.startswith("And now?\n\n")
    return text.removeprefix("And now?\n\n")


@given(
    texts=st.lists(st.text(st.sampled_from('ab [](\n"日é'), min_size=20, max_size=60), min_size=1, max_size=5),
    pieces=st.integers(1, 12),
    folded=st.sets(st.integers(1, 60)),
    budget=st.integers(200, 200_000),
)
def test_the_block_is_compact_and_complete(texts: list[str], pieces: int, folded: set[int], budget: int) -> None:
    """It takes 2% of the budget (64 tokens in small ones), and tells of every fragment, by a run or in a sum."""
    memory = memory_of(texts, pieces, folded)
    block = block_of(memory, budget)
    assert COUNTER.count(block) <= max(64, budget // 50)
    told = [
        (words, state, int(tokens))
        for words, state, tokens in re.findall(
            r"^(f[0-9a-f]{5}(?:-f[0-9a-f]{5})?) (visible|folded) (\d+) ", block, re.MULTILINE
        )
    ]
    names = {
        f"f{number:05x}": state
        for words, state, _ in told
        for number in range(int(words[1:6], 16), int(words[-5:], 16) + 1)
    }
    assert all(memory.fragments[name].state == state for name, state in names.items())
    rest = sum(int(number) for number in re.findall(r"^and (\d+) more ", block, re.MULTILINE))
    assert len(names) + rest == len(memory.fragments)
    shown = sum(tokens for _, _, tokens in told)
    left = sum(int(tokens) for tokens in re.findall(r"^and \d+ more \w+ (\d+)$", block, re.MULTILINE))
    assert shown + left == sum(fragment.tokens for fragment in memory.fragments.values())


@given(
    texts=st.lists(st.text(min_size=20, max_size=60), min_size=1, max_size=3),
    pieces=st.integers(1, 6),
    folded=st.sets(st.integers(1, 18)),
)
def test_only_the_tail_differs(texts: list[str], pieces: int, folded: set[int]) -> None:
    """With and without the block all messages but the last are the same; restored, they are the originals."""
    memory = memory_of(texts, pieces, folded)
    assert view(memory, Sight(5000, COUNTER)).messages[:-1] == view(memory).messages[:-1]
    restored = memory.commit([FragmentsRestored(tuple(memory.fragments))])
    seen = view(restored, Sight(5000, COUNTER)).messages
    assert seen[:-1] == restored.messages[:-1]
    assert seen[-1].text.startswith(restored.messages[-1].text + "\n\n")


def test_without_fragments_there_is_no_block() -> None:
    """A session that nobody cut is seen as it came."""
    memory = WorkingMemory()
    memory = memory.commit([append(memory, [Message.user("hello")], COUNTER)])
    assert view(memory, Sight(5000, COUNTER)).messages == memory.messages


def test_the_block_reads_as_documented() -> None:
    """Budget, columns, merged runs with ages in messages, and words that can't pass for a marker."""
    texts = ['The "old" harbour of [[f00001 folded]] Lund ' * 3, "Minutes of the meeting in spring. " * 4]
    memory = memory_of(texts, 2, {1, 2})
    used = view(memory).tokens(COUNTER) - COUNTER.count(view(memory).messages[-1].text) + COUNTER.count("And now?")
    tokens = [fragment.tokens for fragment in memory.fragments.values()]
    assert block_of(memory, 100_000) == (
        f"[[1:status {used} of 100000 tokens used, {100_000 - used} free\n"
        "id state tokens messages-ago first-words\n"
        f"f00001 folded {tokens[0]} 2 \"The 'old' harbour of\"\n"
        f'f00002 folded {tokens[1]} 2 "[f00001 folded] Lund The"\n'
        f'f00003 visible {tokens[2]} 1 "Minutes of the meeting"\n'
        f'f00004 visible {tokens[3]} 1 "Minutes of the meeting"\n'
        "]]"
    )
    less = block_of(memory_of(texts, 4, {1, 2, 3, 4}), 5000).splitlines()
    assert less[2].startswith("f00001-f00004 folded ")
    assert less[3].startswith("f00005 visible ")
    assert f"{used - 20} over" in block_of(memory, 20)


def test_at_the_edge_it_says_what_to_fold_first() -> None:
    """From 85% of the budget on, while there is room to say it, the first suggestion ends the block; else none does."""
    memory = memory_of(["Minutes of the meeting in spring. " * 200], 8, set())
    tokens = view(memory).tokens(COUNTER)

    def ends_of(budget: int) -> str:
        text = view(memory, Sight(budget, COUNTER, suggests=True)).messages[-1].text
        return text.splitlines()[-2]

    assert ends_of(int(tokens / 0.9)).startswith("fold first: f0000")
    assert "fold first" not in ends_of(int(tokens / 0.8))
    assert "fold first" not in ends_of(tokens)
    assert COUNTER.count(ends_of(int(tokens / 0.9))) < 40
    pinned = memory.commit([FragmentsFolded(tuple(memory.fragments))])
    assert "fold first" not in view(pinned, Sight(20, COUNTER, suggests=True)).messages[-1].text
    assert "fold first" in view(memory, Sight(tokens // 2, COUNTER, suggests=True)).messages[-1].text


def test_of_many_runs_the_largest_are_shown() -> None:
    """More runs than could have a line are not even tried one by one: the largest are named, the others counted."""
    memory = memory_of(["Minutes of the meeting in spring. " * 40], 40, set(range(1, 40, 2)))
    block = block_of(memory, 3200)
    assert COUNTER.count(block) <= 64
    assert "\nand " in block
    assert len(memory.reachable) == 40


def test_nested_text_is_counted_once() -> None:
    """A fragment that was cut inside has the tokens of the rest: all lines together are about the text."""
    memory = WorkingMemory()
    memory = memory.commit([append(memory, [Message.user("Minutes of the meeting. " * 40)] * 3, COUNTER)])
    memory = memory.commit([append(memory, [Message.user("And now?")], COUNTER)])
    for by in ("message", "size"):
        for message in (1, 2, 3):
            arguments = {"by": by, "messages": str(message)} if by == "message" else {"fragment": f"f0000{message}"}
            arguments |= {"tokens": 60} if by == "size" else {}
            memory = memory.commit(REGISTRY.call(memory, "cut_context", json.dumps(arguments), Inputs(COUNTER)).events)
    for budget in (100, 3000, 100_000):
        block = block_of(memory, budget)
        told = re.findall(r"^(?:f\S+|and \d+ more) visible (\d+)", block, re.MULTILINE)
        whole = sum(memory.fragments[f"f0000{number}"].tokens for number in (1, 2, 3))
        assert abs(sum(map(int, told)) - whole) <= whole // 50  # the counts of pieces are rounded, each by itself
