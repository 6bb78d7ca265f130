"""Replies are told apart as they come: whatever the pieces, the same text, reasoning and calls, and nothing lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.marks import THINKING, Mark
from riffler.service.inference.chat.reading import ReplyReader

CALL = '<tool_call>\n{"name": "f", "arguments": {"x": "</tool_call>"}}\n</tool_call>'
MARKS = (
    "<think> </think> <tool_call> </tool_call> STOP < é { a[ARGS]{} [TOOL_CALLS] <|python_tag|> [THINK] [/THINK] S TOP"
)
TOKENS = sorted(
    {mark for pair in THINKING for mark in pair} | {mark for form in FORMS.values() for mark in form.tokens}
)
XML_CALL = "<tool_call>\n<function=f>\n<parameter=x>\n</tool_call> deep\n</parameter>\n</function>\n</tool_call>"
PIECES = st.sampled_from(
    [
        *MARKS.split(),
        CALL,
        XML_CALL,
        "<function=f>",
        "<parameter=x>",
        '{"name": "f", "parameters": {}}',
        "deep ",
        "\n\n",
        " ",
    ]
)


def read(
    reply: str,
    form: str | None = "hermes",
    stop: tuple[str, ...] = (),
    cuts: list[int] | None = None,
    thinking: str = "",
) -> tuple[ReplyReader, str]:
    """Read a reply cut at some places, and give the deltas joined."""
    reader = ReplyReader(FORMS[form] if form else None, stop, thinking, {"f": {}})
    places = sorted({0, len(reply), *(cut % (len(reply) + 1) for cut in cuts or ())})
    given_out = [reader.feed(reply[one:other]) for one, other in pairwise(places)]
    return reader, "".join([*given_out, "" if reader.stopped else reader.finish()])


@given(
    pieces=st.lists(PIECES, max_size=8),
    form=st.sampled_from([None, *sorted(FORMS)]),
    stop=st.sampled_from([(), ("STOP",), ("\n\n", "STOP")]),
    cuts=st.lists(st.integers(0, 400), max_size=12),
    thinking=st.sampled_from(["", "</think>"]),
)
def test_pieces_change_nothing(
    pieces: list[str], form: str | None, stop: tuple[str, ...], cuts: list[int], thinking: str
) -> None:
    """A reply cut anywhere gives what it gives whole, and its deltas joined are its text."""
    reply = "".join(pieces)
    whole, _ = read(reply, form, stop, None, thinking)
    cut, deltas = read(reply, form, stop, cuts, thinking)
    assert (cut.text, cut.reasoning, cut.calls, cut.stopped) == (
        whole.text,
        whole.reasoning,
        whole.calls,
        whole.stopped,
    )
    assert deltas == cut.text


@given(pieces=st.lists(PIECES, max_size=8), form=st.sampled_from([None, *sorted(FORMS)]))
def test_nothing_is_lost(pieces: list[str], form: str | None) -> None:
    """Every character that is no white space and no mark is in the text, the reasoning or a call."""
    reply = "".join(pieces)
    reader, _ = read(reply, form)
    kept = reader.text + reader.reasoning + "".join(call.name + call.arguments for call in reader.calls)
    assert kept.count("deep") == reply.count("deep")
    assert kept.count("é") == reply.count("é")
    assert form is not None or kept.count("tool_call") == reply.count("tool_call")


@given(
    pieces=st.lists(PIECES, max_size=8),
    form=st.sampled_from([None, *sorted(FORMS)]),
    thinking=st.sampled_from(["", "</think>"]),
)
def test_tokens_are_read_as_letters_are_where_there_are_no_tokens(
    pieces: list[str], form: str | None, thinking: str
) -> None:
    """A model with tokens for what opens and closes gives what one without them gives with the same text.

    But for text after whole calls that nothing closes: there, only a token tells that they were meant.
    """
    reply = "".join(pieces)
    letters, _ = read(reply, form, thinking=thinking)
    assume(form not in {"llama", "mistral"} or not letters.broken)
    reader = ReplyReader(FORMS[form] if form else None, (), thinking, {"f": {}}, TOKENS)
    split = [piece for piece in re.split(f"({'|'.join(map(re.escape, TOKENS))})", reply) if piece]
    deltas = [reader.feed(Mark(piece) if piece in TOKENS else piece) for piece in split]
    assert "".join([*deltas, reader.finish()]) == reader.text
    assert (reader.text, reader.reasoning, reader.calls) == (letters.text, letters.reasoning, letters.calls)


@given(pieces=st.lists(PIECES, max_size=8), form=st.sampled_from([None, "hermes", "mistral", "qwen_xml"]))
def test_letters_are_never_tokens(pieces: list[str], form: str | None) -> None:
    """Where the vocabulary has tokens for what opens and closes, a quoted call is text, and quoted reasoning is."""
    reply = "".join(pieces)
    reader = ReplyReader(FORMS[form] if form else None, (), "", {"f": {}}, TOKENS)
    deltas = "".join([reader.feed(reply), reader.finish()])
    assert (reader.text, deltas, reader.reasoning, reader.calls) == (reply, reply, "", [])


@pytest.mark.parametrize(
    ("quoted", "calls"),
    [("</tool_call>", 1), ("<tool_call>", 1), ("</think>", 1), ("\ud800", 1)],
)
def test_a_call_may_quote_what_opens_and_closes(quoted: str, calls: int) -> None:
    """Letters in an argument neither end the call nor begin another, nor does the token within its JSON string."""
    for piece in (quoted, Mark(quoted)) if quoted in TOKENS else (quoted,):
        reader = ReplyReader(FORMS["hermes"], (), "", {"f": {}}, TOKENS)
        for part in (Mark("<tool_call>"), '{"name": "f", "arguments": {"x": "', piece, '"}}', Mark("</tool_call>")):
            reader.feed(part)
        assert reader.finish() == ""
        expected = quoted if quoted in TOKENS else "\ufffd"
        assert [call.arguments for call in reader.calls] == [f'{{"x": "{expected}"}}'] * calls


@pytest.mark.parametrize(
    ("form", "opener", "call", "after", "calls"),
    [
        ("mistral", "[TOOL_CALLS]", '[{"name": "f", "arguments": {}}]', "\n\nI search.", 1),
        ("mistral", "[TOOL_CALLS]", ' [{"name": "f", "arguments": {}}, {"name": "f", "arguments": {}}]', "] 5", 2),
        ("mistral", "[TOOL_CALLS]", 'f{"x": 1}', " I search {it}.", 1),
        ("llama", "<|python_tag|>", '{"name": "f", "parameters": {}}; {"name": "f", "parameters": {}}', " 5. Done.", 2),
        ("llama", "<|python_tag|>", '{"name": "f", "parameters": {}}', " {Done.", 1),
        ("mistral", "[TOOL_CALLS]", '[{"name": "f"}]', " I search.", 0),
        ("mistral", "[TOOL_CALLS]", "I search.", " {", 0),
        ("llama", "<|python_tag|>", "f.call(x=1)", " Done.", 0),
    ],
)
def test_text_after_a_call_that_a_token_opened_is_text(
    form: str, opener: str, call: str, after: str, calls: int
) -> None:
    """What was read whole counts, and what follows it is no part of it; with an opener in letters it is all text."""
    reader = ReplyReader(FORMS[form], (), "", {"f": {}}, TOKENS)
    deltas = "".join([reader.feed(Mark(opener)), reader.feed(call), reader.feed(after), reader.finish()])
    assert len(reader.calls) == calls
    assert deltas == reader.text == (after.lstrip() if calls else opener + call + after)
    assert reader.broken == (calls == 0)
    quoted = ReplyReader(FORMS[form], (), "", {"f": {}})
    assert quoted.feed(opener + call + after) + quoted.finish() == opener + call + after


def test_what_we_wrote_ourselves_opens_a_call() -> None:
    """The beginning of a required call is ours: its opener is the token."""
    reader = ReplyReader(FORMS["hermes"], (), "", {"f": {}}, TOKENS)
    assert reader.begin(FORMS["hermes"].forced) == ""
    assert reader.feed('f", "arguments": {}}') + reader.feed(Mark("</tool_call>")) + reader.finish() == ""
    assert [call.name for call in reader.calls] == ["f"]


@pytest.mark.parametrize(
    ("reply", "thinking", "reasoning", "text"),
    [
        ("<think>It is nine.</think>\n\nNine metres.", "", "It is nine.", "Nine metres."),
        ("\n<think>\n\n</think>\n\nNine.", "", "", "Nine."),
        ("It is nine.</think>Nine.", "</think>", "It is nine.", "Nine."),
        ("[THINK]nine[/THINK]Nine.", "", "nine", "Nine."),
        ("<think>It is", "", "It is", ""),
        ("Write <think> first.", "", "", "Write <think> first."),
        ("<thin", "", "", "<thin"),
        ("<think>a</think><think>b</think>", "", "a", "<think>b</think>"),
    ],
)
def test_reasoning_is_kept_apart(reply: str, thinking: str, reasoning: str, text: str) -> None:
    """Reasoning at the reply's start, opened by the model or by the prompt, is never text."""
    for cuts in (None, list(range(len(reply)))):
        reader, deltas = read(reply, None, (), cuts, thinking)
        assert (reader.reasoning, reader.text, deltas) == (reasoning, text, text)


