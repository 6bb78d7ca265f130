"""`view_context`: what a model would read of the session now, or the originals.

The same stands in the resources; few hosts let their model read those by itself.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.service.agent.offload import offload
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import READS
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.service.integrations.mcp_server.seeing import seen
from riffler.tools.tool import Arguments


class ViewContext(Arguments):
    """Arguments of `view_context`."""

    original: Annotated[bool, Field(description="Show the originals in place of the view.")] = False


async def _run(desk: Desk, arguments: ViewContext) -> Said:
    memory = await desk.memory()
    if not memory.entries:
        return Said("nothing is there yet: add_text or add_messages puts something in")
    if arguments.original:
        messages = memory.messages
    else:
        messages = await offload(memory.characters, lambda: seen(desk.parts.room, memory))
    return Said("\n".join(message.json for message in messages))


VIEW_CONTEXT = OwnTool(
    name="view_context",
    description=(
        "Show the conversation in the working memory, a message a line as JSON: with markers in place of what is "
        "folded, summaries, and a status that names the fragments."
    ),
    arguments=ViewContext,
    hints=READS,
    run=_run,
)
