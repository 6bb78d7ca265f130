"""Turns that run: each in a task of its own, so that a client that goes can be told from one that waits.

A turn without a name is cancelled when its client goes: nobody will hear the answer. One with a name goes on, because
its client will ask for it again. When the service stops, the turns that run may end until a deadline; those that
don't are stopped, and their clients are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from riffler.errors import RifflerError, ServiceStopping
from riffler.service.agent.progress import Answer, Progress
from riffler.service.http.metrics import Metrics

STOPPING = (
    "the service stops before the answer was there: ask again; "
    "a question with an Idempotency-Key goes on where it stopped"
)
"""What is told of all that the service has no time for."""


class RunningTurn:
    """One turn that runs.

    Args:
        turn: Tells of its progress.
        metrics: Is told, too.
    """

    def __init__(self, turn: AsyncGenerator[Progress], metrics: Metrics) -> None:
        self._turn = turn
        self._metrics = metrics
        self._told: asyncio.Queue[Progress | None] = asyncio.Queue()
        self._stopped = False
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> Answer:
        answer: Progress | None = None
        with self._metrics.turn() as observe:
            try:
                async with aclosing(self._turn) as progress:
                    async for item in progress:
                        answer = item
                        observe(item)
                        self._told.put_nowait(item)
            except asyncio.CancelledError:
                if self._stopped:
                    raise ServiceStopping(STOPPING) from None
                raise
            finally:
                self._told.put_nowait(None)
        assert isinstance(answer, Answer)  # noqa: S101 - a turn promises it as its last item
        return answer

    async def items(self) -> AsyncIterator[Progress]:
        """Give the turn's progress as it comes.

        Yields:
            Progress. The turn's own error comes at the end, when it fails.

        Raises:
            ServiceStopping: The service stops; the turn may still be putting its things in order.
        """
        while (item := await self._told.get()) is not None:
            yield item
        if self._stopped and not self.task.done():
            raise ServiceStopping(STOPPING)
        await asyncio.shield(self.task)

    async def cancel(self) -> None:
        """Stop the turn, and wait until it has put its things in order."""
        if not self._stopped:  # else it is doing so already, and a second time would disturb it
            self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def stop(self) -> None:
        """Stop the turn because the service stops, and tell its client now. It puts its things in order meanwhile."""
        if not self.task.done():
            self._stopped = True
            self.task.cancel()
            self._told.put_nowait(None)


class RunningTurns:
    """All turns that run in this process.

    Args:
        metrics: Is told of them.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._turns: dict[asyncio.Task[Answer], RunningTurn] = {}
        self._deadline: asyncio.TimerHandle | None = None
        self._over = False

    def start(self, turn: AsyncGenerator[Progress]) -> RunningTurn:
        """Run a turn.

        Args:
            turn: The turn.

        Returns:
            The running turn.

        Raises:
            ServiceStopping: It is too late to begin one.
        """
        if self._over:
            raise ServiceStopping(STOPPING)
        running = RunningTurn(turn, self._metrics)
        self._turns[running.task] = running
        running.task.add_done_callback(self._ended)
        return running

    def stop(self, within_s: float) -> None:
        """Set the deadline of all turns, those that begin before it too. Called again it changes nothing.

        Args:
            within_s: How long they may take from now.
        """
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(within_s, self._stop_late)

    async def finish(self, within_s: float) -> None:
        """Wait until no turn runs: each has ended, or was stopped at the deadline.

        Args:
            within_s: How long they may take, where no deadline was set before.
        """
        self.stop(within_s)
        while self._turns:
            await asyncio.wait(self._turns)
        if self._deadline is not None:
            self._deadline.cancel()

    def _stop_late(self) -> None:
        self._over = True
        for turn in self._turns.values():
            turn.stop()

    def _ended(self, task: asyncio.Task[Answer]) -> None:
        self._turns.pop(task, None)
        # A client that went doesn't take the error; asking for it here keeps asyncio from warning of it.
        if not task.cancelled() and not isinstance(task.exception(), RifflerError | None):
            task.get_loop().call_exception_handler({"message": "a turn failed", "exception": task.exception()})
