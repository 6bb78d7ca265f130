"""What comes over the wire: one class a shape. What isn't named is refused, and nothing is taken for another type."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from riffler.service.agent.forbidding import FORBIDDABLE
from riffler.service.http.message_schema import MESSAGE
from riffler.service.http.patterns import TEXT
from riffler.service.ports.session_names import SESSION_NAME

MessageIn = Annotated[dict[str, Any], WithJsonSchema(MESSAGE)]
Text = Annotated[str, StringConstraints(pattern=TEXT)]
SessionName = Annotated[str, StringConstraints(pattern=SESSION_NAME)]

MOST_ITEMS = 10_000
"""Most messages or texts of a request. More go in several requests, between which others have their turn."""
_MOST_ARGUMENTS = 100
_MOST_FORBIDDEN = 100
MOST_VERSIONS = 2**53 - 1
"""The largest number that every reader of JSON takes as it is."""

T = TypeVar("T")
Some = Annotated[list[T], Field(fail_fast=True, max_length=MOST_ITEMS)]
"""A list of which the first wrong item alone is told: to word 10,000 complaints takes longer than all else."""

Without = Annotated[
    list[Annotated[str, WithJsonSchema({"type": "string", "enum": list(FORBIDDABLE)})]],
    Field(
        default_factory=list,
        fail_fast=True,
        max_length=_MOST_FORBIDDEN,
        description="Arms that aren't to be used for this query. `none` can't be among them: it is what is left when "
        "all others are.",
        examples=[["reread"]],
    ),
]


class In(BaseModel):
    """What comes as a body."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _one_unknown_field(cls, value: object) -> object:
        """Leave one of the unknown fields, to be complained of: a complaint of each of a million takes 20 s."""
        if not isinstance(value, dict):
            return value
        unknown = next((name for name in value if name not in cls.model_fields), None)
        kept = [name for name in cls.model_fields if name in value]
        return {name: value[name] for name in (*kept, *([] if unknown is None else [unknown]))}


class NewSession(In):
    """A session to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"session": "harbour", "messages": [{"role": "system", "content": "Answer from the text."}]}]
        }
    )

    session: SessionName | None = Field(None, description="Its name; without one it gets one.", examples=["harbour"])
    messages: Some[MessageIn] = Field(
        default_factory=list, description="What the conversation begins with; add more than 10,000 in parts."
    )


class NewFork(In):
    """A session to make as another one was."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "session": "quay"}]})

    version: int | None = Field(
        None, ge=0, le=MOST_VERSIONS, description="As of which version; without one the present.", examples=[1]
    )
    session: SessionName | None = Field(
        None, description="The new session's name; without one it gets one.", examples=["quay"]
    )


class NewMessages(In):
    """Messages to add."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"messages": [{"role": "user", "content": "The harbour opens at six, the bakery at seven."}]}]
        }
    )

    messages: Some[MessageIn] = Field(
        min_length=1, description="The messages, in order; add more than 10,000 in parts."
    )


class Question(In):
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
    contexts: Some[Text] = Field(
        default_factory=list, description="Texts of any length that go before it, one message each."
    )
    messages: Some[MessageIn] | None = Field(None, min_length=1, description="In place of both: messages, in order.")
    without: Without

    @model_validator(mode="after")
    def _one_of_them(self) -> Question:
        if (self.question is None) == (self.messages is None) or (self.messages is not None and self.contexts):
            raise ValueError("expected `question`, with `contexts` if wanted, or `messages`, not both")
        return self


class ToolArguments(In):
    """A call of a context tool."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"arguments": {"query": "harbour"}}]})

    arguments: dict[str, Any] = Field(
        default_factory=dict,
        max_length=_MOST_ARGUMENTS,
        description="As the tool's schema says.",
        examples=[{"query": "harbour"}],
    )
    summary: str = Field("", description="The summary for `summarize_fragment`; without one the engine writes it.")


class NewRewrite(In):
    """A query to choose a rewrite for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"query": "When does the harbour open?", "contexts": ["The harbour is north of the mill."]}]
        }
    )

    query: Text = Field(description="What is to be asked.", examples=["When does the harbour open?"])
    contexts: Some[Text] = Field(
        default_factory=list,
        description="Texts that were said before it: rewrites may draw on them.",
        examples=[["The harbour is north of the mill."]],
    )
    without: Without


class NewExplanation(In):
    """A query to explain."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"query": "When was it built?", "contexts": ["The Eiffel Tower stands in Paris."]}]
        }
    )

    query: Text = Field(description="What is to be asked.", examples=["When was it built?"])
    contexts: Some[Text] = Field(default_factory=list, description="Texts that were said before it.")
