"""Resources of a session, and being told when they change."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from mcp.client.subscriptions import ResourceUpdated
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from mcp.types import ResourceUpdatedNotification
from tests.service.integrations.mcp_server.bench import TEXT, over_http, read

LATEST = "2026-07-28"


async def test_resources_are_of_the_clients_session_alone(server_folder: Path) -> None:
    """Another client's, another tenant's, a session's that isn't, and what is no resource are the same error."""
    async with (
        over_http(server_folder, rewriting=False) as bench,
        over_http(server_folder, rewriting=False) as other,
        bench.client() as client,
        bench.client("pier") as second,
        other.client("quay") as third,
    ):
        for each in (client, second, third):
            await each.call_tool("add_text", {"text": TEXT})
            assert (await read(each, "messages")) == [{"role": "user", "content": TEXT}]
        listed = [each.uri for each in (await client.list_resources()).resources]
        assert [uri.rpartition("/")[2] for uri in listed] == ["view", "fragments", "messages"]
        own = listed[0].removesuffix("/view")
        errors = []
        for uri in (
            "riffler://session/pier/view",
            "riffler://session/quay/view",
            "riffler://session/nobody/view",
            f"{own}/colour",
            f"{own}/view?x=1",
            f"{own}/../pier/view",
            own,
            "file:///etc/passwd",
        ):
            with pytest.raises(MCPError) as refused:
                await client.read_resource(uri)
            assert refused.value.error.data == {"uri": uri}
            errors.append((refused.value.error.code, refused.value.error.message))
        assert set(errors) == {(-32602, "Resource not found")}


async def test_a_listener_is_told_after_an_edit(server_folder: Path) -> None:
    """From revision 2026-07-28 on: an edit is told once, with what is read then; a call that changes nothing isn't."""
    async with (
        over_http(server_folder, rewriting=False) as bench,
        bench.client("pier") as client,
        bench.client("pier") as editor,
        bench.client("quay") as stranger,
    ):
        assert client.protocol_version == LATEST
        uri = "riffler://session/pier/view"
        with pytest.raises(MCPError, match="Resource not found"):
            async with client.listen(resource_subscriptions=["riffler://session/quay/view"]):
                pass
        async with client.listen(resource_subscriptions=[uri]) as events:
            await stranger.call_tool("add_text", {"text": "of another session"})
            await editor.call_tool("add_text", {"text": TEXT})
            assert await asyncio.wait_for(anext(events), 20) == ResourceUpdated(uri=uri)
            assert (await read(client, "view"))[0]["content"] == TEXT
            for tool in ("view_context", "show_history", "undo_edits"):  # nothing is there to undo
                await editor.call_tool(tool, {})
            await editor.call_tool("cut_context", {"tokens": 200})
            assert await asyncio.wait_for(anext(events), 20) == ResourceUpdated(uri=uri)
            fragments = await read(client, "fragments")
            assert len(fragments) > 1
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(events), 0.5)


async def test_a_subscriber_is_told_after_an_edit(server_folder: Path) -> None:
    """Up to revision 2025-11-25: each edit is told to who subscribed, until it unsubscribes."""
    told: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            told.put_nowait(message.params.uri)

    async with over_http(server_folder, rewriting=False) as bench, bench.client(message_handler=hear) as client:
        assert client.server_capabilities.resources is not None
        assert client.server_capabilities.resources.subscribe
        uris = [each.uri for each in (await client.list_resources()).resources]
        with pytest.warns(MCPDeprecationWarning), pytest.raises(MCPError, match="Resource not found"):
            await client.subscribe_resource("riffler://session/pier/view")
        with pytest.warns(MCPDeprecationWarning):
            await client.subscribe_resource(uris[0])
        async with bench.client() as stranger:
            await stranger.call_tool("add_text", {"text": "of another session"})
        await client.call_tool("add_text", {"text": TEXT})
        assert await asyncio.wait_for(told.get(), 20) == uris[0]
        with pytest.warns(MCPDeprecationWarning):
            await client.unsubscribe_resource(uris[0])
        await client.call_tool("add_text", {"text": TEXT})
        await asyncio.sleep(0.3)
        assert told.empty()


async def test_what_is_read_is_json_of_the_messages_as_written(server_folder: Path) -> None:
    """Originals keep their fields, their order and their spelling of numbers."""
    said = '{"role":"user","name":"Zoë","content":"Six: 6.0 — 港","extra":{"b":1.50,"a":null}}'
    async with over_http(server_folder, rewriting=False) as bench, bench.client() as client:
        await client.call_tool("add_messages", {"messages": [json.loads(said)]})
        uri = next(each.uri for each in (await client.list_resources()).resources if each.name == "messages")
        (contents,) = (await client.read_resource(uri)).contents
        (stored,) = (await bench.riffler.memory(uri.split("/")[3])).messages
        assert contents.text == f"[{stored.json}]"
        assert list(json.loads(contents.text)[0]) == ["role", "name", "content", "extra"]
