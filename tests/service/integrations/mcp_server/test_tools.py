"""The tools over streamable HTTP, with the SDK's own client: what is listed, what they do, what they refuse."""

import json
import threading
from collections.abc import AsyncIterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from tests.service.integrations.mcp_server.bench import TEXT, Bench, over_http, read, text_of, told

from riffler.errors import RifflerError
from riffler.service.agent.rewriter import Rewriter
from riffler.service.app import Riffler
from riffler.service.cli.mcp import parts_of
from riffler.service.integrations.mcp_server.calling import Toolbox
from riffler.service.integrations.mcp_server.clients import Clients
from riffler.service.integrations.mcp_server.hints import HINTS
from riffler.service.integrations.mcp_server.own_tools import OWN_TOOLS
from riffler.service.settings import read_settings
from riffler.tools.carve.show_history import SHOW_HISTORY
from riffler.tools.carve.undo_edits import UNDO_EDITS
from riffler.tools.registry import EVERY_TOOL, PROFILES

OWN = [tool.name for tool in OWN_TOOLS]
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cut_context", {"tokens": 100}),
    ("find_in_context", {"queries": ["Port 7 "]}),
    ("get_search_detail", {"search_id": "s00001"}),
    ("suggest_folds", {}),
    ("fold_fragments", {"fragments": ["f00001-f00003"]}),
    ("show_history", {}),
    ("restore_fragments", {"fragments": ["f00002"]}),
    ("keep_only", {"fragments": ["f00004"]}),
    ("undo_edits", {}),
    ("view_context", {}),
    ("view_context", {"original": True}),
    ("explain_query", {"query": "When does it open?"}),
    ("add_messages", {"messages": [{"role": "user", "content": "When does Port 7 open?"}]}),
    ("rewrite_query", {"query": "When does it open?"}),
)


class Noting(Riffler):
    """Notes which thread loaded what rewrites."""

    thread: threading.Thread | None = None

    @cached_property
    def rewriter(self) -> Rewriter | None:
        """See `Riffler`."""
        self.thread = threading.current_thread()
        return super().rewriter


@pytest.fixture
async def bench(server_folder: Path) -> AsyncIterator[Bench]:
    """A server with the tools of Riffler's own profile."""
    async with over_http(server_folder) as made:
        yield made


@pytest.mark.parametrize("profile", ["riffler", "paper", "none"])
async def test_the_tools_are_the_registrys(server_folder: Path, profile: Any) -> None:
    """Names, descriptions and schemas are those that a model gets; undo and history are there with any tools."""
    async with over_http(server_folder, tools=profile) as bench, bench.client() as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        offered = [schema["function"] for schema in bench.riffler.room.offered.schemas()]
    beside = [tool.schema()["function"] for tool in (UNDO_EDITS, SHOW_HISTORY) if profile != "none"]
    expected = {function["name"]: function for function in (*offered, *beside)}
    assert {tool.name for tool in PROFILES[profile] if tool.order is None} <= expected.keys()
    assert set(listed) == {*OWN, *expected}
    for name, function in expected.items():
        assert listed[name].description == function["description"]
        assert listed[name].input_schema == function["parameters"]


def test_each_tool_has_hints() -> None:
    """A context tool that is added gets its row; none of them, nor of the server's own, destroys or reaches out."""
    assert HINTS.keys() == {tool.name for tool in EVERY_TOOL}
    for name, hints in (*HINTS.items(), *((tool.name, tool.hints) for tool in OWN_TOOLS)):
        told = hints.annotations(name)
        assert told.destructive_hint is told.open_world_hint is False
        assert told.title


async def test_a_tool_does_what_its_hints_say(bench: Bench) -> None:
    """Read-only tools change neither conversation nor view; an idempotent call made again changes neither once more."""
    async with bench.client() as client:
        hints = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
        await client.call_tool("add_text", {"text": TEXT})

        async def state() -> list[Any]:
            return [await read(client, name) for name in ("messages", "fragments", "view")]

        for name, arguments in CALLS:
            before = await state()
            text_of(await client.call_tool(name, arguments))
            after = await state()
            said = hints[name]
            assert said is not None
            if said.read_only_hint:
                assert after == before, name
            if said.idempotent_hint:
                await client.call_tool(name, arguments)  # it may be refused, as there is nothing left to do
                assert await state() == after, name
    assert {name for name, _ in CALLS} | {"add_text", "reward_decision"} == hints.keys()


