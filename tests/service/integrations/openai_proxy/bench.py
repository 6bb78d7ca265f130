"""A real upstream, a Riffler before it on a real socket, and the official client to both."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.scripted import Reply, ReplyFunction
from riffler.service.settings import read_settings

MODEL = "local"


@dataclass
class Bench:
    """What a test has.

    Attributes:
        upstream: The model's server.
        riffler: The service before it.
        http: A plain client of the service.
        through: The official client of the service.
        straight: The official client of the model's server.
    """

    upstream: LocalApi
    riffler: Riffler
    http: httpx.AsyncClient
    through: openai.AsyncOpenAI
    straight: openai.AsyncOpenAI

    @property
    def url(self) -> str:
        """The service's address for an OpenAI client."""
        return str(self.http.base_url.join("/v1"))

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the model's server got so far."""
        return [received.body for received in self.upstream.received]

    async def ask(self, messages: list[Any], **fields: Any) -> Any:
        """Ask through Riffler, and give the raw response.

        Args:
            messages: What was said.
            **fields: The request's other fields.

        Returns:
            The response, with `headers` and `parse()`.
        """
        asked = {"model": MODEL, **fields}
        return await self.through.chat.completions.with_raw_response.create(messages=messages, **asked)

    async def synchronous(self, url: str, work: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """Do something with the official synchronous client, in a thread.

        Args:
            url: Whose client: Riffler's, or the model's server's.
            work: What to do.
            *given: What it is given behind the client.
            **options: Of the client.

        Returns:
            What it gives.
        """

        def run() -> Any:
            with openai.OpenAI(base_url=url, **{"api_key": "none", "max_retries": 0, **options}) as client:
                return work(client, *given)

        return await asyncio.to_thread(run)

    async def messages(self, session: str) -> list[dict[str, Any]]:
        """Read what a session holds.

        Args:
            session: Its name.

        Returns:
            Its messages.
        """
        return [message.to_dict() for message in (await self.riffler.memory(session)).messages]


@asynccontextmanager
async def benched(
    folder: Path, reply: Iterable[Reply] | ReplyFunction, *, faults: Iterable[Fault | None] = (), **settings: Any
) -> AsyncIterator[Bench]:
    """Set all up.

    Args:
        folder: Of the Redis that tests share.
        reply: What the model says.
        faults: What goes wrong with each of its answers.
        **settings: Riffler's.

    Yields:
        The bench.
    """
    made = read_settings(data_folder=folder, **settings)
    async with LocalApi(reply, model=MODEL, faults=faults) as upstream:
        engine = OpenAIEngine(MODEL, base_url=upstream.base_url, max_retries=0)
        async with (
            Riffler(made, tenant=f"tenant-{secrets.token_hex(8)}", engine=engine, seed=1) as riffler,
            served(riffler) as http,
            openai.AsyncOpenAI(base_url=upstream.base_url, api_key="none", max_retries=0) as straight,
            openai.AsyncOpenAI(
                base_url=f"{str(http.base_url).rstrip('/')}/v1", api_key="none", max_retries=0
            ) as through,
        ):
            yield Bench(upstream, riffler, http, through, straight)
