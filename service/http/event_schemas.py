"""The events of a streamed answer, as OpenAPI shows them: each event's name, and the shape of its data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from riffler.service.http.problems import Problem
from riffler.service.http.schemas import AnswerOut, RewritingOut, StepOut

_PLACE = "#/components/schemas/{model}"


class ArrivedOut(BaseModel):
    """The question is in the working memory."""

    conversation_tokens: int = Field(description="Tokens of the whole conversation.")
    folded: int = Field(description="Fragments that Riffler folded to make it fit, so far.")


class DeltaOut(BaseModel):
    """The next piece of the answer's text. A piece may turn out to come before tool calls, as a remark."""

    text: str = Field(description="The piece.")


EVENTS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "arrived": ArrivedOut,
        "rewriting": RewritingOut,
        "step": StepOut,
        "delta": DeltaOut,
        "answer": AnswerOut,
        "problem": Problem,
    }
)
"""Names of events, and the shapes of their data."""


def event_schemas() -> dict[str, Any]:
    """Give what belongs into the description's schemas: `AnswerEvent`, any of the events, and all that it names.

    Returns:
        Schemas by name.
    """
    _, made = models_json_schema([(shape, "serialization") for shape in EVENTS.values()], ref_template=_PLACE)
    schemas: dict[str, Any] = made["$defs"]
    event = {
        "title": "AnswerEvent",
        "description": "One event of a streamed answer. `answer` or `problem` is the last one.",
        "oneOf": [_event(name, shape.__name__) for name, shape in EVENTS.items()],
    }
    return schemas | {"AnswerEvent": event}


def _event(name: str, shape: str) -> dict[str, Any]:
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": _PLACE.format(model=shape)},
    }
    return {
        "type": "object",
        "properties": {"event": {"const": name}, "data": data},
        "required": ["event", "data"],
    }
