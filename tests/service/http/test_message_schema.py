"""What the description says a message may be, and what is taken: the same."""

import json
from typing import Any

import httpx
import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from riffler.errors import InvalidMessage
from riffler.service.http.message_schema import MESSAGE
from riffler.tools.messages import Message

CHECK = jsonschema_rs.validator_for(MESSAGE)
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2)
PART = st.fixed_dictionaries({}, optional={"type": st.sampled_from(["text", "image_url"]) | LEAVES, "text": LEAVES})
FUNCTION = st.fixed_dictionaries({}, optional={"name": LEAVES, "arguments": LEAVES})
CALL = st.fixed_dictionaries({}, optional={"id": LEAVES, "type": LEAVES, "function": LEAVES | FUNCTION})
ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool", "king"])
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "role": ROLES | LEAVES,
        "content": LEAVES | st.lists(PART | LEAVES, max_size=2),
        "tool_calls": LEAVES | st.lists(CALL | LEAVES, max_size=2),
        "tool_call_id": LEAVES,
        "name": LEAVES,
        "refusal": LEAVES,
    },
)


@settings(max_examples=1000)
@given(value=MESSAGES)
@example(value={"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example"}}]})
@example(value={"role": "user", "content": []})
@example(value={"role": "assistant", "content": None, "tool_calls": []})
@example(value={"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "custom", "custom": {}}]})
@example(value={"role": "assistant", "audio": {"id": "a"}})
@example(value={"role": "tool", "tool_call_id": "c"})
def test_the_schema_of_a_message_is_what_is_taken(value: dict[str, Any]) -> None:
    """A message fits its schema exactly when it is taken; about half of those tried do."""
    if CHECK.is_valid(value):
        assert json.loads(Message.of(value).json) == value
    else:
        with pytest.raises(InvalidMessage):
            Message.of(value)


def nested(depth: int) -> dict[str, Any]:
    """Make a message with a field that is nested, lists and objects in turn; the message itself counts, too."""
    value: Any = "the core"
    for level in range(depth - 1):
        value = [value] if level % 2 else {"in": value}
    return {"role": "user", "content": "How deep?", "depth": value}


@pytest.mark.parametrize("depth", [101, 150, 190])
async def test_no_message_is_taken_that_could_not_be_read_again(client: httpx.AsyncClient, depth: int) -> None:
    """What is nested deeper than 100 is refused by name; at 100 it is stored, seen, answered and given back."""
    refused = await client.post("/api/v1/sessions", json={"messages": [nested(depth)]})
    assert refused.status_code == 422, refused.text
    assert refused.json()["detail"].startswith("messages[0]: expected at most 100 lists")
    made = await client.post("/api/v1/sessions", json={"messages": [nested(100)]})
    path = made.headers["location"]
    assert (await client.post(f"{path}/ask", json={"question": "How deep?"})).status_code == 200
    for part in ("view", "messages"):
        items = (await client.get(f"{path}/{part}")).json()["items"]
        assert items[0].get("message", items[0]) == nested(100)


@pytest.mark.parametrize("depth", [300, 900, 5000, 100_000])
async def test_what_is_nested_beyond_reading_is_refused_by_that_reason(client: httpx.AsyncClient, depth: int) -> None:
    """A body of more than 200 levels isn't read at all: Python's reader gives up somewhere near 1,000."""
    body = '{"messages": [{"role": "user", "content": "How deep?", "depth": ' + "[" * depth + "]" * depth + "}]}"
    refused = await client.post("/api/v1/sessions", content=body, headers={"content-type": "application/json"})
    assert refused.status_code == 400
    assert "inside each other" in refused.json()["detail"]


def test_brackets_in_a_text_are_no_depth() -> None:
    """Only what is nested counts, not a text that looks so."""
    text = "[" * 500 + "{" * 500
    assert json.loads(Message.user(text).json)["content"] == text
