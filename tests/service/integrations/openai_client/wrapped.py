"""A real upstream in a thread of its own, and wrapped clients of it, synchronous and not."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

import riffler
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.scripted import Reply, ReplyFunction
from riffler.service.settings import Settings, read_settings

MODEL = "local"


@dataclass
class Wrapped:
    """What a test has.

    Attributes:
        upstream: The model's server.
        settings: Riffler's.
        tenant: Whose sessions.
        straight: The official client of the model's server.
        through: The same, wrapped.
    """

    upstream: LocalApi
    settings: Settings
    tenant: str
    straight: openai.AsyncOpenAI
    through: openai.AsyncOpenAI

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the model's server got so far."""
        return [received.body for received in self.upstream.received]

    async def synchronous(self, work: Callable[[openai.OpenAI], Any], **options: Any) -> Any:
        """Do something with a wrapped synchronous client, in a thread.

        Args:
            work: What to do.
            **options: Of the client.

        Returns:
            What it gives.
        """

        def run() -> Any:
            made = {"api_key": "key-1", "max_retries": 0, **options}
            with openai.OpenAI(base_url=self.upstream.base_url, **made) as own:
                with riffler.wrap(own, self.settings, tenant=self.tenant) as client:
                    given = work(client)
                assert not own.is_closed()
                return given

        return await asyncio.to_thread(run)

    async def messages(self, session: str) -> list[dict[str, Any]]:
        """Read what a session holds.

        Args:
            session: Its name.

        Returns:
            Its messages.
        """
        async with riffler.Riffler(self.settings, self.tenant) as reading:
            return [message.to_dict() for message in (await reading.memory(session)).messages]


@asynccontextmanager
async def wrapped(
    folder: Path, reply: Iterable[Reply] | ReplyFunction, *, faults: Iterable[Fault | None] = (), **settings: Any
) -> AsyncIterator[Wrapped]:
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
        own = openai.AsyncOpenAI(base_url=upstream.base_url, api_key="key-1", max_retries=0)
        async with own as straight, riffler.wrap(own, made, tenant=tenant) as through:
            yield Wrapped(upstream, made, tenant, straight, through)
