"""What tests of learning share: a store of policies, and a tenant that no other test has."""

import secrets

import pytest

from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore


@pytest.fixture
def store(memory_connection: RedisConnection) -> RedisPolicyStore:
    """A store on the server that all tests share."""
    return RedisPolicyStore(memory_connection)


@pytest.fixture
def tenant() -> str:
    """A tenant of one test."""
    return f"tenant-{secrets.token_hex(8)}"
