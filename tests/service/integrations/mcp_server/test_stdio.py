"""`riffler mcp` as a host starts it: a process of its own."""

import asyncio
from pathlib import Path

from mcp import Client
from tests.service.integrations.mcp_server.bench import TEXT, over_stdio, read, text_of

from riffler.service.app import Riffler
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.settings import read_settings


async def sessions_in(folder: Path) -> list[str]:
    """Give the sessions that are left in a data folder."""
    async with Riffler(read_settings(data_folder=folder, rewriting=False)) as riffler:
        return [each.session for each in (await riffler.sessions.sessions(riffler.tenant)).sessions]


async def test_a_host_works_and_leaves_nothing(server_folder: Path) -> None:
    """Text goes in, is folded, found and restored byte for byte; when the host is done, the session is gone."""
    left = await sessions_in(server_folder)
    async with Client(over_stdio(server_folder, rewriting="false")) as client:
        assert client.protocol_version == "2026-07-28"
        await client.call_tool("add_text", {"text": TEXT})
        await client.call_tool("cut_context", {"tokens": 100})
        text_of(await client.call_tool("fold_fragments", {"fragments": ["f00001-f00003"]}))
        assert "Port 7 opens" not in (await read(client, "view"))[0]["content"]
        assert "f00001" in text_of(await client.call_tool("find_in_context", {"queries": ["Port 7 opens"]}))
        text_of(await client.call_tool("restore_fragments", {"fragments": ["f00001-f00003"]}))
        assert (await read(client, "messages")) == [{"role": "user", "content": TEXT}]
        assert len(await sessions_in(server_folder)) == len(left) + 1
    assert await sessions_in(server_folder) == left


async def test_two_hosts_share_the_session_that_they_name(server_folder: Path) -> None:
    """Two processes at once, one for each kind of protocol, work on one session, which stays."""
    server = over_stdio(server_folder, "--session", "stdio-pier", rewriting="false")
    async with Client(server) as first, Client(server, mode="legacy") as second:
        await first.call_tool("add_text", {"text": TEXT})
        assert (await read(second, "messages")) == [{"role": "user", "content": TEXT}]
        await second.call_tool("cut_context", {"tokens": 100})
        text_of(await first.call_tool("fold_fragments", {"fragments": ["f00001"]}))
    assert "stdio-pier" in await sessions_in(server_folder)


async def test_a_call_that_is_cancelled_ends_the_work(server_folder: Path) -> None:
    """The model's server is let go, nothing was changed, and the next call is answered."""
    async with LocalApi(["unheard"], faults=[Fault("slow")]) as upstream:
        server = over_stdio(
            server_folder, engine="openai", model="local", base_url=upstream.base_url, api_key="none", rewriting="false"
        )
        async with Client(server) as client:
            await client.call_tool("add_text", {"text": TEXT})
            await client.call_tool("cut_context", {"tokens": 200})
            before = await read(client, "view")
            calling = asyncio.create_task(
                client.call_tool("summarize_fragment", {"fragment_id": "f00001", "focus": "the hours"})
            )
            while not upstream.received:
                assert not calling.done(), calling.result()
                await asyncio.sleep(0.05)
            calling.cancel()
            await asyncio.wait({calling})
            assert calling.cancelled()
            await upstream.disconnected()
            assert await read(client, "view") == before
            text_of(await client.call_tool("fold_fragments", {"fragments": ["f00001"]}))
