"""`add_messages`: put a conversation into the session as it was, tool calls and results too."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from riffler.service.agent.offload import offload
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import CHANGES
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.service.integrations.mcp_server.own_tools.add_text import said_of
from riffler.tools.messages import read_messages
from riffler.tools.tool import Arguments

_MOST = 10_000
"""Most messages of a call, as over HTTP; more go in several."""


class AddMessages(Arguments):
    """Arguments of `add_messages`."""

    messages: Annotated[
        list[dict[str, Any]],
        Field(min_length=1, max_length=_MOST, description="Messages in OpenAI's chat shape, oldest first."),
    ]


async def _run(desk: Desk, arguments: AddMessages) -> Said:
    size = sum(len(text) for message in arguments.messages for text in message.values() if isinstance(text, str))
    messages = list(await offload(size, lambda: read_messages(arguments.messages)))
    return said_of(desk, await desk.do(lambda: desk.parts.edits.append(desk.key, messages)), messages)


ADD_MESSAGES = OwnTool(
    name="add_messages",
    description=(
        "Add chat messages to the conversation in the working memory, as they are: role and content, tool calls with "
        "their results. The newest question among them can't be folded."
    ),
    arguments=AddMessages,
    hints=CHANGES,
    run=_run,
)
