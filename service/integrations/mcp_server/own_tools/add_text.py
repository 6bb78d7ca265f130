"""`add_text`: put a text into the session, so that there is something to carve.

It is material: nothing in it asks, so no part of it is pinned, and all of it can be cut and folded.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from riffler.service.agent.edits import Appended
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import CHANGES
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.tools.messages import Message
from riffler.tools.tool import Arguments


class AddText(Arguments):
    """Arguments of `add_text`."""

    text: Annotated[str, Field(pattern=r"\S", description="The text, such as a document, a log or a page.")]
    role: Annotated[Literal["user", "assistant"], Field(description="Whose message it becomes.")] = "user"


async def _run(desk: Desk, arguments: AddText) -> Said:
    message = Message.of({"role": arguments.role, "content": arguments.text})
    added = await desk.do(lambda: desk.parts.edits.append(desk.key, [message], asks=False))
    return said_of(desk, added, [message])


def said_of(desk: Desk, added: Appended, messages: list[Message]) -> Said:
    """Say what was added.

    Args:
        desk: Where.
        added: What became of it.
        messages: The messages.

    Returns:
        Their position, and how long they are.
    """
    counter = desk.parts.room.engine.counter
    tokens = sum(counter.count(text) for message in messages for text in message.texts)
    last = added.first + added.count  # models count positions from 1, as the context tools do
    which = f"message {last}" if added.count == 1 else f"messages {added.first + 1} to {last}"
    values = {"session": desk.key.session, "version": added.version, "first": added.first, "count": added.count}
    return Said(f"added {which}, {tokens} tokens, to session {desk.key.session}", {**values, "tokens": tokens})


ADD_TEXT = OwnTool(
    name="add_text",
    description=(
        "Put a long text into the working memory, as a message of its own. The context tools then cut, fold, search "
        "and restore it; view_context shows what is left in view."
    ),
    arguments=AddText,
    hints=CHANGES,
    run=_run,
)
