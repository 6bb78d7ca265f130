"""What of its session a client can read, as resources: the view, the fragments, the original conversation.

A client is shown its own session's alone. Those of another one, of another tenant's, and of none at all are the same
"not found".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, ReadResourceResult, Resource, TextResourceContents

from riffler.errors import NotFound, RifflerError
from riffler.service.agent.offload import offload
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.seeing import fragments_json, messages_json, view_json
from riffler.tools.memory import WorkingMemory

_JSON: Final = "application/json"
_DESCRIPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "view": "What a model would read now: the conversation with markers in place of what is folded.",
        "fragments": "The fragments that the conversation was cut into: id, state, tokens and place.",
        "messages": "The original conversation, which nothing ever changes.",
    }
)


def uris(session: str) -> dict[str, str]:
    """Give the addresses of a session's resources.

    Args:
        session: Its name: characters that can stand in an address as they are.

    Returns:
        Each resource's name by its address.
    """
    return {f"riffler://session/{session}/{name}": name for name in _DESCRIPTIONS}


def listed(desk: Desk) -> list[Resource]:
    """List the resources of a client's session; it needn't have been made yet."""
    return [
        Resource(uri=uri, name=name, description=_DESCRIPTIONS[name], mime_type=_JSON)
        for uri, name in uris(desk.key.session).items()
    ]


def not_found(uri: str) -> MCPError:
    """Make the error of a resource that isn't, or isn't this client's."""
    return MCPError(code=INVALID_PARAMS, message="Resource not found", data={"uri": uri})


async def read(desk: Desk, uri: str) -> ReadResourceResult:
    """Read a resource.

    Args:
        desk: Whose session.
        uri: The resource's address.

    Returns:
        JSON text.

    Raises:
        MCPError: Its session can't be read.
        not_found: It isn't this client's.
    """
    name = uris(desk.key.session).get(uri)
    if name is None:
        raise not_found(uri)
    try:
        memory = await desk.memory()
        text = await _WRITERS[name](desk, memory)
    except NotFound as exc:
        raise not_found(uri) from exc
    except RifflerError as exc:
        raise MCPError(code=INTERNAL_ERROR, message=str(exc), data={"uri": uri}) from exc
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=_JSON, text=text)])


async def _view(desk: Desk, memory: WorkingMemory) -> str:
    return await offload(memory.characters, lambda: view_json(desk.parts.room, memory) if memory.entries else "[]")


async def _fragments(_desk: Desk, memory: WorkingMemory) -> str:
    return fragments_json(memory)


async def _messages(_desk: Desk, memory: WorkingMemory) -> str:
    return await offload(memory.characters, lambda: messages_json(memory.messages))


_WRITERS: Final[Mapping[str, Callable[[Desk, WorkingMemory], Awaitable[str]]]] = MappingProxyType(
    {"view": _view, "fragments": _fragments, "messages": _messages}
)
