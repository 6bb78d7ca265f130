"""`ReplyThread`: the one thread that computes an engine's replies, and how they come to it from others."""

from __future__ import annotations

import queue
import threading
from abc import ABC, abstractmethod
from collections import deque
from typing import Generic, TypeVar

from riffler.errors import EngineUnavailable
from riffler.service.inference.chat.reply import Reply

R = TypeVar("R", bound=Reply)


class ReplyThread(ABC, Generic[R]):
    """Computes replies in a thread of its own, from `start` to `stop`, or until it ends by itself.

    Args:
        name: The thread's.
        where: Who speaks, to start an error's text with.

    Attributes:
        where: The same.
        closed: Why nothing is computed any more; empty while replies are.
    """

    def __init__(self, name: str, where: str) -> None:
        self.where = where
        self.closed = ""
        self._inbox: queue.SimpleQueue[R | None] = queue.SimpleQueue()
        self._gate = threading.Lock()  # between `submit` and the end of the thread: nothing comes behind the None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, reply: R) -> None:
        """Hand a reply over, from any thread.

        Args:
            reply: The reply. To give it up, set its `cancelled`.
        """
        with self._gate:
            self.check()
            self._inbox.put(reply)

    def check(self) -> None:
        """Tell, from any thread, whether replies can still be computed.

        Raises:
            EngineUnavailable: They can't; the text says why.
        """
        if self.closed:
            raise EngineUnavailable(self.closed)  # a new one each time, as each gets its own traceback

    def stop(self) -> None:
        """End the thread after its current step, and wait for that. Replies in work fail."""
        self._close(f"{self.where}: is closed")
        self._thread.join()

    def _close(self, why: str) -> None:
        """Take no more replies. Those that came are received still, before the end."""
        with self._gate:
            self.closed = self.closed or why
            self._inbox.put(None)

    def _receive(self, waiting: deque[R], *, idle: bool) -> bool:
        """Take in what came. In the thread alone.

        Args:
            waiting: Where to.
            idle: Whether there is nothing else to do, so that it waits until something comes.

        Returns:
            False for the end: nothing comes any more.
        """
        while idle or not self._inbox.empty():
            reply = self._inbox.get()
            if reply is None:
                return False
            waiting.append(reply)
            idle = False
        return True

    @abstractmethod
    def _run(self) -> None:
        """Compute, until `_receive` says that it is the end. Replies that are left then have to fail."""
