"""The one thread that runs the model: it takes rows from callers, and computes them round by round.

Requests are batched without waiting for each other: whoever comes is started at the next round and joins the others
between two tokens. So a batch needs no deadline by which it is formed, and nobody who is alone waits for company. What
has a deadline is the call (`timeout_s`), its time in the queue included.

A model's code is foreign, and may raise anything. What fails with a group fails its rows alone. What fails a whole
round fails all rows. When two rounds in a row fail, or the device itself does, the worker is broken: it ends, and says
so to whoever asks, so that an operator's probe sees it.
"""

from __future__ import annotations

import queue
import threading

import torch

from riffler.errors import EngineFailed, EngineUnavailable
from riffler.service.inference.transformers.attention import without_plans
from riffler.service.inference.transformers.failures import broken, is_fatal, translate
from riffler.service.inference.transformers.loading import LocalModel
from riffler.service.inference.transformers.memory import Sizes
from riffler.service.inference.transformers.rounds import Rounds
from riffler.service.inference.transformers.row import Row
from riffler.service.inference.transformers.settings import LocalSettings
from riffler.service.logs import get_logger

_LOG = get_logger("transformers")


class Worker:
    """Runs rows in a thread of its own, from `start` to `stop`.

    Args:
        local: The model.
        settings: How many rows at a time.
        sizes: What keys and values may take.
    """

    def __init__(self, local: LocalModel, settings: LocalSettings, sizes: Sizes) -> None:
        self.rounds = Rounds(local, settings, sizes)
        self._settings = settings
        self._device = local.device
        self._inbox: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
        self._stopping = False
        self._broken: EngineUnavailable | None = None
        self._gate = threading.Lock()  # between `submit` and the end of the thread
        self._thread = threading.Thread(target=self._run, name="riffler-transformers", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, row: Row) -> None:
        """Hand a row over, from any thread.

        Args:
            row: The row. To give it up, set its `cancelled`.

        Raises:
            EngineUnavailable: The worker was stopped, or is broken.
        """
        with self._gate:
            self.check()
            if self._stopping:
                raise EngineUnavailable(f"{self._settings.where}: is closed")
            self._inbox.put(row)

    def check(self) -> None:
        """Tell, from any thread, whether rows can still be computed.

        Raises:
            EngineUnavailable: The worker is broken.
        """
        if self._broken is not None:
            raise EngineUnavailable(str(self._broken))  # a new one each time, as each gets its own traceback

    def stop(self) -> None:
        """End the thread after its current step, and wait for that. Rows in work fail."""
        with self._gate:
            self._stopping = True
            self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        failed = 0
        try:
            with torch.inference_mode(), without_plans(self._device):
                while self._broken is None and self._receive():
                    try:
                        self.rounds.run()
                        failed = 0
                    except Exception as exc:  # noqa: BLE001 - whatever it is, callers wait for an answer
                        failed += 1
                        self._fail_all(exc, fatal=is_fatal(exc) or failed > 1)
        finally:
            self._end()

    def _receive(self) -> bool:
        """Take what came; an idle worker waits for it. False is the end."""
        while not self._inbox.empty() or self.rounds.idle:
            row = self._inbox.get()
            if row is None:
                return False
            self.rounds.waiting.append(row)
        return True

    def _fail_all(self, exc: Exception, *, fatal: bool) -> None:
        """Tell everybody why nothing comes, and begin anew; or not, after a failure that will come again."""
        _LOG.error("round_failed", model=self._settings.model, fatal=fatal, exc_info=exc)
        error: EngineFailed = translate(exc, self._settings.where)
        if fatal:
            with self._gate:
                error = self._broken = broken(exc, self._settings.where)
        self.rounds.clear(error)

    def _end(self) -> None:
        """Tell everybody who still waits that nothing comes any more."""
        with self._gate:
            self._stopping = True
        while not self._inbox.empty():
            row = self._inbox.get()
            if row is not None:
                self.rounds.waiting.append(row)
        self.rounds.clear(self._broken or EngineUnavailable(f"{self._settings.where}: was closed during the call"))
