"""Sends an agent's model calls to a Riffler that is a server: its model answers, and its tools run there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel

Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]
AsyncHandler = Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]


class AtServer:
    """Puts the server's model in the place of the agent's.

    Args:
        model: A chat model that speaks to the server.
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
        return handler(self._asked(request, session))

    async def acall(self, request: ModelRequest[Any], handler: AsyncHandler, session: str) -> ModelResponse[Any]:
        """Answer a model call; see `call`."""
        return await handler(self._asked(request, session))

    def close(self) -> None:
        """Nothing was started."""

    def _asked(self, request: ModelRequest[Any], session: str) -> ModelRequest[Any]:
        settings = dict(request.model_settings)
        if session:
            settings["extra_headers"] = {**settings.get("extra_headers", {}), "X-Riffler-Session": session}
        return request.override(model=self._model, model_settings=settings)
