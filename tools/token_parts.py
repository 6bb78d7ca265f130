"""The tokens of a view by part: what is text, what stands for hidden text, and what the status takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from riffler.tools.fragments import FragmentState
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Role
from riffler.tools.sight import Sight
from riffler.tools.tokens import TokenCounter, count_message
from riffler.tools.view import Replacement, bare_view, replacements, view


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden in one way, where no other hidden fragment is around it.

    Attributes:
        fragments: How many fragments.
        original_tokens: Tokens of their originals, as they were counted when they were cut.
        shown_tokens: Tokens of what the view shows in their place.
    """

    fragments: int
    original_tokens: int
    shown_tokens: int


@dataclass(frozen=True, slots=True)
class TokenParts:
    """Tokens by part. Text by role, markers, summaries, rewrite and status add up to `seen`.

    Attributes:
        text: Tokens of what the view shows as it came, by role, with calls and what a message's frame takes.
        folded: What is folded.
        summarised: What is summarised.
        rewrite: Tokens of the rewrite in the question's place; 0 without one.
        rewritten: Tokens of the question in the place of which it stands.
        status: Tokens of the status at the tail.
        seen: Tokens of the whole view.
        conversation: Tokens of the originals.
    """

    text: Mapping[Role, int]
    folded: Hidden
    summarised: Hidden
    rewrite: int
    rewritten: int
    status: int
    seen: int
    conversation: int


def token_parts(memory: WorkingMemory, counter: TokenCounter, sight: Sight | None) -> TokenParts:
    """Count a view by its parts.

    Args:
        memory: The working memory.
        counter: Counts tokens.
        sight: For the status block; None for the short line.

    Returns:
        The tokens. A message is counted whole; what of it are markers, summaries and the rewrite is counted by itself,
        and the rest is text.
    """
    bare = bare_view(memory)
    text: Counter[Role] = Counter()
    for message in bare.messages:
        text[message.role] += count_message(message, counter)
    whole = sum(text.values())
    shown: Counter[str] = Counter()
    originals: Counter[str] = Counter()
    fragments: Counter[str] = Counter()
    for index, each in _replaced(memory):
        kind = each.run[0].state if each.run else "rewritten"
        role = memory.messages[index].role
        tokens = min(counter.count(each.text), text[role])
        text[role] -= tokens
        shown[kind] += tokens
        originals[kind] += sum(fragment.tokens for fragment in each.run)
        fragments[kind] += len(each.run)
    folded, summarised = (
        Hidden(fragments[state], originals[state], shown[state])
        for state in (FragmentState.FOLDED, FragmentState.SUMMARISED)
    )
    seen = view(memory, sight).tokens(counter)
    rewrite = memory.rewrite
    return TokenParts(
        text=dict(text),
        folded=folded,
        summarised=summarised,
        rewrite=shown["rewritten"],
        rewritten=counter.count(memory.text(rewrite.span)) if rewrite is not None and rewrite.text is not None else 0,
        status=seen - whole,
        seen=seen,
        conversation=sum(count_message(message, counter) for message in memory.messages),
    )


def _replaced(memory: WorkingMemory) -> Iterator[tuple[int, Replacement]]:
    """Give all that stands in the place of originals, with its message."""
    slots = {(message, slot) for message, found in memory.hidden_slots.items() for slot in found}
    if memory.rewrite is not None:
        slots.add((memory.rewrite.span.message, memory.rewrite.span.slot))
    for message, slot in sorted(slots):
        for each in replacements(memory, message, slot):
            yield message, each
