"""`ErringEngine`: any engine, in whose place a wrong call is said at the beginning of a turn."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence

from riffler.service.evaluation.benchmark import Call
from riffler.service.inference.estimate import estimated_usage
from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, closing_stream
from riffler.tools.messages import Message, ToolCall


class ErringEngine(WrappingEngine):
    """An `Engine` that is another one, but for the first call of a turn. Its other calls are passed on as they are.

    Args:
        engine: The other one. Who made it closes it.

    Attributes:
        wrong: What the next call with tools says, set before each turn: the first of these whose tool is on offer. It
            is said once. None, or none on offer, leaves the other engine alone.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.wrong: Sequence[Call] = ()

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """See the port."""
        call = self._next_wrong(request)
        if call is not None:
            message = Message.assistant(None, [call])
            usage = estimated_usage(request, message, self.counter)
            yield Completion(message, "tool_calls", usage, self.info.model)
            return
        async with closing_stream(self.inner.generate(request)) as stream:
            async for item in stream:
                yield item

    async def aclose(self) -> None:
        """Do nothing: the engine is another one's, too."""

    def _next_wrong(self, request: EngineRequest) -> ToolCall | None:
        offered = {tool["function"]["name"] for tool in request.tools}
        if request.tool_choice == "none" or not offered:
            return None  # the wrong call waits: a summary is no step of the turn
        wrong, self.wrong = self.wrong, ()
        taken = {call.id for message in request.messages for call in message.tool_calls}
        for name, arguments in wrong:
            if name in offered:
                number = next(number for number in range(len(taken) + 1) if f"call_{number}" not in taken)
                return ToolCall(f"call_{number}", name, json.dumps(arguments, ensure_ascii=False))
        return None
