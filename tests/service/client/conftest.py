"""Fixtures of the client's tests: a service on a real socket with a scripted model, and a client of it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.service.http.conftest import Model, client, model, riffler  # noqa: F401 - fixtures

from riffler import AsyncClient


@pytest.fixture
async def ours(client: httpx.AsyncClient) -> AsyncIterator[AsyncClient]:  # noqa: F811
    """A client of ours."""
    async with AsyncClient(str(client.base_url)) as made:
        yield made
