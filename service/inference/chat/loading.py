"""`LoadingEngine`: what engines share that load a model themselves: it is loaded once, when it is needed."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from typing import Any, Generic, Protocol, TypeVar

from riffler.errors import EngineUnavailable
from riffler.service.inference.chat.thread import ReplyThread


class Running(Protocol):
    """A model that is loaded."""

    @property
    def worker(self) -> ReplyThread[Any]:
        """The thread that runs it, started."""
        ...


R = TypeVar("R", bound=Running)


class LoadingEngine(ABC, Generic[R]):
    """An engine without its `generate`: loads a model off the event loop at the first call, and unloads it at the end.

    Args:
        where: Who speaks, to start an error's text with.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._loaded: R | None = None
        self._loading: asyncio.Task[None] | None = None
        self._gate = threading.Lock()  # held while it is loaded or unloaded, in a thread
        self._closed = False

    async def ready(self) -> None:
        """Load the model, off the event loop. Callers at the same time share one load.

        When it can't run any more since, EngineUnavailable says so: the process must be started again.
        """
        await self._load()

    async def aclose(self) -> None:
        """End the thread and free the memory. Calls in work, and later ones, raise EngineUnavailable."""
        self._closed = True
        await asyncio.to_thread(self._unload_here)

    @abstractmethod
    def _make(self) -> R:
        """Load the model and start what runs it, in this thread."""

    def _free(self) -> None:
        """Give back, in this thread, what a model leaves behind that was let go; nothing, if not overridden."""

    async def _load(self) -> R:
        """Give what is loaded; wait until it is."""
        if self._closed:
            raise EngineUnavailable(f"{self._where}: is closed")
        if self._loaded is not None:
            self._loaded.worker.check()
            return self._loaded
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load_once())
            self._loading.add_done_callback(_seen)  # its callers may all be gone when it fails
        await asyncio.shield(self._loading)
        return await self._load()

    async def _load_once(self) -> None:
        try:
            await asyncio.to_thread(self._load_here)
        finally:
            self._loading = None  # its error would keep alive what was loaded so far

    def _load_here(self) -> None:
        """Load in this thread, which goes on when its task is cancelled: so it keeps by itself what it has loaded."""
        with self._gate:
            if self._loaded is None and not self._closed:
                self._loaded = self._make()

    def _unload_here(self) -> None:
        """Unload in this thread, after a load that is under way: that can't be stopped."""
        with self._gate:
            loaded, self._loaded = self._loaded, None
            if loaded is not None:
                loaded.worker.stop()
                del loaded  # or there would be nothing to free yet
                self._free()


def _seen(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
