"""Why a query is asked as it is: its parse, its features with their words, and what each arm would make of it.

Nothing is drawn and nothing is logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from riffler.bandits.arms import ARMS
from riffler.bandits.arms.base import Making
from riffler.bandits.arms.idle import why_idle
from riffler.bandits.features import FEATURES
from riffler.bandits.features.reading import Reading as Words
from riffler.errors import InvalidInput
from riffler.service.agent.before import around
from riffler.service.agent.offload import with_language
from riffler.service.agent.rewriter import Reading, Rewriter
from riffler.tools.asking import find_asking
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class ParsedWord:
    """A word in its sentence.

    Attributes:
        text: The word.
        lemma: Its base form.
        pos: Its part of speech, as Universal Dependencies names it; empty where the pipeline has no tagger.
        tag: The same, as the Penn Treebank names it.
        dep: Its relation to its head, as Universal Dependencies names it; empty where the pipeline has no parser.
        head: The number of its head, from 0; a root's is its own.
    """

    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int


@dataclass(frozen=True, slots=True)
class FeatureFound:
    """A feature of the query.

    Attributes:
        name: Which feature.
        group: Its group.
        value: 1 for present and 0 for absent, or the number that it is; None when it is unknown.
        x: Its entry in the context vector.
        words: What made it fire.
    """

    name: str
    group: str
    value: float | None
    x: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArmTried:
    """What an arm makes of the query.

    Attributes:
        arm: Which arm.
        offered: Whether it has something to do, so that it could be drawn.
        text: The rewrite; empty when there is none.
        kept: Whether the guard lets it go on.
        reason: Why not; empty when it does, and when there is no rewrite.
        idle: Why it isn't offered; empty when it is.
        propensity: The probability that it is drawn; 0 for an arm that isn't offered.
    """

    arm: str
    offered: bool
    text: str
    kept: bool
    reason: str
    idle: str = ""
    propensity: float = 0.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of how a query may be asked.

    Attributes:
        query: The part of the query that asks.
        features_version: The version of the features.
        making: Who words rewrites: the engine, or rules.
        words: The parse.
        features: The features, in the order of the context vector, which has the bias before them.
        arms: The arms.
        learned: Whether propensities are those of what the tenant's policy has learned; else they are those of a policy
            that has seen nothing.
    """

    query: str
    features_version: str
    making: Making
    words: tuple[ParsedWord, ...]
    features: tuple[FeatureFound, ...]
    arms: tuple[ArmTried, ...]
    learned: bool = False


async def explain(
    rewriter: Rewriter | None, counter: TokenCounter, query: str, before: Sequence[str] = (), tenant: str | None = None
) -> Explanation:
    """Explain a query.

    Args:
        rewriter: Reads queries and makes rewrites.
        counter: Finds the part of a long query that asks.
        query: What is to be asked.
        before: What went before it in its session, oldest first.
        tenant: Whose policy tells the propensities; None is one that has seen nothing.

    Returns:
        The explanation. Where the engine words rewrites, it was asked once for each arm that is offered.

    Raises:
        InvalidInput: The query is empty, or rewriting is off.
    """
    if rewriter is None:
        raise InvalidInput("rewriting: expected true to explain how a query may be asked, got false")
    if not query.strip():
        raise InvalidInput("query: expected a text, got an empty one")
    asking = find_asking(Message.user(query), 0, counter)
    start, end = (asking.span.start, asking.span.end) if asking is not None else (0, len(query))
    reading = await rewriter.read(query[start:end], (*before, *around(query, start, end)))
    chances = await rewriter.chances(tenant, reading)
    attempts = dict(
        zip(chances, await asyncio.gather(*(rewriter.attempt(reading, arm) for arm in chances)), strict=True)
    )
    idle = await with_language(
        lambda: {arm: why_idle(arm, reading.query, rewriter.making) for arm in ARMS if arm not in chances}
    )
    tried = (
        ArmTried(arm, False, "", False, "", idle[arm])
        if arm in idle
        else ArmTried(arm, True, attempts[arm].text, not attempts[arm].reason, attempts[arm].reason, "", chances[arm])
        for arm in ARMS
    )
    return Explanation(
        reading.query.text,
        rewriter.features_version,
        rewriter.making,
        _words(reading),
        _features(reading),
        tuple(tried),
        tenant is not None,
    )


def _words(reading: Reading) -> tuple[ParsedWord, ...]:
    words = Words.of(reading.query.doc)
    tree = words.tree
    return tuple(
        ParsedWord(
            text,
            words.lemmas[here],
            words.pos[here],
            words.tags[here],
            tree.deps[here] if tree else "",
            tree.heads[here] if tree else here,
        )
        for here, text in enumerate(words.texts)
    )


def _features(reading: Reading) -> tuple[FeatureFound, ...]:
    text, found = reading.query.text, reading.features.evidence
    return tuple(
        FeatureFound(
            feature.name,
            feature.definition.group,
            None if evidence is None else evidence.value,
            0.0 if evidence is None else evidence.x,
            () if evidence is None else tuple(text[start:end] for start, end in evidence.spans),
        )
        for feature, evidence in ((feature, found[feature.name]) for feature in FEATURES)
    )
