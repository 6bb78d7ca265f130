"""A warm start: a log that was exported elsewhere, learned by a policy here.

Each row has an id that is the same each time, so what was taken in is never taken in again: who was interrupted begins
anew. A row is checked as a whole before anything of it is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from riffler.bandits.decision import PolicyKey
from riffler.errors import InvalidInput
from riffler.service.agent.watch.log_file import MOST_LINE, read_end, read_header, read_row
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.taking import TakeOutcome

_AT_ONCE: Final = 100
"""Rows that the store takes in one call: it does nothing else for some milliseconds."""
_TOLD_EACH: Final = 1000
_MOST_NAMES: Final = 10
_OTHERS: Final = "others"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What an import did.

    Attributes:
        digest: The policy that learned.
        rows: How many decisions the file has.
        rewards: How many rewards were learned now.
        corrected: How many rewards took the place of one that was learned from another import.
        repeated: How many rewards were here already, or others in their places; these changed nothing.
        void: How many rewards are of decisions that were given up here; nothing was learned from them.
        left_out: Decisions of arms that don't exist here, by arm: nothing could be learned from them.
        whole: Whether the file's last line was there, and counts as many decisions; else the file was cut off, or is a
            part of one.
    """

    digest: str
    rows: int
    rewards: int
    corrected: int
    repeated: int
    void: int
    left_out: Mapping[str, int]
    whole: bool


async def take_in(
    store: PolicyStore,
    name: PolicyName,
    key: PolicyKey,
    lines: AsyncIterator[bytes],
    told: Callable[[int], None] = lambda _rows: None,
) -> TakenIn:
    """Take a log in.

    Args:
        store: Where decisions live.
        name: The policy that learns.
        key: What it belongs to.
        lines: The file's lines, with or without their ends. Empty ones are passed over.
        told: Is told how many rows were read, now and then.

    Returns:
        What was done.

    Raises:
        InvalidInput: A line isn't as it should be; the text has its number. The rows before it were taken in.
    """
    numbered = _numbered(lines)
    first = await anext(numbered, None)
    read_header(*(first or (1, b"")), key, name.dimension)
    await store.introduce(name, key)
    taking, last, end = _Taking(store, name), 0, None
    try:
        async for number, line in numbered:
            if end is not None:
                raise InvalidInput(f"line {number}: expected nothing after the file's end")
            end = read_end(number, line)
            if end is not None:
                continue
            row = read_row(number, line, name, key)
            if row.reward is not None:
                if row.order <= last:
                    raise InvalidInput(
                        f"line {number}: order: expected rewards in the order in which they counted, got {row.order} "
                        f"after {last}"
                    )
                last = row.order
            await taking.add(number, row)
            if taking.rows % _TOLD_EACH == 0:
                told(taking.rows)
    except InvalidInput:
        await taking.flush()  # what came before it is taken in
        raise
    await taking.flush()
    return taking.done(end)


class _Taking:
    """Takes rows in, a lot of them at once."""

    def __init__(self, store: PolicyStore, name: PolicyName) -> None:
        self._store, self._name = store, name
        self._waiting: list[tuple[int, LoggedDecision]] = []
        self._outcomes, self._left_out = Counter[TakeOutcome](), Counter[str]()
        self.rows = 0

    async def add(self, number: int, row: LoggedDecision) -> None:
        """Take a row in, soon."""
        from riffler.bandits.arms import ARMS  # noqa: PLC0415 - half a second

        self.rows += 1
        arm = row.decision.arm
        if arm in ARMS:
            self._waiting.append((number, row))
            if len(self._waiting) == _AT_ONCE:
                await self.flush()
        else:
            known = arm in self._left_out or len(self._left_out) < _MOST_NAMES
            self._left_out[arm if known else _OTHERS] += 1

    async def flush(self) -> None:
        """Take in what waits."""
        waiting, self._waiting = self._waiting, []
        outcomes = await self._store.take(self._name, [row for _, row in waiting]) if waiting else ()
        for (number, row), outcome in zip(waiting, outcomes, strict=False):
            if outcome is TakeOutcome.ANOTHER:
                raise InvalidInput(f"line {number}: id: {row.decision.id} is another decision here")
        self._outcomes.update(outcomes)

    def done(self, end: int | None) -> TakenIn:
        """Tell what was done, by how many rows the file's end counts."""
        count = self._outcomes
        return TakenIn(
            digest=self._name.digest,
            rows=self.rows,
            rewards=count[TakeOutcome.COUNTED],
            corrected=count[TakeOutcome.CORRECTED],
            repeated=count[TakeOutcome.REPEATED] + count[TakeOutcome.KEPT],
            void=count[TakeOutcome.VOID],
            left_out=dict(self._left_out),
            whole=end == self.rows,
        )


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Part bytes into lines.

    Args:
        chunks: The bytes, parted anyhow.

    Yields:
        Lines without their ends. One that is too long comes as far as it is known to be so.
    """
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > MOST_LINE:
            break
    yield rest


async def _numbered(lines: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """Number lines from 1, and pass over empty ones."""
    number = 0
    async for line in lines:
        number += 1
        if line.strip():
            yield number, line
