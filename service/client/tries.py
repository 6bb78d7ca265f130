"""When a request is made again, and how long it may take: rules without a clock of their own, and without waiting.

Made again is only what is safe. Nothing was sent: always. The server may have done it: where it changes nothing, or has
an `Idempotency-Key`, by which the server knows it again. A server that is overloaded or stops (429, 503) says with
`Retry-After` that it is worth it; without it, it isn't. A load balancer before it says 502, 503 or 504 in words of its
own, for as long as one of its servers is away: then nobody knows whether a server has heard of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from riffler.errors import LeaseLost, SessionBusy
from riffler.service.client.call import Call
from riffler.service.client.errors import ClientError, ConnectionLost, InvalidReply, TimedOut, Unreachable

_FIRST_S: Final = 0.1
_LONGEST_S: Final = 2.0
_SPREAD: Final = 0.25
_OVERLOADED: Final = frozenset({429, 503})
_OF_GATEWAYS: Final = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How much a client bears.

    Attributes:
        total_s: What a call may take, with all its repetitions and pauses.
        connect_s: What one connection may take to come about.
        retries: How often a call is made again.
    """

    total_s: float
    connect_s: float
    retries: int


class Tries:
    """The tries of one call.

    Args:
        call: The call.
        patience: How much they may take.
        clock: Tells seconds that never go back.
        chance: Gives a number in [0, 1), so that clients that failed together don't come back together.
    """

    def __init__(
        self,
        call: Call[Any],
        patience: Patience,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,  # noqa: S311 - spreads clients, keeps no secret
    ) -> None:
        self._call, self._patience, self._clock, self._chance = call, patience, clock, chance
        self._until_s = clock() + patience.total_s
        self._made_again = 0
        self._maybe_done = False

    def left_s(self) -> float:
        """Tell how long the call may still take.

        Returns:
            Seconds, more than 0.

        Raises:
            TimedOut: There is no time left.
        """
        left = self._until_s - self._clock()
        if left <= 0:
            raise TimedOut(self._call.operation, f"no reply within {self._patience.total_s:g} s")
        return left

    def pause_s(self, failure: ClientError) -> float:
        """Decide about another try.

        Args:
            failure: How the last one ended. It is raised when there is to be no other.

        Returns:
            Seconds to wait before it.
        """
        failure.idempotency_key = self._call.name
        waits_for_itself = self._maybe_done and isinstance(failure, SessionBusy | LeaseLost)
        self._maybe_done = failure.maybe_done = self._maybe_done or failure.maybe_done
        worth_it = self._safe(failure) or (waits_for_itself and self._call.repeatable)
        if not worth_it or (self._made_again >= self._patience.retries and not waits_for_itself):
            raise failure
        pause = failure.retry_after_s
        if pause is None:
            pause = min(_LONGEST_S, _FIRST_S * 2**self._made_again)
        pause = max(_FIRST_S, pause)  # a server that says "at once" isn't asked in a tight loop
        pause *= 1 + _SPREAD * self._chance()
        if pause >= self._until_s - self._clock():
            raise failure
        self._made_again += not waits_for_itself
        return pause

    def _safe(self, failure: ClientError) -> bool:
        """Tell whether a failure passes, and a try after it does nothing twice."""
        if isinstance(failure, Unreachable):
            return True
        gateway = isinstance(failure, InvalidReply) and failure.status in _OF_GATEWAYS
        if gateway or isinstance(failure, ConnectionLost):
            return self._call.repeatable
        asked = failure.status in _OVERLOADED and failure.retry_after_s is not None
        return asked and (self._call.repeatable or failure.status == 429)  # 429 refuses before anything is done
