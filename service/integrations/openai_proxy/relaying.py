"""Chat requests that go straight to a model which runs in this process: OpenAI's chat API around any engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from riffler.errors import InvalidInput
from riffler.service.agent.progress import AnswerDelta, Said
from riffler.service.integrations.openai_proxy.asked import ALIAS, Asked, beside_of, has_functions_only
from riffler.service.integrations.openai_proxy.model_list import unknown_model
from riffler.service.integrations.openai_proxy.outgoing import Outgoing
from riffler.service.ports.engine import Completion, Engine, EngineRequest, TextDelta, ToolChoice, closing_stream
from riffler.tools.messages import read_messages
from riffler.tools.pairing import check_complete


class EngineRelay:
    """A `Relay` to an engine that is no server. It does with a request what the engine can.

    Args:
        engine: The engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def relay(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any]]:
        """See the port. Messages that can't be read are `InvalidInput`, too.

        Args:
            body: The request.

        Yields:
            Chunks, or the one answer.

        Raises:
            EngineRejected: Another model is asked for.
            InvalidInput: A tool is no function.
        """
        asked = Asked(body)
        if not has_functions_only(asked):
            raise InvalidInput("tools: expected functions, each with its name")
        if asked.model not in {ALIAS, self._engine.info.model}:
            message = f"The model {asked.model!r} does not exist here; there is {self._engine.info.model!r}."
            refused = unknown_model(message, self._engine.info.name)
            raise refused
        messages = read_messages(body["messages"])
        check_complete(messages)
        beside, outgoing = beside_of(asked, frozenset()), Outgoing(asked, self._engine.info.model, inside=False)
        request = EngineRequest(messages, asked.tools, _choice(body), beside.sampling, asked.stream)
        async with closing_stream(self._engine.generate(request)) as items:
            async for item in items:
                outgoing.hear(_as_told(item))
                for chunk in outgoing.take():
                    yield chunk
                if isinstance(item, Completion):
                    for chunk in outgoing.end():
                        yield chunk
        if not asked.stream:
            yield outgoing.whole()

    async def listed(self) -> Mapping[str, Any] | None:
        """See the port: there is no list."""
        return None


def _as_told(item: TextDelta | Completion) -> AnswerDelta | Said:
    return Said(item, (), item.message.tool_calls) if isinstance(item, Completion) else AnswerDelta(item.text)


def _choice(body: Mapping[str, Any]) -> ToolChoice:
    """Read `tool_choice`, which may be of any type: the name of one function stands in an object."""
    match body.get("tool_choice"):
        case "none":
            return "none"
        case "required":
            return "required"
        case _:
            return "auto"
