"""The session of a conversation: recognised, forked, named."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.service.integrations.openai_proxy.bench import Bench, benched

from riffler.service.ports.engine import EngineRequest

FIRST: dict[str, Any] = {"role": "user", "content": "When does the harbour open?"}
SECOND: dict[str, Any] = {"role": "user", "content": "And when does it close?"}


def counting(request: EngineRequest) -> str:
    """Answer with what was asked, so that each question has an answer of its own."""
    return f"You asked: {request.messages[-1].text} That was message {len(request.messages)}."


@pytest.fixture
async def bench(server_folder: Path) -> AsyncIterator[Bench]:
    """A bench without rewriting: what the model gets is what was said."""
    async with benched(server_folder, counting, rewriting=False, tools="none") as made:
        yield made


def session_of(response: Any) -> str:
    """Give the session that a response names."""
    name: str = response.headers["x-riffler-session"]
    return name


async def test_a_history_that_is_sent_again_is_one_session(bench: Bench) -> None:
    """Three requests, each with all that was said, are one session, which holds what the client sends, as it sends it.

    The client's form of an answer is kept, with fields that the model's server never sent.
    """
    said: list[Any] = [{"role": "system", "content": "Be brief."}, FIRST]
    first = await bench.ask(said)
    said += [first.parse().choices[0].message.model_dump(), SECOND]
    second = await bench.ask(said)
    said += [{"role": "assistant", "content": [{"type": "text", "text": second.parse().choices[0].message.content}]}]
    said += [{"role": "user", "content": "Thanks. Is it far?"}]
    third = await bench.ask(said)
    assert session_of(first) == session_of(second) == session_of(third)
    assert await bench.messages(session_of(first)) == said
    assert bench.bodies[-1]["messages"] == said
    assert third.parse().choices[0].message.content.endswith("That was message 6.")
