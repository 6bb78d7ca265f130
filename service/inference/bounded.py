"""`BoundedEngine`: any engine, whose completions have an end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, most_completion_tokens


class BoundedEngine(WrappingEngine):
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
        super().__init__(engine)
        self._completion_tokens = completion_tokens

    def generate(self, request: EngineRequest) -> AsyncIterator[TextDelta | Completion]:
        """See the port."""
        if request.sampling.max_tokens is None:
            most = most_completion_tokens(self.info, self._completion_tokens)
            request = replace(request, sampling=replace(request.sampling, max_tokens=most))
        return super().generate(request)
