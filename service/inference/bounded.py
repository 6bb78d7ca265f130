"""`BoundedEngine`: any engine, whose completions have an end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from riffler.service.ports.engine import (
    Completion,
    Engine,
    EngineInfo,
    EngineRequest,
    TextDelta,
    closing_stream,
    most_completion_tokens,
)
from riffler.tools.tokens import TokenCounter


class BoundedEngine:
    """An `Engine` that is another one, and is asked for no more tokens than are kept free for a completion.

    A model that repeats itself for ever would else do so until its window is full. Who says how many tokens it wants
    gets those.

    Args:
        engine: The other one.
        completion_tokens: Most tokens of a completion; None is the default.

    Attributes:
        inner: The other one, for who asks what it is.
    """

    def __init__(self, engine: Engine, completion_tokens: int | None) -> None:
        self.inner = engine
        self._completion_tokens = completion_tokens

    @property
    def info(self) -> EngineInfo:
        """See the port."""
        return self.inner.info

    @property
    def counter(self) -> TokenCounter:
        """See the port."""
        return self.inner.counter

    async def ready(self) -> None:
        """See the port."""
        await self.inner.ready()

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port."""
        if request.sampling.max_tokens is None:
            most = most_completion_tokens(self.info, self._completion_tokens)
            request = replace(request, sampling=replace(request.sampling, max_tokens=most))
        async with closing_stream(self.inner.generate(request)) as stream:
            async for item in stream:
                yield item

    async def aclose(self) -> None:
        """See the port."""
        await self.inner.aclose()
