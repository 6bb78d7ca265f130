"""Sends an agent's model calls to a Riffler that is a server: its model answers, and its tools run there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage

Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]
AsyncHandler = Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]


class AtServer:
    """Puts the server's model in the place of the agent's.

    What a call itself asks for goes along (its tools, its `model_settings`); what the agent's own model was made with
    (a temperature, say) is that model's, and isn't used.

    Args:
        model: A chat model that speaks to the server, and keeps the headers of answers.
    """

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model

    def call(self, request: ModelRequest[Any], handler: Handler, session: str) -> ModelResponse[Any]:
        """Answer a model call.

        Args:
            request: The call.
            handler: Makes a call.
            session: The session's name; empty where the conversation has none.

        Returns:
            The answer.
        """
        return _told(handler(self._asked(request, session)))

    async def acall(self, request: ModelRequest[Any], handler: AsyncHandler, session: str) -> ModelResponse[Any]:
        """Answer a model call; see `call`."""
        return _told(await handler(self._asked(request, session)))

    def close(self) -> None:
        """Nothing was started."""

    def _asked(self, request: ModelRequest[Any], session: str) -> ModelRequest[Any]:
        settings = dict(request.model_settings)
        if session:
            settings["extra_headers"] = {**settings.get("extra_headers", {}), "X-Riffler-Session": session}
        return request.override(model=self._model, model_settings=settings)


def _told(response: ModelResponse[Any]) -> ModelResponse[Any]:
    """Say beside each answer what its headers say of the turn, as a turn in this process does."""
    return ModelResponse([_with_turn(message) for message in response.result], response.structured_response)


def _with_turn(message: BaseMessage) -> BaseMessage:
    heads = message.response_metadata.get("headers", {}) if isinstance(message, AIMessage) else {}
    if "x-riffler-session" not in heads:  # it went straight to the model, or LangChain kept no headers
        return message
    told: dict[str, Any] = {
        "session": heads["x-riffler-session"],
        "saved_tokens": int(heads.get("x-riffler-saved-tokens", 0)),
    }
    if "x-riffler-arm" in heads:
        told |= {"arm": heads["x-riffler-arm"], "decision": heads.get("x-riffler-decision", "")}
    return message.model_copy(update={"response_metadata": {**message.response_metadata, "riffler": told}})
