"""What goes out over the wire: one class a shape, with the descriptions that OpenAPI shows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from riffler.service.agent.progress import Answer, Rewriting, ToolStep
from riffler.service.http.paging import Page
from riffler.service.ports.engine import EngineInfo
from riffler.service.ports.memory import RecordedEvent, SessionSummary
from riffler.tools.events import event_to_dict
from riffler.tools.fragments import Fragment
from riffler.tools.memory import WorkingMemory

MessageOut = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "title": "Message", "description": "A message, as it was stored."}),
]


class SessionListed(BaseModel):
    """A session in a list."""

    session: str = Field(description="Its name.")
    version: int = Field(description="Its version: how many commits made it.")
    messages: int = Field(description="How many messages it has.")
    created_ms: int = Field(description="When it was made, in milliseconds since 1970.")

    @classmethod
    def of(cls, summary: SessionSummary) -> SessionListed:
        """Write a summary."""
        return cls(
            session=summary.session,
            version=summary.version,
            messages=summary.messages,
            created_ms=summary.created_us // 1000,
        )


class FragmentCounts(BaseModel):
    """Fragments by state."""

    visible: int
    folded: int
    summarised: int


class ForkedOut(BaseModel):
    """Where a forked session comes from."""

    session: str = Field(description="The session that it was forked from.")
    version: int = Field(description="The version that it had there, and that this one began with.")

    @classmethod
    def of(cls, memory: WorkingMemory) -> ForkedOut | None:
        """Write where a session comes from; None of one that wasn't forked."""
        return memory.forked and cls(session=memory.forked.session, version=memory.forked.version)


class SessionOut(BaseModel):
    """A session."""

    session: str = Field(description="Its name.")
    version: int = Field(description="Its version, also in the header `ETag`.")
    messages: int = Field(description="How many messages it has.")
    fragments: FragmentCounts = Field(description="How many fragments, by state.")
    conversation_tokens: int = Field(description="Tokens of the originals, as the engine counts.")
    seen_tokens: int = Field(description="Tokens of the view: what a model would read now.")
    forked_from: ForkedOut | None = Field(description="Where it comes from; null when it wasn't forked.")


class AppendedOut(BaseModel):
    """Messages were added."""

    version: int = Field(description="The session's version with them.")
    first: int = Field(description="Index of the first of them.")
    count: int = Field(description="How many.")


class ViewedMessage(BaseModel):
    """A message as the model sees it."""

    index: int = Field(description="Its place; the view has as many messages as the conversation.")
    changed: bool = Field(
        description="Whether it differs from its original: a fold, a summary, a rewrite, the status line."
    )
    message: MessageOut


class FragmentOut(BaseModel):
    """A fragment: a named span of a message's text."""

    id: str = Field(description="Its id.", examples=["f00001"])
    state: Literal["visible", "folded", "summarised"]
    tokens: int = Field(description="Tokens of its original text.")
    message: int = Field(description="Index of its message.")
    slot: int = Field(description="Which text of that message: 0 unless its content is a list of parts.")
    start: int = Field(description="Its first character.")
    end: int = Field(description="One past its last.")
    summary: str = Field(description="What stands in its place when it is summarised.")

    @classmethod
    def of(cls, fragment: Fragment) -> FragmentOut:
        """Write a fragment."""
        span = fragment.span
        return cls(
            id=fragment.id,
            state=fragment.state.value,
            tokens=fragment.tokens,
            message=span.message,
            slot=span.slot,
            start=span.start,
            end=span.end,
            summary=fragment.summary,
        )


class EventOut(BaseModel):
    """Something that happened to a session."""

    version: int = Field(description="The version that its commit made.")
    number: int = Field(description="Its place in that commit, from 1.")
    actor: Literal["app", "model", "riffler"] = Field(description="Who caused it.")
    at_ms: int = Field(description="When, in milliseconds since 1970.")
    kind: str = Field(description="What happened.", examples=["folded"])
    data: dict[str, Any] = Field(description="To what; texts of messages are in the messages.")

    @classmethod
    def of(cls, recorded: RecordedEvent) -> EventOut:
        """Write an event."""
        data = event_to_dict(recorded.event)
        return cls(
            version=recorded.version,
            number=recorded.number,
            actor=recorded.actor,
            at_ms=recorded.at_ms,
            kind=data.pop("kind"),
            data=data,
        )


class ToolOut(BaseModel):
    """A context tool, in OpenAI's shape."""

    type: Literal["function"]
    function: dict[str, Any] = Field(description="Name, description, and the JSON schema of its arguments.")


class CalledOut(BaseModel):
    """What a tool did."""

    version: int = Field(description="The session's version afterwards.")
    tool: str = Field(description="The tool.")
    reply: str = Field(description="What a model reads.")


