"""A text carved through the Model Context Protocol, by the SDK's own client: it starts `riffler mcp` as a host does."""

import asyncio
import shutil
import sys

from mcp import Client, StdioServerParameters

SERVER = StdioServerParameters(command=shutil.which("riffler") or sys.argv[1], args=["mcp", *sys.argv[2:]])
TEXT = "\n\n".join(f"The bakery of street {number} opens at {number % 12}:15." for number in range(200))


async def main() -> None:
    """Put a text in, fold all of it but a piece, and find what is out of view."""
    async with Client(SERVER) as client:
        await client.call_tool("add_text", {"text": TEXT})
        await client.call_tool("cut_context", {"tokens": 100})
        print((await client.call_tool("keep_only", {"fragments": ["f00001"]})).content[0].text)
        print((await client.call_tool("find_in_context", {"queries": ["street 150 "]})).content[0].text)


asyncio.run(main())
