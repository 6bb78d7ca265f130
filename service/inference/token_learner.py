"""`LearningEngine`: any engine that only estimates its tokens, with the estimate corrected by what its calls report."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, Usage, closing_stream
from riffler.tools.counting.learned import LearnedTokens
from riffler.tools.counting.learning import Sent, TokenLearning

_LARGE_CHARACTERS = 200_000
"""Reading less takes a few milliseconds, which a thread's start isn't worth."""


def learning(engine: Engine) -> Engine:
    """Let an engine's estimates learn, where it estimates.

    Args:
        engine: Any engine.

    Returns:
        The engine; wrapped when its counts are estimates.
    """
    return LearningEngine(engine) if engine.info.counts_estimated else engine


class LearningEngine(WrappingEngine):
    """An `Engine` that is another one, and counts tokens by what that one's calls reported.

    `counter` is another one after each report: whoever counts things that must agree, as a turn does, takes it once.
    What was learned belongs to this object, so to one process, engine and model: it isn't stored, workers don't share
    it, and each of them starts from the same prior.

    Args:
        engine: The other one.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._learned = TokenLearning()
        self._counter = self._learned.counter()

    @property
    def counter(self) -> LearnedTokens:
        """Counts by what is known by now."""
        return self._counter

    @property
    def reports(self) -> int:
        """How many reports the counts stand on."""
        return self._learned.reports

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port."""
        async with closing_stream(self.inner.generate(request)) as stream:
            async for item in stream:
                if isinstance(item, Completion):
                    await self._learn(request, item.usage)
                yield item

    async def _learn(self, request: EngineRequest, usage: Usage) -> None:
        # Some servers leave what was cached out of the prompt's tokens: then these aren't all.
        if usage.estimated or usage.cached_tokens > usage.prompt_tokens:
            return
        tools = tuple(request.tools)
        if sum(len(message.json) for message in request.messages) < _LARGE_CHARACTERS:
            sent = Sent.of(request.messages, tools)
        else:
            sent = await asyncio.to_thread(Sent.of, request.messages, tools)
        if sent is None:
            return
        learned = self._learned.learn(sent, usage.prompt_tokens)  # what others learned meanwhile is in it
        if learned is not self._learned:
            self._learned, self._counter = learned, learned.counter()
