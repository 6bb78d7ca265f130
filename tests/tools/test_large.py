"""Every tool on a million tokens: two thousand messages, and one message of four megabytes."""

import gc
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from riffler.tools.arrival import append, fit
from riffler.tools.history import Undo, Version, undo_of
from riffler.tools.memory import Entry, WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import EVERY_TOOL, Registry
from riffler.tools.sight import Sight
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

pytestmark = pytest.mark.no_cover  # long, and what small texts reach as well

COUNTER = EstimatedTokens()
REGISTRY = Registry(EVERY_TOOL)
BUDGET = 100_000


SYLLABLES = "ba de fi go hu ka le mi no pu ra se ti vo wu".split()
WORDS = [first + second + third for first in SYLLABLES for second in SYLLABLES for third in SYLLABLES[:10]]


def passage(number: int) -> str:
    """Write two and a half kilobytes that no other number has: a heading, prose, and the newest value of a key."""
    words = " ".join(WORDS[(number * 7919 + each * each) % len(WORDS)] for each in range(350))
    return f"## Part {number}\n\n{words}. The mayor of Lund saw it.\n\nkey {number % 46}: value {number}\n\n"


def many_messages(passages: int = 2000) -> list[Message]:
    """Messages of two and a half kilobytes, and a question."""
    said = [(Message.user if number % 2 else Message.assistant)(passage(number)) for number in range(passages)]
    return [*said, Message.user("What is key 7?")]


def one_message(passages: int = 2000) -> list[Message]:
    """One message of nearly five megabytes, and a question."""
    return [Message.user("".join(passage(number) for number in range(passages))), Message.user("What is key 7?")]


def one_line(passages: int = 2000) -> list[Message]:
    """A stream of pairs in one message, and a question."""
    pairs = (f"{WORDS[number % 46]}: {WORDS[number * 7 % 2000]}" for number in range(100 * passages))
    return [Message.user("; ".join(pairs)), Message.user("What is key 7?")]


def short_pairs(passages: int = 2000) -> list[Message]:
    """Lines of a short key and a number: three facts in eight characters; and a question."""
    lines = "\n".join(f"k{number * 7919 % 1000}: {number % 97}" for number in range(240 * passages))
    return [Message.user(lines), Message.user("What is key 7?")]


def columns(passages: int = 2000) -> list[Message]:
    """Columns of numbers, and a question."""
    rows = (" ".join(str(number * step % 9973) for step in range(1, 21)) for number in range(20 * passages))
    return [Message.user("\n".join(rows)), Message.user("What is key 7?")]


def different_numbers(passages: int = 2000) -> list[Message]:
    """Lines of numbers of eight digits, of which no two are the same; and a question."""
    rows = (
        " ".join(str(10_000_000 + number * 48_271 % 89_999_999) for number in range(at, at + 20))
        for at in range(0, 280 * passages, 20)
    )
    return [Message.user("\n".join(rows)), Message.user("What is key 7?")]


def cut_and_folded(memory: WorkingMemory) -> tuple[WorkingMemory, tuple[Version, ...]]:
    """Call each tool once, in an order that gives each something to do; give the end and the way there."""
    past: list[Version] = []
    called: set[str] = set()

    def call(tool: str, **arguments: object) -> str:
        nonlocal memory
        called.add(tool)
        inputs = Inputs(COUNTER, "A short summary.", budget_tokens=BUDGET, past=tuple(reversed(past)))
        outcome = REGISTRY.call(memory, tool, json.dumps(arguments), inputs)
        if outcome.events:
            after = memory.commit(outcome.events)
            undo: Undo = undo_of(memory, after, outcome.events)
            past.append(Version(after.version, "model", None, outcome.events, undo))
            memory = after
        assert len(outcome.reply) < 40_000
        return outcome.reply

    call("cut_context", by="paragraphs", tokens=1000)
    call("fragment_context", start_marker="What is", end_marker="key 7?", num_fragments=1)
    names = [fragment.id for fragment in memory.by_position]
    assert "f00001" in call("suggest_folds", tokens=400_000)
    call("fold_fragments", fragments=[f"{names[10]}-{names[-20]}"])
    call("fold_fragment", fragment_id=names[1])
    call("restore_fragments", fragments=["all"])
    call("keep_only", fragments=[names[5], names[-3]])
    call("restore_fragment", fragment_id=names[7])
    call("summarize_fragment", fragment_id=names[8], focus="keys")
    for how in ("exact", "any_case", "pattern", "ranked", "fuzzy"):
        found = call("find_in_context", queries=[f"key {number}: value" for number in range(3)], how=how)
        assert "key 0: value" in found
    call("search_context", query="key 7: value", role="all")
    call("get_search_detail", search_id="s00001")
    assert "undid 1 edit" in call("undo_edits")
    assert "folded" in call("show_history")
    assert called == {tool.name for tool in EVERY_TOOL}
    return memory, tuple(past)


