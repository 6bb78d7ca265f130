"""Signals that end a command."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from riffler.service.cli.stopping import run_until_stopped


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The signals' handlers are those of a process that has none, and afterwards what they were."""
    before = {ending: signal.getsignal(ending) for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    for ending in before:  # a job in the background has those ignored
        signal.signal(ending, signal.default_int_handler if ending == signal.SIGINT else signal.SIG_DFL)
    yield
    for ending, handler in before.items():
        signal.signal(ending, handler)


class Work:
    """Sends signals to its own process, and needs a moment to close what it opened."""

    def __init__(self, *endings: signal.Signals) -> None:
        self.endings = endings
        self.closed = False

    async def run(self) -> None:
        """Send them, all at once, and wait to be stopped; without any, end."""
        try:
            for ending in self.endings:
                os.kill(os.getpid(), ending)
            await asyncio.sleep(20 if self.endings else 0)
        finally:
            await asyncio.sleep(0.05)
            self.closed = True


@pytest.mark.parametrize(
    ("endings", "code"),
    [
        ((), 0),
        ((signal.SIGINT,), 130),
        ((signal.SIGTERM,), 143),
        ((signal.SIGHUP,), 129),
        ((signal.SIGHUP, signal.SIGHUP), 129),
    ],
)
def test_what_was_opened_is_closed(endings: tuple[signal.Signals, ...], code: int) -> None:
    """The work is cancelled once and closes in its own time; then the signals are as they were."""
    work = Work(*endings)
    assert run_until_stopped(work.run()) == code
    assert work.closed
    assert {signal.getsignal(ending) for ending in (signal.SIGTERM, signal.SIGHUP)} == {signal.SIG_DFL}


def test_an_ignored_signal_stays_ignored() -> None:
    """Under `nohup`, a terminal that hangs up ends nothing."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)

    assert run_until_stopped(work()) == 0
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_the_work_s_own_failures_come_through() -> None:
    """An error is raised, and a cancellation that no signal asked for is none of ours."""

    async def work(error: BaseException) -> None:
        raise error

    with pytest.raises(ValueError, match="mine"):
        run_until_stopped(work(ValueError("mine")))
    with pytest.raises(asyncio.CancelledError):
        run_until_stopped(work(asyncio.CancelledError()))
