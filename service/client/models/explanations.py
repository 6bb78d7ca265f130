"""How a query is read, and what each arm would make of it."""

from __future__ import annotations

from typing import ClassVar, Literal

from riffler.service.client.models.base import Out


class ParsedWord(Out):
    """A word in its sentence.

    Attributes:
        lemma: Its base form.
        pos: Its part of speech in Universal Dependencies; empty without a tagger.
        tag: The same in the Penn Treebank.
        dep: Its relation to its head in Universal Dependencies; empty without a parser.
        head: The number of its head, from 0; its own for a root.
    """

    described: ClassVar[str] = "ParsedWordOut"

    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int


class Feature(Out):
    """A feature of the query.

    Attributes:
        value: 1 for present, 0 for absent, or a number; None when it is unknown.
        x: Its entry in the context vector.
        words: What made it fire.
    """

    described: ClassVar[str] = "FeatureOut"

    name: str
    group: str
    value: float | None
    x: float
    words: tuple[str, ...]


class ArmOffer(Out):
    """What an arm makes of the query.

    Attributes:
        offered: Whether it has something to do, so that it could be drawn.
        text: The rewrite; empty when there is none.
        kept: Whether the guard lets it go on.
        reason: Why not; empty when it does, and when there is no rewrite.
        idle: Why it isn't offered; empty when it is.
        propensity: The probability that it is drawn; 0 for an arm that isn't offered.
    """

    described: ClassVar[str] = "ArmOut"

    arm: str
    offered: bool
    text: str
    kept: bool
    reason: str
    idle: str
    propensity: float


class Explanation(Out):
    """How a query is read, and what each arm would make of it.

    Attributes:
        query: The part of the query that asks.
        making: Who words rewrites.
        features: In the order of the context vector, after its bias.
        learned: Whether propensities are those of a policy; else of one that has seen nothing.
    """

    described: ClassVar[str] = "ExplanationOut"

    query: str
    features_version: str
    making: Literal["engine", "rule"] | str
    words: tuple[ParsedWord, ...]
    features: tuple[Feature, ...]
    arms: tuple[ArmOffer, ...]
    learned: bool
