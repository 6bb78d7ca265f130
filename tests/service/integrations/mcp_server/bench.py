"""A real MCP server on a real Redis, over both transports, for the SDK's own client."""

import asyncio
import json
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from tests.service.http.served import Server

from riffler.service.app import Riffler
from riffler.service.cli.mcp import guarded_app, parts_of
from riffler.service.integrations.mcp_server.http import http_app
from riffler.service.integrations.mcp_server.server import RifflerMcp
from riffler.service.listening import server_config
from riffler.service.ports.engine import Engine
from riffler.service.settings import LOOPBACK_NAMES, read_settings

TEXT = "\n\n".join(f"Section {number}. The pier of Port {number} opens at {number % 12}:30." for number in range(80))
"""A text that is worth carving."""


@dataclass
class Bench:
    """What a test has.

    Attributes:
        riffler: What the server stands on.
        url: The server's address.
    """

    riffler: Riffler
    url: str

    @asynccontextmanager
    async def client(self, session: str = "", **fields: Any) -> AsyncIterator[Client]:
        """Connect a client of the SDK.

        Args:
            session: The name of its session, if it has one for it.
            **fields: See `Client`.

        Yields:
            The client.
        """
        headers = {"X-Riffler-Session": session} if session else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(self.url, http_client=http), **fields) as client,
        ):
            yield client

    async def sessions(self) -> list[str]:
        """Give the sessions that there are."""
        listing = await self.riffler.sessions.sessions(self.riffler.tenant)
        return [each.session for each in listing.sessions]


@asynccontextmanager
async def over_http(
    folder: Path, session: str = "", engine: Engine | None = None, *, gated: bool = False, **settings: Any
) -> AsyncIterator[Bench]:
    """Serve streamable HTTP until the block ends.

    Args:
        folder: Of the Redis that tests share.
        session: As the command's option.
        engine: See `Riffler`.
        gated: Whether it stands behind the door, as the command puts it.
        **settings: Riffler's.

    Yields:
        The bench.
    """
    made = read_settings(data_folder=folder, **settings)
    async with Riffler(made, tenant=f"tenant-{secrets.token_hex(8)}", engine=engine, seed=1) as riffler:
        mcp = RifflerMcp(parts_of(riffler), session)
        app = (
            guarded_app(mcp, made, riffler)
            if gated
            else http_app(mcp, hosts=LOOPBACK_NAMES, idle_s=made.unnamed_ttl_s, max_body_bytes=made.max_body_bytes)
        )
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = Server(server_config(app, made, closing_s=2))
            running = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield Bench(riffler, f"http://127.0.0.1:{listening.getsockname()[1]}/mcp")
            finally:
                server.stop()
                await running


def over_stdio(folder: Path, *arguments: str, **settings: str) -> StdioServerParameters:
    """Tell how a host starts the server.

    Args:
        folder: Of the embedded Redis.
        *arguments: More of the command's.
        **settings: As environment variables.

    Returns:
        What the SDK's client takes.
    """
    given = {"data_folder": str(folder), "engine": "reader", **settings}
    environment = {f"RIFFLER_{name.upper()}": value for name, value in given.items()}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    code = "from riffler.service.cli import main; main()"
    return StdioServerParameters(command=sys.executable, args=["-c", code, "mcp", *arguments], env=environment)


def text_of(result: CallToolResult) -> str:
    """Give what a model reads of a result that is no error."""
    assert not result.is_error, result.content
    return told(result)


def told(result: CallToolResult) -> str:
    """Give what a model reads of a result, an error or not."""
    (content,) = result.content
    assert content.type == "text"
    return content.text


async def read(client: Client, name: str) -> Any:
    """Read a resource of a client's session.

    Args:
        client: The client.
        name: The resource's name.

    Returns:
        Its values.
    """
    listed = (await client.list_resources()).resources
    uri = next(each.uri for each in listed if each.name == name)
    (contents,) = (await client.read_resource(uri)).contents
    assert contents.mime_type == "application/json"
    return json.loads(contents.text)
