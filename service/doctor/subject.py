"""What is looked at: the parts of a Riffler, made from its settings as the service makes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property

from riffler.service.app import Riffler
from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.ports.engine import Engine
from riffler.service.settings import Settings

_CLOSING_S = 15.0


class Subject:
    """The parts, each made when a check first asks for it, so that one that can't be made doesn't hide the others.

    Args:
        settings: The settings.
        environment: The variables that they were read from.
        quick: Whether to leave out what takes long.
        device: Whether to look at the device although the engine needs none.
    """

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], *, quick: bool = False, device: bool = False
    ) -> None:
        self.settings = settings
        self.environment = environment
        self.quick = quick
        self.device = device

    @cached_property
    def connection(self) -> RedisConnection:
        """The connection to Redis.

        One to a server of the operator's own doesn't ask for `strict`: it would refuse every command, and nothing could
        be found out. `checks.persistence` looks for itself.
        """
        settings = self.settings
        patience_s = settings.redis_timeout_s
        if settings.redis_url is not None:
            return RedisConnection(settings.redis_url.get_secret_value(), timeout_s=patience_s)
        embedded = EmbeddedServer(settings.data_folder, settings.durability)
        return RedisConnection(None, embedded, settings.durability, patience_s)

    @cached_property
    def engine(self) -> Engine:
        """The engine that the settings name."""
        engine = self._riffler.engine
        while isinstance(engine, WrappingEngine):
            engine = engine.inner
        return engine

    @cached_property
    def _riffler(self) -> Riffler:
        """Makes the engine as the service does. Without the url: a wrong one is another check's finding."""
        return Riffler(self.settings.model_copy(update={"redis_url": None}))

    async def aclose(self) -> None:
        """Give everything back. A part that takes too long is left to the end of the process."""
        made = [part for name, part in self.__dict__.items() if name in {"connection", "_riffler"}]
        for part in made:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING_S):
                    await part.aclose()
