"""The tools on offer, listed and called. A refusal is a result, so that the model reads it and tries again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mcp_types import CallToolResult, TextContent
from mcp_types import Tool as Listed

from riffler.errors import InvalidArguments, RifflerError, UnknownTool
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import HINTS
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.service.integrations.mcp_server.own_tools import OWN_TOOLS
from riffler.service.integrations.mcp_server.parts import Parts
from riffler.service.logs import get_logger
from riffler.tools.arguments import read_arguments
from riffler.tools.tool import parameters_of

_LOG = get_logger("mcp")


class Toolbox:
    """The tools of one server.

    Args:
        parts: What the server stands on.
    """

    def __init__(self, parts: Parts) -> None:
        self._own: dict[str, OwnTool[Any]] = {tool.name: tool for tool in OWN_TOOLS}
        own = [
            Listed(
                name=tool.name,
                description=tool.description,
                input_schema=parameters_of(tool.arguments),
                annotations=tool.hints.annotations(tool.name),
            )
            for tool in OWN_TOOLS
        ]
        carving = [
            Listed(
                name=tool.name,
                description=tool.description,
                input_schema=parameters_of(tool.arguments),
                annotations=HINTS[tool.name].annotations(tool.name),
            )
            for tool in parts.tools
        ]
        self.listed = (*own, *carving)
        self._carving = frozenset(tool.name for tool in parts.tools)

    def schema(self, name: str) -> dict[str, Any] | None:
        """Give the JSON schema of a tool's arguments; None of what is no tool."""
        return next((tool.input_schema for tool in self.listed if tool.name == name), None)

    async def call(self, desk: Desk, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Call a tool.

        Args:
            desk: Whose call it is.
            name: The tool.
            arguments: As the client sent them.

        Returns:
            Its reply; of a refusal or a failure the same text that a model of Riffler's own reads, as an error.
        """
        try:
            said = await self._said(desk, name, arguments)
        except RifflerError as exc:
            _LOG.info("tool refused", tool=name, error=type(exc).__name__)
            return CallToolResult(content=[TextContent(text=str(exc))], is_error=True)
        return CallToolResult(content=[TextContent(text=said.text)], structured_content=said.values)

    async def _said(self, desk: Desk, name: str, arguments: Mapping[str, Any]) -> Said:
        text = _text(name, arguments)
        own = self._own.get(name)
        if own is not None:
            return await own.run(desk, read_arguments(name, own.arguments, text))
        if name not in self._carving:
            raise UnknownTool(f"no tool {name!r:.100}: there are {', '.join(tool.name for tool in self.listed)}")
        called = await desk.do(lambda: desk.parts.edits.call(desk.key, name, text))
        return Said(called.reply)


def _text(name: str, arguments: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(arguments, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError) as exc:  # UnicodeEncodeError is a ValueError
        raise InvalidArguments(
            f"{name}: expected arguments that JSON in UTF-8 has, got others ({type(exc).__name__})"
        ) from exc
    return text
