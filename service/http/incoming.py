"""What comes over the wire: one class a shape. What isn't named is refused, and nothing is taken for another type."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

_PARTS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
        "required": ["type", "text"],
    },
}
_CALLS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "type": {"const": "function"},
            "function": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "arguments": {"type": "string"}},
                "required": ["name", "arguments"],
            },
        },
        "required": ["id", "type", "function"],
    },
}
_CONTENT = {"anyOf": [{"type": "string"}, _PARTS]}
_MESSAGE = {
    "title": "Message",
    "description": "A chat message in OpenAI's shape. It is kept byte for byte, fields unknown to Riffler included.",
    "anyOf": [
        {
            "type": "object",
            "properties": {"role": {"enum": ["system", "developer", "user", "assistant"]}, "content": _CONTENT},
            "required": ["role", "content"],
        },
        {
            "type": "object",
            "properties": {"role": {"const": "assistant"}, "tool_calls": _CALLS},
            "required": ["role", "tool_calls"],
        },
        {
            "type": "object",
            "properties": {"role": {"const": "tool"}, "tool_call_id": {"type": "string"}, "content": _CONTENT},
            "required": ["role", "tool_call_id", "content"],
        },
    ],
    "examples": [{"role": "user", "content": "The harbour opens at six."}],
}

MessageIn = Annotated[dict[str, Any], WithJsonSchema(_MESSAGE)]
Text = Annotated[str, StringConstraints(pattern=r"\S")]
SessionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,199}$")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NewSession(_In):
    """A session to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"session": "harbour", "messages": [{"role": "system", "content": "Answer from the text."}]}]
        }
    )

    session: SessionName | None = Field(None, description="Its name; without one it gets one.", examples=["harbour"])
    messages: list[MessageIn] = Field(default_factory=list, description="What the conversation begins with.")


class NewMessages(_In):
    """Messages to add."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"messages": [{"role": "user", "content": "The harbour opens at six, the bakery at seven."}]}]
        }
    )

    messages: list[MessageIn] = Field(min_length=1, description="The messages, in order.")


class Question(_In):
    """A question: as a text with texts to know, or as messages of which the last asks or brings a tool's result."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["question"]}, {"required": ["messages"]}],
            "examples": [
                {
                    "question": "When does the harbour open?",
                    "contexts": ["The harbour opens at six, the bakery at seven."],
                }
            ],
        }
    )

    question: Text | None = Field(None, description="What is asked.", examples=["When does the harbour open?"])
    contexts: list[Text] = Field(
        default_factory=list, description="Texts of any length that go before it, one message each."
    )
    messages: list[MessageIn] | None = Field(None, min_length=1, description="In place of both: messages, in order.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Question:
        if (self.question is None) == (self.messages is None) or (self.messages is not None and self.contexts):
            raise ValueError("expected `question`, with `contexts` if wanted, or `messages`, not both")
        return self


class ToolArguments(_In):
    """A call of a context tool."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"arguments": {"query": "harbour"}}]})

    arguments: dict[str, Any] = Field(
        default_factory=dict, description="As the tool's schema says.", examples=[{"query": "harbour"}]
    )
    summary: str = Field("", description="The summary for `summarize_fragment`; without one the engine writes it.")


class NewRewrite(_In):
    """A query to choose a rewrite for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "When does the harbour open?"}]})

    query: Text = Field(description="What is to be asked.", examples=["When does the harbour open?"])


class NewReward(_In):
    """How good an answer was."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reward": 0.8}]})

    reward: float = Field(ge=0, le=1, description="From 0 to 1.", examples=[0.8])
