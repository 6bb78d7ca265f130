"""Whether a service may listen where it is to listen: beyond the loopback only with keys."""

from __future__ import annotations

from contextlib import suppress

from riffler.errors import InvalidSetting, MemoryFailed
from riffler.service.access.store import RedisKeyStore
from riffler.service.settings import LOOPBACK_HOSTS, Settings
from riffler.service.store_settings import connection_of


async def require_keys(settings: Settings) -> str:
    """Refuse to serve to everybody.

    Args:
        settings: The settings. The embedded server is started for a look, where it doesn't run.

    Returns:
        Who may ask, in words.

    Raises:
        InvalidSetting: The service would listen beyond the loopback, and there never was a key; or, there, the store
            doesn't say whether there was one.
    """
    alone = settings.host in LOOPBACK_HOSTS
    if settings.admin_digests:
        return "each request needs a key"
    connection = connection_of(settings)
    try:
        locked = await RedisKeyStore(connection).locked()
    except MemoryFailed as exc:
        if alone:  # it comes up all the same, and answers nobody before it knows
            return f"it isn't known yet whether requests need a key: {exc}"
        raise InvalidSetting(f"setting host: {settings.host} can be reached from elsewhere, and {exc}") from exc
    finally:
        with suppress(MemoryFailed):
            await connection.aclose()
    if locked:
        return "each request needs a key"
    if alone:
        return (
            f"there are no keys: whoever reaches {settings.host} from this machine can read and change everything "
            "(`riffler keys create` ends that)"
        )
    raise InvalidSetting(
        f"setting host: {settings.host} can be reached from elsewhere, and there are no keys: make one with `riffler "
        "keys create`, or for the settings with `riffler keys make`; else listen on 127.0.0.1"
    )
