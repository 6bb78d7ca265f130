"""Runs an agent's model calls as turns in this process: the tool loop of Riffler runs inside.

The turn runs in a thread's loop; whoever waits for it makes its calls of the model (see `engine.py`).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import aclosing, contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final

from langchain.agents.middleware.internal_call_transformer import internal_call_metadata
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, UsageMetadata
from langchain_core.messages.ai import add_usage
from langchain_core.runnables import RunnableConfig

from riffler.errors import EngineUnavailable, RifflerError
from riffler.service.agent.progress import Said
from riffler.service.integrations.background import Background, tell
from riffler.service.integrations.langchain.asking import asked_of, model_name, offered, window_of, with_view
from riffler.service.integrations.langchain.engine import JOBS, AgentEngine, Job, Jobs
from riffler.service.integrations.langchain.holder import Holding, holder
from riffler.service.integrations.langchain.messages import calls_of, completion_of, langchain_of, without_calls
from riffler.service.integrations.openai_proxy.asked import Asked
from riffler.service.integrations.openai_proxy.outgoing import Outgoing
from riffler.service.integrations.openai_proxy.proxy import Proxy
from riffler.service.integrations.under_way import UnderWay

Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]
AsyncHandler = Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
INTERNAL: RunnableConfig = {"tags": ["nostream"], "metadata": internal_call_metadata()}
"""Of calls that no stream of the agent's is to show."""
_HELD_BACK: Final = holder()


@dataclass(frozen=True, slots=True)
class Kept:
    """What answers for one model.

    Attributes:
        proxy: Answers.
        tools: Names of Riffler's tools.
        aclose: Gives back what it stands on.
    """

    proxy: Proxy
    tools: frozenset[str]
    aclose: Callable[[], Awaitable[None]]


@dataclass
class _Call:
    """One model call of an agent, while its turn runs."""

    request: ModelRequest[Any]
    tools: frozenset[str]
    response: ModelResponse[Any] | None = None
    usage: UsageMetadata | None = None
    failed: Exception | None = None
    held: Sequence[Holding] = field(default_factory=list)

    @contextmanager
    def asking(self, job: Job) -> Iterator[ModelRequest[Any]]:
        """Give what the agent's handler is asked; what it streams is held back meanwhile."""
        with _HELD_BACK(wanted=bool(offered(job.request, self.tools))) as self.held:
            yield with_view(self.request, job.request, self.tools)

    def heard(self, job: Job, response: ModelResponse[Any]) -> None:
        """Tell the turn what the agent's handler gave."""
        message = _answer_in(response)
        ours = {tool["function"]["name"] for tool in offered(job.request, self.tools)}
        ids = frozenset(call.id for call in calls_of(message) if call.name in ours)
        for held in self.held:
            held.decide(message, ids)
        self.response = response
        self._told(job, message)

    def inner(self, job: Job) -> list[Any]:
        """Give the messages of a call that isn't the agent's own: a rewrite, or a summary."""
        return langchain_of(job.request.messages, ())

    def _told(self, job: Job, message: AIMessage) -> None:
        if message.usage_metadata is not None:
            self.usage = add_usage(self.usage, message.usage_metadata)
        job.settle(completion_of(message, model_name(self.request.model)))

    def inner_heard(self, job: Job, message: AIMessage) -> None:
        """Tell the turn what the model said to a call that isn't the agent's own."""
        self._told(job, message)

    def lost(self, job: Job, exc: Exception, *, own: bool) -> None:
        """Tell the turn that a call failed; the agent hears of its own calls what its handler raised."""
        if own:
            self.failed = exc
        job.settle(EngineUnavailable("engine langchain: the agent's model failed", f": {type(exc).__name__}"))

    def given(self, outgoing: Outgoing, said: Said) -> ModelResponse[Any]:
        """Give what the agent gets: the last reply, without calls that ran inside, and with the turn's usage."""
        assert self.response is not None  # noqa: S101 - a turn that has an answer has called the model
        last = _answer_in(self.response)
        told: dict[str, Any] = {"session": outgoing.session, "saved_tokens": outgoing.saved_tokens}
        if outgoing.rewriting is not None:
            told |= {"arm": outgoing.rewriting.arm, "decision": outgoing.rewriting.decision}
        answer = without_calls(last, frozenset(call.id for call in said.ours)).model_copy(
            update={
                "usage_metadata": self.usage,
                "response_metadata": {**last.response_metadata, "riffler": told},
            }
        )
        result = [answer if message is last else message for message in self.response.result]
        return ModelResponse(result=result, structured_response=self.response.structured_response)


