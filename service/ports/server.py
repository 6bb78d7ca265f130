"""The port to the server behind the stores: how it is, in its own figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a Redis says of itself.

    Attributes:
        ping_ms: Time of a round trip, the shortest of some.
        info: All of INFO.
        shown: What CONFIG shows of `appendfsync` and `save`; empty where it may not be read.
    """

    ping_ms: float
    info: Mapping[str, Any]
    shown: Mapping[str, str]


class Server(Protocol):
    """The server behind the stores."""

    async def look(self, within_s: float) -> ServerState:
        """Ask it how it is.

        Args:
            within_s: How long each question may take.

        Returns:
            What it says. Raises a leaf of `MemoryFailed` when it doesn't answer.
        """
        ...
