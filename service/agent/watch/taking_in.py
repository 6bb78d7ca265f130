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
from riffler.service.agent.watch.log_file import MOST_LINE, Taken, read_header, read_row
from riffler.service.ports.policy import PolicyName, PolicyStore, RewardOutcome

_NAME: Final = "import"
"""Names each reward that an import gives: so one that is there is told from another one, and none counts twice."""
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
        repeated: How many rewards were here already; these changed nothing.
        left_out: Decisions of arms that don't exist here, by arm: nothing could be learned from them.
    """

    digest: str
    rows: int
    rewards: int
    repeated: int
    left_out: Mapping[str, int]


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
    from riffler.bandits.arms import ARMS  # noqa: PLC0415 - half a second

    numbered = _numbered(lines)
    first = await anext(numbered, None)
    read_header(*(first or (1, b"")), key, name.dimension)
    await store.introduce(name, key)
    rows, last, left_out, outcomes = 0, 0, Counter[str](), Counter[RewardOutcome | None]()
    async for number, line in numbered:
        row = read_row(number, line, name, key)
        if row.given is not None:
            if row.order <= last:
                raise InvalidInput(
                    f"line {number}: order: expected rewards in the order in which they counted, got {row.order} "
                    f"after {last}"
                )
            last = row.order
        rows += 1
        if rows % _TOLD_EACH == 0:
            told(rows)
        if row.decision.arm in ARMS:
            outcomes[await _store(store, name, row, number)] += 1
        else:
            known = row.decision.arm in left_out or len(left_out) < _MOST_NAMES
            left_out[row.decision.arm if known else _OTHERS] += 1
    counted, repeated = outcomes[RewardOutcome.COUNTED], outcomes[RewardOutcome.REPEATED]
    return TakenIn(name.digest, rows, counted, repeated + outcomes[RewardOutcome.REFUSED], dict(left_out))


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


async def _store(store: PolicyStore, name: PolicyName, row: Taken, number: int) -> RewardOutcome | None:
    """Store a row: the reward at last, so that what was interrupted is done anew."""
    decision = row.decision
    stands = await store.record(name, decision)
    if (stands.arm, stands.x, dict(stands.propensities)) != (decision.arm, decision.x, dict(decision.propensities)):
        raise InvalidInput(f"line {number}: id: {decision.id} is another decision here")
    if row.unexecuted:
        await store.unexecuted(name.tenant, decision.id, row.unexecuted)
    if row.cost is not None:
        await store.spent(name.tenant, decision.id, row.cost)
    if row.void:
        await store.void(name.tenant, decision.id)
    if row.given is None:
        return None
    return await store.reward(name.tenant, decision.id, row.given, _NAME)
