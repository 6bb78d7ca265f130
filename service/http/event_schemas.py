"""Events as OpenAPI shows them, of a streamed answer and of live changes: each one's name, and its data's shape."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from riffler.service.agent.changes import PolicyCounts, SessionChange
from riffler.service.http.problems import Problem
from riffler.service.http.schemas import AnswerOut, Health, RewritingOut, StepOut
from riffler.service.http.shapes import shape_of
from riffler.service.ports.turn_log import TurnRecord

_PLACE = "#/components/schemas/{model}"


class ArrivedOut(BaseModel):
    """The question is in the working memory."""

    conversation_tokens: int = Field(description="Tokens of the whole conversation.")
    folded: int = Field(description="Fragments that Riffler folded to make it fit, so far.")


class DeltaOut(BaseModel):
    """The next piece of the answer's text. A piece may turn out to come before tool calls, as a remark."""

    text: str = Field(description="The piece.")


class Listening(BaseModel):
    """From now on no change is missed: what was read before this may be old already, and is read anew."""


class StillAlive(BaseModel):
    """Nothing happened for 15 s: who hears not even this has lost the connection."""


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
"""Names of events of an answer, and the shapes of their data."""

LIVE_EVENTS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "listening": Listening,
        "alive": StillAlive,
        "turns": shape_of(TurnRecord),
        "decisions": shape_of(PolicyCounts),
        "sessions": shape_of(SessionChange),
        "health": Health,
    }
)
"""The same of live changes."""


def event_schemas() -> dict[str, Any]:
    """Give what belongs into the description's schemas: `AnswerEvent`, `LiveEvent`, and all that they name.

    Returns:
        Schemas by name.
    """
    _, made = models_json_schema(
        [(shape, "serialization") for shape in (*EVENTS.values(), *LIVE_EVENTS.values())], ref_template=_PLACE
    )
    schemas: dict[str, Any] = made["$defs"]
    about = "One event of a streamed answer. `answer` or `problem` is the last one."
    live = "One live change."
    return schemas | {
        "AnswerEvent": _any_of("AnswerEvent", about, EVENTS),
        "LiveEvent": _any_of("LiveEvent", live, LIVE_EVENTS),
    }


def _any_of(title: str, about: str, events: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    choices = [_event(name, shape.__name__) for name, shape in events.items()]
    return {"title": title, "description": about, "oneOf": choices}


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
