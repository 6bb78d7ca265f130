"""The one thread that runs the model: who starts, who waits, who ends.

Each round computes one chunk of one new prompt, then one token of every reply, so that newcomers join between two
tokens and a long prompt holds nobody up for longer than a chunk. Prompts are computed one by one, on top of what their
session has computed before; replies are computed together.

When memory runs out, kept beginnings go first. Then fewer rows run at a time: those that must wait lose their keys and
values, which are computed again from their token ids, so that their replies go on where they were. A row that doesn't
fit alone fails.

A model's code is foreign, and may raise anything. What fails with a group fails its rows alone. What fails a whole
round fails all rows. When two rounds in a row fail, or the device itself does, the worker is broken: it ends, and says
so to whoever asks, so that an operator's probe sees it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable

import torch

from riffler.errors import EngineFailed, EngineOutOfMemory, EngineUnavailable
from riffler.service.inference.transformers.failures import NoRoom, broken, is_fatal, is_out_of_memory, translate
from riffler.service.inference.transformers.group import Group
from riffler.service.inference.transformers.layers import filled_cache, new_cache
from riffler.service.inference.transformers.loading import LocalModel, free_memory
from riffler.service.inference.transformers.reuse import PrefixStore
from riffler.service.inference.transformers.row import Row
from riffler.service.inference.transformers.settings import GIB, LocalSettings
from riffler.service.logs import get_logger

_LOG = get_logger("transformers")
_CHUNK_TOKENS = {"cpu": 256, "cuda": 2048}
"""Tokens of a prompt that are computed at once: enough to keep the device busy, and no longer."""
_AHEAD_TOKENS = 64
"""What a row is expected to write at least, when it is weighed whether it fits."""
_MOST_PADDING = 2
"""Rows join a group while its cache is at most so many times what its rows need."""


class Worker:
    """Runs rows in a thread of its own, from `start` to `stop`.

    Args:
        local: The model.
        settings: Sizes and limits.
        token_bytes: What `warming.warm_up` measured.
    """

    def __init__(self, local: LocalModel, settings: LocalSettings, token_bytes: int) -> None:
        self._local = local
        self._settings = settings
        self._token_bytes = token_bytes
        self._limit = None if settings.memory_gib is None else int(settings.memory_gib * GIB)
        self._chunk = _CHUNK_TOKENS.get(local.device.type, _CHUNK_TOKENS["cpu"])
        self._store = PrefixStore(int(settings.reuse_gib * GIB) if local.plain else 0)
        self._inbox: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
        self._waiting: deque[Row] = deque()
        self._filling: list[Group] = []
        self._groups: list[Group] = []
        self._most = settings.batch_size
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
            with torch.inference_mode():
                while self._broken is None and self._receive():
                    try:
                        self._round()
                        failed = 0
                    except Exception as exc:  # noqa: BLE001 - whatever it is, callers wait for an answer
                        failed += 1
                        self._fail_all(exc, fatal=is_fatal(exc) or failed > 1)
        finally:
            self._end()

    def _round(self) -> None:
        self._expire()
        self._admit()
        if self._filling:
            self._fill(self._filling[0])
        for group in list(self._groups):
            self._decode(group)

    def _fail_all(self, exc: Exception, *, fatal: bool) -> None:
        """Tell everybody why nothing comes, and begin anew; or not, after a failure that will come again."""
        _LOG.error("round_failed", model=self._settings.model, fatal=fatal, exc_info=exc)
        error: EngineFailed = translate(exc, self._settings.where)
        if fatal:
            with self._gate:
                error = self._broken = broken(exc, self._settings.where)
        for row in (*self._waiting, *self._running()):
            if not _over(row):
                row.fail(error)
        self._clear()

    def _running(self) -> list[Row]:
        return [row for group in (*self._filling, *self._groups) for row in group.rows]

    def _receive(self) -> bool:
        """Take what came; an idle worker waits for the first, and a little for others. False is the end."""
        if not self._waiting and not self._running():
            row = self._inbox.get()
            until = time.monotonic() + self._settings.batch_wait_ms / 1000
            while row is not None:
                self._waiting.append(row)
                left = until - time.monotonic()
                if left <= 0 or len(self._waiting) >= self._settings.batch_size:
                    return True
                try:
                    row = self._inbox.get(timeout=left)
                except queue.Empty:
                    return True
            return False
        while not self._inbox.empty():
            row = self._inbox.get()
            if row is None:
                return False
            self._waiting.append(row)
        return True

    def _expire(self) -> None:
        """Let go of rows that nobody waits for, or whose time is up."""
        now = time.monotonic()
        for row in (*self._waiting, *self._running()):
            if not row.cancelled and row.deadline <= now:
                row.fail_late()
        self._waiting = deque(row for row in self._waiting if not _over(row))
        for group in (*self._filling, *self._groups):
            self._guarded(group, self._settle)

    def _admit(self) -> None:
        """Start rows while there is room for them."""
        while self._waiting and len(running := self._running()) < self._most:
            row = self._waiting[0]
            if self._limit is not None:
                if (len(row.ids) + 1) * self._token_bytes > self._limit:
                    self._waiting.popleft().fail(self._too_large(row))
                    continue
                tokens = sum(len(other.ids) + _AHEAD_TOKENS for other in (*running, row))
                if running and tokens * self._token_bytes > self._limit:
                    return
            self._waiting.popleft()
            self._filling.append(Group(row, new_cache(self._local.model.config, plain=self._local.plain)))

    def _too_large(self, row: Row) -> EngineFailed:
        needed = len(row.ids) * self._token_bytes / GIB
        return EngineOutOfMemory(
            f"{self._settings.where}: {len(row.ids)} tokens need {needed:.3g} GiB for keys and values, "
            f"memory_gib allows {self._settings.memory_gib:g}: shorten the request or raise memory_gib"
        )

    def _fill(self, group: Group) -> None:
        """Compute the next chunk of a new row's prompt; after the last, draw its first token and let it join."""
        self._guarded(group, self._fill_chunk)

    def _fill_chunk(self, group: Group) -> None:
        row = group.rows[0]
        if row.computed == 0:
            self._begin(group, row)
        size = self._chunk if self._local.chunked else len(row.ids)
        chunk = row.ids[row.computed : row.computed + size]
        self._reserve(len(chunk))
        logits = self._local.forward([chunk], [row.computed], group.cache)
        row.computed += len(chunk)
        if row.computed < len(row.ids):
            return
        self._draw(group, logits)
        self._filling.remove(group)
        self._groups.append(group)
        self._settle(group)
        if group in self._groups and self._local.plain:
            self._join(group)

    def _begin(self, group: Group, row: Row) -> None:
        """Take over what the row's session has computed already, but for the last token, which has to answer."""
        found = self._store.longest(row.request.reuse, row.ids) if row.request.reuse else None
        shared = min(found[1], len(row.ids) - 1) if found is not None else 0
        if found is not None and shared:
            self._reserve(shared)
            group.cache = filled_cache(self._local.model.config, found[0], shared)
            row.computed = shared
        if row.cached is None:
            row.cached = shared

    def _join(self, group: Group) -> None:
        for other in self._groups:
            rows = (*other.rows, *group.rows)
            columns = max(other.width, group.width) * len(rows)
            if other is not group and columns <= _MOST_PADDING * sum(row.computed for row in rows):
                self._groups.remove(group)
                try:
                    other.join(group, self._local)
                except Exception:
                    self._groups.append(group)  # it has its own cache still
                    raise
                return

    def _decode(self, group: Group) -> None:
        """Compute one token of each row of a group."""
        self._guarded(group, self._decode_token)

    def _decode_token(self, group: Group) -> None:
        if group.width == self._local.stretch_at:  # all its keys were computed for a shorter text
            self._groups.remove(group)
            group.rows[0].computed, group.cache = 0, new_cache(self._local.model.config, plain=False)
            self._filling.append(group)
            return
        self._reserve(len(group.rows))
        logits = group.step(self._local)
        self._draw(group, logits)
        self._settle(group)

    def _draw(self, group: Group, logits: torch.Tensor) -> None:
        greedy = logits.argmax(dim=-1).tolist() if any(row.sampler.plain for row in group.rows) else []
        for at, row in enumerate(group.rows):
            try:
                token = greedy[at] if row.sampler.plain else row.sampler.draw(logits[at : at + 1], row.ids)
                row.take(token, self._local.ends)
            except Exception as exc:  # what is wrong with one row is no matter of the others
                if is_out_of_memory(exc) or is_fatal(exc):
                    raise
                row.fail(translate(exc, self._settings.where))

    def _settle(self, group: Group) -> None:
        """Let rows go that are over, and keep what was computed of them."""
        gone = [row for row in group.rows if _over(row)]
        if not gone:
            return
        for row in gone:
            self._keep(group, row)
        self._most = self._settings.batch_size  # there is room again
        if len(gone) == len(group.rows):
            self._forget(group)
        else:
            group.drop(gone, self._local)

    def _keep(self, group: Group, row: Row) -> None:
        name, size = row.request.reuse, row.computed * self._token_bytes
        if name and row.computed and size <= self._settings.reuse_gib * GIB and self._local.plain:
            self._reserve(row.computed, for_keeping=True)
            self._store.put(name, row.ids[: row.computed], group.computed_of(row))

    def _reserve(self, tokens: int, *, for_keeping: bool = False) -> None:
        """Make room for tokens within the limit, at the cost of what is kept.

        Raises:
            NoRoom: What runs takes too much. What is to be kept never does: it goes in place of what was.
        """
        if self._limit is None:
            return
        running = sum(group.size for group in (*self._filling, *self._groups))
        left = self._limit - running - tokens * self._token_bytes
        self._store.make_room(left)
        if left < 0 and not for_keeping:
            raise NoRoom(f"memory_gib {self._settings.memory_gib:g} is reached")

    def _guarded(self, group: Group, work: Callable[[Group], None]) -> None:
        """Do something with a group. When that fails, its rows end or wait, and all others go on."""
        try:
            work(group)
        except Exception as exc:  # noqa: BLE001 - a model's code is foreign, and may raise anything
            failure = exc
        else:
            return
        if is_fatal(failure):
            raise failure
        self._forget(group)
        left = [row for row in group.rows if not _over(row)]
        if is_out_of_memory(failure):
            self._make_do(left, failure)
            return
        _LOG.error("step_failed", model=self._settings.model, exc_info=failure)
        for row in left:
            row.fail(translate(failure, self._settings.where))

    def _make_do(self, rows: list[Row], exc: BaseException) -> None:
        """Go on with less memory: without what is kept, else with fewer rows at a time."""
        others = len(self._running())
        held = self._store.size
        self._store.make_room(0)
        free_memory()
        if not held and not others and len(rows) == 1:
            rows[0].fail(translate(exc, self._settings.where))
            return
        if not held:
            self._most = max(1, others if others else len(rows) // 2)
        for row in reversed(rows):
            row.computed, row.cached = 0, None
            self._waiting.appendleft(row)

    def _forget(self, group: Group) -> None:
        if group in self._filling:
            self._filling.remove(group)
        if group in self._groups:
            self._groups.remove(group)

    def _end(self) -> None:
        """Tell everybody who still waits that nothing comes any more."""
        with self._gate:
            self._stopping = True
        rows = [*self._waiting, *self._running()]
        while not self._inbox.empty():
            row = self._inbox.get()
            if row is not None:
                rows.append(row)
        for row in rows:
            if not _over(row):
                row.fail(self._broken or EngineUnavailable(f"{self._settings.where}: was closed during the call"))
        self._clear()

    def _clear(self) -> None:
        self._waiting.clear()
        self._filling.clear()
        self._groups.clear()
        self._store.make_room(0)


def _over(row: Row) -> bool:
    return row.done or row.cancelled
