"""The middleware's face to LangChain. Who answers a model call is handed in: turns in this process, or a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Protocol, Self

from langchain.agents.middleware.internal_call_transformer import InternalCallTransformer
from langchain.agents.middleware.types import AgentMiddleware, AgentState, ModelRequest, ModelResponse

from riffler.service.integrations.langchain.threads import session_named, session_of

Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]
AsyncHandler = Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]


class Answering(Protocol):
    """Answers model calls of an agent."""

    def call(self, request: ModelRequest[Any], handler: Handler, session: str) -> ModelResponse[Any]:
        """Answer a model call.

        Args:
            request: The call.
            handler: Makes a call.
            session: The session's name; empty where the conversation has none.

        Returns:
            The answer.
        """
        ...

    async def acall(self, request: ModelRequest[Any], handler: AsyncHandler, session: str) -> ModelResponse[Any]:
        """Answer a model call; see `call`."""
        ...

    def close(self) -> None:
        """Close what was started. Safe to call twice."""
        ...


class TurnMiddleware(AgentMiddleware[AgentState[Any], Any, Any]):
    """Runs each model call of an agent through Riffler. The agent's own state stays as it came.

    Args:
        answering: Answers.
        session: The session; None takes one for each thread of the agent's graph.
    """

    transformers = (InternalCallTransformer,)

    def __init__(self, answering: Answering, session: str | None = None) -> None:
        super().__init__()
        self._answering = answering
        self._session = None if session is None else session_named(session)

    def wrap_model_call(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        """See LangChain."""
        return self._answering.call(request, handler, self._named())

    async def awrap_model_call(self, request: ModelRequest[Any], handler: AsyncHandler) -> ModelResponse[Any]:
        """See LangChain."""
        return await self._answering.acall(request, handler, self._named())

    def close(self) -> None:
        """Close what was started. Safe to call twice."""
        self._answering.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _named(self) -> str:
        return session_of() if self._session is None else self._session
