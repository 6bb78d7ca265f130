"""`riffler.RifflerMiddleware` and `riffler.riffler_tools`: for agents of LangChain's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from riffler.service.app import Riffler
from riffler.service.client.io_async.client import AsyncClient
from riffler.service.integrations.background import Background, Standing
from riffler.service.integrations.under_way import UnderWay
from riffler.service.proxied import proxy_of
from riffler.service.settings import Settings, read_settings

try:
    from riffler.service.integrations.langchain.at_server import AtServer
    from riffler.service.integrations.langchain.engine import AgentEngine
    from riffler.service.integrations.langchain.in_process import InProcess, Kept
    from riffler.service.integrations.langchain.middleware import Answering, TurnMiddleware
    from riffler.service.integrations.langchain.threads import session_named
    from riffler.service.integrations.langchain.tools import tools_of
except ModuleNotFoundError as exc:
    package = (exc.name or "riffler").partition(".")[0]
    if find_spec(package) is not None:  # a version that has its parts elsewhere: installing it again wouldn't help
        raise
    raise ImportError(
        f"LangChain's agents need the extra `langchain` ({package} is missing): pip install 'riffler[langchain]'"
    ) from exc

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


class RifflerMiddleware(TurnMiddleware):
    """Puts Riffler between an agent and its model: `create_agent(model, tools, middleware=[RifflerMiddleware()])`.

    Each model call becomes a turn on the session of the agent's thread. The model sees the session's view; Riffler's
    tools are offered beside the agent's and run inside, so that neither the agent's state nor its stream is filled with
    what they find; the newest question may be asked in other words. The agent's own messages stay as they came.
    An answer's `response_metadata["riffler"]`, in the agent's state, names session, arm and decision.

    Args:
        session: The session; None takes one for each thread of the agent's graph, and knows a conversation without a
            thread by what was said.
        settings: What to run on; None reads them from the environment. The engine that they name isn't used: the
            agent's model is the engine.
        tenant: Whose sessions and decisions.
        base_url: Address of a Riffler that runs as a server, with its `/v1`. Then that answers, by the model of its own
            settings, in place of the agent's: what the agent's model was made with (address, temperature, limits) isn't
            used, but what a call asks for (`model_settings`) is. A streamed answer with a `response_format` tells
            nothing of its turn: LangChain keeps no headers of it.
        api_key: The server's key.
        timeout_s: Longest silence of the server in seconds before a call fails with `openai.APITimeoutError`. openai's
            client tries twice more before.
    """

    def __init__(
        self,
        session: str | None = None,
        *,
        settings: Settings | None = None,
        tenant: str = "local",
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 600.0,
    ) -> None:
        if base_url is None:
            answering: Answering = InProcess(_maker(settings or read_settings(), tenant), tenant)
        else:
            answering = _at_server(base_url, api_key, timeout_s)
        super().__init__(answering, session)


@contextmanager
def riffler_tools(
    session: str | None = None,
    *,
    settings: Settings | None = None,
    tenant: str = "local",
    base_url: str | None = None,
    api_key: str | None = None,
) -> Iterator[list[BaseTool]]:
    """Give the context tools as LangChain's, for an agent that is to see them. The middleware needs none of them.

    Args:
        session: The session that they work on; None takes that of the thread in whose graph they run.
        settings: What to run on; None reads them from the environment.
        tenant: Whose session.
        base_url: Address of a Riffler that runs as a server, without a `/v1`. Then the session is there.
        api_key: The server's key.

    Yields:
        The tools. What was started is closed at the end of the block.
    """
    background, there = Background("riffler-tools"), "" if session is None else session_named(session)
    used = (settings or read_settings()) if base_url is None else None

    def make() -> Riffler | AsyncClient:
        return AsyncClient(base_url or "", api_key) if used is None else Riffler(used, tenant)

    standing, calls = Standing(background, make), UnderWay(background)

    async def call(session: str, tool: str, arguments: Mapping[str, Any]) -> str:
        made = standing.get()
        with calls.noted():
            if isinstance(made, Riffler):
                return await made.call(session, tool, json.dumps(arguments))
            return (await made.call(session, tool, arguments)).reply

    try:
        made = standing.get()
        if isinstance(made, Riffler):
            schemas: Sequence[Mapping[str, Any]] = made.room.offered.schemas()
        else:
            schemas = [each.model_dump() for each in background.run(made.tools())]
        yield tools_of(schemas, call, there, background)
    finally:
        background.run(calls.stop())
        background.run(standing.get().aclose())
        background.close()


def _maker(settings: Settings, tenant: str) -> Callable[[AgentEngine], Kept]:
    def make(engine: AgentEngine) -> Kept:
        window = settings.window_tokens
        engine = engine if window is None else AgentEngine(engine.info.model, window)
        riffler = Riffler(settings, tenant, engine)
        names = frozenset(schema["function"]["name"] for schema in riffler.room.offered.schemas())
        return Kept(proxy_of(riffler), names, riffler.aclose)

    return make


def _at_server(base_url: str, api_key: str | None, timeout_s: float) -> AtServer:
    try:
        from langchain_openai import ChatOpenAI  # noqa: PLC0415 - only who has a server needs it
    except ModuleNotFoundError as exc:
        raise ImportError("base_url needs langchain-openai: pip install 'riffler[langchain]'") from exc
    model = ChatOpenAI(
        model="riffler",
        base_url=base_url,
        api_key=SecretStr(api_key or "none"),
        timeout=timeout_s,
        include_response_headers=True,  # they tell of the turn
        stream_usage=True,  # LangChain asks for it by itself at OpenAI's own address alone
    )
    return AtServer(model)
