"""What a conversation is known by."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.integrations.openai_proxy.chain import linked, links, told

WORDS = st.text(max_size=20)
ROLES = st.sampled_from(["system", "user", "assistant"])
MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLES, "content": WORDS}), max_size=6)
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"b": 1, "a": "x"}'}}


@given(MESSAGES, MESSAGES)
def test_beginnings_are_known_apart(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    """Two conversations share a link where, and only where, the same was said up to there."""
    mine, theirs = links(one), links(other)
    assert len(mine) == len(one) + 1
    for place in range(min(len(mine), len(theirs))):
        same = [told(each) for each in one[:place]] == [told(each) for each in other[:place]]
        assert (mine[place] == theirs[place]) == same


@given(MESSAGES, st.fixed_dictionaries({"role": ROLES, "content": WORDS}))
def test_a_message_more_is_a_link_more(said: list[dict[str, Any]], last: dict[str, Any]) -> None:
    """A chain grows by what comes: what was known before is known still."""
    chain = links(said)
    assert links([*said, last]) == [*chain, linked(chain[-1], last)]


def test_names_tell_conversations_apart() -> None:
    """Conversations of two names share nothing, and neither does one without a name."""
    said = [{"role": "user", "content": "When does it open?"}]
    chains = [links(said, name) for name in ("", "pier", "quay")]
    assert len({link for chain in chains for link in chain}) == 6


def test_an_answer_is_known_however_it_is_sent_back() -> None:
    """Fields that say nothing, a text in a part, white space around, arguments written anew: it is the same answer."""
    plain = {"role": "assistant", "content": "At six.", "tool_calls": [CALL]}
    arguments = json.dumps({"a": "x", "b": 1}, indent=2)
    forms = [
        {**plain, "refusal": None, "annotations": [], "audio": None, "function_call": None, "reasoning": "Hm."},
        {**plain, "content": [{"type": "text", "text": "At six."}]},
        {**plain, "content": "\n At six. "},
        {**plain, "tool_calls": [{**CALL, "index": 0, "function": {"name": "weather", "arguments": arguments}}]},
    ]
    assert {linked("", form) for form in forms} == {linked("", plain)}
    refused = {"role": "assistant", "content": None, "refusal": "No."}
    assert linked("", refused) == linked("", {"role": "assistant", "content": "No."})


def test_what_says_something_else_is_known_apart() -> None:
    """Another text, another call, another id, another image, another name, two parts: it is another message."""
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    text = {"type": "text", "text": "At six."}
    forms: list[dict[str, Any]] = [
        {"role": "user", "content": "At six."},
        {"role": "user", "content": " At six."},
        {"role": "user", "content": "At six.", "name": "Ada"},
        {"role": "user", "content": [text, text]},
        {"role": "user", "content": [text, image]},
        {"role": "user", "content": [text, {**image, "image_url": {"url": "https://example.org/b.png"}}]},
        {"role": "assistant", "content": "At six."},
        {"role": "assistant", "content": "At six.", "tool_calls": [CALL]},
        {"role": "assistant", "content": "At six.", "tool_calls": [{**CALL, "id": "call_2"}]},
        {"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "weather", "arguments": "{"}}]},
    ]
    assert len({linked("", form) for form in forms}) == len(forms)


def test_long_arguments_cost_no_more_than_their_text() -> None:
    """Millions of values in one argument, or in many of one message, are hashed as text, in no time."""
    long, short = "[" + "[]," * 1_000_000 + "[]]", "[" + "[]," * 10_000 + "[]]"
    for texts in ([long], [short] * 100):
        calls = [{**CALL, "function": {"name": "weather", "arguments": text}} for text in texts]
        before = time.thread_time()
        linked("", {"role": "assistant", "tool_calls": calls})
        assert time.thread_time() - before < 0.25
    edited = {**CALL, "function": {"name": "weather", "arguments": f"{long} "}}
    plain = {**edited, "function": {"name": "weather", "arguments": long}}
    assert linked("", {"role": "assistant", "tool_calls": [edited]}) != linked(
        "", {"role": "assistant", "tool_calls": [plain]}
    )


@pytest.mark.parametrize("depth", [100, 900, 30_000])
def test_arguments_of_any_depth_are_known(depth: int) -> None:
    """However deep they are, they are no error, and the same is known as the same."""
    call = {**CALL, "function": {"name": "weather", "arguments": "[" * depth + "]" * depth}}
    message = {"role": "assistant", "tool_calls": [call]}
    assert linked("", message) == linked("", json.loads(json.dumps(message)))
