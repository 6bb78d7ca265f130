"""The server over standard input and output, for hosts that start it themselves.

The SDK keeps whatever else is printed off the wire: while it serves, standard output leads to standard error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from mcp.server.stdio import stdio_server

from riffler.service.integrations.mcp_server.server import RifflerMcp


async def serve_stdio(riffler: RifflerMcp, told: Awaitable[object]) -> bool:
    """Serve until the host closes standard input, or somebody says to stop.

    Args:
        riffler: The server.
        told: Comes when the server is to stop.

    Returns:
        Whether the host is done. Else a thread still reads standard input, which nothing can interrupt: the process has
        to end without waiting for it.
    """

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            server = riffler.server
            await server.run(incoming, outgoing, server.create_initialization_options())

    serving, stopping = asyncio.ensure_future(run()), asyncio.ensure_future(told)
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        return serving.done()
    finally:
        stopping.cancel()
        await riffler.aclose()
