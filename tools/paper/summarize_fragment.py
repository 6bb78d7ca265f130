"""`summarize_fragment`: show a model's summary in a fragment's place.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: the summary is always made
from the original, also of a folded or summarised fragment, and takes its place; a summary that has no letter and no
digit, that reads as a refusal (`refusing.py`; not one that a person wrote), or that has no fewer tokens than the
original, is refused and replaces nothing. Its marker counts with it, and both are counted by today's counter: a
fragment's own figure is of the day when it was cut.

The reply names numbers and names of the original that the summary dropped; keys that go out of view with it, or their
newest values, unless the summary says key and value, as a pair or in a sentence; and keys whose newest value in the
original isn't the one that the summary gives, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from riffler.errors import EmptySummary
from riffler.tools.dropped import dropped, dropped_words
from riffler.tools.events import FragmentSummarised
from riffler.tools.facts import facts, pair_of, plain
from riffler.tools.fragments import FRAGMENT_ID, Fragment
from riffler.tools.guard import lost
from riffler.tools.lost import Lost, shortened, words
from riffler.tools.markers import summary_marker
from riffler.tools.memory import WorkingMemory
from riffler.tools.paper.fold_fragment import refuse_if_pinned
from riffler.tools.price import price_between, price_words
from riffler.tools.refusing import reads_as_refusal, says_nothing
from riffler.tools.tool import (
    Arguments,
    Inputs,
    Outcome,
    SummaryOrder,
    Tool,
    find_fragment,
    refuse_if_inside_hidden,
)

_WIDE = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_WIDE}]|[+\-]?[^\W{_WIDE}]+")
"""A number with its sign is a word; so is each character of a script without blanks."""


class SummarizeFragment(Arguments):
    """Arguments of `summarize_fragment`."""

    fragment_id: Annotated[str, Field(pattern=FRAGMENT_ID, description="Id of the fragment, such as f0001a.")]
    focus: Annotated[str, Field(min_length=1, max_length=500, description="What the summary must keep.")]


def _summarisable(memory: WorkingMemory, arguments: SummarizeFragment) -> Fragment:
    fragment = find_fragment(memory, arguments.fragment_id)
    refuse_if_inside_hidden(memory, fragment)
    refuse_if_pinned(memory, fragment)
    return fragment


def _order(memory: WorkingMemory, arguments: SummarizeFragment) -> SummaryOrder:
    return SummaryOrder(memory.text(_summarisable(memory, arguments).span), arguments.focus)


def _run(memory: WorkingMemory, arguments: SummarizeFragment, inputs: Inputs) -> Outcome:
    fragment = _summarisable(memory, arguments)
    summary = inputs.summary.strip()
    original = memory.text(fragment.span)
    if says_nothing(summary):
        raise EmptySummary(f"{fragment.id} stays as it was: the summary is empty, without a letter or a digit")
    if not inputs.by_hand and reads_as_refusal(summary, original):
        raise EmptySummary(f"{fragment.id} stays as it was: what came is no summary, it reads as a refusal")
    events = (FragmentSummarised(fragment.id, arguments.focus, summary),)
    summarised = memory.commit(events)
    tokens = inputs.counter.count(summary_marker(summarised.fragments[fragment.id], summarised.fence))
    whole = inputs.counter.count(original)
    if tokens >= whole:
        raise EmptySummary(
            f"{fragment.id} stays as it was: in its marker the summary has {tokens} tokens, the original {whole}"
        )
    price = price_between(memory, summarised, inputs.counter, inputs.prices, inputs.cached, sent=inputs.sent)
    reply = (
        f"summarised {fragment.id}: {tokens} tokens stand for {whole}; restoring it shows the original; "
        f"{price_words(price, inputs.prices)}"
    )
    return Outcome(events, "\n".join((reply, *_warnings(memory, fragment, original, summary))), price)


def _warnings(memory: WorkingMemory, fragment: Fragment, original: str, summary: str) -> Iterator[str]:
    """Say what the summary dropped, and what it says otherwise; a line each."""
    gone = dropped(original, summary)
    if gone:
        yield dropped_words(gone)
    spoken = frozenset(_words(summary))
    were, are = _newest_values(original, spoken), _newest_values(summary, spoken)
    otherwise = {key: name for key, (name, value) in are.items() if key in were and were[key][1] != value}

    def is_told(key: str) -> bool:
        name = shortened(key).casefold()
        return name in otherwise or (name in were and spoken.issuperset(_words(f"{name} {were[name][1]}")))

    hidden = lost(memory, [fragment], [summary], told=is_told)
    keys = replace(hidden, names=(), numbers=(), headings=(), more=(*hidden.more[:2], 0, 0, 0))
    if keys:
        yield words(keys)
    if otherwise:
        yield words(Lost(keys=tuple(otherwise.values())), "the summary has another value than the original")


def _newest_values(text: str, spoken: frozenset[str]) -> dict[str, tuple[str, str]]:
    """Give the last value of each key of spoken words, by key without case: key as shown, and value as compared."""
    found: dict[str, tuple[str, str]] = {}
    for fact in facts(text):
        if fact.kind == "key":
            key, value = pair_of(text[fact.start : fact.end])
            name = shortened(key)
            if spoken.issuperset(_words(name)):
                found[name.casefold()] = name, value
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


SUMMARIZE_FRAGMENT = Tool(
    name="summarize_fragment",
    description="Replace a fragment by a short summary with a focus. The original is kept and can be restored.",
    arguments=SummarizeFragment,
    run=_run,
    order=_order,
)
