"""The server: the protocol's requests on our tools, resources and clients.

It is the SDK's low-level `Server`, which `MCPServer` wraps: that one makes schemas of Python's signatures, checks
arguments itself and puts words of its own before an error's. Here the schemas are the registry's, and a refusal reads
the same as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    UNSUPPORTED_PROTOCOL_VERSION,
    CallToolRequestParams,
    CallToolResult,
    DiscoverResult,
    EmptyResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    RequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from riffler.errors import InvalidInput, MemoryFailed, UnknownSession
from riffler.service.integrations.mcp_server import resources
from riffler.service.integrations.mcp_server.calling import Toolbox
from riffler.service.integrations.mcp_server.clients import CLIENT_HEADER, NAMING_HEADER, Clients
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.parts import Parts
from riffler.service.integrations.mcp_server.updates import Updates

Context = ServerRequestContext[Any]

INSTRUCTIONS: Final = (
    "A working memory for texts that are too long to keep in view. Put them in with add_text, cut them into fragments "
    "with the context tools, fold what isn't needed now and search or restore it when it is: nothing is ever lost. "
    "rewrite_query words a query better before you ask it; reward_decision tells how good the answer was."
)


class RifflerMcp:
    """An MCP server on Riffler.

    Args:
        parts: What it stands on.
        session: The session of all its clients; empty gives each its own.
    """

    def __init__(self, parts: Parts, session: str = "") -> None:
        self.clients = Clients(parts, session)
        self._toolbox, self._updates = Toolbox(parts), Updates()
        self.server: Server[Any] = Server(
            "riffler",
            title="Riffler",
            version=version("riffler"),
            instructions=INSTRUCTIONS,
            get_tool_input_schema=self._toolbox.schema,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_read_resource=self._read_resource,
            on_subscribe_resource=self._subscribe,
            on_unsubscribe_resource=self._unsubscribe,
            on_subscriptions_listen=self._listen,
        )
        self.server.add_request_handler("server/discover", RequestParams, self._discover)

    async def leave(self, client: str) -> None:
        """Let a client go that said goodbye over HTTP.

        Args:
            client: The id that it was given with its handshake.
        """
        self._updates.leave(client)
        await self.clients.leave(client)

    async def aclose(self) -> None:
        """End what clients left that nobody named. Safe to call twice."""
        self._updates.close()
        await self.clients.aclose()

    def _desk(self, context: Context) -> Desk:
        """Find the desk of who sent a request.

        Returns:
            The desk.

        Raises:
            MCPError: It is nobody's.
        """
        headers = _headers(context)
        if not self.clients.knows(headers):
            # The same that the SDK says of a version that it doesn't have: clients then shake hands.
            requested = context.protocol_version
            raise MCPError(
                code=UNSUPPORTED_PROTOCOL_VERSION,
                message=f"{requested} says nothing of who sends a request: shake hands (initialize), or name a session "
                f"in the header {NAMING_HEADER}",
                data={"supported": list(HANDSHAKE_PROTOCOL_VERSIONS), "requested": requested},
            )
        try:
            return self.clients.desk(headers)
        except InvalidInput as exc:
            raise MCPError(code=INVALID_PARAMS, message=str(exc)) from exc

    async def _discover(self, context: Context, _params: RequestParams) -> DiscoverResult:
        """Say which versions are served: to who names no session, those with a handshake."""
        known = self.clients.knows(_headers(context))
        return DiscoverResult(
            supported_versions=list(MODERN_PROTOCOL_VERSIONS if known else HANDSHAKE_PROTOCOL_VERSIONS),
            capabilities=self.server.get_capabilities(protocol_version=context.protocol_version),
            instructions=self.server.instructions,
        )

    async def _list_tools(self, _context: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=list(self._toolbox.listed))

    async def _call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        desk = self._desk(context)
        before = await _version(desk) if self._updates.wanted(desk) else None
        try:
            return await self._toolbox.call(desk, params.name, params.arguments or {})
        finally:
            if before is not None and await _version(desk) != before:
                await self._updates.changed(desk)

    async def _list_resources(self, context: Context, _params: PaginatedRequestParams | None) -> ListResourcesResult:
        return ListResourcesResult(resources=resources.listed(self._desk(context)))

    async def _read_resource(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        return await resources.read(self._desk(context), str(params.uri))

    async def _subscribe(self, context: Context, params: SubscribeRequestParams) -> EmptyResult:
        self._updates.subscribe(self._desk(context), _client(context), str(params.uri), context.session)
        return EmptyResult()

    async def _unsubscribe(self, context: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        self._updates.unsubscribe(self._desk(context), _client(context), str(params.uri))
        return EmptyResult()

    async def _listen(self, context: Context, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        return await self._updates.listen(self._desk(context), context, params)


def _headers(context: Context) -> Mapping[str, str] | None:
    """Give the headers of a request that came over HTTP; None over stdio."""
    return None if context.request is None else context.request.headers


def _client(context: Context) -> str:
    headers = _headers(context)
    return "" if headers is None else headers.get(CLIENT_HEADER, "")


async def _version(desk: Desk) -> tuple[int, str]:
    """Tell which state a session is in; where that can't be told, none."""
    try:
        memory = await desk.parts.sessions.load(desk.key)
    except (UnknownSession, MemoryFailed):
        return -1, ""
    return memory.version, memory.life
