"""An event loop in a thread of its own, for callers that have none."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class Background:
    """Runs coroutines for threads. The loop begins with the first of them, and anew in a process that was forked off.

    Args:
        name: Of its thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._left: list[object] = []
        self._forgets: list[Callable[[], object]] = []
        _ALL.add(self)

    @property
    def begun(self) -> bool:
        """Whether there is anything to close."""
        return self._loop is not None

    def when_forked(self, forget: Callable[[], object]) -> None:
        """Name who has things that belong to the loop. A forked process has neither the loop's thread nor its sockets.

        Args:
            forget: Is called in a forked process: lets go of these things, as they are, and gives them. It closes none:
                they are the parent's.
        """
        self._forgets.append(forget)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and wait for it. An interrupted wait cancels it.

        Args:
            work: The coroutine.

        Returns:
            What it returns; what it raises is raised here.
        """
        future = asyncio.run_coroutine_threadsafe(work, self.loop())
        try:
            return future.result()
        except BaseException:  # a Ctrl-C, too: nobody would wait for it
            future.cancel()  # does nothing to one that is done
            raise

    def loop(self) -> asyncio.AbstractEventLoop:
        """Give the loop.

        Returns:
            The loop; it runs.
        """
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop, self._left), name=self._name, daemon=True
                )
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """End the loop. Tasks that still run are cancelled, and may put their things in order. Safe to call twice."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_end_others(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _forked(self) -> None:
        self._lock = threading.Lock()  # a thread that isn't here may have had it
        # Both processes have one epoll instance: a loop or a socket that is finalised here takes the parent's sockets
        # out of it, and the parent hears no answer any more. So they are kept to the end of this process, and past it:
        # the frame of a thread that was lost in a fork is never freed, nor is what hangs on it.
        self._left += [self._loop, self._thread, *(forget() for forget in self._forgets)]
        self._loop, self._thread, self._left = None, None, []


class Standing(Generic[T]):
    """A thing that belongs to the loop of a background: made when it is first needed, and anew in a forked process.

    Args:
        background: Whose loop.
        make: Makes it.
    """

    def __init__(self, background: Background, make: Callable[[], T]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._made: list[T] = []
        background.when_forked(self._forget)

    def get(self) -> T:
        """Give it.

        Returns:
            The thing.
        """
        with self._making:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def _forget(self) -> object:
        self._making = threading.Lock()
        made, self._made = self._made, []
        return made


_ALL: WeakSet[Background] = WeakSet()


def _all_forked() -> None:
    for background in list(_ALL):
        background._forked()


os.register_at_fork(after_in_child=_all_forked)


def _serve(loop: asyncio.AbstractEventLoop, _left: list[object]) -> None:
    """Run a loop until it is stopped; what was left to it stays as long as this frame."""
    loop.run_forever()


def tell(loop: asyncio.AbstractEventLoop, how: Callable[[T], object], what: T) -> None:
    """Hand something over to a loop, from any thread. Where the loop is closed nobody listens: then nothing happens.

    Args:
        loop: The loop.
        how: Takes it, in the loop.
        what: The thing.
    """
    with suppress(RuntimeError):  # it is closed
        loop.call_soon_threadsafe(how, what)


async def _end_others() -> None:
    loop = asyncio.get_running_loop()
    others = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
