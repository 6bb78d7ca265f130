"""The thread that computes: what is handed over is received, or refused, and nothing in between."""

import threading
from collections import deque
from typing import Any

import pytest

from riffler.errors import EngineUnavailable
from riffler.service.inference.chat.thread import ReplyThread


class Receiving(ReplyThread[Any]):
    """Receives, and computes nothing."""

    def __init__(self) -> None:
        super().__init__("receiving", "engine test")
        self.received: deque[Any] = deque()

    def _run(self) -> None:
        while self._receive(self.received, idle=True):
            pass


def test_what_is_taken_before_the_end_is_received_and_all_else_refused() -> None:
    """Eight threads hand over while it is stopped: no reply is lost, and none hangs."""
    thread = Receiving()
    thread.start()
    taken: list[int] = []
    under_way = threading.Barrier(9)

    def hand_over(first: int) -> None:
        under_way.wait()
        for number in range(first, first + 100_000):
            try:
                thread.submit(number)
            except EngineUnavailable:
                return
            taken.append(number)

    threads = [threading.Thread(target=hand_over, args=(at * 100_000,)) for at in range(8)]
    for each in threads:
        each.start()
    under_way.wait()
    thread.stop()
    for each in threads:
        each.join()
    assert sorted(taken) == sorted(thread.received)


def test_who_comes_too_late_is_told_why() -> None:
    """By submitting as by asking; stopping twice is fine."""
    thread = Receiving()
    thread.start()
    thread.check()
    thread.stop()
    thread.stop()
    with pytest.raises(EngineUnavailable, match="engine test: is closed"):
        thread.submit(1)
    with pytest.raises(EngineUnavailable, match="engine test: is closed"):
        thread.check()


def test_the_first_reason_stays() -> None:
    """A worker that broke is broken, also when it is stopped after that."""
    thread = Receiving()
    thread.start()
    thread._close("engine test: is broken")
    thread.stop()
    with pytest.raises(EngineUnavailable, match="is broken"):
        thread.check()
