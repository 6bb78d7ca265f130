"""The store that the settings name, and who may reach it over HTTP."""

from __future__ import annotations

from riffler.service.access.ring import KeyRing
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.ports.access import KeyStore
from riffler.service.ports.observer import Observer
from riffler.service.settings import LOOPBACK_HOSTS, Settings


def connection_of(settings: Settings, observer: Observer | None = None) -> RedisConnection:
    """Make the connection to the store that the settings name. Raises `InvalidSetting` where they name none.

    Args:
        settings: The settings.
        observer: Is told of each operation; None tells nobody.

    Returns:
        The connection, made when it is first used.
    """
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    embedded = None if url else EmbeddedServer(settings.data_folder, settings.durability)
    return RedisConnection(url, embedded, settings.durability, settings.redis_timeout_s, observer)


def ring_of(settings: Settings, keys: KeyStore, tenant: str) -> KeyRing:
    """Make what tells who asks.

    Args:
        settings: The settings. Only who listens on the loopback alone may answer without a key.
        keys: Where keys are.
        tenant: The service's own.

    Returns:
        The ring.
    """
    return KeyRing(keys, tenant, settings.admin_digests, may_be_open=settings.host in LOOPBACK_HOSTS)