@pytest.mark.parametrize("conversation", [many_messages, one_message])
def test_every_tool_works(conversation: Callable[[], list[Message]]) -> None:
    """Each does its work on a million tokens, replies in little, and all of it can be given back."""
    messages = conversation()
    memory = WorkingMemory()
    memory = memory.commit([append(memory, messages, COUNTER)])
    assert view(memory).tokens(COUNTER) > 900_000
    fitted = memory.commit(fit(memory, BUDGET, COUNTER, sighted=True))
    assert view(fitted, Sight(BUDGET, COUNTER)).tokens(COUNTER) <= BUDGET
    memory, _ = cut_and_folded(memory)
    restored = REGISTRY.call(memory, "restore_fragments", '{"fragments": ["all"]}', Inputs(COUNTER))
    assert view(memory.commit(restored.events)).messages == tuple(messages)


def traced(work: Callable[[Any, int], WorkingMemory], short: Any, long: Any) -> tuple[int, int]:
    """Tell how many bytes a work on a long text holds, and takes at most.

    It is done on a short one before: tables that are made once in a process, a megabyte of them, are no text's. What
    earlier tests left is put out of the collector's sight, which then counts what it sees anew: the more it knows of,
    the longer this work's garbage stays.
    """
    work(short, BUDGET // 10)
    gc.collect()
    gc.freeze()
    gc.collect()
    tracemalloc.start()
    try:
        memory = work(long, BUDGET // 4)
        traced = tracemalloc.get_traced_memory()
        assert memory.fragments  # and so it was held
    finally:
        tracemalloc.stop()
    return traced


def read_and_searched(stored: list[str], budget_tokens: int) -> WorkingMemory:
    """Read a session back, as the store does; make it fit, see it, fold it, search it and ask for suggestions."""
    entries = tuple(Entry(Message.of_json(text)) for text in stored)
    memory = WorkingMemory(version=1, entries=entries)
    assert not any("_value" in entry.message.__dict__ for entry in entries), "texts are read when they are needed"
    memory = memory.commit(fit(memory, budget_tokens, COUNTER, sighted=True))
    view(memory, Sight(budget_tokens, COUNTER))
    REGISTRY.call(memory, "fold_fragments", '{"fragments": ["all"]}', Inputs(COUNTER))
    for how in ("exact", "any_case", "ranked", "fuzzy"):
        arguments = json.dumps({"queries": ["key 7: value", "key 8: value"], "how": how})
        REGISTRY.call(memory, "find_in_context", arguments, Inputs(COUNTER))
    REGISTRY.call(memory, "suggest_folds", '{"tokens": 10000}', Inputs(COUNTER))
    return memory


@pytest.mark.parametrize("conversation", [many_messages, one_message, one_line])
def test_memory_stays_under_ten_times_the_text(conversation: Callable[[int], list[Message]]) -> None:
    """A session that is read back, made to fit, seen, folded and searched takes less than ten bytes a character.

    Of a hundred thousand tokens, as following each allocation takes its time; all of it grows with the text.
    """
    short, long = ([message.json for message in conversation(passages)] for passages in (50, 200))
    size = sum(map(len, long))
    held, peak = traced(read_and_searched, short, long)
    assert held < 6 * size
    assert peak < 10 * size


def folded_and_suggested(memory: WorkingMemory, budget_tokens: int) -> WorkingMemory:
    """Make a session fit, fold it, and ask for suggestions: a few, and all."""
    memory = memory.commit(fit(memory, budget_tokens, COUNTER, sighted=True))
    REGISTRY.call(memory, "fold_fragments", '{"fragments": ["all"]}', Inputs(COUNTER))
    for tokens in (10_000, 10_000_000):
        arguments = json.dumps({"tokens": tokens})
        assert "tokens, " in REGISTRY.call(memory, "suggest_folds", arguments, Inputs(COUNTER)).reply
    return memory


@pytest.mark.parametrize("conversation", [short_pairs, columns, different_numbers])
def test_facts_at_every_word_stay_under_ten_times_the_text(conversation: Callable[[int], list[Message]]) -> None:
    """Where each word is a fact, a session that is made to fit, folded and asked for suggestions takes no more.

    Of short pairs most is held, 5.3 bytes a character; of different numbers most is taken for a while, 9.2.
    """
    short, long = (conversation(passages) for passages in (50, 200))
    size = len(long[0].text)
    memories = (WorkingMemory().commit([append(WorkingMemory(), said, COUNTER)]) for said in (short, long))
    held, peak = traced(folded_and_suggested, *memories)
    assert held < 7 * size
    assert peak < 10 * size
