"""What goes out of an explanation, with the descriptions that OpenAPI shows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ParsedWordOut(_Out):
    """A word in its sentence."""

    text: str
    lemma: str = Field(description="Its base form.")
    pos: str = Field(description="Its part of speech in Universal Dependencies; empty without a tagger.")
    tag: str = Field(description="The same in the Penn Treebank.")
    dep: str = Field(description="Its relation to its head in Universal Dependencies; empty without a parser.")
    head: int = Field(description="The number of its head, from 0; its own for a root.")


class FeatureOut(_Out):
    """A feature of the query."""

    name: str = Field(examples=["negation"])
    group: str = Field(examples=["lexical"])
    value: float | None = Field(description="1 for present, 0 for absent, or a number; null when it is unknown.")
    x: float = Field(description="Its entry in the context vector.")
    words: list[str] = Field(description="What made it fire.")


class ArmOut(_Out):
    """What an arm makes of the query."""

    arm: str = Field(examples=["simplify"])
    offered: bool = Field(description="Whether it has something to do, so that it could be drawn.")
    text: str = Field(description="The rewrite; empty when there is none.")
    kept: bool = Field(description="Whether the guard lets it go on.")
    reason: str = Field(description="Why not; empty when it does, and when there is no rewrite.")
    idle: str = Field(description="Why it isn't offered; empty when it is.", examples=["no pronoun to resolve"])
    propensity: float = Field(description="The probability that it is drawn; 0 for an arm that isn't offered.")


class ExplanationOut(_Out):
    """How a query is read, and what each arm would make of it."""

    query: str = Field(description="The part of the query that asks.")
    features_version: str
    making: Literal["engine", "rule"] = Field(description="Who words rewrites.")
    words: list[ParsedWordOut]
    features: list[FeatureOut] = Field(description="In the order of the context vector, after its bias.")
    arms: list[ArmOut]
    learned: bool = Field(description="Whether propensities are those of a policy; else of one that has seen nothing.")
