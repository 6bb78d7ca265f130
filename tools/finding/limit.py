"""A time limit for the searches of one call: the one place where a tool looks at a clock.

What is found never depends on it, only whether the call is refused. It is the calling thread's own time on a processor,
so that a busy machine or the other threads of a service don't use it up.
"""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Tells how many seconds were used up to now."""
own_time: Clock = time.thread_time
"""Of the calling thread, on a processor."""


class Limit:
    """Seconds of this thread's time, or of another clock's, from now on.

    Args:
        seconds: How many.
        clock: Measures them.

    Attributes:
        seconds: How many there were at first.
    """

    def __init__(self, seconds: float, clock: Clock = own_time) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left; 0 or less when the time is up."""
        return self._end - self._clock()

    def give_back(self, seconds: float) -> None:
        """Add seconds that were spent on nothing.

        Args:
            seconds: How many.
        """
        self._end += seconds
