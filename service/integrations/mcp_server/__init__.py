"""The MCP server: Riffler's context tools, its rewriter and its views, for any host of the Model Context Protocol.

A tool of ours is one file in `own_tools/`; the context tools come from `tools/registry.py` as they are. Which session a
client works on is told in `clients.py`. This package knows neither settings nor the command line: `service/cli/mcp.py`
wires it. It stands on the extra `mcp`, and nothing else of Riffler imports it.

Source of the protocol: https://modelcontextprotocol.io/specification, revisions 2024-11-05 to 2026-07-28.
"""