async def test_carving_and_back(bench: Bench) -> None:
    """Text goes in, is cut and folded, is found while it is out of view, and comes back byte for byte."""
    odd = f"{TEXT}\n\n\tÄ “quoted” 港は六時に開く \\n {{}} end"
    async with bench.client() as client:
        added = await client.call_tool("add_text", {"text": odd})
        assert text_of(added).startswith("added message 1, ")
        assert added.structured_content is not None
        assert added.structured_content["session"].startswith("mcp-")
        await client.call_tool("cut_context", {"tokens": 100})
        before = await read(client, "view")
        reply = text_of(await client.call_tool("fold_fragments", {"fragments": ["f00001-f00003"]}))
        assert reply.startswith("folded f00001-f00003 (3 fragments)")
        view = await read(client, "view")
        assert "Port 7 opens" not in view[0]["content"]
        assert "f00001-f00003" in text_of(await client.call_tool("view_context", {}))
        found = text_of(await client.call_tool("find_in_context", {"queries": ["Port 7 opens at 7:30"]}))
        assert "f00001" in found
        assert [each["state"] for each in await read(client, "fragments")][:4] == ["folded"] * 3 + ["visible"]
        await client.call_tool("restore_fragments", {"fragments": ["f00001-f00003"]})
        assert await read(client, "view") == before
        original = text_of(await client.call_tool("view_context", {"original": True}))
        assert json.loads(original) == {"role": "user", "content": odd} == (await read(client, "messages"))[0]


async def test_material_is_not_pinned_and_a_question_is(bench: Bench) -> None:
    """A short text can be folded whole; the newest question of a conversation can't."""
    async with bench.client() as client:
        await client.call_tool("add_text", {"text": "Is this a question? No: it is a short text.", "role": "user"})
        await client.call_tool("cut_context", {"tokens": 20})
        text_of(await client.call_tool("fold_fragments", {"fragments": ["f00001"]}))
        await client.call_tool(
            "add_messages", {"messages": [{"role": "user", "content": "When does Port 7 open, then?"}]}
        )
        refused = await client.call_tool("cut_context", {"messages": "2", "tokens": 20})
        folded = await client.call_tool("fold_fragments", {"fragments": ["f00002"]})
        assert refused.is_error or folded.is_error


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("fold_fragments", {}),
        ("fold_fragments", {"fragments": ["f00009"]}),
        ("fold_fragments", {"fragments": ["f00001"], "but": 3}),
        ("find_in_context", {"queries": []}),
        ("cut_context", {"by": "colour"}),
        ("restore_fragments", {"fragments": ["f00001"]}),
        ("undo_edits", {"edits": 0}),
        ("get_search_detail", {"search_id": "s1"}),
    ],
)
async def test_a_refusal_reads_as_everywhere(bench: Bench, tool: str, arguments: dict[str, Any]) -> None:
    """What a context tool refuses is an error result, with the text that a call by hand raises."""
    async with bench.client("pier") as client:
        await client.call_tool("add_text", {"text": TEXT})
        await client.call_tool("cut_context", {"tokens": 200})
        refused = await client.call_tool(tool, arguments)
        with pytest.raises(RifflerError) as raised:
            await bench.riffler.call("pier", tool, json.dumps(arguments))
    assert refused.is_error
    assert told(refused) == str(raised.value)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("fold_everything", {}, "no tool 'fold_everything': there are add_text, "),
        ("summarize", {"fragment_id": "f00001"}, "no tool 'summarize'"),
        ("add_text", {}, "add_text: text: is missing, and needed"),
        ("add_text", {"text": " \n"}, "add_text: text: "),
        ("add_text", {"text": "a", "role": "system"}, "add_text: role: expected 'user' or 'assistant', got 'system'"),
        ("add_text", {"text": "a", "colour": 1}, "add_text: colour: there is no such argument"),
        ("add_messages", {"messages": []}, "add_messages: messages: expected a list of at least 1"),
        ("add_messages", {"messages": [{"role": "user"}]}, "messages[0]"),
        ("add_messages", {"messages": [{"role": "tool", "content": "x", "tool_call_id": "c"}]}, "'c'"),
        ("rewrite_query", {"query": "a?", "without": ["none"]}, "without: expected names of arms"),
        ("reward_decision", {"decision": "d1", "reward": 3}, "reward_decision: reward: expected a number from 0 to 1"),
        ("reward_decision", {"decision": "d1"}, "reward_decision: expected exactly one of reward, feedback, or answer"),
        ("reward_decision", {"decision": "d1", "reward": 1, "references": ["a"]}, "expected exactly one of"),
        ("reward_decision", {"decision": "d00", "feedback": "good"}, "no decision"),
    ],
)
async def test_bad_input_is_named(bench: Bench, tool: str, arguments: dict[str, Any], words: str) -> None:
    """An error names the tool or field and what was expected, and puts nothing into a session."""
    async with bench.client() as client:
        refused = await client.call_tool(tool, arguments)
        assert refused.is_error
        assert words in told(refused)
        assert not any([(await bench.riffler.memory(name)).entries for name in await bench.sessions()])


