"""Turns that run: each in a task of its own, so that a client that goes can be told from one that waits.

A turn without a name is cancelled when its client goes: nobody will hear the answer. One with a name goes on, because
its client will ask for it again. When the service stops, the turns that run may end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from riffler.errors import RifflerError
from riffler.service.agent.progress import Answer, Progress
from riffler.service.http.metrics import Metrics


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
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> Answer:
        answer: Progress | None = None
        with self._metrics.turn():
            try:
                async with aclosing(self._turn) as progress:
                    async for item in progress:
                        answer = item
                        self._metrics.observe(item)
                        self._told.put_nowait(item)
            finally:
                self._told.put_nowait(None)
        assert isinstance(answer, Answer)  # noqa: S101 - a turn promises it as its last item
        return answer

    async def items(self) -> AsyncIterator[Progress]:
        """Give the turn's progress as it comes.

        Yields:
            Progress. The turn's own error comes at the end, when it fails.
        """
        while (item := await self._told.get()) is not None:
            yield item
        await asyncio.shield(self.task)

    async def cancel(self) -> None:
        """Stop the turn, and wait until it has put its things in order."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class RunningTurns:
    """All turns that run in this process.

    Args:
        metrics: Is told of them.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._turns: set[asyncio.Task[Answer]] = set()

    def start(self, turn: AsyncGenerator[Progress]) -> RunningTurn:
        """Run a turn.

        Args:
            turn: The turn.

        Returns:
            The running turn.
        """
        running = RunningTurn(turn, self._metrics)
        self._turns.add(running.task)
        running.task.add_done_callback(self._ended)
        return running

    async def finish(self, within_s: float) -> None:
        """Let the turns that run end, and cancel those that don't.

        Args:
            within_s: How long they may take.
        """
        if self._turns:
            _, late = await asyncio.wait(self._turns, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Answer]) -> None:
        self._turns.discard(task)
        # A client that went doesn't take the error; asking for it here keeps asyncio from warning of it.
        if not task.cancelled() and not isinstance(task.exception(), RifflerError | None):
            task.get_loop().call_exception_handler({"message": "a turn failed", "exception": task.exception()})
