"""`undo_edits`: give the fragments the states that they had before the last edits.

Decided here: an edit is a commit by which the model or the app folded, restored or summarised. What Riffler has folded
since to fit the budget stays folded, because the budget would have it folded again, and the prefix would break twice
for nothing; a version that is named gives that back, too. Messages and cuts stay; a fragment that was cut since becomes
visible. An undo is one edit of its own, so undoing it brings back what it undid. What is pinned by now stays visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidArguments, NothingToUndo, TooFarBack
from riffler.tools.carve.edit import guarded, outcome
from riffler.tools.events import (
    Actor,
    Event,
    FragmentsFolded,
    FragmentsRestored,
    FragmentSummarised,
    TextCut,
    fragments_of,
)
from riffler.tools.fragments import Fragment, FragmentState
from riffler.tools.history import PastOrder, Version, earlier, origin_words, reach
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool

_VISIBLE = (FragmentState.VISIBLE, "", "")


class UndoEdits(Arguments):
    """Arguments of `undo_edits`."""

    edits: Annotated[int, Field(ge=1, le=100, description="How many edits to go back.")] = 1
    to_version: Annotated[
        int | None, Field(ge=0, description="In place of edits: the session's version to go back to.")
    ] = None


def _past(memory: WorkingMemory, arguments: UndoEdits) -> PastOrder | None:
    if not memory.fragments:
        return None  # nothing was ever folded
    if arguments.to_version is None:
        return PastOrder(edits=arguments.edits)
    return PastOrder(back_to=arguments.to_version) if arguments.to_version < memory.version else None


def _run(memory: WorkingMemory, arguments: UndoEdits, inputs: Inputs) -> Outcome:
    if not memory.fragments:
        raise NothingToUndo("nothing to undo: this session has no fragments yet")
    number = _target(memory, arguments, inputs.past)
    undone = [version for version in inputs.past if version.number > number and version.edits]
    wanted = earlier(memory, inputs.past, number)
    changed = [
        (fragment, state)
        for fragment in memory.by_position
        if (state := _state(wanted.fragments.get(fragment.id))) != _state(fragment)
    ]
    pinned = [f.id for f, state in changed if state[0] is not FragmentState.VISIBLE and memory.pinned(f.span)]
    fitted = _fitted(inputs.past, number) if arguments.to_version is None else frozenset()
    fits = [f.id for f, state in changed if state[0] is FragmentState.VISIBLE and f.id in fitted]
    kept = {*pinned, *fits}
    events = _events((fragment.id, state) for fragment, state in changed if fragment.id not in kept)
    stays = [f"{_stay(memory, pinned)} visible: pinned now"] if pinned else []
    if fits:
        stays.append(f"{_stay(memory, fits)} folded: Riffler's own, to fit the budget (to_version goes back over that)")
    if not events:
        why = "; ".join(stays) or f"all fragments are as they were at version {number}"
        raise NothingToUndo(f"nothing to undo: {why}; ask for an earlier version")
    shown = memory.commit(events[:1]) if isinstance(events[0], FragmentsRestored) else memory
    hiding = [fragment for fragment, state in changed if not fragment.hidden and state[0] is not FragmentState.VISIBLE]
    warning = guarded(shown, [fragment for fragment in hiding if fragment.id not in kept], strict=False)
    head = f"undid {len(undone)} edit{'' if len(undone) == 1 else 's'}, back to the states of version {number}"
    parts = [head, *_changes(memory, events), *stays]
    return outcome(memory, tuple(events), "; ".join(parts), inputs, warning)


def _target(memory: WorkingMemory, arguments: UndoEdits, past: Sequence[Version]) -> int:
    """Find the version whose states are wanted."""
    oldest = reach(memory, past)
    if arguments.to_version is not None:
        if arguments.to_version >= memory.version:
            raise InvalidArguments(
                f"undo_edits: to_version: expected a version before the present one, {memory.version}, got "
                f"{arguments.to_version}"
            )
        if arguments.to_version < oldest:
            raise TooFarBack(
                f"version {arguments.to_version} isn't kept: this session's history goes back to version {oldest}"
                f"{origin_words(memory)}"
            )
        return arguments.to_version
    edits = [version.number for version in past if version.edits and version.number > oldest]
    if len(edits) >= arguments.edits:
        return edits[arguments.edits - 1] - 1
    if oldest > 0:
        raise TooFarBack(
            f"can't go back {arguments.edits} edit{'' if arguments.edits == 1 else 's'}: this session's history goes "
            f"back to version {oldest}, and holds {len(edits) or 'none'}{origin_words(memory)}"
        )
    if not edits:
        if any(version.changes for version in past):
            raise NothingToUndo("nothing to undo: only Riffler itself folded here; to_version goes back over that, too")
        raise NothingToUndo("nothing to undo: nothing was ever folded, restored or summarised here")
    there = "is only 1 edit" if len(edits) == 1 else f"are only {len(edits)} edits"
    raise NothingToUndo(f"there {there} to undo, not {arguments.edits}: undo no more than that")


def _fitted(past: Sequence[Version], number: int) -> frozenset[str]:
    """Give the fragments of which the last change since a version was Riffler's own."""
    by: dict[str, Actor] = {}
    for version in (version for version in past if version.number > number):
        for event in version.events:
            if not isinstance(event, TextCut):
                by.update((id_, version.actor) for id_ in fragments_of(event) if id_ not in by)
    return frozenset(id_ for id_, actor in by.items() if actor == "riffler")


def _stay(memory: WorkingMemory, ids: Sequence[str]) -> str:
    return f"{ids_words(memory, ids)} {'stays' if len(ids) == 1 else 'stay'}"


def _state(fragment: Fragment | None) -> tuple[FragmentState, str, str]:
    return _VISIBLE if fragment is None else (fragment.state, fragment.focus, fragment.summary)


def _events(wanted: Iterable[tuple[str, tuple[FragmentState, str, str]]]) -> list[Event]:
    """Make the events that give fragments these states."""
    ids: dict[FragmentState, list[str]] = {FragmentState.VISIBLE: [], FragmentState.FOLDED: []}
    summarised: list[Event] = []
    for id_, (state, focus, summary) in wanted:
        if state is FragmentState.SUMMARISED:
            summarised.append(FragmentSummarised(id_, focus, summary))
        else:
            ids[state].append(id_)
    restored, folded = ids.values()
    events: list[Event] = [FragmentsRestored(tuple(restored))] if restored else []
    return [*events, *([FragmentsFolded(tuple(folded))] if folded else []), *summarised]


def _changes(memory: WorkingMemory, events: Sequence[Event]) -> list[str]:
    """Say which fragments got which state."""
    words: list[str] = []
    for event in events:
        if isinstance(event, FragmentsRestored | FragmentsFolded):
            state = "visible" if isinstance(event, FragmentsRestored) else "folded"
            words.append(f"{ids_words(memory, event.ids)} {'is' if len(event.ids) == 1 else 'are'} {state}")
    summarised = [event.id for event in events if isinstance(event, FragmentSummarised)]
    if summarised:
        words.append(f"{ids_words(memory, summarised)} {'is' if len(summarised) == 1 else 'are'} summarised")
    return words


UNDO_EDITS = Tool(
    name="undo_edits",
    description=(
        "Give fragments the states that they had before the last folds, restores and summaries (not Riffler's own). An "
        "undo is an edit too: undoing it brings them back."
    ),
    arguments=UndoEdits,
    run=_run,
    past=_past,
)
