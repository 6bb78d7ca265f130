"""`MeteredEngine`: any engine, with what its calls cost under the prices of a provider's prompt cache.

The bill is simulated, so that it is the same for every engine: of each call, the beginning that it has in common with
the call before, of those with the same tools, is billed at the read price, all the rest at the write price. (A summary
is a call without tools: it begins afresh, and breaks nothing.) A provider's smallest cached length, and the time after
which it forgets, are left out. How many tokens there are is what the engine reports; how they part is by its counter.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, closing_stream
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices, common_beginning
from riffler.tools.tokens import TokenCounter, count_message, count_schemas


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls cost.

    Attributes:
        calls: How many.
        seen_tokens: Tokens that the model read, of all calls.
        billed_tokens: The same under the cache's prices, in tokens at full price.
        completion_tokens: Tokens that it wrote.
    """

    calls: int = 0
    seen_tokens: int = 0
    billed_tokens: float = 0.0
    completion_tokens: int = 0


class MeteredEngine(WrappingEngine):
    """An `Engine` that is another one, and keeps an account of one session at a time.

    Args:
        engine: The other one. Who made it closes it.
        prices: The cache's.
        temperature: For calls that ask for none; None leaves the engine's own.
    """

    def __init__(self, engine: Engine, prices: CachePrices, temperature: float | None = None) -> None:
        super().__init__(engine)
        self._prices = prices
        self._temperature = temperature
        self._before: dict[str, EngineRequest] = {}
        self._spent = Spent()

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port."""
        sampling = request.sampling
        if sampling.temperature is None and self._temperature is not None:
            request = replace(request, sampling=replace(sampling, temperature=self._temperature))
        async with closing_stream(self.inner.generate(request)) as stream:
            async for item in stream:
                if isinstance(item, Completion):
                    self._note(request, item)
                yield item

    async def aclose(self) -> None:
        """Do nothing: the engine is another one's, too."""

    def take(self) -> Spent:
        """End a session's account.

        Returns:
            What was spent since the last time.
        """
        spent, self._spent = self._spent, Spent()
        self._before.clear()
        return spent

    def _note(self, request: EngineRequest, completion: Completion) -> None:
        names = ",".join(tool["function"]["name"] for tool in request.tools)
        share = kept_share(self._before.get(names), request, self.counter)
        self._before[names] = request
        seen = completion.usage.prompt_tokens
        kept = round(seen * share)
        self._spent = Spent(
            self._spent.calls + 1,
            self._spent.seen_tokens + seen,
            self._spent.billed_tokens + self._prices.read * kept + self._prices.write * (seen - kept),
            self._spent.completion_tokens + completion.usage.completion_tokens,
        )


def kept_share(before: EngineRequest | None, now: EngineRequest, counter: TokenCounter) -> float:
    """Tell how much of a request a cache has, which saw another one.

    Args:
        before: The other one, with the same tools; None for none.
        now: The request.
        counter: Counts tokens. Messages that it counted before cost nothing.

    Returns:
        The common beginning's share of the tokens, in [0, 1]. Within the first message that differs, tokens are split
        in proportion to characters.
    """
    if before is None:
        return 0.0
    schemas = count_schemas(tuple(now.tools), counter)
    counts = [count_message(message, counter) for message in now.messages]
    total = schemas + sum(counts)
    kept: float = schemas
    for at, message in enumerate(now.messages):
        if at < len(before.messages) and before.messages[at].json == message.json:
            kept += counts[at]
            continue
        if at < len(before.messages):
            kept += counts[at] * _common_share(before.messages[at], message)
        break
    return kept / total if total else 0.0


def _common_share(before: Message, now: Message) -> float:
    """Tell which share of a message's JSON text another one begins with."""
    return common_beginning(before.json, now.json) / len(now.json)
