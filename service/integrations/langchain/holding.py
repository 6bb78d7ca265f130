"""Keeps what is done inside out of an agent's stream of messages.

Which calls a reply has shows only at its end, and its tokens are streamed before. So while Riffler's tools are on offer
the stream's handler hears of a reply later: of a text when it is longer than a remark before a call, of all else when
the reply is whole. Of one that calls nothing but Riffler's tools it never hears.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.callbacks.base import BaseCallbackManager
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables.config import var_child_runnable_config
from langchain_core.tracers._streaming import _StreamingCallbackHandler, _V2StreamingCallbackHandler
from langgraph.pregel._messages import StreamMessagesHandler

from riffler.service.integrations.langchain.messages import calls_of
from riffler.service.integrations.openai_proxy.outgoing import REMARK


class Held(BaseCallbackHandler, _StreamingCallbackHandler[Any]):
    """Stands before a handler.

    Args:
        handler: The handler.
    """

    run_inline = True

    def __init__(self, handler: Any) -> None:  # noqa: ANN401 - LangGraph's handlers have no common public type
        self._handler = handler
        self._waiting: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self._live = self._calls = False
        self._text = 0
        self._run: UUID | None = None
        self._id: str | None = None

    def on_chat_model_start(self, *args: Any, run_id: UUID, **fields: Any) -> None:  # noqa: ANN401 - as LangChain calls it
        """Begin."""
        self._run = run_id
        self._handler.on_chat_model_start(*args, run_id=run_id, **fields)

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **fields: Any) -> None:  # noqa: ANN401
        """Take a piece of the reply."""
        message = getattr(chunk, "message", None)
        if isinstance(message, AIMessageChunk):
            self._id = message.id or self._id
            self._calls = self._calls or bool(message.tool_call_chunks)
            self._text += len(str(message.text))
        self._take("on_llm_new_token", (token,), {"chunk": chunk, **fields})
        if not self._calls and self._text > REMARK:
            self._live = True
            self._release()

    def on_stream_event(self, *args: Any, **fields: Any) -> None:  # noqa: ANN401
        """Take an event of the reply."""
        self._take("on_stream_event", args, fields)

    def on_llm_end(self, *args: Any, **fields: Any) -> None:  # noqa: ANN401
        """Take the reply's end."""
        self._calls = True  # it waits for what the reply turns out to be
        self._take("on_llm_end", args, fields)

    def on_llm_error(self, *args: Any, **fields: Any) -> None:  # noqa: ANN401
        """Tell that there is no reply."""
        self._release()
        self._handler.on_llm_error(*args, **fields)

    def tap_output_iter(self, run_id: UUID, output: Iterator[Any]) -> Iterator[Any]:
        """See LangChain."""
        return output

    def tap_output_aiter(self, run_id: UUID, output: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """See LangChain."""
        return output

    def decide(self, message: AIMessage, ids: frozenset[str]) -> None:
        """Let go what the agent is to hear of a reply.

        Args:
            message: The reply.
            ids: Of its calls of Riffler's tools.
        """
        if not ids:
            self._release()
            return
        waiting, self._waiting = self._waiting, []
        theirs = [call for call in calls_of(message) if call.id not in ids]
        if theirs:
            for name, args, fields in waiting:
                said = getattr(fields.get("chunk"), "message", None)
                if name == "on_llm_new_token" and not getattr(said, "tool_call_chunks", None):
                    self._handler.on_llm_new_token(*args, **fields)
            chunks = [
                tool_call_chunk(name=call.name, args=call.arguments, id=call.id, index=index)
                for index, call in enumerate(theirs)
            ]
            made = ChatGenerationChunk(message=AIMessageChunk(content="", id=self._id, tool_call_chunks=chunks))
            self._handler.on_llm_new_token("", chunk=made, run_id=self._run)
        self._handler.on_llm_error(RuntimeError("not for the stream"), run_id=self._run)  # which forgets the run

    def _take(self, name: str, args: tuple[Any, ...], fields: dict[str, Any]) -> None:
        if self._live and not self._calls:
            getattr(self._handler, name)(*args, **fields)
        else:
            self._waiting.append((name, args, fields))

    def _release(self) -> None:
        waiting, self._waiting = self._waiting, []
        for name, args, fields in waiting:
            getattr(self._handler, name)(*args, **fields)


class HeldEvents(Held, _V2StreamingCallbackHandler):
    """The same for a handler that takes events: a model looks at the handler's type."""


@contextmanager
def held_back(*, wanted: bool) -> Iterator[list[Held]]:
    """Stand before the handlers of the agent's stream of messages, for one model call.

    Args:
        wanted: Whether anything may have to be held back.

    Yields:
        Those that stand before one.
    """
    config = var_child_runnable_config.get()
    manager = (config or {}).get("callbacks")
    if not wanted or config is None or not isinstance(manager, BaseCallbackManager):
        yield []
        return
    made: dict[int, Held] = {}

    def before(handler: BaseCallbackHandler) -> BaseCallbackHandler:
        if not isinstance(handler, StreamMessagesHandler):
            return handler
        kind = HeldEvents if isinstance(handler, _V2StreamingCallbackHandler) else Held
        return made.setdefault(id(handler), kind(handler))

    manager = manager.copy()
    manager.handlers = [before(handler) for handler in manager.handlers]
    manager.inheritable_handlers = [before(handler) for handler in manager.inheritable_handlers]
    token = var_child_runnable_config.set({**config, "callbacks": manager})
    try:
        yield list(made.values())
    finally:
        var_child_runnable_config.reset(token)
