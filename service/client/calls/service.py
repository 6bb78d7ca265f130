"""How the service is."""

from __future__ import annotations

from riffler.service.client.call import Call, reading
from riffler.service.client.models.service import Alive, Engine, Health


def list_engines() -> Call[tuple[Engine, ...]]:
    """List the engines."""
    return Call("list_engines", "GET", "/api/v1/engines", reading(tuple[Engine, ...]))


def livez() -> Call[Alive]:
    """Tell that the process answers."""
    return Call("livez", "GET", "/livez", reading(Alive))


def readyz() -> Call[Health]:
    """Tell whether questions can be answered now. A no is an answer, too."""
    return Call("readyz", "GET", "/readyz", reading(Health), taken=frozenset({200, 503}))
