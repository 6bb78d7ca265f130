"""What an agent with Riffler's middleware does, and what it hears."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain.agents.structured_output import ToolStrategy
from pydantic import BaseModel
from tests.service.integrations.langchain.agents import agents, asking, on

from riffler import RifflerMiddleware
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message, ToolCall, read_messages
from riffler.tools.pairing import check_complete

LOOK = ToolCall("call_o", "find_in_context", '{"queries": ["harbour"]}')
WEATHER = ToolCall("call_w", "weather", '{"place": "Oslo"}')
QUIET = {"rewriting": False}
OFF = {"tools": "none", "rewriting": False, "fitting": False}


class Opening(BaseModel):
    """When a place opens."""

    place: str
    hour: int


def names(body: dict[str, Any]) -> list[str]:
    """Name the tools of a request."""
    return [tool["function"]["name"] for tool in body.get("tools", [])]


def model(request: EngineRequest) -> Reply:
    """Look first where that is on offer; ask for the weather where the question does; then answer."""
    offered = {tool["function"]["name"] for tool in request.tools}
    asked = max(at for at, message in enumerate(request.messages) if message.role == "user")
    question, since = request.messages[asked].text, request.messages[asked + 1 :]
    called = {call.name for message in since for call in message.tool_calls}
    if "structured" in question:
        return ToolCall("call_p", "Opening", '{"place": "harbour", "hour": 6}')
    if "both" in question and not called and "find_in_context" in offered:
        return Message.assistant("Let me see.", [LOOK, WEATHER])
    if "find_in_context" in offered and "find_in_context" not in called and "plain" not in question:
        return LOOK
    if "weather" in question and "weather" not in called:
        return WEATHER
    return f"At six, after {asked + 1} messages."


def roles(messages: list[Any]) -> list[str]:
    """Give who speaks in a state's messages."""
    return [message.type for message in messages]


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
async def test_tools_run_inside(server_folder: Path, way: str) -> None:
    """The agent's state holds question and answer alone; the session, named as the thread, holds the step."""
    async with agents(server_folder, model, **QUIET) as bench:
        agent = bench.agent()
        asked = asking("When does the harbour open?"), on("harbour")
        state = await agent.ainvoke(*asked) if way == "ainvoke" else await asyncio.to_thread(agent.invoke, *asked)
        assert roles(state["messages"]) == ["human", "ai"]
        answer = state["messages"][-1]
        assert answer.text == "At six, after 1 messages."
        assert answer.response_metadata["riffler"]["session"] == "harbour"
        assert len(bench.bodies) == 2
        assert {"weather", "find_in_context"} <= set(names(bench.bodies[0]))
        assert [message["role"] for message in await bench.messages("harbour")] == ["user", "assistant", "tool"]
        assert answer.usage_metadata["input_tokens"] > 0
        again = await agent.ainvoke(asking("And again?"), on("harbour"))
        assert again["messages"][-1].text.startswith("At six")
        kept = [message["role"] for message in await bench.messages("harbour")]
        assert kept == ["user", "assistant", "tool", "assistant", "user", "assistant", "tool"]


async def test_no_call_loses_its_result(server_folder: Path) -> None:
    """A reply that calls Riffler's tools and the agent's is parted; in every request each result stands at its call."""
    async with agents(server_folder, model, **QUIET) as bench:
        state = await bench.agent().ainvoke(asking("both, with the weather"), on("both"))
        assert roles(state["messages"]) == ["human", "ai", "tool", "ai"]
        assert [call["name"] for call in state["messages"][1].tool_calls] == ["weather"]
        assert state["messages"][2].content == "4 degrees in Oslo"
        for body in bench.bodies:
            check_complete(read_messages(body["messages"]))
        assert [message.get("tool_call_id") for message in bench.bodies[-1]["messages"]][-3:] == [
            "call_o",
            None,
            "call_w",
        ]


async def test_off_changes_nothing(server_folder: Path) -> None:
    """With all features off the model's server gets what it gets without the middleware, and the state is the same."""
    async with agents(server_folder, model, **OFF) as bench:
        states = []
        for middleware in ([], [bench.middleware]):
            agent = bench.agent(middleware=middleware, system_prompt="Be brief.")
            await agent.ainvoke(asking("What is the weather?"), on("off"))
            states.append((await agent.ainvoke(asking("And now?"), on("off")))["messages"])
        half = len(bench.bodies) // 2
        assert bench.bodies[:half] == bench.bodies[half:]
        plain, through = ([(message.type, message.content) for message in state] for state in states)
        assert plain == through
        assert "riffler" not in states[1][-1].response_metadata


@pytest.mark.parametrize("way", ["stream", "astream"])
async def test_what_is_done_inside_is_not_streamed(server_folder: Path, way: str) -> None:
    """The stream of messages has the answer's tokens and the agent's own calls, and nothing of Riffler's steps."""
    async with agents(server_folder, model, **QUIET) as bench:
        agent = bench.agent()
        asked = asking("both, with the weather"), on("streamed")
        if way == "astream":
            chunks = [chunk async for chunk, _ in agent.astream(*asked, stream_mode="messages")]
        else:
            chunks = await asyncio.to_thread(
                lambda: [chunk for chunk, _ in agent.stream(*asked, stream_mode="messages")]
            )
        called = {call["name"] for chunk in chunks for call in getattr(chunk, "tool_call_chunks", []) if call["name"]}
        assert called == {"weather"}
        texts = [chunk.text for chunk in chunks if chunk.type == "AIMessageChunk"]
        assert "".join(texts) == "Let me see.At six, after 1 messages."
        assert len([text for text in texts if text]) > 2


