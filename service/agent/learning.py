"""What a policy knows, kept in step with its log: the log is the truth, and each process folds what is new of it.

So replicas share one state without sharing memory: whoever has read the same log knows the same, bit for bit.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from riffler.bandits.policies.base import Policy, Rewarded
from riffler.errors import RewriteFailed
from riffler.service.agent.offload import with_language
from riffler.service.ports.policy import LoggedDecision, PolicyName, PolicyStore

_AT_A_TIME: Final = 500
"""Rewards that are read and learned together: some 50 ms of work."""
_AT_ONCE: Final = 4
"""So often for one question; a longer log is learned over several questions, which go on raw meanwhile."""
_NAMES: Final = 256
"""Tenants whose states are kept; the one unused for longest is learned anew when it comes again."""


@dataclass(slots=True)
class _Known:
    """A state, and how many rewards it has learned."""

    state: Any
    rewards: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Learner:
    """Gives a policy's state as of the log's end.

    Args:
        policy: Who learns.
        store: Where the log is.
    """

    def __init__(self, policy: Policy[Any], store: PolicyStore) -> None:
        self._policy = policy
        self._store = store
        self._known: OrderedDict[PolicyName, _Known] = OrderedDict()

    async def state(self, name: PolicyName) -> Any:  # noqa: ANN401 - each policy has its own
        """Learn what is new in a log.

        Args:
            name: Whose posterior.

        Returns:
            What the policy knows.

        Raises:
            RewriteFailed: The log is long, and there is more of it to learn than one question may wait for.
        """
        known = self._known.get(name) or _Known(self._policy.start(name.dimension))
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > _NAMES:
            self._known.popitem(last=False)
        async with known.turn:
            for _ in range(_AT_ONCE):
                rows = await self._store.rewarded(name, known.rewards, _AT_A_TIME)
                if rows:
                    known.state = await with_language(lambda rows=rows: self._learned(known.state, rows))  # type: ignore[misc]
                    known.rewards += len(rows)
                if len(rows) < _AT_A_TIME:
                    return known.state
        raise RewriteFailed(f"the policy is still learning its log ({known.rewards} rewards so far)")

    def _learned(self, state: Any, rows: list[LoggedDecision]) -> Any:  # noqa: ANN401
        for row in rows:
            decision = row.decision
            x, chance = np.asarray(decision.x, dtype=np.float64), decision.propensities[decision.arm]
            # An arm that was drawn had a chance; that of a very rare one may have been rounded to 0.
            state = self._policy.learn(state, Rewarded(decision.arm, x, row.reward or 0.0, chance or _RAREST))
        return state


_RAREST: Final = 1e-17
