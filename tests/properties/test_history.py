"""The state machine of `test_working_memory.py`, remembered: each version can be had again from the present."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from tests.properties.test_working_memory import COUNTER, Sessions

from riffler.errors import NothingToUndo
from riffler.tools.carve.undo_edits import UNDO_EDITS
from riffler.tools.events import Actor, Event, FragmentsFolded, FragmentsRestored, FragmentSummarised, fragments_of
from riffler.tools.fragments import Fragment
from riffler.tools.history import Undo, Version, earlier, reach, undo_of
from riffler.tools.memory import WorkingMemory
from riffler.tools.registry import Registry
from riffler.tools.tool import Inputs
from riffler.tools.view import view

UNDO = Registry((UNDO_EDITS,))


class Remembered(Sessions):
    """A session whose versions are all kept beside it, to compare with."""

    def __init__(self) -> None:
        super().__init__()
        self.were: list[WorkingMemory] = [self.memory]
        self.past: list[Version] = []
        self.actor: Actor = "app"

    def commit(self, events: list[Event]) -> None:
        """Apply events, and keep what leads back, through JSON."""
        before = self.memory
        super().commit(events)
        view(self.memory)  # so that what a memory keeps of its view is there to be mistaken
        undo = Undo.from_dict(json.loads(json.dumps(undo_of(before, self.memory, events).to_dict())))
        self.past.insert(0, Version(self.memory.version, self.actor, 0, tuple(events), undo))
        self.were.append(self.memory)

    @rule(budget=st.integers(1, 3000), sighted=st.booleans())
    def fit(self, budget: int, sighted: bool) -> None:
        """Riffler makes the view fit: that is no edit of anybody's."""
        self.actor = "riffler"
        super().fit(budget, sighted)
        self.actor = "app"

    @rule(edits=st.integers(1, 4), to_version=st.none() | st.integers(0, 30))
    def undo(self, edits: int, to_version: int | None) -> None:
        """Edits are undone: fragments get the states that they had, unless they are pinned now."""
        if to_version is not None and to_version >= self.memory.version:
            return
        arguments = json.dumps({"edits": edits, "to_version": to_version})
        order = UNDO.past(self.memory, "undo_edits", arguments)
        assert order is None or not order.wants_more(self.past) or len(self.past) == self.memory.version
        before = self.memory
        try:
            outcome = UNDO.call(before, "undo_edits", arguments, Inputs(COUNTER, past=tuple(self.past)))
        except NothingToUndo:
            return
        self.commit(list(outcome.events))
        made = [version.number - 1 for version in self.past[1:] if version.edits]
        was = self.were[made[edits - 1] if to_version is None else to_version]
        since = [version for version in self.past[1:] if version.number > was.version][::-1]
        last = {id_: version.actor for version in since for event in version.events for id_ in changed(event)}
        for id_, fragment in self.memory.fragments.items():
            wanted = shown(was.fragments[id_]) if id_ in was.fragments else ("visible", "", "")
            pinned = before.pinned(fragment.span) and wanted[0] != "visible"
            fits = to_version is None and last.get(id_) == "riffler" and wanted[0] == "visible"
            assert shown(fragment) == (shown(before.fragments[id_]) if pinned or fits else wanted)
        assert (self.memory.entries, self.memory.hits) == (before.entries, before.hits)

    @invariant()
    def the_version_before_can_be_had_again(self) -> None:
        """One step back gives the memory that was committed then."""
        if self.past:
            assert earlier(self.memory, self.past[:1], self.memory.version - 1) == self.were[-2]

    def teardown(self) -> None:
        """From the present every version can be had again, and looks as it looked."""
        assert reach(self.memory, self.past) == 0
        for number, was in enumerate(self.were):
            again = earlier(self.memory, self.past, number)
            assert again == was
            assert list(again.fragments) == list(was.fragments)
            assert list(again.hits) == list(was.hits)
            assert again.fence == was.fence
            assert [message.json for message in view(again).messages] == [m.json for m in view(was).messages]
            assert replace(again, life="x") == was
        for version in self.past:
            assert bool(version.words(self.memory)) == bool(version.events)
            before, after = self.were[version.number - 1].fragments, self.were[version.number].fragments
            assert version.changes == any(looks(after[id_]) != looks(before.get(id_)) for id_ in after)
            assert version.edits == (version.changes and version.actor != "riffler")


def changed(event: Event) -> Sequence[str]:
    """Name the fragments that an event gives a state."""
    return fragments_of(event) if isinstance(event, FragmentsFolded | FragmentsRestored | FragmentSummarised) else ()


def looks(fragment: Fragment | None) -> tuple[str, str]:
    """Give state and summary; a fragment that isn't cut yet is text in view."""
    return (fragment.state.value, fragment.summary) if fragment else ("visible", "")


def shown(fragment: Fragment) -> tuple[str, str, str]:
    """Give what a view shows of a fragment."""
    return fragment.state.value, fragment.focus, fragment.summary


Remembered.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestRemembered = pytest.mark.timeout(120)(Remembered.TestCase)
