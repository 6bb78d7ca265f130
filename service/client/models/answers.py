"""Answers over the wire, the events of a streamed one, and what was chosen for a query."""

from __future__ import annotations

from typing import ClassVar, Literal

from riffler.service.client.models.base import Out, Tagged


class Rewriting(Out):
    """What was chosen for a query.

    Attributes:
        decision: Reward it by this id; None when nothing could be logged.
        arm: The arm drawn.
        propensity: The probability that it had.
        propensities: The probability of each arm that could be drawn.
        executed: The arm whose text goes on: the one drawn, or `none` when it was refused.
        query: The asking part as it came.
        rewritten: What goes on in its place.
        note: Why the raw query goes on against the draw; else empty.
    """

    described: ClassVar[str] = "RewritingOut"

    decision: str | None
    arm: str
    propensity: float
    propensities: dict[str, float]
    executed: str
    query: str
    rewritten: str
    note: str


class Rewrite(Out):
    """A rewrite without an answer.

    Attributes:
        text: The whole query with the rewrite in place of its asking part.
    """

    described: ClassVar[str] = "RewriteOut"

    text: str
    rewriting: Rewriting


class Step(Out):
    """A model's call of a context tool.

    Attributes:
        number: From 1.
        arguments: JSON text, as the model wrote it.
        reply: What the model read.
        refused: Whether the tool refused; then nothing changed.
    """

    described: ClassVar[str] = "StepOut"

    number: int
    tool: str
    arguments: str
    reply: str
    refused: bool


class TurnTokens(Out):
    """Tokens of a turn.

    Attributes:
        conversation: Of the originals.
        seen: Of the view that the model answered from.
        tools: Of the schemas of the offered tools, which each call had beside the view.
        prompt: Read by all its calls, as the engine counts.
        cached: How many of these came from the engine's cache.
        completion: Written by all its calls.
        estimated: Whether the engine told none, and these are an estimate.
    """

    described: ClassVar[str] = "TokensOut"

    conversation: int
    seen: int
    tools: int
    prompt: int
    cached: int
    completion: int
    estimated: bool


class AnswerFields(Tagged):
    """An answer.

    Attributes:
        session: Go on with this session.
        version: Its version now.
        text: The answer.
        notice: What belongs under it, for example that no language model spoke.
        reasoning: What the model thought before, where the engine tells.
        finish_reason: Why it ended; unless `stop`, it isn't whole.
        capped: Whether the step cap forced it.
        steps: The model's calls of context tools.
        times_ms: Time of each part, in milliseconds.
    """

    described: ClassVar[str] = "AnswerOut"

    session: str
    version: int
    text: str
    notice: str
    reasoning: str
    finish_reason: Literal["stop", "tool_calls", "length", "content_filter"] | str
    capped: bool
    rewriting: Rewriting
    steps: tuple[Step, ...]
    tokens: TurnTokens
    times_ms: dict[str, float]


class Arrived(Out):
    """The question is in the working memory.

    Attributes:
        conversation_tokens: Tokens of the whole conversation.
        folded: Fragments that Riffler folded to make it fit, so far.
    """

    described: ClassVar[str] = "ArrivedOut"

    conversation_tokens: int
    folded: int


class Delta(Out):
    """The next piece of the answer's text. A piece may turn out to come before tool calls, as a remark.

    Attributes:
        text: The piece.
    """

    described: ClassVar[str] = "DeltaOut"

    text: str