async def test_the_view_is_the_sessions_and_the_state_stays(server_folder: Path) -> None:
    """What doesn't fit the window is folded for the model, and stays in the state as it came."""
    long = "\n\n".join(f"Ship {number} arrived at noon with {number * 7} crates of salt." for number in range(400))
    async with agents(server_folder, model, window_tokens=4_096, **QUIET) as bench:
        agent = bench.agent()
        await agent.ainvoke(asking(f"plain: {long}"), on("long"))
        state = await agent.ainvoke(asking("plain: when?"), on("long"))
        assert long in state["messages"][0].content
        assert len(bench.bodies[-1]["messages"][0]["content"]) < len(long) / 2
        assert len(bench.bodies[-1]["messages"]) == len(state["messages"]) - 1


async def test_a_question_is_reworded_once(server_folder: Path) -> None:
    """The newest question is reworded for all calls of its turn alike, by one decision; the state keeps its words."""
    question = "What is the weather at the harbour?"
    async with agents(server_folder, model, tools="none", policy="fixed:reread", rewrites_by="rule") as bench:
        state = await bench.agent().ainvoke(asking(question), on("reworded"))
        assert roles(state["messages"]) == ["human", "ai", "tool", "ai"]
        assert state["messages"][0].content == question
        asked = [body["messages"][0]["content"] for body in bench.bodies]
        assert len(asked) == 2
        assert asked[0] == asked[1] != question
        told = [message.response_metadata["riffler"] for message in state["messages"] if message.type == "ai"]
        assert told[0]["arm"] == "reread"
        assert told[0]["decision"] == told[1]["decision"]


async def test_what_the_models_server_refuses_the_agent_hears(server_folder: Path) -> None:
    """The error is the one that the model's client raised, so that other middleware can tell what to do with it."""
    fault = Fault("status", status=429, message="slow down")
    async with agents(server_folder, model, faults=[fault] * 2, **QUIET) as bench:
        with pytest.raises(openai.RateLimitError, match="slow down"):
            await bench.agent().ainvoke(asking("plain"), on("refused"))
        with pytest.raises(openai.RateLimitError, match="slow down"):
            await asyncio.to_thread(bench.agent().invoke, asking("plain"), on("refused"))
        state = await bench.agent().ainvoke(asking("plain"), on("refused"))
        assert state["messages"][-1].text.startswith("At six")


async def test_a_structured_answer_is_the_agents(server_folder: Path) -> None:
    """A call by which an agent takes its structured answer is the agent's, beside Riffler's tools."""
    async with agents(server_folder, model, **QUIET) as bench:
        agent = bench.agent(response_format=ToolStrategy(Opening))
        state = await agent.ainvoke(asking("structured"), on("structured"))
        assert state["structured_response"] == Opening(place="harbour", hour=6)
        assert "find_in_context" in names(bench.bodies[0])


async def test_threads_at_once_are_not_mixed(server_folder: Path) -> None:
    """Eight threads of one agent at once: each hears its own answer, and has its own session."""
    async with agents(server_folder, lambda request: request.messages[-1].text, **QUIET) as bench:
        agent = bench.agent(tools=[])
        threads = [f"thread-{number}" for number in range(8)]
        states = await asyncio.gather(*(agent.ainvoke(asking(name), on(name)) for name in threads))
        for name, state in zip(threads, states, strict=True):
            assert name in state["messages"][-1].text
            assert state["messages"][-1].response_metadata["riffler"]["session"] == name


async def test_a_thread_that_lost_its_state_begins_anew(server_folder: Path) -> None:
    """A thread whose state is gone hears nothing of what its session held: the state is what counts."""
    async with agents(server_folder, model, **QUIET) as bench:
        sessions = []
        for question in ("plain: one", "plain: two"):
            state = await bench.agent().ainvoke(asking(question), on("lost"))
            sessions.append(state["messages"][-1].response_metadata["riffler"]["session"])
            assert [message["content"] for message in bench.bodies[-1]["messages"]] == [question]
        assert sessions[0] == "lost" != sessions[1]


async def test_closing_stops_turns_first(server_folder: Path) -> None:
    """A middleware that is closed in the middle of a turn leaves the session free at once, and no socket open."""
    async with agents(server_folder, model, faults=[Fault("slow"), None], **QUIET) as bench:
        with RifflerMiddleware(settings=bench.settings, tenant=bench.tenant) as closed:
            running = asyncio.create_task(
                bench.agent(middleware=[closed]).ainvoke(asking("plain: when does it open?"), on("harbour"))
            )
            while not bench.bodies:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.01)
        async with asyncio.timeout(bench.settings.lease_s - 5):  # a lease that was left would hold it for longer
            state = await bench.agent().ainvoke(asking("plain: when does it open?"), on("harbour"))
        assert "At six" in state["messages"][-1].content
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    gc.collect()  # a socket that was left open is told of here


async def test_each_window_of_a_model_counts(server_folder: Path) -> None:
    """Two models of one name at different providers: what fits into the one's window is cut for the other's."""
    text = "\n\n".join(f"Section {number}. The pier of Port {number} opens at six." for number in range(600))
    asked = {"messages": [{"role": "user", "content": text}, *asking("plain: when does it open?")["messages"]]}
    async with agents(server_folder, model, **QUIET) as bench:
        for window in (None, 8_000):
            await bench.agent(window_tokens=window).ainvoke(asked, on(f"window-{window}"))
        whole, cut = (body["messages"][0]["content"] for body in bench.bodies)
    assert text in whole
    assert len(cut) < len(text)
