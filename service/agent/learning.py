"""What a policy knows, kept in step with its log: the log is the truth, and each process folds what is new of it.

So replicas share one state without sharing memory: whoever has read the same log knows the same, bit for bit.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from riffler.bandits.policies.base import Policy, Rewarded
from riffler.service.agent.offload import with_language
from riffler.service.ports.decisions import LoggedDecision, PolicyName, Read
from riffler.service.ports.policy import PolicyStore

_LOOK_S: Final = 0.05
"""So often who waits for a reading looks whether it has to go back, so that what was known before serves."""
_MOST_EARLIER: Final = 16
"""Earlier states that are kept of a log, to go back to; one takes some 100 KB."""


@dataclass(frozen=True, slots=True)
class _Learned:
    """A state with how far the log was read for it. States are never changed, so older ones cost their memory only."""

    state: Any
    read: Read = field(default_factory=Read)


@dataclass(slots=True)
class _Known:
    """What is known, what was known earlier, and the one reading of the log that is under way, if any.

    A reward that is corrected or deleted is unlearned by going back to a state before it, and learning on from there.
    Until the log's end is reached again, `outdated` is what was known. What is corrected meanwhile, of what has been
    learned again already, waits in `pending` for that end: however many corrections come, each way through the log
    ends, and what it has learned serves while the next one goes.
    """

    start: _Learned
    now: _Learned
    earlier: list[_Learned] = field(default_factory=list)
    outdated: _Learned | None = None
    pending: int | None = None
    reading: asyncio.Task[None] | None = None
    begun_s: float = 0.0

    @property
    def drawn(self) -> _Learned:
        """What to draw by."""
        if self.outdated is not None and self.outdated.read.rewards > self.now.read.rewards:
            return self.outdated
        return self.now

    def learn(self, state: Any, read: Read) -> None:  # noqa: ANN401
        """Go on. Some earlier states are kept, further apart the older they are."""
        self.earlier.append(self.now)
        self.now = _Learned(state, read)
        if len(self.earlier) > _MOST_EARLIER:
            del self.earlier[self._dispensable()]

    def change(self, place: int, seen: Read) -> None:
        """Unlearn what was learned from a place on: now, or once a way through the log that has begun is at its end.

        Args:
            place: The place in the order of rewards, from 0.
            seen: Which changes of rewards have been seen now; none when the log is another one, which can't wait.
        """
        if self.outdated is None or not seen.changes:
            self._go_back(place, seen)
        else:
            self.pending = place if self.pending is None else min(self.pending, place)
            self._see(seen)

    def end(self) -> bool:
        """Note that the log's end is reached.

        Returns:
            Whether all that was changed is learned anew; else the next way through the log begins.
        """
        self.outdated = None
        if self.pending is None:
            return True
        self._go_back(self.pending, self.now.read)
        return False

    def _go_back(self, place: int, seen: Read) -> None:
        """Take up the newest state that knows nothing of a place, nor of those after it."""
        self.outdated, self.pending = self.drawn, None
        while self.earlier and self.earlier[-1].read.rewards > place:
            self.earlier.pop()
        self.now = self.earlier.pop() if self.earlier else self.start
        self._see(seen)

    def _see(self, seen: Read) -> None:
        read = replace(self.now.read, changes=seen.changes, last_change=seen.last_change)
        self.now = replace(self.now, read=read)

    def _dispensable(self) -> int:
        """Find the earlier state that would be missed least.

        What comes after a changed reward has to be learned again in any case. A state helps most where the change is
        just before the next one: how many times as much would have to be learned there without it? With the 16 states
        that this leaves of a million rewards, it is twice as much at most.

        Returns:
            Its place among the earlier ones.
        """
        left = [self.now.read.rewards - each.read.rewards for each in (self.start, *self.earlier)]
        return min(range(len(self.earlier) - 1), key=lambda place: left[place] / left[place + 2])


class Learner:
    """Gives a policy's state as of the log's end.

    Args:
        policy: Who learns.
        store: Where the log is.
        at_a_time: Rewards that are read and learned together; 100 are some 5 ms on the event loop, and as many off it.
        wait_s: So long a question waits for a long log; the rest is learned meanwhile, and the draw is by what is known
            by then.
        again_s: So long it waits for what is learned again after a correction: what was known before serves meanwhile.
        run: Runs work off the event loop.
        most_names: Tenants whose states are kept; the one unused for longest is learned anew when it comes again.
    """

    def __init__(
        self,
        policy: Policy[Any],
        store: PolicyStore,
        *,
        at_a_time: int = 100,
        wait_s: float = 1.0,
        again_s: float = 0.05,
        run: Callable[[Callable[[], Any]], Awaitable[Any]] = with_language,
        most_names: int = 256,
    ) -> None:
        self._policy = policy
        self._store = store
        self._at_a_time, self._most_names = at_a_time, most_names
        self._wait_s, self._again_s = wait_s, min(again_s, wait_s)
        self._run = run
        self._known: OrderedDict[PolicyName, _Known] = OrderedDict()

    async def state(self, name: PolicyName) -> Any:  # noqa: ANN401 - each policy has its own
        """Learn what is new in a log. Who asks while it is read waits for the same reading.

        After a reward was corrected or deleted, all that came after it is learned anew. Where that takes longer than
        `again_s`, what was known before is given meanwhile, the changed reward included: a policy that knows most of
        its log draws better than one that has forgotten it. It takes in new rewards when it has caught up. A change
        that comes while it catches up is taken in then or the next time: however often rewards are corrected, a draw is
        never further behind than it takes to learn the log twice.

        Args:
            name: Whose posterior.

        Returns:
            What the policy knows. Of a long log that this process has never read it may be the older part: draws and
            their propensities are by that, and what is left is learned while the question goes on. Raises what the
            store raises.
        """
        known = self._known.get(name)
        if known is None:
            start = _Learned(self._policy.start(name.dimension))
            known = _Known(start, start)
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > self._most_names:
            self._known.popitem(last=False)
        now_s = asyncio.get_running_loop().time()
        if known.reading is None or known.reading.done():
            known.reading = asyncio.create_task(self._read(name, known))
            known.reading.add_done_callback(_heard)
            known.begun_s = now_s
        await self._wait(known, known.reading, now_s)
        if known.reading.done():
            known.reading.result()
        return known.drawn.state

    async def _wait(self, known: _Known, reading: asyncio.Task[None], now_s: float) -> None:
        """Wait for a reading while nothing else serves; it may find only then that all is to be learned anew."""
        loop, until_s, again_until_s = asyncio.get_running_loop(), now_s + self._wait_s, known.begun_s + self._again_s
        while True:
            # Where what was known serves, the reading may keep questions for so long, not each of them.
            end_s = again_until_s if known.outdated is not None else until_s
            left_s = end_s - loop.time()
            await asyncio.wait({reading}, timeout=max(0.0, min(left_s, _LOOK_S)))
            if reading.done() or left_s <= _LOOK_S:
                return

    async def _read(self, name: PolicyName, known: _Known) -> None:
        while True:
            news = await self._store.news(name, known.now.read, self._at_a_time)
            if news.changed is not None:  # a reward was corrected or deleted, or Redis lost what was learned here
                known.change(news.changed, news.read)
                continue
            if news.rows:
                state, rows = known.now.state, news.rows
                known.learn(await self._run(lambda state=state, rows=rows: self._learned(state, rows)), news.read)  # type: ignore[misc]
            else:
                known.now = replace(known.now, read=news.read)
            # Whose state isn't kept any more ends here, where each correction could begin another way.
            if news.ended and (known.end() or self._known.get(name) is not known):
                return

    def _learned(self, state: Any, rows: Sequence[LoggedDecision]) -> Any:  # noqa: ANN401
        for row in rows:
            decision = row.decision
            x = np.asarray(decision.x, dtype=np.float64)
            state = self._policy.learn(state, Rewarded(decision.arm, x, row.reward or 0.0, decision.chance))
        return state


def _heard(reading: asyncio.Task[None]) -> None:
    """Take a reading's failure, which nobody may be waiting for any more."""
    if not reading.cancelled():
        reading.exception()