class InProcess:
    """Answers model calls by turns.

    Args:
        make: Wires what answers for a model.
        tenant: Whose sessions.
    """

    def __init__(self, make: Callable[[AgentEngine], Kept], tenant: str) -> None:
        self._make, self._tenant = make, tenant
        self._background = Background("riffler-langchain")
        self._background.when_forked(self._forget)
        self._turns = UnderWay(self._background)
        self._making = threading.Lock()
        self._kept: dict[tuple[str, int], Kept] = {}

    def call(self, request: ModelRequest[Any], handler: Handler, session: str) -> ModelResponse[Any]:
        """Answer a model call.

        Args:
            request: The call.
            handler: Makes a call.
            session: The session's name; empty where the conversation has none.

        Returns:
            The answer. It raises what the handler raises, and Riffler's own errors where memory fails.
        """
        asked = asked_of(request, session)
        if asked is None:
            return handler(request)
        kept = self._kept_for(request)
        call, jobs = _Call(request, kept.tools), queue.SimpleQueue[Job | None]()
        with self._turning(kept, asked, jobs.put) as turn:
            while (job := jobs.get()) is not None:
                self._work(call, job, handler)
            turned = _result(turn, call)
        return handler(request) if turned is None else call.given(*turned)

    async def acall(self, request: ModelRequest[Any], handler: AsyncHandler, session: str) -> ModelResponse[Any]:
        """Answer a model call.

        Args:
            request: The call.
            handler: Makes a call.
            session: The session's name; empty where the conversation has none.

        Returns:
            The answer; see `call`.
        """
        asked = asked_of(request, session)
        if asked is None:
            return await handler(request)
        kept = self._kept.get(_which(request))
        if kept is None:  # made beside the loop, as it takes seconds
            kept = await asyncio.to_thread(self._kept_for, request)
        loop = asyncio.get_running_loop()
        call, jobs = _Call(request, kept.tools), asyncio.Queue[Job | None]()
        with self._turning(kept, asked, lambda job: tell(loop, jobs.put_nowait, job)) as turn:
            while (job := await jobs.get()) is not None:
                await self._awork(call, job, handler)
            turned = _result(turn, call)
        return await handler(request) if turned is None else call.given(*turned)

    def close(self) -> None:
        """Stop turns that still run, then close what was started. Safe to call twice."""
        if self._background.begun:
            self._background.run(self._turns.stop())
        while self._kept:
            _, kept = self._kept.popitem()
            self._background.run(_closed(kept))
        self._background.close()

    def _kept_for(self, request: ModelRequest[Any]) -> Kept:
        which = _which(request)
        with self._making:
            if which not in self._kept:
                self._kept[which] = self._make(AgentEngine(*which))
            return self._kept[which]

    def _forget(self) -> object:
        self._making = threading.Lock()
        kept, self._kept = self._kept, {}
        return kept

    @contextmanager
    def _turning(
        self, kept: Kept, asked: Asked, put: Callable[[Job | None], object]
    ) -> Iterator[Future[tuple[Outgoing, Said] | None]]:
        """Run a turn; its end puts None, and who doesn't wait for that cancels it."""
        turn = asyncio.run_coroutine_threadsafe(self._turn(kept, asked, Jobs(put)), self._background.loop())
        turn.add_done_callback(lambda _: put(None))
        try:
            yield turn
        except BaseException:  # a Ctrl-C, too: nobody would wait for the turn
            turn.cancel()
            raise

    async def _turn(self, kept: Kept, asked: Asked, jobs: Jobs) -> tuple[Outgoing, Said] | None:
        with self._turns.noted():
            return await self._turned(kept, asked, jobs)

    async def _turned(self, kept: Kept, asked: Asked, jobs: Jobs) -> tuple[Outgoing, Said] | None:
        try:
            size = sum(len(str(message["content"])) for message in asked.body["messages"])
            proxied = None if kept.proxy.off(asked) else await kept.proxy.read(asked, size)
            if proxied is None:
                return None
            said: list[Said] = []

            async def run() -> None:
                async with aclosing(kept.proxy.turn(self._tenant, proxied)) as progress:
                    said.extend([item async for item in progress if isinstance(item, Said)])

            context = Context()  # the turn's graph is no part of the agent's
            context.run(JOBS.set, jobs)
            await asyncio.get_running_loop().create_task(run(), context=context)
            return proxied.outgoing, said[-1]
        finally:
            jobs.end()

    def _work(self, call: _Call, job: Job, handler: Handler) -> None:
        own = job.request.client is not None
        try:
            if own:
                with call.asking(job) as request:
                    response = handler(request)
                call.heard(job, response)
            else:
                call.inner_heard(job, call.request.model.invoke(call.inner(job), INTERNAL))
        except Exception as exc:  # noqa: BLE001 - whatever the agent's handler raises, the agent hears
            call.lost(job, exc, own=own)

    async def _awork(self, call: _Call, job: Job, handler: AsyncHandler) -> None:
        own = job.request.client is not None
        try:
            if own:
                with call.asking(job) as request:
                    response = await handler(request)
                call.heard(job, response)
            else:
                call.inner_heard(job, await call.request.model.ainvoke(call.inner(job), INTERNAL))
        except Exception as exc:  # noqa: BLE001 - as above
            call.lost(job, exc, own=own)


def _which(request: ModelRequest[Any]) -> tuple[str, int]:
    """Tell models apart: two of one name may have different windows, by provider."""
    return model_name(request.model), window_of(request.model)


def _result(turn: Future[tuple[Outgoing, Said] | None], call: _Call) -> tuple[Outgoing, Said] | None:
    """Give what a turn came to, which is at its end; of a call that failed, what the agent's handler raised."""
    try:
        return turn.result()
    except RifflerError:
        if call.failed is not None:
            raise call.failed from None
        raise


def _answer_in(response: ModelResponse[Any]) -> AIMessage:
    """Find the model's reply; a tool's message may stand behind it, where an answer's structure was wrong."""
    return next(message for message in reversed(response.result) if isinstance(message, AIMessage))


async def _closed(kept: Kept) -> None:
    await kept.aclose()
