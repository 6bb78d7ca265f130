"""A real upstream, and LangChain's own agents on it with Riffler's middleware."""

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr
from tests.service.http.served import served

from riffler import Riffler, RifflerMiddleware
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.scripted import Reply, ReplyFunction
from riffler.service.settings import Settings, read_settings

MODEL = "local"


@tool
def weather(place: str) -> str:
    """Tell the weather."""
    return f"4 degrees in {place}"


@dataclass
class Agents:
    """What a test has.

    Attributes:
        upstream: The model's server.
        settings: Riffler's.
        tenant: Whose sessions.
        middleware: Riffler's.
    """

    upstream: LocalApi
    settings: Settings
    tenant: str
    middleware: RifflerMiddleware

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the model's server got so far."""
        return [received.body for received in self.upstream.received]

    def agent(
        self,
        *,
        middleware: Sequence[Any] | None = None,
        tools: Sequence[Any] = (weather,),
        window_tokens: int | None = None,
        **fields: Any,
    ) -> Any:
        """Make an agent.

        Args:
            middleware: Its middleware; None is Riffler's.
            tools: Its tools.
            window_tokens: Its model's window, as LangChain knows it; None is that of a model it doesn't know.
            **fields: What else it is made of.

        Returns:
            The agent.
        """
        model = ChatOpenAI(
            model=MODEL,
            base_url=self.upstream.base_url,
            api_key=SecretStr("key-1"),
            max_retries=0,
            stream_usage=True,
            profile=None if window_tokens is None else {"max_input_tokens": window_tokens},
        )
        used = [self.middleware] if middleware is None else middleware
        return create_agent(model, list(tools), middleware=used, checkpointer=InMemorySaver(), **fields)

    async def messages(self, session: str) -> list[dict[str, Any]]:
        """Read what a session holds.

        Args:
            session: Its name.

        Returns:
            Its messages.
        """
        async with Riffler(self.settings, self.tenant) as reading:
            return [message.to_dict() for message in (await reading.memory(session)).messages]


@asynccontextmanager
async def agents(
    folder: Path, reply: Iterable[Reply] | ReplyFunction, *, faults: Iterable[Fault | None] = (), **settings: Any
) -> AsyncIterator[Agents]:
    """Set all up.

    Args:
        folder: Of the Redis that tests share.
        reply: What the model says.
        faults: What goes wrong with each of its answers.
        **settings: Riffler's.

    Yields:
        The parts.
    """
    made, tenant = read_settings(data_folder=folder, **settings), f"tenant-{secrets.token_hex(8)}"
    async with LocalApi(reply, model=MODEL, faults=faults) as upstream:
        with RifflerMiddleware(settings=made, tenant=tenant) as middleware:
            yield Agents(upstream, made, tenant, middleware)


@asynccontextmanager
async def at_server(
    folder: Path, reply: Iterable[Reply] | ReplyFunction, **settings: Any
) -> AsyncIterator[tuple[Agents, str]]:
    """Set all up, and a Riffler that is a server, with a tenant and settings of the same.

    Args:
        folder: Of the Redis that tests share.
        reply: What the model says.
        **settings: Riffler's.

    Yields:
        The parts, and the server's address with its `/v1`.
    """
    async with agents(folder, reply, **settings) as bench:
        engine = OpenAIEngine(MODEL, base_url=bench.upstream.base_url, max_retries=0)
        async with Riffler(bench.settings, bench.tenant, engine) as riffler, served(riffler) as http:
            yield bench, f"{str(http.base_url).rstrip('/')}/v1"


def on(thread: str) -> Any:
    """Give the config of a thread."""
    return {"configurable": {"thread_id": thread}}


def asking(text: str) -> Any:
    """Give the input of a question."""
    return {"messages": [{"role": "user", "content": text}]}
