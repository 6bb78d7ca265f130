"""Which part of a user message asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.asking import WHOLE_BELOW_TOKENS, Asking, find_asking
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()
FILLER = "The harbour was built long ago. "
STREAM = "; ".join(f"key {number % 46}: value {number}" for number in range(2000))


def asks(*texts: str) -> str:
    """Give the text that asks, of a message of these parts."""
    message = Message.of({"role": "user", "content": [{"type": "text", "text": text} for text in texts]})
    found = find_asking(message, 0, COUNTER)
    assert found is not None
    assert Asking.from_dict(found.to_dict()) == found
    return message.texts[found.span.slot][found.span.start : found.span.end]


@pytest.mark.parametrize("end", ["", "\n", "\n \n"])
def test_a_stream_asks_at_its_end(end: str) -> None:
    """Of an introduction, a stream on one line and a question, the question asks, whole, without blanks."""
    question = "What are the current values of key 1 and key 2? Answer in sentences of the form: The value is x."
    assert asks(f"I will name keys.\n\nThe stream starts on the next line.\n{STREAM}\n\n{question}{end}") == question


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([FILLER * 300 + "Who built it?"], FILLER * 93 + "Who built it?"),
        ([" " * 4000 + "word " * 2000 + "\n\nWho?"], "Who?"),
        ([" " * 4000 + "word " * 2000 + "\n\nSay who."], "Say who."),
        (["x" * 9000 + " who?"], "x" * 2995 + " who?"),
        ([FILLER * 300, "Who built it?"], "Who built it?"),
        (["Who built it?", FILLER * 300 + "\n\nSay it.", " \n"], "Say it."),
        (["谁建的？\n\n" + "港口很久以前就建好了。" * 200], "谁建的？"),
    ],
    ids=["no break", "blank start", "blank start, no mark", "endless word", "parts", "blank part", "Chinese"],
)
def test_long_messages(texts: list[str], expected: str) -> None:
    """The last part with text asks: its question near an end, cut to whole sentences where a paragraph is too long."""
    found = asks(*texts)
    assert expected.endswith(found)
    assert found[-5:] == expected[-5:]
    assert len(found) >= len(expected) - len(FILLER)


LETTER = ("We came by boat, as in the years before. " * 15 + "\n\n") * 8 + "With this the letter was at its end. " * 20
CODE = "```python\n" + "def f(a):\n    return a + 1\n\n" * 200 + "```"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Translate this letter into German:\n\n" + LETTER], "Translate this letter into German:"),
        ([LETTER + "\n\nTranslate this letter into German."], "Translate this letter into German."),
        (["Here is it.\n\n" + LETTER + "\n\nTranslate it, and keep the names."], "Translate it, and keep the names."),
        (["Find the bug, and mend it.\n\n" + CODE], "Find the bug, and mend it."),
        (["I wrote this.\n\nFind the bug, and mend it.\n\n" + CODE], "Find the bug, and mend it."),
        ([CODE + "\n\nFind the bug."], "Find the bug."),
        (["Find the bug:\n" + CODE[:-3]], "Find the bug:"),
        (["Translate it.", LETTER], "Translate it."),
        ([CODE], "```python\ndef f(a):\n    return a + 1"),
    ],
    ids=["before", "behind", "both", "code", "code, two", "before code", "open", "parts", "code alone"],
)
def test_orders_without_a_question_mark(texts: list[str], expected: str) -> None:
    """An order before its material asks, and one behind it; code does not."""
    assert asks(*texts).strip() == expected.strip()


LOG = "2026-11-26 INFO ok from the server\n" * 400


@pytest.mark.parametrize(
    "text",
    [
        LOG + "Summarise the errors above in German.",
        "Hi Claude,\n\n"
        + LETTER
        + "\n\n"
        + "Keep the names as they are written in it. " * 16
        + "Summarise the errors above in German.",
        "Here is my code:\n\n"
        + LETTER
        + "\n\n```python\nx = f()\nprint(x)```\n\nSummarise the errors above in German.",
        "```python\n" + LETTER + "\n\nSummarise the errors above in German.",
    ],
    ids=["no blank line", "greeting", "fence behind code", "open fence"],
)
def test_an_order_at_the_end_is_pinned_whatever_asks(text: str) -> None:
    """Where it's hard to tell what asks, the end of the message stays in view all the same."""
    found = find_asking(Message.user(text), 0, COUNTER)
    assert found is not None
    assert any("Summarise the errors above in German." in text[pin.start : pin.end] for pin in found.pinned)


def test_lines_without_a_blank_one_introduce_nothing() -> None:
    """What stands at the end of one endless paragraph asks, and not its beginning."""
    assert asks(LOG + "Summarise the errors above in German.").endswith("Summarise the errors above in German.")


def test_a_question_at_the_end_asks_behind_an_open_fence() -> None:
    """A fence that isn't closed on a line of its own hides no question."""
    assert asks(f"```python\n{LETTER}\n\nWhy does the second call fail?") == "Why does the second call fail?"


@given(st.sampled_from([LETTER, CODE, STREAM, FILLER * 300]), st.booleans())
def test_an_order_at_either_end_stays_in_view(material: str, before: bool) -> None:
    """Wherever it is taken to ask, an order of a paragraph before or behind the material is pinned whole."""
    order = "Summarise the text in three points; name no names."
    text = f"{order}\n\n{material}" if before else f"{material}\n\n{order}"
    found = find_asking(Message.user(text), 0, COUNTER)
    assert found is not None
    assert found.span in found.pinned
    assert any(order in text[pin.start : pin.end] for pin in found.pinned)
    assert not any(one.overlaps(other) for one in found.pinned for other in found.pinned if one is not other)
    assert sum(pin.end - pin.start for pin in found.pinned) <= 3000 + 600 + 2 * 1000


def test_a_long_paragraph_keeps_whole_sentences() -> None:
    """What is left of a paragraph over the limit begins with a sentence."""
    assert asks(FILLER * 300 + "Who built it?").startswith("The harbour")


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_short_message_asks_whole_and_is_pinned_whole(first: str, second: str) -> None:
    """Every part with text of a message under the limit is pinned; the last of them asks."""
    message = Message.of({"role": "user", "content": [{"type": "text", "text": text} for text in (first, second)]})
    found = find_asking(message, 3, COUNTER)
    texts = [text for text in (first, second) if text.strip()]
    assert sum(COUNTER.count(text) for text in texts) < WHOLE_BELOW_TOKENS
    assert [message.texts[pin.slot][pin.start : pin.end] for pin in (found.pinned if found else ())] == texts
    assert found is None or (found.span == found.pinned[-1] and found.span.message == 3)


@given(
    st.lists(st.sampled_from(["a b. ", "\n", "\n \n", "?", "x" * 700, " " * 700, "é", "。"]), min_size=1, max_size=40)
)
def test_any_text_has_a_part_that_asks(parts: list[str]) -> None:
    """Whatever a text looks like, a part of it that isn't blank asks."""
    text = "".join(parts) + FILLER * 200 + "".join(reversed(parts))
    found = asks(text)
    assert found.strip()
    assert len(found) <= 3000
