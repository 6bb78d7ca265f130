"""The store that the settings name, and who may reach it over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from riffler.service.access.limits import KeyLimits, Limits, Quotas
from riffler.service.access.ring import KeyRing
from riffler.service.access.store import RedisKeyStore
from riffler.service.access.tenants import RedisTenants
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.ports.access import KeyStore
from riffler.service.ports.observer import Observer
from riffler.service.settings import LOOPBACK_HOSTS, Settings

if TYPE_CHECKING:
    from riffler.service.memory.files import SessionFiles


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


def session_files_of(settings: Settings, connection: RedisConnection) -> SessionFiles:
    """Make what writes sessions as lines and makes them again.

    Args:
        settings: How long sessions live, and how many a tenant may have.
        connection: Where they are.

    Returns:
        It.
    """
    from riffler.service.memory.files import SessionFiles  # noqa: PLC0415 - only who exports or imports needs it

    return SessionFiles(connection, settings.session_ttl_s, most_sessions=settings.tenant_sessions)


class Access(NamedTuple):
    """Who may reach a service, and what keys may use.

    Attributes:
        keys: API keys.
        ring: Tells who asks.
        limits: Counts what keys use.
        tenants: Deletes a tenant with all that it has.
    """

    keys: KeyStore
    ring: KeyRing
    limits: KeyLimits
    tenants: RedisTenants


def access_of(settings: Settings, connection: RedisConnection, tenant: str) -> Access:
    """Make what stands at a service's door.

    Args:
        settings: The settings. Only who listens on the loopback alone may answer without a key.
        connection: Where keys are, and what they use is counted.
        tenant: The service's own.

    Returns:
        Its parts.
    """
    keys = RedisKeyStore(connection)
    ring = KeyRing(keys, tenant, settings.admin_digests, may_be_open=settings.host in LOOPBACK_HOSTS)
    limits = Limits(
        Quotas(settings.key_requests_per_minute, settings.key_tokens_per_day, settings.key_bytes_per_day),
        Quotas(settings.tenant_requests_per_minute, settings.tenant_tokens_per_day, settings.tenant_bytes_per_day),
    )
    return Access(keys, ring, KeyLimits(connection, limits), RedisTenants(connection))
