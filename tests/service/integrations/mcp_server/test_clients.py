"""A session for each client: they don't mix, they end, and what somebody named stays."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from mcp.shared.exceptions import MCPError
from tests.service.integrations.mcp_server.bench import TEXT, Bench, over_http, read, text_of, told

from riffler.errors import InvalidInput, UnknownSession
from riffler.service.integrations.mcp_server.server import INSTRUCTIONS
from riffler.service.ports.memory import SessionKey

LATEST = "2026-07-28"
HANDSHAKE = "2025-11-25"
JSON = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture
async def bench(server_folder: Path) -> AsyncIterator[Bench]:
    """A server without rewriting."""
    async with over_http(server_folder, rewriting=False) as made:
        yield made


async def test_two_clients_at_once_do_not_mix(bench: Bench) -> None:
    """Each of ten clients that work at the same time finds its own text alone, and folds in its own session alone."""

    async def work(number: int) -> str:
        async with bench.client() as client:
            for part in range(3):
                added = await client.call_tool("add_text", {"text": f"client {number} part {part}\n\n{TEXT}"})
            await client.call_tool("cut_context", {"tokens": 200})
            if number % 2:
                text_of(await client.call_tool("fold_fragments", {"fragments": ["f00001"]}))
            texts = [message["content"] for message in await read(client, "messages")]
            assert texts == [f"client {number} part {part}\n\n{TEXT}" for part in range(3)]
            states = {each["state"] for each in await read(client, "fragments")}
            assert states == ({"folded", "visible"} if number % 2 else {"visible"})
            assert added.structured_content is not None
            name: str = added.structured_content["session"]
            return name

    names = await asyncio.gather(*(work(number) for number in range(10)))
    assert len(set(names)) == 10
    assert await bench.sessions() == []


async def test_a_session_is_made_when_it_is_needed(bench: Bench) -> None:
    """Who lists tools and resources, and reads an empty session, has none yet; who adds something has one."""
    async with bench.client() as client:
        assert client.instructions == INSTRUCTIONS
        await client.list_tools()
        assert [await read(client, name) for name in ("view", "fragments", "messages")] == [[], [], []]
        assert text_of(await client.call_tool("view_context", {})).startswith("nothing is there yet")
        assert await bench.sessions() == []
        await client.call_tool("add_text", {"text": TEXT})
        assert len(await bench.sessions()) == 1


async def test_a_client_that_says_goodbye_leaves_no_text(server_folder: Path) -> None:
    """Its session goes, its decisions and what they taught stay, and can be rewarded later, by another client."""
    async with over_http(server_folder) as bench:
        async with bench.client() as client:
            await client.call_tool("add_text", {"text": TEXT})
            chosen = json.loads(text_of(await client.call_tool("rewrite_query", {"query": "When does Port 7 open?"})))
            (name,) = await bench.sessions()
        with pytest.raises(UnknownSession):
            await bench.riffler.memory(name)
        async with bench.client() as client:
            given = {"decision": chosen["decision"], "reward": 1}
            assert json.loads(text_of(await client.call_tool("reward_decision", given)))["outcome"] == "counted"


async def test_a_client_that_vanishes_leaves_nothing_for_ever(server_folder: Path) -> None:
    """Without a goodbye its session ends by its time to live, and it is told when it comes back that all is gone."""
    async with over_http(server_folder, rewriting=False, unnamed_ttl_s=1.5) as bench, bench.client() as client:
        await client.call_tool("add_text", {"text": TEXT})
        (name,) = await bench.sessions()
        deadline = asyncio.get_running_loop().time() + 20
        while await bench.sessions():
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.2)
        with pytest.raises(UnknownSession):
            await bench.riffler.memory(name)


async def test_a_session_that_is_gone_is_not_begun_in_silence(bench: Bench) -> None:
    """A client whose session somebody deleted is told once; then it begins anew."""
    async with bench.client("pier") as client:
        await client.call_tool("add_text", {"text": TEXT})
        await bench.riffler.edits.delete(SessionKey(bench.riffler.tenant, "pier"))
        lost = await client.call_tool("cut_context", {})
        assert lost.is_error
        assert told(lost).startswith("session 'pier' is gone")
        assert text_of(await client.call_tool("add_text", {"text": "anew"})).startswith("added message 1,")


async def test_who_names_a_session_keeps_it(bench: Bench) -> None:
    """Clients of one name share a session, over both kinds of protocol, and it stays when they have gone."""
    for mode in ("auto", "legacy"):
        async with bench.client("pier", mode=mode) as client:
            assert client.protocol_version == (LATEST if mode == "auto" else HANDSHAKE)
            await client.call_tool("add_text", {"text": f"by {mode}"})
    held = (await bench.riffler.memory("pier")).messages
    assert [message.text for message in held] == ["by auto", "by legacy"]


async def test_the_option_names_the_session_of_all(server_folder: Path) -> None:
    """With a session given, clients without a name share it; one with a name of its own has that."""
    async with over_http(server_folder, "quay", rewriting=False) as bench:
        for session in ("", "", "pier"):
            async with bench.client(session) as client:
                await client.call_tool("add_text", {"text": "a text"})
        assert len((await bench.riffler.memory("quay")).entries) == 2
        assert len((await bench.riffler.memory("pier")).entries) == 1
    with pytest.raises(InvalidInput, match="session: expected a name of"):
        async with over_http(server_folder, "a/b", rewriting=False):
            pass


async def test_a_name_that_none_may_have_is_refused(bench: Bench) -> None:
    """The error names the session and what a name may be."""
    async with bench.client("a/b") as client:
        with pytest.raises(MCPError, match="session: expected a name of 1 to 200 of the characters"):
            await client.call_tool("view_context", {})


async def test_who_cannot_be_told_apart_is_asked_to_shake_hands(bench: Bench) -> None:
    """The latest revision names nobody: without a session's name a client is led to the handshake, or told of both."""
    async with bench.client() as client:
        assert client.protocol_version == HANDSHAKE
    async with bench.client(mode=LATEST) as client:
        with pytest.raises(MCPError, match=r"shake hands \(initialize\), or name a session in the header") as refused:
            await client.call_tool("add_text", {"text": TEXT})
    assert refused.value.error.data["supported"][-1] == HANDSHAKE
    assert await bench.sessions() == []


