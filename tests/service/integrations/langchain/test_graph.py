"""Riffler's own agent as a node of a graph."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.globals import set_llm_cache
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from tests.service.integrations.langchain.agents import MODEL, Agents, agents, asking, on
from tests.service.integrations.langchain.test_middleware import model, roles

from riffler import Riffler, agent_graph
from riffler.errors import EngineUnavailable
from riffler.service.settings import Settings


def served_by(bench: Agents) -> Settings:
    """Give settings that name the bench's model."""
    return bench.settings.model_copy(update={"engine": "openai", "model": MODEL, "base_url": bench.upstream.base_url})


def around(part: Any) -> Any:
    """Put a graph into another one, as a node."""
    graph: Any = StateGraph(MessagesState)
    graph.add_node("riffler", part)
    graph.add_edge(START, "riffler")
    return graph.compile(checkpointer=InMemorySaver())


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
async def test_it_answers_in_a_graph(server_folder: Path, way: str) -> None:
    """The graph's state gets the answer alone; the session, named as thread and node, holds the steps of both turns."""
    async with agents(server_folder, model, rewriting=False) as bench:

        def work() -> Any:
            with agent_graph(settings=served_by(bench), tenant=bench.tenant) as part:
                graph = around(part)
                for question in ("When does the harbour open?", "And again?"):
                    asked = asking(question), on("node")
                    state = asyncio.run(graph.ainvoke(*asked)) if way == "ainvoke" else graph.invoke(*asked)
                return state

        state = await asyncio.to_thread(work)
        assert roles(state["messages"]) == ["human", "ai", "human", "ai"]
        answer = state["messages"][-1]
        assert answer.text == "At six, after 5 messages."
        told = answer.response_metadata["riffler"]
        assert told["session"] == "node.riffler"
        assert answer.usage_metadata["input_tokens"] > 0
        async with Riffler(bench.settings, bench.tenant) as reading:
            memory = await reading.memory("node.riffler")
            assert [entry.origin for entry in memory.entries] == ["app", "step", "step", "app", "app", "step", "step"]


async def test_its_tokens_are_streamed(server_folder: Path) -> None:
    """A graph's stream of messages has the answer's tokens as they come, and nothing of what is done inside."""
    async with agents(server_folder, model, rewriting=False) as bench:
        with agent_graph(settings=served_by(bench), tenant=bench.tenant) as part:
            stream = around(part).astream(asking("When?"), on("streamed"), stream_mode="messages", subgraphs=True)
            chunks = [chunk async for _, (chunk, _) in stream]
        texts = [chunk.text for chunk in chunks if chunk.text]
        assert "".join(texts) == "At six, after 1 messages."
        assert len(texts) > 1


async def test_what_fails_is_raised(server_folder: Path) -> None:
    """A model that can't be reached is Riffler's error, in the graph that asks."""
    async with agents(server_folder, model) as bench:
        nowhere = served_by(bench).model_copy(update={"base_url": "http://127.0.0.1:9/v1", "rewriting": False})
        with agent_graph(settings=nowhere, tenant=bench.tenant) as part, pytest.raises(EngineUnavailable):
            await part.ainvoke({"messages": [HumanMessage("When?")]})


async def test_an_answer_of_a_cache_is_none(server_folder: Path) -> None:
    """With LangChain's global cache the same prompt is a turn each time, with its own decision and reward."""
    async with agents(server_folder, lambda _: "At six.", rewriting=False) as bench:
        with agent_graph("cached", settings=served_by(bench), tenant=bench.tenant) as part:
            set_llm_cache(InMemoryCache())
            try:
                for _ in range(2):
                    await part.ainvoke({"messages": [HumanMessage("When?", id="1")]})
            finally:
                set_llm_cache(None)
        assert len(bench.bodies) == 2
