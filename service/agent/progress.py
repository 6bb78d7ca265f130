"""What a turn tells while it runs, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from riffler.service.ports.engine import Completion, FinishReason, Usage
from riffler.tools.memory import Stamp
from riffler.tools.messages import ToolCall


@dataclass(frozen=True, slots=True)
class Arrived:
    """The question is in the working memory.

    Attributes:
        conversation_tokens: Tokens of the whole conversation.
        folded: Fragments that Riffler folded to make it fit, so far.
    """

    conversation_tokens: int
    folded: int


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What was chosen for the query.

    Attributes:
        decision: Id to reward it by; empty when no decision could be logged.
        arm: The arm drawn; `none` when rewriting failed.
        propensities: The probability of each arm that could be drawn; they sum to 1.
        executed: The arm whose text goes on: the one drawn, or `none` when the guard refused it.
        query: The asking part as it came.
        rewritten: What the model reads in its place; equal to `query` when nothing changed.
        note: Why the raw query goes on, where it does against the draw; else empty.
        recalled: Whether it was decided by an earlier request: by this one when it was made before, or by the one whose
            turn it goes on with.
    """

    decision: str
    arm: str
    propensities: Mapping[str, float]
    executed: str
    query: str
    rewritten: str
    note: str = ""
    recalled: bool = field(default=False, compare=False)

    @property
    def propensity(self) -> float:
        """The probability with which the arm was drawn, in (0, 1]."""
        return self.propensities[self.arm]


@dataclass(frozen=True, slots=True)
class ToolStep:
    """One call of a context tool.

    Attributes:
        number: From 1.
        tool: Its name.
        arguments: JSON text, as the model wrote it.
        reply: What the model reads.
        refused: Whether the tool refused; then nothing changed.
    """

    number: int
    tool: str
    arguments: str
    reply: str
    refused: bool


@dataclass(frozen=True, slots=True)
class AnswerDelta:
    """The next piece of the answer's text. A piece may turn out to come before tool calls, as a remark.

    Attributes:
        text: The piece.
        raw: The engine's chunk as it came; only for a client of OpenAI's API, and then the text may be empty.
    """

    text: str
    raw: Mapping[str, Any] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Calling:
    """The model is called; told for a client of OpenAI's API only.

    Attributes:
        conversation_tokens: Tokens of the conversation.
        seen_tokens: Tokens of the view that the model gets.
    """

    conversation_tokens: int
    seen_tokens: int


@dataclass(frozen=True, slots=True)
class Said:
    """The model's reply is whole; told for a client of OpenAI's API only.

    Attributes:
        completion: The reply.
        ours: Its calls that are run inside.
        theirs: Its calls that go to the client.
    """

    completion: Completion
    ours: tuple[ToolCall, ...]
    theirs: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a turn gives.

    Attributes:
        session: The session's name.
        text: The answer.
        notice: What belongs under it, for example that no language model spoke; or empty.
        rewriting: What was chosen for the query.
        steps: The tool calls, in order.
        capped: Whether the step cap forced the answer, or a limit of the client's that ended a tool call.
        finish_reason: Why the engine ended the answer: `stop`; or `length` or `content_filter`: it isn't whole.
        conversation_tokens: Tokens of the conversation that the answer was made from, as originals.
        seen_tokens: Tokens of the view that the model answered from.
        usage: Tokens of all its calls, as the engine counts them.
        times_ms: Time of each part, in milliseconds.
        version: The session's version afterwards.
        reasoning: What the model thought before the answer, where its engine tells; it isn't kept in the session.
        life: The session's life, see `Stamp`.
        messages: How many messages the session has afterwards, inner steps among them.
        repeated: Whether this is the answer to an earlier request of this name, given again.
        tools_tokens: Tokens of the schemas of the tools on offer, which each call had beside the view.
    """

    session: str
    text: str
    notice: str
    rewriting: Rewriting
    steps: tuple[ToolStep, ...]
    capped: bool
    finish_reason: FinishReason
    conversation_tokens: int
    seen_tokens: int
    usage: Usage
    times_ms: dict[str, float] = field(default_factory=dict)
    version: int = 0
    reasoning: str = ""
    life: str = field(default="", compare=False)
    repeated: bool = field(default=False, compare=False)
    tools_tokens: int = 0
    messages: int = 0

    @property
    def stamp(self) -> Stamp:
        """Which state of which session the answer made."""
        return Stamp(self.version, self.life)


Progress = Arrived | Rewriting | ToolStep | AnswerDelta | Calling | Said | Answer


def answer_to_json(answer: Answer) -> str:
    """Write an answer, so that a request repeated can be given the same one."""
    return _adapter().dump_json(answer).decode()


def answer_from_json(text: str) -> Answer:
    """Read back what `answer_to_json` wrote; it counts as repeated."""
    return replace(_adapter().validate_json(text), repeated=True)


@cache
def _adapter() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)
