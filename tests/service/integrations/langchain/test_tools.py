"""The context tools as LangChain's."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.messages import ToolMessage
from tests.service.http.served import served
from tests.service.integrations.langchain.agents import agents, asking, on
from tests.service.integrations.langchain.test_middleware import LOOK, names, roles

from riffler import Riffler, RifflerMiddleware, riffler_tools
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message

FOUND = {"queries": ["harbour"]}


def looking(request: EngineRequest) -> Reply:
    """Look once, then answer."""
    return "At six." if request.messages[-1].role == "tool" else LOOK


@pytest.mark.parametrize("there", ["in process", "at a server"])
async def test_they_work_on_a_session(server_folder: Path, there: str) -> None:
    """Each tool has its real schema, and acts on the session for threads and for event loops; a refusal is text."""
    async with agents(server_folder, looking) as bench, Riffler(bench.settings, bench.tenant) as riffler:
        await riffler.edits.create(bench.tenant, "harbour", [Message.user("The harbour opens at six.")])
        async with served(riffler) as http:

            def work() -> dict[str, str]:
                where = {"base_url": str(http.base_url)} if there == "at a server" else {}
                with riffler_tools("harbour", settings=bench.settings, tenant=bench.tenant, **where) as tools:
                    named = {each.name: each for each in tools}
                    schema = named["find_in_context"].tool_call_schema
                    assert isinstance(schema, dict)
                    assert "queries" in schema["properties"]
                    call = {
                        "name": "fold_fragments",
                        "args": {"fragments": ["f99999"]},
                        "id": "c1",
                        "type": "tool_call",
                    }
                    refused = named["fold_fragments"].invoke(call)
                    assert isinstance(refused, ToolMessage)
                    assert refused.status == "error"
                    return {
                        "sync": named["find_in_context"].invoke(FOUND),
                        "async": asyncio.run(named["find_in_context"].ainvoke(FOUND)),
                        "refused": str(refused.content),
                    }

            told = await asyncio.to_thread(work)
        assert "f99999" in told["refused"]
        assert "«harbour» opens at six" in told["sync"]
        found = await riffler.memory("harbour")
        assert told["async"] == told["sync"].replace("s00001", "s00002")  # the second search of the session
        assert len(found.entries) == 1


async def test_an_agent_may_see_them(server_folder: Path) -> None:
    """Beside a middleware that runs none inside they act on the session of the thread, and stand in the state."""
    async with agents(server_folder, looking, rewriting=False) as bench:
        quiet = bench.settings.model_copy(update={"tools": "none"})
        with (
            RifflerMiddleware(settings=quiet, tenant=bench.tenant) as middleware,
            riffler_tools(settings=bench.settings, tenant=bench.tenant) as tools,
        ):
            agent = bench.agent(middleware=[middleware], tools=tools)
            state = await agent.ainvoke(asking("When does the harbour open?"), on("seen"))
            assert roles(state["messages"]) == ["human", "ai", "tool", "ai"]
            assert "harbour" in state["messages"][2].content
            assert names(bench.bodies[0]).count("find_in_context") == 1
            assert state["messages"][-1].response_metadata["riffler"]["session"] == "seen"
