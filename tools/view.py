"""The view: what the model sees, computed from the originals and the states of the fragments.

Number, order, roles and tool calls of the messages never change; only texts do. Without hidden fragments and without a
rewrite the view is the conversation itself, the very same messages, but for the status at its tail.

The status stands at the end of the last message that has text, so that the prefix of the view stays. It names every
fragment that no hidden one contains, so that the model can act on ids that it sees. With a `Sight` it is the block of
`sight.py`, once there are fragments; without one it is a line, while something is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riffler.tools.fragments import Fragment, FragmentState, Span
from riffler.tools.markers import folded_marker, status_line, summary_marker
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.runs import follows
from riffler.tools.sight import Sight, status_block
from riffler.tools.tokens import TokenCounter, count_message


@dataclass(frozen=True, slots=True)
class View:
    """What the model sees.

    Attributes:
        messages: As many as the conversation has, in its order.
        changed: Indices of those that differ from their originals.
    """

    messages: tuple[Message, ...]
    changed: frozenset[int]

    def tokens(self, counter: TokenCounter) -> int:
        """Count the view.

        Args:
            counter: Counts texts.

        Returns:
            Tokens of all messages, without those of offered tools.
        """
        return sum(count_message(message, counter) for message in self.messages)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in the place of original characters.

    Attributes:
        start: The first of them.
        end: One past the last.
        text: What the view shows.
        run: The hidden fragments that it stands for; none for the rewrite.
    """

    start: int
    end: int
    text: str
    run: tuple[Fragment, ...] = ()


def view(memory: WorkingMemory, sight: Sight | None = None) -> View:
    """Compute what the model sees.

    Args:
        memory: The working memory.
        sight: For the status block; None for the short line.

    Returns:
        The view. Its cost is linear in the number of messages, and in the text of those that something touched since
        the view of the version before.
    """
    bare = bare_view(memory)
    last = status_place(memory, sight)
    if last is None:
        return bare
    messages = list(bare.messages)
    *before, final = messages[last].texts
    messages[last] = messages[last].with_texts([*before, final + status_text(memory, bare, sight)])
    return View(tuple(messages), bare.changed | {last})


def status_place(memory: WorkingMemory, sight: Sight | None) -> int | None:
    """Tell which message's last text the status ends; None where the view has none.

    Args:
        memory: The working memory.
        sight: As in `view`.

    Returns:
        Its index.
    """
    if not (any(memory.hidden_slots.values()) or (sight is not None and memory.fragments)):
        return None
    return next(index for index in range(len(memory.messages) - 1, -1, -1) if memory.messages[index].texts)


def status_text(memory: WorkingMemory, bare: View, sight: Sight | None) -> str:
    """Write the status, with what sets it apart from the text before it.

    Args:
        memory: A working memory whose view has one.
        bare: Its view without it.
        sight: As in `view`.

    Returns:
        The text.
    """
    if sight is None:
        return f"\n\n{status_line(memory.reachable, memory.fence)}"
    return f"\n\n{status_block(memory, bare.tokens(sight.counter), sight)}"


def bare_view(memory: WorkingMemory) -> View:
    """Compute what the model sees, without the status at its tail: what edits are priced by.

    Args:
        memory: The working memory.

    Returns:
        The view, at the cost that `view` has.
    """
    slots = {message: found for message, found in memory.hidden_slots.items() if found}
    if memory.rewrite is not None and memory.rewrite.text is not None:
        span = memory.rewrite.span
        slots[span.message] = (*slots.get(span.message, ()), span.slot)
    messages = list(memory.messages)
    for index, changed in slots.items():
        shown = memory.rendered.get(index)
        if shown is None:
            texts = list(messages[index].texts)
            for slot in set(changed):
                texts[slot] = _shown(memory, index, slot)
            shown = memory.rendered[index] = messages[index].with_texts(texts)
        messages[index] = shown
    return View(tuple(messages), frozenset(slots))


def visible_stretches(memory: WorkingMemory, message: int, slot: int) -> Iterator[Span]:
    """Give the stretches of a slot's original text that the view shows.

    Args:
        memory: The working memory.
        message: Index of the message.
        slot: Its text slot.

    Yields:
        Spans in order; none is empty. A rewrite is no hiding: the asking part counts as shown.
    """
    cursor = 0
    for fragment in memory.fragments_of(message, slot):
        if fragment.hidden and fragment.span.start >= cursor:
            if fragment.span.start > cursor:
                yield Span(message, slot, cursor, fragment.span.start)
            cursor = fragment.span.end
    length = len(memory.messages[message].texts[slot])
    if cursor < length:
        yield Span(message, slot, cursor, length)


def _shown(memory: WorkingMemory, message: int, slot: int) -> str:
    """Write a slot's text with markers and rewrite in place of what they stand for."""
    original = memory.messages[message].texts[slot]
    parts: list[str] = []
    cursor = 0
    for each in replacements(memory, message, slot):
        parts += (original[cursor : each.start], each.text)
        cursor = each.end
    return "".join((*parts, original[cursor:]))


def replacements(memory: WorkingMemory, message: int, slot: int) -> list[Replacement]:
    """Give what a slot's text has in place of original characters. Pins keep the rewrite apart from folds.

    Args:
        memory: The working memory.
        message: Index of the message.
        slot: Its text slot.

    Returns:
        By position; none overlaps another.
    """
    found = [
        Replacement(run[0].span.start, run[-1].span.end, _marker(run, memory.fence), tuple(run))
        for run in _hidden_runs(memory, message, slot)
    ]
    rewrite = memory.rewrite
    here = rewrite is not None and (rewrite.span.message, rewrite.span.slot) == (message, slot)
    if rewrite is not None and rewrite.text is not None and here:
        found.append(Replacement(rewrite.span.start, rewrite.span.end, rewrite.text))
    return sorted(found, key=lambda each: each.start)


def _hidden_runs(memory: WorkingMemory, message: int, slot: int) -> Iterator[list[Fragment]]:
    """Group a slot's outermost hidden fragments: folded neighbours that touch share a marker."""
    run: list[Fragment] = []
    cursor = 0
    for fragment in memory.fragments_of(message, slot):
        if not fragment.hidden or fragment.span.start < cursor:
            continue
        joins = (
            run
            and fragment.span.start == cursor
            and {run[-1].state, fragment.state} == {FragmentState.FOLDED}
            and follows(run[-1], fragment)
        )
        if run and not joins:
            yield run
            run = []
        run.append(fragment)
        cursor = fragment.span.end
    if run:
        yield run


def _marker(run: list[Fragment], fence: int) -> str:
    if run[0].state is FragmentState.SUMMARISED:
        return summary_marker(run[0], fence)
    return folded_marker(run, fence)
