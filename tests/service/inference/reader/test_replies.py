"""The context tools' replies, written by the real tools and read back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.reader.replies import Passage, read_detail, read_matches
from riffler.tools.arrival import append
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs

COUNTER = EstimatedTokens()


def call(memory: WorkingMemory, name: str, arguments: str) -> tuple[WorkingMemory, str]:
    """Run a tool and commit what it did."""
    outcome = Registry().call(memory, name, arguments, Inputs(COUNTER))
    return memory.commit(outcome.events), outcome.reply


def test_a_search_reads_back() -> None:
    """Each match has its message, its role, the text around it and the place of the match in that text."""
    memory = WorkingMemory()
    messages = [Message.user("x" * 90 + " an owl sat\nthere. " + "y" * 90), Message.assistant("The owl: flew.")]
    memory = memory.commit([append(memory, messages, COUNTER)])
    _, reply = call(memory, "search_context", '{"query": "owl", "role": "all", "context_size": 50}')
    matches = read_matches(reply, "owl")
    assert matches is not None
    assert matches.total == 2
    newest, oldest = matches.hits
    assert (newest.role, newest.message, newest.passage) == ("assistant", 2, Passage("The owl: flew."))
    assert oldest.passage.text == "x" * 21 + " an owl sat\nthere. " + "y" * 13
    assert (oldest.passage.cut_start, oldest.passage.cut_end) == (True, True)
    assert oldest.passage.text[oldest.start : oldest.end] == "owl"


def test_a_detail_reads_back() -> None:
    """A closer look gives the text as it stands, and says where it is cut."""
    memory = WorkingMemory()
    memory = memory.commit([append(memory, [Message.user("owl\n" + "z" * 300)], COUNTER)])
    memory, _ = call(memory, "search_context", '{"query": "owl"}')
    _, reply = call(memory, "get_search_detail", '{"search_id": "s00001", "extended_context": 100}')
    assert read_detail(reply) == Passage("owl\n" + "z" * 49, False, True)


def test_guillemets_in_the_text_dont_hide_the_match() -> None:
    """The match is told from what looks like one by its words and its place in the middle."""
    line = '2 matches for "owl"\n[s00001] message 1 (user), folded, fragment f00002: a «cat» and «owl» an «owl» b'
    matches = read_matches(line, "owl")
    assert matches is not None
    (hit,) = matches.hits
    assert hit.passage.text == "a «cat» and owl an «owl» b"
    assert hit.passage.text[hit.start : hit.end] == "owl"


def test_what_is_no_reply_reads_as_none() -> None:
    """An error's text, a folded result and nothing at all are no reply."""
    for text in ("error: no match s00001", "[[f00001 folded 40 tokens]]", ""):
        assert read_matches(text, "owl") is None
        assert read_detail(text) is None


@given(st.text(max_size=200), st.text(min_size=1, max_size=5))
def test_any_text_can_be_searched_and_read(text: str, query: str) -> None:
    """Whatever text and query are, each line of a search reads back to a piece of the text with its match."""
    memory = WorkingMemory()
    memory = memory.commit([append(memory, [Message.user(f"{text}{query}{text}")], COUNTER)])
    _, reply = call(memory, "search_context", json.dumps({"query": query}))
    matches = read_matches(reply, query)
    assert matches is not None
    assert len(matches.hits) == min(matches.total, 10)
