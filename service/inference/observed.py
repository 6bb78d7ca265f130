"""`ObservedEngine`: any engine, with each of its calls told to an observer, and its tokens to who pays for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from riffler.errors import RifflerError
from riffler.service.inference.charging import charged, texts_in
from riffler.service.inference.estimate import estimated_usage
from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, closing_stream
from riffler.service.ports.observer import Observer, Outcome
from riffler.tools.messages import Message


class ObservedEngine(WrappingEngine):
    """An `Engine` that is another one. A call's time ends with its completion.

    Args:
        engine: The other one.
        observer: Is told.
    """

    def __init__(self, engine: Engine, observer: Observer) -> None:
        super().__init__(engine)
        self._observer = observer

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port."""
        began, ended_s, error = time.perf_counter(), None, ""
        outcome: Outcome = "failed"
        try:
            with charged(lambda: self._prompt(request)) as bill:
                async with closing_stream(self.inner.generate(request)) as stream:
                    async for item in stream:
                        if isinstance(item, Completion):
                            outcome, ended_s = "done", time.perf_counter() - began
                            bill.reports(item.usage.prompt_tokens + item.usage.completion_tokens, final=True)
                        else:
                            for text in (item.text,) if item.raw is None else texts_in(item.raw):
                                bill.wrote(text)
                        yield item
        except (asyncio.CancelledError, GeneratorExit):
            outcome = "cancelled" if ended_s is None else outcome
            raise
        except RifflerError as exc:
            outcome, error = "failed", type(exc).__name__
            raise
        except Exception:  # a bug, which is counted and goes on
            outcome, error = "failed", "Unforeseen"
            raise
        finally:
            self._observer.generated(outcome, time.perf_counter() - began if ended_s is None else ended_s, error)

    def _prompt(self, request: EngineRequest) -> int:
        """Estimate what a call has read: a turn has counted its messages already."""
        return estimated_usage(request, Message.assistant(""), self.counter).prompt_tokens
