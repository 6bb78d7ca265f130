"""`ObservedEngine`: any engine, with each of its calls told to an observer, and its tokens to who pays for them.

`ObservedRelay` tells of the requests that are passed on to its server as they came.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

from riffler.errors import EngineFailed, RifflerError
from riffler.service.inference.charging import charged, texts_in
from riffler.service.inference.estimate import estimated_usage
from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, Relay, TextDelta, closing_stream
from riffler.service.ports.observer import Observer, Outcome
from riffler.tools.messages import Message


class ObservedEngine(WrappingEngine):
    """An `Engine` that is another one. A call's time ends with its completion.

    Args:
        engine: The other one.
        observer: Is told.

    Attributes:
        observer: See there.
    """

    def __init__(self, engine: Engine, observer: Observer) -> None:
        super().__init__(engine)
        self.observer = observer

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port."""
        with _observed(self.observer) as call, charged(lambda: self._prompt(request)) as bill:
            async with closing_stream(self.inner.generate(request)) as stream:
                async for item in stream:
                    if isinstance(item, Completion):
                        call.done()
                        bill.reports(item.usage.prompt_tokens + item.usage.completion_tokens, final=True)
                    else:
                        for text in (item.text, item.thought) if item.raw is None else texts_in(item.raw):
                            bill.wrote(text)
                        if not item.text and item.raw is None:  # a thought alone, which isn't for who asks
                            continue
                    yield item

    def _prompt(self, request: EngineRequest) -> int:
        """Estimate what a call has read: a turn has counted its messages already."""
        return estimated_usage(request, Message.assistant(""), self.counter).prompt_tokens


class ObservedRelay:
    """A `Relay` that is another one. A call's time ends with its answer, or with the end of its stream.

    Args:
        relay: The other one; it tells the tokens itself.
        observer: Is told.
    """

    def __init__(self, relay: Relay, observer: Observer) -> None:
        self._relay, self._observer = relay, observer

    async def relay(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any]]:
        """See the port."""
        with _observed(self._observer) as call:
            async with aclosing(self._relay.relay(body)) as answers:
                async for value in answers:
                    if value.get("error"):  # in the place of an answer, or behind a part of it
                        call.failed(EngineFailed.__name__)
                    elif not body.get("stream"):
                        call.done()
                    yield value
            call.done()

    async def listed(self) -> Mapping[str, Any] | None:
        """See the port."""
        return await self._relay.listed()


class _Call:
    """A call as it is told: the first that is said of its end counts."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.outcome: Outcome | None = None
        self.error = ""
        self.seconds = 0.0

    def done(self) -> None:
        self.end("done")

    def failed(self, error: str) -> None:
        self.end("failed", error)

    def end(self, outcome: Outcome, error: str = "") -> None:
        if self.outcome is None:
            self.outcome, self.error, self.seconds = outcome, error, time.perf_counter() - self._began


@contextmanager
def _observed(observer: Observer) -> Iterator[_Call]:
    call = _Call()
    try:
        yield call
    except (asyncio.CancelledError, GeneratorExit):
        call.end("cancelled")
        raise
    except RifflerError as exc:
        call.outcome = None  # also one behind the answer
        call.failed(type(exc).__name__)
        raise
    except Exception:  # a bug, which is counted and goes on
        call.outcome = None
        call.failed("Unforeseen")
        raise
    finally:
        call.end("failed")
        observer.generated(call.outcome or "failed", call.seconds, call.error)
