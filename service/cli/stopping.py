"""Signals that end a command, so that what it opened is closed: its server, its folder, its file."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def run_until_stopped(work: Coroutine[Any, Any, object]) -> int:
    """Run a coroutine, which Ctrl-C, SIGTERM and SIGHUP cancel.

    A signal that somebody else handles, or that is ignored, stays so: `nohup` is there to have SIGHUP ignored.

    Args:
        work: The coroutine. From the main thread, as signals reach no other.

    Returns:
        0 when it ended by itself; else 128 and the signal's number, as shells have it.

    Raises:
        CancelledError: The work was cancelled, and by no signal.
    """
    heard: list[signal.Signals] = []

    async def stoppable() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is a task's

        def stop(ending: signal.Signals) -> None:
            if not heard:  # a shell that hangs up tells so twice; what is closing isn't to be cut off
                task.cancel()
            heard.append(ending)

        ours = [ending for ending in _ENDING if signal.getsignal(ending) is signal.SIG_DFL]
        for ending in ours:
            loop.add_signal_handler(ending, stop, ending)
        try:
            await work
        finally:
            for ending in ours:
                loop.remove_signal_handler(ending)

    try:
        asyncio.run(stoppable())
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except asyncio.CancelledError:
        if not heard:
            raise
        return 128 + heard[0]
    return 0
