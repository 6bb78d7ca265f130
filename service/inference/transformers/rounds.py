"""What the worker does in each round: who starts, who is computed, who waits, who ends.

A round computes one chunk of one new prompt, then one token of every reply, so that newcomers join between two tokens
and a long prompt holds nobody up for longer than a chunk. Of several new prompts, the one that is nearest to its end
and the oldest have turns: a short one passes long ones, and those go on all the same. Prompts are computed one by one,
on top of what their session has computed before; replies are computed together, where padding and memory allow.

When memory runs out, kept beginnings go first. Then the youngest row waits: it loses its keys and values, which are
computed again from its token ids, so that its reply goes on where it was. Where it is the device that has no more, half
as many rows run at a time, and one more after as many have ended. A row that doesn't fit alone fails.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import torch

from riffler.errors import EngineFailed, EngineOutOfMemory
from riffler.service.inference.prefixes import PrefixStore
from riffler.service.inference.transformers.chunks import chunk_of
from riffler.service.inference.transformers.failures import NoRoom, is_fatal, is_out_of_memory, no_numbers, translate
from riffler.service.inference.transformers.group import Group
from riffler.service.inference.transformers.layers import Tensors, filled_cache, new_cache, room_for
from riffler.service.inference.transformers.loading import LocalModel, free_memory
from riffler.service.inference.transformers.memory import Sizes
from riffler.service.inference.transformers.row import Row
from riffler.service.inference.transformers.settings import GIB, LocalSettings
from riffler.service.logs import get_logger

_LOG = get_logger("transformers")
_AHEAD_TOKENS = 64
"""What a row is expected to write at least, when it is weighed whether it fits."""
_MOST_PADDING = 2
"""Rows join a group while its cache is at most so many times what its rows need."""


class Rounds:
    """Rows in work, and those that wait. All of it belongs to the worker's thread.

    Args:
        local: The model.
        settings: How many rows at a time.
        sizes: What keys and values may take.
    """

    def __init__(self, local: LocalModel, settings: LocalSettings, sizes: Sizes) -> None:
        self.waiting: deque[Row] = deque()
        self.chunk = chunk_of(local)
        self.store: PrefixStore[Tensors] = PrefixStore(sizes.kept)
        self._local = local
        self._settings = settings
        self._sizes = sizes
        self._filling: list[Group] = []
        self._groups: list[Group] = []
        self._most = settings.batch_size
        self._ended = 0
        self._turns = count()
        self._places = count(1)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.waiting or self._filling or self._groups)

    def run(self) -> None:
        """Do one round."""
        self._expire()
        self._admit()
        if self._filling:
            oldest_first = next(self._turns) % 2 == 0
            shortest = min(self._filling, key=lambda group: len(group.rows[0].ids) - group.rows[0].computed)
            self._guarded(self._filling[0] if oldest_first else shortest, self._fill)
        for group in list(self._groups):
            if self._has(group):  # else it joined another, or had to make room
                self._guarded(group, self._decode)

    def clear(self, error: EngineFailed) -> None:
        """End all rows, and forget all that was computed.

        Args:
            error: What their callers are told.
        """
        for row in (*self.waiting, *self._running()):
            if not row.over:
                row.fail(error)
        self.waiting.clear()
        self._filling.clear()
        self._groups.clear()
        self.store.make_room(0)

    def _running(self) -> list[Row]:
        return [row for group in (*self._filling, *self._groups) for row in group.rows]

    def _expire(self) -> None:
        """Let go of rows that nobody waits for, or whose time is up."""
        now = time.monotonic()
        for row in (*self.waiting, *self._running()):
            if not row.over and row.deadline <= now:
                row.fail_late()
        self.waiting = deque(row for row in self.waiting if not row.over)
        for group in (*self._filling, *self._groups):
            if self._has(group):
                self._guarded(group, self._settle)

    def _admit(self) -> None:
        """Start rows while there is room for them."""
        while self.waiting and len(self._running()) < self._most:
            row = self.waiting[0]
            if self._sizes.limit is not None:
                if room_for(len(row.ids) + 1) * self._sizes.token > self._sizes.limit:
                    self.waiting.popleft().fail(self._too_large(row, self._sizes.limit))
                    continue
                groups = [*self._filling, *self._groups]
                columns = [len(each.rows) * _expected(*each.rows) for each in groups]
                if groups and (sum(columns) + _expected(row)) * self._sizes.token > self._sizes.limit:
                    return
            self.waiting.popleft()
            row.started = next(self._places)
            cache = new_cache(self._local.model.config, plain=self._local.plain, tokens=len(row.ids))
            self._filling.append(Group(row, cache))

    def _too_large(self, row: Row, limit: int) -> EngineFailed:
        needed = room_for(len(row.ids) + 1) * self._sizes.token / GIB
        return EngineOutOfMemory(
            f"{self._settings.where}: {len(row.ids)} tokens need {needed:.3g} GiB for keys and values, "
            f"memory_gib allows {limit / GIB:.3g}: shorten the request or raise memory_gib"
        )

    def _fill(self, group: Group) -> None:
        """Compute the next chunk of a new row's prompt; after the last, draw its first token and let it join."""
        row = group.rows[0]
        if row.computed == 0:
            self._begin(group, row)
        size = self.chunk if self._local.chunked else len(row.ids)
        chunk = row.ids[row.computed : row.computed + size]
        self._reserve(group.growth(len(chunk), self._sizes.token))
        logits = self._local.forward([chunk], [row.computed], group.cache)
        row.computed += len(chunk)
        if row.computed < len(row.ids):
            return
        self._draw(group, logits)
        self._filling.remove(group)
        self._groups.append(group)
        self._settle(group)
        self._gather()

    def _begin(self, group: Group, row: Row) -> None:
        """Take over chunks that the row's session has computed already, but the last token, which has to answer."""
        name, shared = row.request.reuse, 0
        if name and self.store.longest(name, row.ids) is not None:  # it is the last now to go when room is made
            self._reserve(room_for(len(row.ids)) * self._sizes.token)
            found = self.store.longest(name, row.ids)
            if found is not None and (shared := self._whole(min(found[1], len(row.ids) - 1))):
                group.cache = filled_cache(self._local.model.config, found[0], shared, len(row.ids))
                row.computed = shared
        if row.cached is None:
            row.cached = min(shared, len(row.prompt.ids))

    def _whole(self, tokens: int) -> int:
        return tokens // self.chunk * self.chunk

    def _gather(self) -> None:
        """Let groups join where they fit: the fewer, the faster. When memory is short, nothing is lost or forgotten."""
        if not self._local.plain:
            return
        for group in reversed(self._groups[1:]):
            for other in self._groups[: self._groups.index(group)]:
                if self._fit(other, group):
                    try:
                        other.join(group)
                    except Exception as exc:
                        if not is_out_of_memory(exc):
                            raise
                        return  # they go on apart
                    self._groups.remove(group)
                    break

    def _fit(self, one: Group, other: Group) -> bool:
        """Tell whether two groups fit together beside all else, and what is kept."""
        rows, width = (*one.rows, *other.rows), max(one.width, other.width)
        if len(rows) * width > _MOST_PADDING * sum(row.computed for row in rows):
            return False
        # for a moment, both are there twice
        return self._left(len(rows) * room_for(width) * self._sizes.token) >= self.store.size

    def _decode(self, group: Group) -> None:
        """Compute one token of each row of a group."""
        if group.width == self._local.stretch_at:  # all its keys were computed for a shorter text
            self._groups.remove(group)
            group.rows[0].computed, group.cache = 0, new_cache(self._local.model.config, plain=False)
            self._filling.append(group)
            return
        self._reserve(group.growth(1, self._sizes.token))
        self._draw(group, group.step(self._local))
        self._settle(group)

    def _draw(self, group: Group, logits: torch.Tensor) -> None:
        """Draw each row's next token, and read them all at once: but for constraints, the device's only wait."""
        best = logits.max(dim=-1)
        drawn = best.indices.clone()
        for at, row in enumerate(group.rows):
            if not row.plain:
                with self._apart(row):
                    drawn[at] = row.sampler.draw(logits[at], row.ids, row.constraint)
        numbers = best.values.isfinite()
        for row, token, sound in zip(group.rows, *torch.stack([drawn, numbers.long()]).tolist(), strict=True):
            if row.done:
                continue
            if sound:
                with self._apart(row):
                    row.take(token, self._local.ends)
            else:
                row.fail(no_numbers(self._local.model.dtype, self._settings.where))

    @contextmanager
    def _apart(self, row: Row) -> Iterator[None]:
        """Do something with one row: what is wrong with it is no matter of the others."""
        try:
            yield
        except Exception as exc:
            if is_out_of_memory(exc) or is_fatal(exc):
                raise
            row.fail(translate(exc, self._settings.where))

    def _settle(self, group: Group) -> None:
        """Let rows go that are over, and keep what was computed of them."""
        gone = [row for row in group.rows if row.over]
        if not gone:
            return
        for row in gone:
            self._keep(group, row)
        self._ended += len(gone)
        if self._most < self._settings.batch_size and self._ended >= self._most:
            self._most, self._ended = self._most + 1, 0
        self._drop(group, gone)
        self._gather()

    def _drop(self, group: Group, gone: list[Row]) -> None:
        """Take rows out of a group. Where even that finds no memory, the rest is computed again."""
        if len(gone) == len(group.rows):
            self._forget(group)
            return
        try:
            group.drop(gone)
        except Exception as exc:
            if not is_out_of_memory(exc):
                raise
            self._forget(group)
            self._wait_again([row for row in group.rows if row not in gone])

    def _keep(self, group: Group, row: Row) -> None:
        """Keep the beginning of a row's prompt, as much as there is room for beside what runs."""
        name, token = row.request.reuse, self._sizes.token
        tokens = self._whole(min(row.computed, len(row.prompt.ids), self._sizes.kept // token))
        if not name or not tokens or self.store.holds(name, row.ids[:tokens]):
            return
        given = group.mostly(tokens) and group.size(token) <= self._sizes.kept
        if not given and self._left(tokens * token) < 0:
            return
        if not given:
            self._reserve(tokens * token)
        while True:
            try:
                made = group.beginning_of(row, tokens, copy=not given)
                size = sum(tensor.untyped_storage().nbytes() for pair in made for tensor in pair)
                self.store.put(name, row.ids[:tokens], made, size)
            except Exception as exc:
                if not is_out_of_memory(exc):
                    raise
                if self.store.size:
                    self.store.make_room(self.store.size - 1)  # without the oldest, it may fit
                    continue
            return

    def _reserve(self, size: int) -> None:
        """Make room within the limit, at the cost of what is kept.

        Raises:
            NoRoom: What runs takes too much.
        """
        if size == 0 or self._sizes.limit is None:
            return
        left = self._left(size)
        self.store.make_room(int(max(0, left)))
        if left < 0:
            raise NoRoom(f"memory_gib {self._sizes.limit / GIB:.3g} is reached")

    def _left(self, size: int) -> float:
        """Tell what the limit leaves when so much more runs: less than nothing, when it doesn't fit."""
        if self._sizes.limit is None:
            return math.inf
        running = sum(group.size(self._sizes.token) for group in (*self._filling, *self._groups))
        return self._sizes.limit - running - size

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
        if is_out_of_memory(failure):
            self._make_do(group, failure)
            return
        _LOG.error("step_failed", model=self._settings.model, exc_info=failure)
        self._forget(group)
        for row in group.rows:
            if not row.over:
                row.fail(translate(failure, self._settings.where))

    def _make_do(self, group: Group, exc: Exception) -> None:
        """Go on with less memory: without what is kept, else with fewer rows at a time."""
        running = self._running()
        if self._local.plain:
            group.repair()
        kept = self.store.size
        self.store.make_room(0)
        if kept:
            pass  # that is enough, or the next step fails as well
        elif len(running) == 1:
            self._forget(group)
            group.rows[0].fail(translate(exc, self._settings.where))
        else:
            if not isinstance(exc, NoRoom):
                self._most, self._ended = max(1, len(running) // 2), 0
            self._preempt(group, running)
        if self._has(group):
            undrawn = [row for row in group.rows if not row.over and row.computed == len(row.ids)]
            if undrawn:  # what they were to be drawn from is gone
                self._drop(group, undrawn)
                self._wait_again(undrawn)
        free_memory()

    def _preempt(self, group: Group, running: list[Row]) -> None:
        """Let the youngest row wait: of the group that found no room, or of all where that is but one row."""
        if not self._local.plain:  # half a step can't be taken back
            self._forget(group)
            self._wait_again(group.rows)
            return
        choice = group.rows if len(group.rows) > 1 else [row for row in running if row.computed] or group.rows
        youngest = max(choice, key=lambda row: row.started)
        its = next(each for each in (*self._filling, *self._groups) if youngest in each.rows)
        self._drop(its, [youngest])
        self._wait_again([youngest])

    def _wait_again(self, rows: list[Row]) -> None:
        for row in sorted(rows, key=lambda row: row.started, reverse=True):
            row.again()
            self.waiting.appendleft(row)

    def _has(self, group: Group) -> bool:
        return group in self._filling or group in self._groups

    def _forget(self, group: Group) -> None:
        if group in self._filling:
            self._filling.remove(group)
        if group in self._groups:
            self._groups.remove(group)


def _expected(*rows: Row) -> int:
    """Columns that rows are expected to need each."""
    return room_for(max(len(row.ids) for row in rows) + _AHEAD_TOKENS)
