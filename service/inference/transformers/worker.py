"""The one thread that runs the model: it takes rows from callers, and computes them round by round.

Requests are batched without waiting for each other: whoever comes is started at the next round and joins the others
between two tokens. So a batch needs no deadline by which it is formed, and nobody who is alone waits for company. What
has a deadline is the call (`timeout_s`), its time in the queue included.

A model's code is foreign, and may raise anything. What fails with a group fails its rows alone. What fails a whole
round fails all rows. When two rounds in a row fail, or the device itself does, the worker is broken: it ends, and says
so to whoever asks, so that an operator's probe sees it.
"""

from __future__ import annotations

import torch

from riffler.errors import EngineFailed, EngineUnavailable
from riffler.service.inference.chat.thread import ReplyThread
from riffler.service.inference.transformers.attention import without_plans
from riffler.service.inference.transformers.failures import broken, is_fatal, translate
from riffler.service.inference.transformers.loading import LocalModel
from riffler.service.inference.transformers.memory import Sizes
from riffler.service.inference.transformers.rounds import Rounds
from riffler.service.inference.transformers.row import Row
from riffler.service.inference.transformers.settings import LocalSettings
from riffler.service.logs import get_logger

_LOG = get_logger("transformers")


class Worker(ReplyThread[Row]):
    """Runs rows in a thread of its own, from `start` to `stop`.

    Args:
        local: The model.
        settings: How many rows at a time.
        sizes: What keys and values may take.
    """

    def __init__(self, local: LocalModel, settings: LocalSettings, sizes: Sizes) -> None:
        super().__init__("riffler-transformers", settings.where)
        self.rounds = Rounds(local, settings, sizes)
        self._settings = settings
        self._device = local.device

    def _run(self) -> None:
        failed = 0
        try:
            with torch.inference_mode(), without_plans(self._device):
                while self._receive(self.rounds.waiting, idle=self.rounds.idle):
                    try:
                        self.rounds.run()
                        failed = 0
                    except Exception as exc:  # noqa: BLE001 - whatever it is, callers wait for an answer
                        failed += 1
                        self._fail_all(exc, fatal=is_fatal(exc) or failed > 1)
        finally:
            self._end()

    def _fail_all(self, exc: Exception, *, fatal: bool) -> None:
        """Tell everybody why nothing comes, and begin anew; or not, after a failure that will come again."""
        _LOG.error("round_failed", model=self._settings.model, fatal=fatal, exc_info=exc)
        error: EngineFailed = translate(exc, self.where)
        if fatal:
            error = broken(exc, self.where)
            self._close(str(error))
        self.rounds.clear(error)

    def _end(self) -> None:
        """Tell everybody who still waits that nothing comes any more."""
        self._close(f"{self.where}: is closed")  # it may have ended by itself
        self._receive(self.rounds.waiting, idle=True)
        self.rounds.clear(EngineUnavailable(self.closed))
