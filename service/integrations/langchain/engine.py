"""An engine that is the model of somebody's agent: whoever waits for the turn makes its calls.

A turn runs in a loop of its own, without the context of the agent's graph. Its calls of the model come back to the
agent's own thread and context, where the agent's handler makes them: so the agent's callbacks, streams, retries and
limits see its model calls as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextvars import ContextVar
from typing import Final

from riffler.errors import EngineUnavailable, RifflerError
from riffler.service.integrations.background import tell
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta
from riffler.tools.tokens import EstimatedTokens, TokenCounter


class Job:
    """A call of the model that is to be made.

    Args:
        request: What is asked.

    Attributes:
        request: What is asked.
    """

    def __init__(self, request: EngineRequest) -> None:
        self.request = request
        self._loop = asyncio.get_running_loop()
        self._came: asyncio.Future[Completion] = self._loop.create_future()

    async def done(self) -> Completion:
        """Wait for it."""
        return await self._came

    def settle(self, what: Completion | RifflerError) -> None:
        """Tell what came of it, from any thread.

        Args:
            what: What the model said, or why it said nothing.
        """
        tell(self._loop, self._settle, what)

    def _settle(self, what: Completion | RifflerError) -> None:
        if self._came.done():  # nobody waits any more
            return
        if isinstance(what, Completion):
            self._came.set_result(what)
        else:
            self._came.set_exception(what)


class Jobs:
    """The calls of one turn.

    Args:
        put: Hands one over to whoever makes it. It is called in the turn's loop.
    """

    def __init__(self, put: Callable[[Job], object]) -> None:
        self._put = put
        self._over = False

    async def ask(self, request: EngineRequest) -> Completion:
        """Have a call made.

        Args:
            request: What is asked.

        Returns:
            What the model said.

        Raises:
            EngineUnavailable: The turn is over; an audit runs behind it.
        """
        if self._over:
            raise EngineUnavailable("engine langchain: the agent's model is there for the agent's own turns only")
        job = Job(request)
        self._put(job)
        return await job.done()

    def end(self) -> None:
        """Take no more."""
        self._over = True


JOBS: Final[ContextVar[Jobs]] = ContextVar("riffler_jobs")
"""Who makes the calls of the turn that runs."""


class AgentEngine:
    """An `Engine` that has its calls made.

    Args:
        model: The model's name.
        window_tokens: How many tokens a request and its completion may have together.
    """

    def __init__(self, model: str, window_tokens: int) -> None:
        self._info = EngineInfo("langchain", model, window_tokens, counts_estimated=True)
        self._counter = EstimatedTokens()

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        return self._info

    @property
    def counter(self) -> TokenCounter:
        """Estimates tokens."""
        return self._counter

    async def ready(self) -> None:
        """See the port: there is nothing to load."""

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port. The text comes in one piece: the agent's own stream has it as it comes.

        Args:
            request: What to run.

        Yields:
            A delta when `request.stream` is set, then the completion.

        Raises:
            EngineUnavailable: No turn of an agent runs.
        """
        jobs = JOBS.get(None)
        if jobs is None:
            raise EngineUnavailable("engine langchain: no turn of an agent runs")
        completion = await jobs.ask(request)
        if request.stream and completion.message.text:
            yield TextDelta(completion.message.text)
        yield completion

    async def aclose(self) -> None:
        """See the port."""
