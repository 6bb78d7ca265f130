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
    Until as much is learned again as was known, `outdated` is what was known.
    """

    start: _Learned
    now: _Learned
    earlier: list[_Learned] = field(default_factory=list)
    outdated: _Learned | None = None
    reading: asyncio.Task[None] | None = None
    begun_s: float = 0.0

    @property
    def drawn(self) -> Any:  # noqa: ANN401
        """What to draw by."""
        return (self.outdated or self.now).state

    def learn(self, state: Any, read: Read) -> None:  # noqa: ANN401
        """Go on. Some earlier states are kept, further apart the older they are."""
        self.earlier.append(self.now)
        self.now = _Learned(state, read)
        if len(self.earlier) > _MOST_EARLIER:
            del self.earlier[self._dispensable()]
        if self.outdated is not None and read.rewards >= self.outdated.read.rewards:
            self.outdated = None

    def go_back(self, place: int, seen: Read) -> None:
        """Take up the newest state that knows nothing of a place in the order of rewards, nor of those after it.

        Args:
            place: The place, from 0.
            seen: Which changes of rewards have been seen now.
        """
        self.outdated = self.outdated or self.now
        while self.earlier and self.earlier[-1].read.rewards > place:
            self.earlier.pop()
        back = self.earlier.pop() if self.earlier else self.start
        self.now = replace(back, read=replace(back.read, changes=seen.changes, last_change=seen.last_change))

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
        run: Callable[[Callable[[], Any]], Awaitable[Any]] = with_language,
        most_names: int = 256,
    ) -> None:
        self._policy = policy
        self._store = store
        self._at_a_time, self._wait_s, self._most_names = at_a_time, wait_s, most_names
        self._run = run
        self._known: OrderedDict[PolicyName, _Known] = OrderedDict()

    async def state(self, name: PolicyName) -> Any:  # noqa: ANN401 - each policy has its own
        """Learn what is new in a log. Who asks while it is read waits for the same reading.

        After a reward was corrected or deleted, all that came after it is learned anew. Where that takes longer than
        the wait, what was known before is given meanwhile, the changed reward included: a policy that knows most of its
        log draws better than one that has forgotten it. It takes in new rewards when it has caught up.

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
        reading, wait_s = known.reading, self._wait_s
        if known.outdated is not None:  # it serves: the reading may keep questions for so long, not each of them
            wait_s = max(0.0, known.begun_s + wait_s - now_s)
        await asyncio.wait({reading}, timeout=wait_s)
        if reading.done():
            reading.result()
        return known.drawn

    async def _read(self, name: PolicyName, known: _Known) -> None:
        while True:
            news = await self._store.news(name, known.now.read, self._at_a_time)
            if news.changed is not None:  # a reward was corrected or deleted, or Redis lost what was learned here
                known.go_back(news.changed, news.read)
                continue
            if news.rows:
                state, rows = known.now.state, news.rows
                known.learn(await self._run(lambda state=state, rows=rows: self._learned(state, rows)), news.read)  # type: ignore[misc]
            else:
                known.now = replace(known.now, read=news.read)
            if news.ended:
                known.outdated = None
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
