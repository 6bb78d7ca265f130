"""Sentences that only tell how a question came up, where another sentence asks something that stands by itself.

A sentence goes when the parse shows somebody reading, arguing or feeling in it, and it holds nothing that a question
may depend on: no number, name, quote, negation, wish or limit, and no word that the question uses, too. The question
has to be about neither the asker nor anything said before it, and to have a name, a number or a quote of its own.
Greetings and thanks (`Hiya!`, `Fair enough.`) go before any question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.facts import facts, words
from riffler.bandits.syntax import is_parsed, sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_STORY_VERBS = frozenset(
    "read hear watch see listen ask argue bet wonder talk chat discuss think remember remind tell laugh love hate hope"
    " dream promise quiz joke tease celebrate enjoy bother apologise apologize apologize thank forgive sit sleep wake"
    " wait drive walk ring visit arrive meet feel get come go say be have spend".split()
)
_MATTERS = frozenset(
    "must need should only except least most more less under over below above before after until since with without"
    " if because budget allergic prefer want like want avoid instead limit must can could cannot per each every".split()
)
_POINTS_BACK = frozenset(
    "i me my mine we us our ours he him his she her hers it its they them their theirs this that these those there then"
    " here one ones such same so former latter other another else too also again instead".split()
)
_SMALL = frozenset("the a an and or of to in on at is are was were do does did be has have for me you your".split())
_GREETINGS = frozenset(
    "hi hiya hello hey haha lol ok okay great perfect thanks thank you cheers fair enough good morning afternoon"
    " evening day dear all team there greetings wow oh well nice cool a lot so much very many sorry to bother".split()
)
_TELL_ME = ("tell me ", "please tell me ", "can you tell me ", "could you tell me ")


def without_stories(doc: Doc) -> str:
    """Drop the sentences that only tell a story.

    Args:
        doc: A query's document.

    Returns:
        The text without them; the whole text without a parse, or where nothing is sure to be one.
    """
    text = doc.text
    if not is_parsed(doc):
        return text
    spans = [span for span in sentences(doc) if span.text.strip()]
    asks = [span for span in spans if span.text.rstrip().endswith("?")]
    if len(asks) == len(spans) or not asks:
        return text
    alone = all(map(_stands_alone, asks)) and any(fact.kind != "negation" for span in asks for fact in facts(span.text))
    asked = frozenset().union(*(words(span.text) for span in asks)) - _SMALL
    kept = [
        span.text_with_ws
        for span in spans
        if span in asks or not (words(span.text) <= _GREETINGS or (alone and _is_story(span, asked)))
    ]
    return "".join(kept).strip() if len(kept) < len(spans) else text


def _stands_alone(span: Span) -> bool:
    text = span.text.strip().lower()
    for frame in _TELL_ME:
        text = text.removeprefix(frame)
    found = words(text)
    return len(found) > 3 and _POINTS_BACK.isdisjoint(found)


def _is_story(span: Span, asked: frozenset[str]) -> bool:
    found = words(span.text)
    if facts(span.text) or "\n" in span.text.strip() or not (found - _SMALL).isdisjoint(asked | _MATTERS):
        return False
    if any(mark in span.text for mark in ":`{}[]<>=/"):
        return False
    told = [token for token in span if token.pos_ == "VERB" and span.root in {token, token.head}]
    return bool(told) and told[0].lemma_.lower() in _STORY_VERBS