@pytest.mark.parametrize("version", [{}, {"mcp-protocol-version": LATEST}])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example:80"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_pages_of_others_are_refused(
    bench: Bench, headers: dict[str, str], status: int, version: dict[str, str]
) -> None:
    """A request for another host (DNS rebinding) or from another site's page gets nowhere, whatever the protocol."""
    async with httpx.AsyncClient() as client:
        answer = await client.post(bench.url, json=LIST, headers={**JSON, **version, **headers})
        assert answer.status_code == status
        own = {"origin": bench.url.removesuffix("/mcp")}
        answer = await client.post(bench.url, json=LIST, headers={**JSON, **version, **own})
        assert answer.status_code not in {403, 421}


async def test_somebody_elses_id_is_no_session(bench: Bench) -> None:
    """A made-up id of a handshake is unknown, and so is one whose client said goodbye."""
    async with httpx.AsyncClient() as client:
        answer = await client.post(bench.url, json=LIST, headers={**JSON, "mcp-session-id": "0" * 32})
        assert answer.status_code == 404
        assert (await client.delete(bench.url, headers={**JSON, "mcp-session-id": "0" * 32})).status_code == 404


async def test_a_client_s_session_counts(server_folder: Path) -> None:
    """Where a tenant has as many sessions as it may, another client's text is refused in words; the first goes on."""
    async with over_http(server_folder, tenant_sessions=1) as bench, bench.client() as first:
        await first.call_tool("add_text", {"text": TEXT})
        async with bench.client() as second:
            refused = await second.call_tool("add_text", {"text": TEXT})
            assert refused.is_error
            assert "RIFFLER_TENANT_SESSIONS" in str(refused.content)
        assert not (await first.call_tool("add_text", {"text": TEXT})).is_error
        assert len(await bench.sessions()) == 1
