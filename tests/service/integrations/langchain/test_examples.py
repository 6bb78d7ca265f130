"""The examples run."""

import secrets
from pathlib import Path

from tests.service.integrations.langchain.agents import agents, at_server
from tests.service.integrations.run_example import run_example


async def test_the_agent_runs(server_folder: Path) -> None:
    """It is under twenty lines, and both of its questions are answered in the thread's session."""
    async with agents(server_folder, lambda request: f"{len(request.messages)} messages") as bench:
        environment = {"OPENAI_BASE_URL": bench.upstream.base_url, "OPENAI_API_KEY": "key-1"}
        told = {"RIFFLER_DATA_FOLDER": str(server_folder), "RIFFLER_REWRITING": "false"}
        thread = f"harbour-{secrets.token_hex(4)}"  # the example's tenant is everybody's, and so is its session
        lines = await run_example("langchain_agent.py", environment | told | {"THREAD": thread})
        assert lines == [f"{thread} none 1 messages", f"{thread} none 3 messages"]


async def test_the_agent_at_a_server_runs(server_folder: Path) -> None:
    """It is under twenty lines, and the server's model answers in the thread's session."""
    async with at_server(server_folder, ["At six."], rewriting=False) as (_, url):
        lines = await run_example("langchain_server.py", {"RIFFLER_URL": url})
        assert lines[0] == "harbour none At six."
        assert int(lines[1].split()[0]) > 0


async def test_the_graph_runs(server_folder: Path) -> None:
    """It is under twenty lines, and the second question is answered from what the first one brought."""
    told = {"RIFFLER_DATA_FOLDER": str(server_folder), "RIFFLER_ENGINE": "reader", "RIFFLER_REWRITING": "false"}
    lines = await run_example("langgraph_node.py", told | {"THREAD": f"harbour-{secrets.token_hex(4)}"})
    assert len(lines) == 2
    assert "six" in lines[0]
    assert "seven" in lines[1]
