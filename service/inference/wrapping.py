"""`WrappingEngine`: any engine, passed on as it is. Engines that change one thing of another extend it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from riffler.service.ports.engine import Completion, Engine, EngineInfo, EngineRequest, TextDelta
from riffler.tools.tokens import TokenCounter


class WrappingEngine:
    """An `Engine` that is another one.

    Args:
        engine: The other one.

    Attributes:
        inner: The other one, for who asks what it is.
    """

    def __init__(self, engine: Engine) -> None:
        self.inner = engine

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

    def generate(self, request: EngineRequest) -> AsyncIterator[TextDelta | Completion]:
        """See the port."""
        return self.inner.generate(request)

    async def aclose(self) -> None:
        """See the port."""
        await self.inner.aclose()