class RewritingOut(BaseModel):
    """What was chosen for a query."""

    decision: str | None = Field(description="Reward it by this id; null when nothing could be logged.")
    arm: str = Field(description="The arm drawn.", examples=["none"])
    propensity: float = Field(description="The probability that it had.")
    propensities: dict[str, float] = Field(description="The probability of each arm that could be drawn.")
    executed: str = Field(description="The arm whose text goes on: the one drawn, or `none` when it was refused.")
    query: str = Field(description="The asking part as it came.")
    rewritten: str = Field(description="What goes on in its place.")
    note: str = Field(description="Why the raw query goes on against the draw; else empty.")

    @classmethod
    def of(cls, rewriting: Rewriting) -> RewritingOut:
        """Write what was chosen."""
        return cls(
            decision=rewriting.decision or None,
            arm=rewriting.arm,
            propensity=rewriting.propensity,
            propensities=dict(rewriting.propensities),
            executed=rewriting.executed,
            query=rewriting.query,
            rewritten=rewriting.rewritten,
            note=rewriting.note,
        )


class RewriteOut(BaseModel):
    """A rewrite without an answer."""

    text: str = Field(description="The whole query with the rewrite in place of its asking part.")
    rewriting: RewritingOut


class StepOut(BaseModel):
    """A model's call of a context tool."""

    number: int = Field(description="From 1.")
    tool: str
    arguments: str = Field(description="JSON text, as the model wrote it.")
    reply: str = Field(description="What the model read.")
    refused: bool = Field(description="Whether the tool refused; then nothing changed.")

    @classmethod
    def of(cls, step: ToolStep) -> StepOut:
        """Write a step."""
        return cls(number=step.number, tool=step.tool, arguments=step.arguments, reply=step.reply, refused=step.refused)


class TokensOut(BaseModel):
    """Tokens of a turn."""

    conversation: int = Field(description="Of the originals.")
    seen: int = Field(description="Of the view that the model answered from.")
    tools: int = Field(description="Of the schemas of the offered tools, which each call had beside the view.")
    prompt: int = Field(description="Read by all its calls, as the engine counts.")
    cached: int = Field(description="How many of these came from the engine's cache.")
    completion: int = Field(description="Written by all its calls.")
    estimated: bool = Field(description="Whether the engine told none, and these are an estimate.")


class AnswerOut(BaseModel):
    """An answer."""

    session: str = Field(description="Go on with this session.")
    version: int = Field(description="Its version now.")
    text: str = Field(description="The answer.")
    notice: str = Field(description="What belongs under it, for example that no language model spoke.")
    reasoning: str = Field(description="What the model thought before, where the engine tells.")
    finish_reason: Literal["stop", "tool_calls", "length", "content_filter"] = Field(
        description="Why it ended; unless `stop`, it isn't whole."
    )
    capped: bool = Field(description="Whether the step cap forced it.")
    rewriting: RewritingOut
    steps: list[StepOut] = Field(description="The model's calls of context tools.")
    tokens: TokensOut
    times_ms: dict[str, float] = Field(description="Time of each part, in milliseconds.")

    @classmethod
    def of(cls, answer: Answer) -> AnswerOut:
        """Write an answer."""
        usage = answer.usage
        return cls(
            session=answer.session,
            version=answer.version,
            text=answer.text,
            notice=answer.notice,
            reasoning=answer.reasoning,
            finish_reason=answer.finish_reason,
            capped=answer.capped,
            rewriting=RewritingOut.of(answer.rewriting),
            steps=[StepOut.of(step) for step in answer.steps],
            tokens=TokensOut(
                conversation=answer.conversation_tokens,
                seen=answer.seen_tokens,
                tools=answer.tools_tokens,
                prompt=usage.prompt_tokens,
                cached=usage.cached_tokens,
                completion=usage.completion_tokens,
                estimated=usage.estimated,
            ),
            times_ms=answer.times_ms,
        )


class EngineOut(BaseModel):
    """An engine."""

    name: str = Field(description="The engine.", examples=["reader"])
    model: str = Field(description="The model that it runs.")
    window_tokens: int = Field(description="Tokens that a request and its completion may have together.")
    can_rewrite: bool = Field(description="Whether it can word a text anew.")
    notice: str = Field(description="What belongs under each of its answers.")
    ready: bool = Field(description="Whether it can answer now.")
    failure: str | None = Field(description="Why it can't.")

    @classmethod
    def of(cls, info: EngineInfo, failure: str | None) -> EngineOut:
        """Write an engine."""
        return cls(
            name=info.name,
            model=info.model,
            window_tokens=info.window_tokens,
            can_rewrite=info.can_rewrite,
            notice=info.notice,
            ready=failure is None,
            failure=failure,
        )


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = Field(description="Always this.")


class Health(BaseModel):
    """Whether questions can be answered now."""

    ready: bool = Field(description="Whether they can.")
    failures: dict[str, str] = Field(description="What isn't ready, with the kind of failure.", examples=[{}])


class SessionPage(Page[SessionListed]):
    """Sessions, the newest first."""


class MessagePage(Page[MessageOut]):
    """Originals, in the order of the conversation."""


class ViewPage(Page[ViewedMessage]):
    """Messages as the model sees them, in the order of the conversation."""

    version: int = Field(
        description="The version that is shown. Ask for it with the next page, so that all pages are of one view."
    )


class FragmentPage(Page[FragmentOut]):
    """Fragments, in the order in which they were cut."""


class EventPage(Page[EventOut]):
    """Events, the oldest first."""

    oldest: int | None = Field(
        description="The oldest version whose events are kept, all of them; null while there are none."
    )
