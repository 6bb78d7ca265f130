"""Fixtures of the API's tests: a service with a scripted model, on the Redis that all tests share, or a Redis alone."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings


class Model:
    """What the scripted model says: a reply, an error to raise, or what a function makes of the request."""

    def __init__(self) -> None:
        self.says: Reply | Exception = "It is in the harbour."
        self.requests: list[EngineRequest] = []

    def __call__(self, request: EngineRequest) -> Reply:
        """Answer a request."""
        self.requests.append(request)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def model() -> Model:
    """The model of one test."""
    return Model()


@pytest.fixture
async def riffler(server_folder: Path, model: Model) -> AsyncIterator[Riffler]:
    """A Riffler with a tenant of this test alone."""
    settings = read_settings(data_folder=server_folder)
    tenant = f"tenant-{secrets.token_hex(8)}"
    async with Riffler(settings, tenant=tenant, engine=ScriptedEngine(model), seed=1) as made:
        yield made


@pytest.fixture
async def client(riffler: Riffler) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that runs."""
    async with served(riffler, max_body_bytes=12_000_000) as made:
        yield made


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A server of this test."""
    with OwnRedis(tmp_path) as own:
        yield own