async def test_the_loop_of_learning_closes(bench: Bench) -> None:
    """A decision is logged with its propensity as one of the session, is rewarded once, and a correction counts."""
    assert bench.riffler.rewriter is not None  # loads the parser, which takes long on a busy machine
    async with bench.client("pier") as client:
        await client.call_tool("add_text", {"text": TEXT})
        result = await client.call_tool(
            "rewrite_query", {"query": "Could you please tell me when the pier of Port 7 opens?", "without": ["reread"]}
        )
        chosen = json.loads(text_of(result))
        assert chosen == result.structured_content
        logged = await bench.riffler.decisions.decision(bench.riffler.tenant, chosen["decision"])
        assert (logged.decision.session, logged.decision.arm) == ("pier", chosen["arm"])
        assert logged.decision.propensities[chosen["arm"]] == chosen["propensity"]
        assert "reread" not in logged.decision.propensities
        decision = {"decision": chosen["decision"]}
        outcomes = [
            json.loads(text_of(await client.call_tool("reward_decision", {**decision, **form})))
            for form in (
                {"reward": 0.25},
                {"feedback": "good"},
                {"feedback": "good", "correct": True},
                {"answer": "at 7:30", "references": ["at 7:30"], "correct": True},
            )
        ]
        explained = json.loads(text_of(await client.call_tool("explain_query", {"query": "When does Port 7 open?"})))
    assert [each["outcome"] for each in outcomes] == ["counted", "refused", "corrected", "corrected"]
    assert [outcomes[0]["reward"], outcomes[2]["reward"]] == [0.25, 1.0]
    assert sum(each["propensity"] for each in explained["arms"]) == pytest.approx(1)
    assert explained["query"] == "When does Port 7 open?"


async def test_without_rewriting_queries_are_left_alone(server_folder: Path) -> None:
    """Where the settings turn rewriting off, the tools say so by the setting's name."""
    async with over_http(server_folder, rewriting=False) as bench, bench.client() as client:
        for tool in ("rewrite_query", "explain_query"):
            refused = await client.call_tool(tool, {"query": "When does it open?"})
            assert refused.is_error
            assert told(refused).startswith("rewriting: expected true")


@pytest.mark.parametrize("tool", ["rewrite_query", "explain_query"])
async def test_the_parser_is_loaded_beside_the_loop(server_folder: Path, tool: str) -> None:
    """What rewrites is first loaded in a thread: other clients don't wait for the seconds that it takes."""
    async with Noting(read_settings(data_folder=server_folder, rewriting=False)) as riffler:
        parts = parts_of(riffler)
        assert riffler.thread is None
        await Toolbox(parts).call(Clients(parts).desk(None), tool, {"query": "When does it open?"})
        assert riffler.thread not in {None, threading.current_thread()}
