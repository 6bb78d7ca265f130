"""The interface of a check, and how a slow library is kept from holding up the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from riffler.errors import RifflerError
from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.subject import Subject

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        name: What is looked at.
        run: Looks. It gives at least one finding; a `RifflerError` that it raises becomes a failure with the error's
            text.
        deadline_s: It is given up after this time, and the others go on.
        needs: The name of an earlier check; when that one didn't come to its end, this one isn't run.
    """

    name: str
    run: Callable[[Subject], Awaitable[Sequence[Finding]]]
    deadline_s: float = 30.0
    needs: str = ""


async def apart(work: Callable[[], T]) -> T:
    """Run blocking work in a thread that the process doesn't wait for at its end.

    `asyncio.to_thread` would: a driver that hangs would then keep `riffler doctor` from ending, whatever the deadline.

    Args:
        work: What to run. It raises nothing but Riffler's errors; any other ends its thread with a traceback, and the
            check at its deadline.

    Returns:
        What the work gives.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            value = work()
        except RifflerError as exc:
            tell(partial(_settle, outcome, outcome.set_exception, exc))
        else:
            tell(partial(_settle, outcome, outcome.set_result, value))

    def tell(settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=run, name="riffler-doctor", daemon=True).start()
    return await outcome


def _settle(outcome: asyncio.Future[T], give: Callable[[V], None], value: V) -> None:
    if not outcome.done():  # the deadline may have cancelled it
        give(value)
