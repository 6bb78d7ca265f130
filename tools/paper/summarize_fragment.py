"""`summarize_fragment`: show a model's summary in a fragment's place.

Sculptor (Li et al. 2025), https://arxiv.org/abs/2508.04664. Open in the paper, decided here: the summary is always made
from the original, also of a folded or summarised fragment, and takes its place; a summary that has no letter and no
digit, that reads as a refusal (`refusing.py`; not one that a person wrote), or that has no fewer tokens than the
original, is refused and replaces nothing. Its marker counts with it, and both are counted by today's counter: a
fragment's own figure is of the day when it was cut. The reply names numbers and names of the original that the summary
dropped.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import EmptySummary
from riffler.tools.events import FragmentSummarised
from riffler.tools.fragments import FRAGMENT_ID, Fragment
from riffler.tools.guard import dropped, dropped_words
from riffler.tools.markers import summary_marker
from riffler.tools.memory import WorkingMemory
from riffler.tools.paper.fold_fragment import refuse_if_pinned
from riffler.tools.price import price_edit, price_words
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
from riffler.tools.view import view


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
    price = price_edit(view(memory), view(summarised), inputs.counter, inputs.prices)
    reply = (
        f"summarised {fragment.id}: {tokens} tokens stand for {whole}; restoring it shows the original; "
        f"{price_words(price, inputs.prices)}"
    )
    gone = dropped(original, summary)
    return Outcome(events, f"{reply}\n{dropped_words(gone)}" if gone else reply)


SUMMARIZE_FRAGMENT = Tool(
    name="summarize_fragment",
    description="Replace a fragment by a short summary with a focus. The original is kept and can be restored.",
    arguments=SummarizeFragment,
    run=_run,
    order=_order,
)
