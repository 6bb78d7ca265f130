"""What an agent hears whose model calls a Riffler that is a server answers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
import pytest_asyncio
from langchain.agents.middleware import wrap_model_call
from tests.service.integrations.langchain.agents import Agents, asking, at_server, on
from tests.service.integrations.langchain.test_middleware import model, roles

from riffler import RifflerMiddleware

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(server_folder: Path) -> AsyncIterator[tuple[Agents, str]]:
    """A server for all tests here, whose questions all have the same rewrite."""
    async with at_server(server_folder, model, policy="fixed:reread", rewrites_by="rule") as made:
        yield made


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream", "astream"])
async def test_all_ways_hear_of_the_turn(there: tuple[Agents, str], way: str) -> None:
    """Whole or streamed: the thread's session answers, its step stays inside, and turn and tokens are told."""
    bench, url = there
    before, chunks, modes = len(bench.bodies), list[Any](), ["messages", "values"]
    with RifflerMiddleware(base_url=url) as middleware:
        agent = bench.agent(middleware=[middleware])
        asked = asking(f"{way}: when does the harbour open?"), on(way)
        if way == "invoke":
            state = await asyncio.to_thread(agent.invoke, *asked)
        elif way == "ainvoke":
            state = await agent.ainvoke(*asked)
        else:
            if way == "astream":
                items = [item async for item in agent.astream(*asked, stream_mode=modes)]
            else:
                items = await asyncio.to_thread(lambda: list(agent.stream(*asked, stream_mode=modes)))
            chunks = [item[0] for mode, item in items if mode == "messages"]
            state = items[-1][1]
    assert roles(state["messages"]) == ["human", "ai"]
    answer = state["messages"][-1]
    told = answer.response_metadata["riffler"]
    assert (told["session"], told["arm"]) == (way, "reread")
    assert told["saved_tokens"] < 0  # the rewrite is longer than the question
    assert told["decision"].startswith("d")
    assert len(bench.bodies) == before + 2
    assert [message["role"] for message in await bench.messages(way)] == ["user", "assistant", "tool"]
    first = len(str(bench.bodies[before])) // 20  # fewer tokens than one call of the turn has
    assert answer.usage_metadata["input_tokens"] > first > 100
    if chunks:
        assert "".join(chunk.text for chunk in chunks) == answer.text
        assert not any(chunk.tool_calls for chunk in chunks)
        assert (
            sum(chunk.usage_metadata["input_tokens"] for chunk in chunks if chunk.usage_metadata)
            == (answer.usage_metadata["input_tokens"])
        )


async def test_tools_of_the_agents_own_run(there: tuple[Agents, str]) -> None:
    """What the server's model calls of the agent's tools runs in the agent, and the result goes on in the same turn."""
    bench, url = there
    state = await bench.agent(middleware=[RifflerMiddleware(base_url=url)]).ainvoke(
        asking("What is the weather?"), on("tools")
    )
    assert roles(state["messages"]) == ["human", "ai", "tool", "ai"]
    told = [message.response_metadata["riffler"] for message in state["messages"] if message.type == "ai"]
    assert [each["session"] for each in told] == ["tools", "tools"]
    assert told[0]["decision"] == told[1]["decision"]


async def test_what_a_call_asks_for_reaches_the_model(there: tuple[Agents, str]) -> None:
    """Settings that other middleware gives a call go to the server's model in all of the turn's calls."""
    bench, url = there
    before = len(bench.bodies)

    @wrap_model_call
    async def cooler(request: Any, handler: Any) -> Any:
        return await handler(request.override(model_settings={"temperature": 0.25}))

    both = [cooler, RifflerMiddleware(base_url=url)]
    await bench.agent(middleware=both).ainvoke(asking("When?"), on("cooler"))
    assert [body["temperature"] for body in bench.bodies[before:]] == [0.25, 0.25]


async def test_a_silent_server_is_given_up(there: tuple[Agents, str]) -> None:
    """A server that takes the connection and says nothing costs the limit, thrice, and not ten minutes."""
    bench, _ = there
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        agent = bench.agent(middleware=[RifflerMiddleware(base_url=url, timeout_s=0.1)])
        async with asyncio.timeout(60):
            with pytest.raises(openai.APITimeoutError):
                await agent.ainvoke(asking("When?"), on("silent"))
