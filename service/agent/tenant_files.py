"""All that a tenant has as one file of JSON Lines (https://jsonlines.org), and what can be made of it again.

The file is parts, one after the other, each with a header and an end that counts its lines:

    sessions         as `service/memory/files.py` writes them, each a part of its own
    policies' logs   decisions, rewards and costs, as `watch/log_file.py` writes them; they name no session
    {"riffler": "turns", "format": 1}   {"turn": {...}} ...   {"end": N}   what became of turns, the oldest first
    {"riffler": "keys", "format": 1}    {"key": {...}} ...    {"end": N}   API keys, without what would open anything

An import makes the sessions, and lets policies learn their logs. Turns and keys are read past: a turn log has the times
of its own store, and a key that two services take couldn't be ended. In no export are names of requests
(`Idempotency-Key`), what a resent conversation is recognised by, audits with their account, and limits used.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from riffler.errors import InvalidInput
from riffler.service.agent.watch.export import exported
from riffler.service.agent.watch.log_file import FORMAT as LOG
from riffler.service.agent.watch.log_file import policy_of
from riffler.service.agent.watch.taking_in import take_in
from riffler.service.ports.access import KeyStore
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.session_files import SessionLines
from riffler.service.ports.turn_log import TurnLog

_AT_ONCE: Final = 500
_END: Final = '{"end"'
"""So a part's last line begins, and no other."""
_PAST: Final = frozenset({"turns", "keys"})
"""Parts that are read past."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A part that was read.

    Attributes:
        kind: What it is.
        name: Of the session that was made, or the digest of the policy that learned; else empty.
        rows: How many decisions, turns or keys it has; 1 for a session.
        learned: How many rewards the policy learned that it hadn't.
    """

    kind: Literal["session", "policy", "turns", "keys"]
    name: str
    rows: int
    learned: int = 0


class TenantFiles:
    """Writes all that a tenant has, and makes it again.

    Args:
        sessions: Sessions as lines.
        decisions: Where decisions live.
        turns: What became of turns.
        keys: API keys.
    """

    def __init__(self, sessions: SessionLines, decisions: PolicyStore, turns: TurnLog, keys: KeyStore) -> None:
        self.sessions, self._decisions, self._turns, self._keys = sessions, decisions, turns, keys

    async def export(self, tenant: str) -> AsyncIterator[str]:
        """Write all. What happens meanwhile may be in it or not; each session and each log is as of one moment.

        Args:
            tenant: Whose.

        Yields:
            Lines, without their ends.
        """
        async for line in self.sessions.export_all(tenant):
            yield line
        for known in await self._decisions.policies(tenant):
            async for line in exported(self._decisions, known):
                yield line
        last, turns = None, 0
        while records := (tail := await self._turns.after(tenant, last, _AT_ONCE)).records:
            if not turns:
                yield json.dumps({"riffler": "turns", "format": 1})
            for record in records:
                yield json.dumps({"turn": asdict(record)}, ensure_ascii=False)
            last, turns = tail.last, turns + len(records)
        if turns:
            yield json.dumps({"end": turns})
        for line in _part("keys", "key", [asdict(record) for record in await self._keys.listed(tenant)]):
            yield line

    async def restore(self, tenant: str, lines: AsyncIterator[str], name: str | None = None) -> AsyncIterator[Restored]:
        """Make what there is in a file, part by part; parts before one that can't be made stay.

        Args:
            tenant: Whose it is from now on.
            lines: What was exported; read as they are needed.
            name: Another name for the session, where there is one alone.

        Yields:
            Each part as soon as it was read. Raises `SessionExists` when there is a session of a name.

        Raises:
            InvalidInput: A part isn't as an export writes it; the text says where it begins.
        """
        numbered, sessions = _Numbered(lines), 0
        async for head in numbered:
            if not head.strip():
                continue
            first, kind = numbered.number, _kind(numbered.number, head)
            part = numbered.part(head)
            if kind == "session":
                sessions += 1
                if name is not None and sessions > 1:
                    raise InvalidInput("name: expected none where a file holds several sessions")
            try:
                read = [each async for each in self._read(kind, tenant, part, head, name)]
            except InvalidInput as exc:
                raise type(exc)(f"the part that begins at line {first}: {exc.loggable}", exc.quoted) from exc
            for each in read:
                yield each

    async def _read(
        self, kind: str, tenant: str, part: AsyncIterator[str], head: str, name: str | None
    ) -> AsyncIterator[Restored]:
        if kind == "session":
            async for made in self.sessions.restore(tenant, part, name):
                yield Restored("session", made.session, 1)
        elif kind == "policy":
            digest, dimension, key = policy_of(head.encode())
            done = await take_in(self._decisions, PolicyName(tenant, digest, dimension), key, _encoded(part))
            if not done.whole:
                raise InvalidInput("expected an end that counts its decisions")
            yield Restored("policy", digest, done.rows, done.rewards)
        else:
            count, end = -1, None
            async for line in part:
                count, end = count + 1, line
            if end is None or not end.lstrip().startswith(_END):
                raise InvalidInput("expected a line with its end")
            yield Restored("turns" if kind == "turns" else "keys", "", count - 1)


class _Numbered:
    """Lines that know how many came so far, read one after the other by several."""

    def __init__(self, lines: AsyncIterable[str]) -> None:
        self._lines, self.number = aiter(lines), 0

    def __aiter__(self) -> _Numbered:
        return self

    async def __anext__(self) -> str:
        line = await anext(self._lines)
        self.number += 1
        return line

    async def part(self, head: str) -> AsyncIterator[str]:
        """Give the lines of a part, to its end or the file's.

        Args:
            head: Its header, which was read.

        Yields:
            Its lines, with that one.
        """
        yield head
        async for line in self:
            yield line
            if line.lstrip().startswith(_END):
                return


def _kind(number: int, head: str) -> str:
    """Tell which part a header begins."""
    try:
        value: Any = json.loads(head)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"line {number}: expected a JSON object, got what isn't") from exc
    kind = value.get("riffler") if isinstance(value, dict) else None
    if isinstance(value, dict) and value.get("format") == LOG:
        return "policy"
    if kind == "session" or (kind in _PAST and value.get("format") == 1):
        return str(kind)
    raise InvalidInput(f"line {number}: expected the header of a session, a log, turns or keys")


def _part(kind: str, row: str, rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    if rows:
        yield json.dumps({"riffler": kind, "format": 1})
        yield from (json.dumps({row: each}, ensure_ascii=False) for each in rows)
        yield json.dumps({"end": len(rows)})


async def _encoded(lines: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for line in lines:
        yield line.encode("utf-8", "surrogatepass")


async def text_lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    """Part bytes into lines of text.

    Args:
        chunks: The bytes, parted anyhow.

    Yields:
        Lines without their ends; an empty one, should the last have an end.

    Raises:
        InvalidInput: They aren't UTF-8.
    """
    waiting: list[bytes] = []
    read: Callable[[bytes], str] = bytes.decode
    try:
        async for chunk in chunks:
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                yield read(b"".join([*waiting, line]))
                waiting = []
            waiting.append(rest)
        yield read(b"".join(waiting))
    except UnicodeDecodeError as exc:
        raise InvalidInput(f"expected UTF-8, got byte {exc.object[exc.start]:#04x}") from exc
