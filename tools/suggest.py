"""What to fold first, with a reason for each: the service's own folding and the model's suggestions have one order.

Of each fact that is in view the newest copy is kept as long as can be: a fragment that holds none of these can be
folded, with any others like it, and nothing is lost. These come first; then those that hold some. Among equals go

    1. results of tools that were answered long ago      4. text that no search found and no later answer took up
    2. text that stands later once more                  5. all other text
    3. pairs of which newer ones stand later

and among these the least recently touched, then the oldest. Text that was hidden and shown again is wanted: it comes
after all other text, and the conversation's last messages after that. Pinned and hidden text is never suggested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from riffler.tools.events import FragmentsFolded
from riffler.tools.facts import plain
from riffler.tools.fragments import Fragment, FragmentState, outermost
from riffler.tools.guard import lost
from riffler.tools.lost import Lost
from riffler.tools.markers import folded_marker
from riffler.tools.memory import WorkingMemory
from riffler.tools.tokens import TokenCounter
from riffler.tools.weights import Weights, weigh

LATEST = 8
"""Messages at the end that are left alone as long as can be: what a turn just did is what it works with."""

TOOL_RESULT = "an old tool result"
DUPLICATE = "the same text stands later"
SUPERSEDED = "newer values of its keys stand later"
UNTOUCHED = "nothing searched or took it up"
OLDEST = "the oldest of the rest"
SHOWN_AGAIN = "was shown again, longest ago"
NEWEST = "of the latest messages"
_REASONS = (TOOL_RESULT, DUPLICATE, SUPERSEDED, UNTOUCHED, OLDEST, SHOWN_AGAIN, NEWEST)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A fragment that may be folded.

    Attributes:
        fragment: The fragment, visible; it lies in no other one that may be folded.
        reason: Why it stands where it does.
        keeps: How many facts have their newest visible copy in it: the guard would speak of these.
    """

    fragment: Fragment
    reason: str
    keeps: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Fragments to fold, for one reason.

    Attributes:
        ids: The fragments, by position.
        tokens: What their folding frees, without their markers.
        reason: Why, in a few words.
        loses: What would be in view nowhere any more, that the suggestions before this one left in view.
    """

    ids: tuple[str, ...]
    tokens: int
    reason: str
    loses: Lost


def ranked(memory: WorkingMemory) -> list[Ranked]:
    """Order all that may be folded.

    Args:
        memory: The working memory.

    Returns:
        Fragments in the order to fold. The cost is linear in the conversation's text (with a logarithm, in its facts).
    """
    fragments = foldable(memory)
    if not fragments:
        return []
    weights = weigh(memory, fragments)
    repeated = _repeated(memory, fragments)
    around_summaries = _around_summaries(memory)
    entries = len(memory.entries)
    asked = memory.asking.span.message if memory.asking else entries
    found: list[tuple[tuple[int, bool, int, int, int], Ranked]] = []
    for number, fragment in enumerate(fragments):
        message = fragment.span.message
        latest = entries - LATEST
        if message > asked and message >= latest:
            reason = NEWEST
        elif fragment.shown_again:
            reason = SHOWN_AGAIN
        elif memory.messages[message].role == "tool" and (message < asked or message < latest):
            reason = TOOL_RESULT
        else:
            reason = _reason(weights, number, repeated)
        keeps = int(weights.keeps[number]) + (fragment.id in around_summaries)
        rank = _REASONS.index(reason)
        order = (max(rank, _REASONS.index(OLDEST)), keeps > 0, rank, fragment.touched, number)
        found.append((order, Ranked(fragment, reason, keeps)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def suggestions(
    memory: WorkingMemory, tokens_to_free: int, counter: TokenCounter, *, guard: bool = True
) -> tuple[Suggestion, ...]:
    """Suggest what to fold.

    Args:
        memory: The working memory.
        tokens_to_free: How many tokens the view should be smaller.
        counter: Counts the markers that stand in place of what is folded.
        guard: Whether to ask the guard what each would lose; without it they come at a part of the cost.

    Returns:
        Suggestions in the order to fold; together they free as much if there is as much to free. Fragments that are no
        longer than a marker aren't suggested.
    """
    order = ranked(memory)
    marker = counter.count(folded_marker([order[0].fragment], memory.fence)) if order else 0  # about that of any
    chosen: list[Ranked] = []
    left = tokens_to_free
    for each in order:
        if left <= 0:
            break
        freed = each.fragment.tokens - marker
        if freed > 0:
            chosen.append(each)
            left -= freed
    return tuple(_grouped(memory, chosen, guard))


def foldable(memory: WorkingMemory) -> list[Fragment]:
    """Give the fragments that may be folded and lie in no other such one.

    Args:
        memory: The working memory.

    Returns:
        Visible fragments by position, without pinned text.
    """
    return outermost(
        fragment for fragment in memory.reachable if not fragment.hidden and not memory.pinned(fragment.span)
    )


def _grouped(memory: WorkingMemory, chosen: list[Ranked], guard: bool) -> Iterator[Suggestion]:
    for (reason, _), group in groupby(chosen, key=lambda each: (each.reason, each.keeps > 0)):
        fragments = outermost(each.fragment for each in group)
        ids = tuple(fragment.id for fragment in fragments)
        loses = lost(memory, fragments) if guard else Lost()
        yield Suggestion(ids, sum(fragment.tokens for fragment in fragments), reason, loses)
        if guard:
            memory = memory.commit([FragmentsFolded(ids)])


def _reason(weights: Weights, number: int, repeated: frozenset[int]) -> str:
    if number in repeated:
        return DUPLICATE
    if weights.superseded[number]:
        return SUPERSEDED
    return OLDEST if weights.wanted[number] else UNTOUCHED


def _around_summaries(memory: WorkingMemory) -> frozenset[str]:
    """Find the fragments that hold a summary in view: folded, they would take along what only it says."""
    summaries = (each.span for each in memory.reachable if each.state is FragmentState.SUMMARISED)
    return frozenset(outer.id for span in summaries for outer in memory.around(span))


def _repeated(memory: WorkingMemory, fragments: list[Fragment]) -> frozenset[int]:
    """Find the fragments whose text, without case and blanks, is that of a later one."""
    seen: set[int] = set()
    repeated: set[int] = set()
    for number in range(len(fragments) - 1, -1, -1):
        said = hash(plain(memory.text(fragments[number].span)))
        if said in seen:
            repeated.add(number)
        seen.add(said)
    return frozenset(repeated)
