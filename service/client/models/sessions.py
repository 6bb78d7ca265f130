"""Sessions over the wire: what they are, what they hold, and what the tools made of them."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from riffler.service.client.models.base import Actor, FragmentState, Message, Out, Page, Tagged


class Forked(Out):
    """Where a forked session comes from.

    Attributes:
        session: The session that it was forked from.
        version: The version that it had there, and that this one began with.
    """

    described: ClassVar[str] = "ForkedOut"

    session: str
    version: int


class FragmentCounts(Out):
    """Fragments by state."""

    described: ClassVar[str] = "FragmentCounts"

    visible: int
    folded: int
    summarised: int


class Session(Tagged):
    """A session.

    Attributes:
        session: Its name.
        version: Its version, also in the header `ETag`.
        messages: How many messages it has.
        fragments: How many fragments, by state.
        conversation_tokens: Tokens of the originals, as the engine counts.
        seen_tokens: Tokens of the view: what a model would read now.
        forked_from: Where it comes from; None when it wasn't forked.
    """

    described: ClassVar[str] = "SessionOut"

    session: str
    version: int
    messages: int
    fragments: FragmentCounts
    conversation_tokens: int
    seen_tokens: int
    forked_from: Forked | None


class ListedSession(Out):
    """A session in a list.

    Attributes:
        session: Its name.
        version: Its version: how many commits made it.
        messages: How many messages it has.
        created_ms: When it was made, in milliseconds since 1970.
    """

    described: ClassVar[str] = "SessionListed"

    session: str
    version: int
    messages: int
    created_ms: int


class Appended(Tagged):
    """Messages were added.

    Attributes:
        version: The session's version with them.
        first: Index of the first of them.
        count: How many.
    """

    described: ClassVar[str] = "AppendedOut"

    version: int
    first: int
    count: int


class ViewedMessage(Out):
    """A message as the model sees it.

    Attributes:
        index: Its place; the view has as many messages as the conversation.
        changed: Whether it differs from its original: a fold, a summary, a rewrite, the status line.
        message: A message, as it was stored.
    """

    described: ClassVar[str] = "ViewedMessage"

    index: int
    changed: bool
    message: Message


class Fragment(Out):
    """A fragment: a named span of a message's text.

    Attributes:
        id: Its id.
        tokens: Tokens of its original text.
        message: Index of its message.
        slot: Which text of that message: 0 unless its content is a list of parts.
        start: Its first character.
        end: One past its last.
        summary: What stands in its place when it is summarised.
    """

    described: ClassVar[str] = "FragmentOut"

    id: str
    state: FragmentState
    tokens: int
    message: int
    slot: int
    start: int
    end: int
    summary: str


class Event(Out):
    """Something that happened to a session.

    Attributes:
        version: The version that its commit made.
        number: Its place in that commit, from 1.
        actor: Who caused it.
        at_ms: When, in milliseconds since 1970.
        kind: What happened.
        data: To what; texts of messages are in the messages.
    """

    described: ClassVar[str] = "EventOut"

    version: int
    number: int
    actor: Actor
    at_ms: int
    kind: str
    data: dict[str, Any]


class Tool(Out):
    """A context tool, in OpenAI's shape.

    Attributes:
        function: Name, description, and the JSON schema of its arguments.
    """

    described: ClassVar[str] = "ToolOut"

    type: Literal["function"] | str
    function: dict[str, Any]


class Called(Tagged):
    """What a tool did.

    Attributes:
        version: The session's version afterwards.
        tool: The tool.
        reply: What a model reads.
    """

    described: ClassVar[str] = "CalledOut"

    version: int
    tool: str
    reply: str


class SessionPage(Page[ListedSession]):
    """Sessions, the newest first."""

    described: ClassVar[str] = "SessionPage"


class MessagePage(Page[Message], Tagged):
    """Originals, in the order of the conversation."""

    described: ClassVar[str] = "MessagePage"


class ViewPage(Page[ViewedMessage], Tagged):
    """Messages as the model sees them, in the order of the conversation.

    Attributes:
        version: The version that is shown. Ask for it with the next page, so that all pages are of one view.
    """

    described: ClassVar[str] = "ViewPage"

    version: int


class FragmentPage(Page[Fragment], Tagged):
    """Fragments, in the order in which they were cut."""

    described: ClassVar[str] = "FragmentPage"


class EventPage(Page[Event], Tagged):
    """Events, the oldest first.

    Attributes:
        oldest: The oldest version whose events are kept, all of them; None while there are none.
    """

    described: ClassVar[str] = "EventPage"

    oldest: int | None