def test_text_comes_before_the_reply_ends() -> None:
    """What can't be the start of anything is given out at once; what can is held back."""
    reader = ReplyReader(FORMS["hermes"], ("END",))
    assert [reader.feed(piece) for piece in ("Nine", " metres", " <to", "ll> E", "ND", "x")] == [
        "Nine",
        " metres",
        "",
        " <toll>",
        " ",
        "",
    ]
    assert reader.stopped
    assert reader.text == "Nine metres <toll> "


@pytest.mark.parametrize(
    ("form", "reply", "text", "calls", "broken"),
    [
        ("hermes", f"I search.\n{CALL}\n{CALL}", "I search.", 2, False),
        ("hermes", f"{CALL}\nDone.", "Done.", 1, False),
        ("hermes", f"<tool_call>no</tool_call>\n{CALL}", "<tool_call>no</tool_call>", 1, False),
        ("hermes", '<tool_call>\n{"name": "f", "arguments": {}}', "", 1, False),
        ("hermes", '<tool_call>\n{"name": "f", "argu', '<tool_call>\n{"name": "f", "argu', 0, True),
        ("qwen_xml", f"I search.\n{XML_CALL}\n{XML_CALL}", "I search.", 2, False),
        ("qwen_xml", "<tool_call>f(x)</tool_call>\nDone.", "<tool_call>f(x)</tool_call>\nDone.", 0, False),
        ("qwen_xml", "<tool_call>\n<function=f>\n</function>", "", 1, False),
        ("qwen_xml", XML_CALL[:40], XML_CALL[:40], 0, True),
        ("llama", '{"name": "f", "parameters": {}}', "", 1, False),
        ("llama", '{"name": "Bob", "parameters": {}}', '{"name": "Bob", "parameters": {}}', 0, True),
        ("llama", '{"depth": 9}', '{"depth": 9}', 0, True),
        ("llama", 'See {"name": "f", "parameters": {}}', 'See {"name": "f", "parameters": {}}', 0, False),
        ("llama", '<|python_tag|>{"name": "g", "parameters": {}}', "", 1, False),
        ("mistral", "Both. [TOOL_CALLS]f[ARGS]{}[TOOL_CALLS]f[ARGS]{}", "Both.", 2, False),
        ("mistral", '[TOOL_CALLS] [{"name": "f"', '[TOOL_CALLS] [{"name": "f"', 0, True),
    ],
)
def test_calls_and_text(form: str, reply: str, text: str, calls: int, broken: bool) -> None:
    """Calls are told from text; what is none stays text; JSON alone is a call only of a tool on offer."""
    reader, deltas = read(reply, form)
    assert (reader.text, len(reader.calls), reader.broken, deltas) == (text, calls, broken, text)


def test_a_stop_text_ends_the_answer_but_not_the_reasoning() -> None:
    """The stop text isn't part of the answer, and nothing after it is read."""
    reader, deltas = read("<think>END of it</think>Nine END ten", "hermes", ("END",))
    assert (reader.reasoning, reader.text, deltas, reader.stopped) == ("END of it", "Nine ", "Nine ", True)
