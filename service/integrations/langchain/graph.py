"""Riffler's own agent as a node of somebody's graph: the model of the settings answers, on the session of the thread.

Inside it is a chat model to LangChain, so that a graph's stream of messages has its tokens as of any other.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from contextvars import Context
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from pydantic import PrivateAttr

from riffler.errors import InvalidInput
from riffler.service.integrations.background import Background, Standing, tell
from riffler.service.integrations.langchain.messages import openai_of
from riffler.service.integrations.langchain.threads import session_of
from riffler.service.integrations.openai_proxy.asked import ALIAS, Asked
from riffler.service.integrations.openai_proxy.outgoing import Outgoing
from riffler.service.integrations.openai_proxy.proxy import Proxy
from riffler.service.integrations.under_way import UnderWay

Piece = AIMessageChunk | BaseException | None
"""A piece of an answer, or why there is none; None at the end."""


class Turning:
    """Runs turns of conversations in a loop beside.

    Args:
        make: Wires what answers; called when it is first needed.
        tenant: Whose sessions.
        background: Where turns run.
    """

    def __init__(self, make: Callable[[], Proxy], tenant: str, background: Background) -> None:
        self._tenant, self._background = tenant, background
        self._proxy = Standing(background, make)
        self._turns = UnderWay(background)

    def start(self, asked: Asked, put: Callable[[Piece], object]) -> Callable[[], object]:
        """Begin a turn.

        Args:
            asked: What is asked; its answer is wanted in pieces.
            put: Takes the pieces, in another thread.

        Returns:
            Stops it.
        """
        turn = asyncio.run_coroutine_threadsafe(self._run(self._proxy.get(), asked, put), self._background.loop())
        turn.add_done_callback(lambda done: put(None if done.cancelled() else done.exception()))
        return turn.cancel

    def stop(self) -> None:
        """Stop turns that still run, and wait until they have put their things in order."""
        if self._background.begun:
            self._background.run(self._turns.stop())

    async def _run(self, proxy: Proxy, asked: Asked, put: Callable[[Piece], object]) -> None:
        with self._turns.noted():
            await self._answer(proxy, asked, put)

    async def _answer(self, proxy: Proxy, asked: Asked, put: Callable[[Piece], object]) -> None:
        proxied = await proxy.read(asked, sum(len(str(message["content"])) for message in asked.body["messages"]))
        if proxied is None:
            raise InvalidInput("messages: expected a conversation whose tool calls have their results")

        async def run() -> None:
            async with aclosing(proxy.turn(self._tenant, proxied)) as progress:
                async for _ in progress:
                    for chunk in proxied.outgoing.take():
                        if chunk.get("choices"):
                            put(AIMessageChunk(content=chunk["choices"][0]["delta"].get("content") or ""))
            put(_end_of(proxied.outgoing))

        # The turn's graph is no part of the graph that this runs in.
        await asyncio.get_running_loop().create_task(run(), context=Context())


class TurnModel(BaseChatModel):
    """A chat model whose answers are turns. It is called with the session's name as `session`."""

    _turning: Turning = PrivateAttr()

    def __init__(self, turning: Turning) -> None:
        super().__init__(cache=False)  # an answer from LangChain's cache would be no turn
        self._turning = turning

    @property
    def _llm_type(self) -> str:
        return "riffler"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - as LangChain calls it
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - as LangChain calls it
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - as LangChain calls it
    ) -> Iterator[ChatGenerationChunk]:
        pieces = queue.SimpleQueue[Piece]()
        cancel = self._turning.start(_asked(messages, stop, kwargs["session"]), pieces.put)
        try:
            while (piece := pieces.get()) is not None:
                chunk = _chunk(piece)
                if run_manager is not None:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        finally:
            cancel()

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - as LangChain calls it
    ) -> AsyncIterator[ChatGenerationChunk]:
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue[Piece]()
        asked = _asked(messages, stop, kwargs["session"])
        cancel = await asyncio.to_thread(self._turning.start, asked, lambda piece: tell(loop, pieces.put_nowait, piece))
        try:
            while (piece := await pieces.get()) is not None:
                chunk = _chunk(piece)
                if run_manager is not None:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        finally:
            cancel()


def graph_of(turning: Turning, session: str) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Draw a graph of one node that answers the messages of its state.

    Args:
        turning: Runs turns.
        session: The session's name; empty takes that of the thread.

    Returns:
        The graph, to be run or to be a node of another one.
    """
    model = TurnModel(turning)

    def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"], session=session or session_of())]}

    async def aanswer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"], session=session or session_of())]}

    graph = StateGraph(MessagesState)
    graph.add_node("answer", RunnableLambda(answer, aanswer))
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    return graph.compile()


def _asked(messages: Sequence[BaseMessage], stop: list[str] | None, session: str) -> Asked:
    body: dict[str, Any] = {"model": ALIAS, "messages": [openai_of(message) for message in messages], "stream": True}
    return Asked(body | ({"stop": stop} if stop else {}), session)


def _chunk(piece: AIMessageChunk | BaseException) -> ChatGenerationChunk:
    if isinstance(piece, BaseException):
        raise piece
    return ChatGenerationChunk(message=piece)


def _end_of(outgoing: Outgoing) -> AIMessageChunk:
    """Tell usage, and what was done, behind the answer's text."""
    answer = outgoing.answer
    assert answer is not None  # noqa: S101 - a turn promises it as its last item
    read, written, cached = answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.cached_tokens
    told = {"session": answer.session, "arm": answer.rewriting.arm, "decision": answer.rewriting.decision}
    return AIMessageChunk(
        content="",
        chunk_position="last",
        usage_metadata={
            "input_tokens": read,
            "output_tokens": written,
            "total_tokens": read + written,
            "input_token_details": {"cache_read": cached},
        },
        response_metadata={
            "finish_reason": answer.finish_reason,
            "riffler": {**told, "saved_tokens": outgoing.saved_tokens},
        },
    )
