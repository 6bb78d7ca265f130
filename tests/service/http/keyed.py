"""A service with keys, for tests of the door: on a Redis of a test's own, since one key locks all that stand on it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler.service.access.making import make_key
from riffler.service.app import Riffler
from riffler.service.http.app import create_app
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.access import SCOPES, KeyRecord, Scope
from riffler.service.ports.engine import Engine
from riffler.service.serving import core_of
from riffler.service.settings import read_settings


@dataclass(frozen=True)
class Keyed:
    """A service whose requests need a key.

    Attributes:
        client: A client without a key.
        riffler: What is served.
    """

    client: httpx.AsyncClient
    riffler: Riffler

    async def key(
        self, tenant: str = "local", scopes: Sequence[Scope] = SCOPES, lifetime_s: float | None = None
    ) -> str:
        """Make a key, as the command line does."""
        made = make_key()
        await self.riffler.access.keys.add(made.digest, KeyRecord(made.id, tenant, tuple(scopes)), lifetime_s)
        self.riffler.access.ring.forget()
        return made.text

    async def headers(self, tenant: str = "local", scopes: Sequence[Scope] = SCOPES) -> dict[str, str]:
        """Make a key, and give the header that sends it."""
        return bearer(await self.key(tenant, scopes))


@asynccontextmanager
async def keyed(
    redis: OwnRedis, says: Any = "It is in the harbour.", *, engine: Engine | None = None, **settings: Any
) -> AsyncIterator[Keyed]:
    """Serve with keys until the block ends.

    Args:
        redis: The store.
        says: What the scripted model says, or what makes that of a request.
        engine: Another engine than the scripted one.
        **settings: More of them.

    Yields:
        The service; it has one key, which nobody knows.
    """
    engine = engine or ScriptedEngine(says if callable(says) else lambda _: says)
    async with (
        Riffler(read_settings(redis_url=redis.url, **settings), engine=engine, seed=1) as riffler,
        served(riffler, max_import_bytes=riffler._settings.max_import_bytes) as client,
    ):
        made = Keyed(client, riffler)
        await made.key("nobody")
        yield made


def bearer(key: str) -> dict[str, str]:
    """Give the header that sends a key."""
    return {"Authorization": f"Bearer {key}"}


def app_of(riffler: Riffler) -> FastAPI:
    """Make the app of a Riffler, without serving it."""
    return create_app(core_of(riffler), max_body_bytes=100_000, shutdown_s=1.0)
