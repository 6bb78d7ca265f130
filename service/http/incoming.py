"""What comes over the wire: one class a shape. What isn't named is refused, and nothing is taken for another type."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from riffler.service.http.message_schema import MESSAGE
from riffler.service.http.patterns import SESSION, TEXT

MessageIn = Annotated[dict[str, Any], WithJsonSchema(MESSAGE)]
Text = Annotated[str, StringConstraints(pattern=TEXT)]
SessionName = Annotated[str, StringConstraints(pattern=SESSION)]


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
            "oneOf": [
                {
                    "required": ["question"],
                    "properties": {"question": {"type": "string"}, "messages": {"type": "null"}},
                },
                {
                    "required": ["messages"],
                    "properties": {
                        "messages": {"type": "array"},
                        "question": {"type": "null"},
                        "contexts": {"maxItems": 0},
                    },
                },
            ],
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
