"""Decisions in Redis: a few hashes and lists a policy, one Lua script a change.

The contract is `riffler.service.ports.policy.PolicyStore`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Literal, cast

from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey, digest_of
from riffler.bandits.given import Given
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.errors import InvalidInput, MemoryCorrupt, RequestKeyReused, UnknownDecision
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.decisions import KnownPolicy, LoggedDecision, News, PolicyName, Read, RewardOutcome
from riffler.service.ports.keys import audit_account, policy_index, policy_keys, request_key, requests_key
from riffler.service.ports.taking import TakeOutcome

_REMEMBERED_MS: Final = 86_400_000
"""How long the answer to a named request is kept."""
_ACCOUNT_MS: Final = 2 * 86_400_000
"""How long the account of a day's audits is kept, from the day's first one: longer than the day."""
_AT_ONCE: Final = 1000
"""Decisions that one command reads."""
_COUNTED: Final = 10_000
"""Decisions that one command counts: their ids are 300 KB."""
_AUDITS_AT_ONCE: Final = 200
"""Audits that one command reads: their JSON takes some 10 ms, in which nobody else gets an answer."""
_PARSED: Final = 50
"""Decisions whose JSON is read without a pause: some 10 ms, in which nobody else gets an answer."""
_DECISIONS, _STATES, _ORDER, _UNEXECUTED, _GRADES, _COSTS, _AUDITS = 0, 1, 4, 5, 6, 7, 8
"""Places among a policy's keys."""


class RedisPolicyStore:
    """A `PolicyStore` on Redis or Valkey, core commands only.

    All but a reward and the whole log has a short deadline: a turn goes on without a rewrite when the store hangs (the
    design's rule 8), and shouldn't wait long for it.

    Args:
        connection: Where the server is.
        choosing_s: That deadline.
    """

    def __init__(self, connection: ScriptRunner, choosing_s: float = 2.0) -> None:
        self._connection = connection
        self._choosing_s = choosing_s

    async def introduce(self, name: PolicyName, key: PolicyKey) -> None:
        """See the port."""
        index, about = policy_index(name.tenant), json.dumps({"dimension": name.dimension, **asdict(key)})
        await self._connection.run(lambda client: client.hset(index, name.digest, about), within_s=self._choosing_s)

    async def policies(self, tenant: str) -> Sequence[KnownPolicy]:
        """See the port."""
        index = policy_index(tenant)
        kept: dict[str, str] = await self._connection.run(lambda client: client.hgetall(index))
        found = []
        for digest, about in kept.items():
            keys, (name, key) = policy_keys(tenant, digest), _introduced(tenant, digest, about)
            decisions, rewards = [await self._count(keys[part]) for part in (_DECISIONS, _GRADES)]
            found.append(KnownPolicy(name, key, decisions, rewards))
        return found

    async def record(self, name: PolicyName, decision: Decision, life: str = "") -> Decision:
        """See the port."""
        keys = policy_keys(name.tenant, name.digest, decision.session, life)
        text = json.dumps(decision.to_dict(), separators=(",", ":"))
        return _decision(await self._said("record", keys, decision.id, text, decision.session))

    async def reward(
        self, tenant: str, decision_id: str, given: Given, token: str | None = None, *, correct: bool = False
    ) -> RewardOutcome:
        """See the port."""
        named = secrets.token_hex(8) if token is None else token
        grade = json.dumps(given.to_dict(), separators=(",", ":"))
        arguments = [decision_id, f"{given.reward:.17g}", named, grade, str(int(correct))]
        keys = self._of(tenant, decision_id)
        said = int(await self._connection.script(__package__, "lua/reward.lua", keys, arguments))
        if said == -2:
            raise RequestKeyReused(
                f"decision {decision_id!r}: this request's name was given to another reward; expected the same "
                f"one, or a new name"
            )
        if said < 0:
            raise _unknown(decision_id)
        return RewardOutcome(said)

    async def spent(self, tenant: str, decision_id: str, cost: Cost) -> None:
        """See the port."""
        keys, place = self._of(tenant, decision_id), str(_COSTS + 1)
        if await self._script("note", keys, decision_id, json.dumps(asdict(cost)), place) < 0:
            raise _unknown(decision_id)

    async def audit(self, tenant: str, decision_id: str, found: KeptAudit) -> None:
        """See the port."""
        text = json.dumps(found.to_dict(), separators=(",", ":"))
        if await self._script("audit", self._of(tenant, decision_id), decision_id, text) < 0:
            raise _unknown(decision_id)

    async def audits(self, name: PolicyName, ids: Sequence[str] | None = None) -> Mapping[str, KeptAudit]:
        """See the port."""
        key, kept = policy_keys(name.tenant, name.digest)[_AUDITS], dict[str, KeptAudit]()
        async for some in self._all(key) if ids is None else self._those(key, ids):
            kept |= {id_: _audit(text) for id_, text in some.items()}  # one may come twice
        return dict(sorted(kept.items(), key=lambda item: (item[1].at_ms, item[0])))

    async def audited(self, name: PolicyName) -> int:
        """See the port."""
        return await self._count(policy_keys(name.tenant, name.digest)[_AUDITS])

    async def reserve(self, name: PolicyName, decision_id: str, tokens: int, budget_tokens: int) -> bool:
        """See the port."""
        numbers = (str(tokens), str(budget_tokens), str(_ACCOUNT_MS))
        return await self._script("reserve", _account(name), decision_id, *numbers) > 0

    async def settle(self, name: PolicyName, decision_id: str, tokens: int) -> None:
        """See the port."""
        await self._script("settle", _account(name), decision_id, str(tokens))

    async def unexecuted(self, tenant: str, decision_id: str, reason: str) -> None:
        """See the port."""
        if await self._script("unexecuted", self._of(tenant, decision_id), decision_id, reason) < 0:
            raise _unknown(decision_id)

    async def void(self, tenant: str, decision_id: str) -> None:
        """See the port."""
        if await self._script("void", self._of(tenant, decision_id), decision_id) < 0:
            raise _unknown(decision_id)

    async def take(self, name: PolicyName, rows: Sequence[LoggedDecision]) -> Sequence[TakeOutcome]:
        """See the port."""
        keys, arguments = policy_keys(name.tenant, name.digest), [each for row in rows for each in _to_take(row)]
        said = await self._connection.script(__package__, "lua/take.lua", keys, arguments)
        return [TakeOutcome(int(each)) for each in said]

    async def answer(
        self, tenant: str, request: str, fingerprint: str, answer: str = "", *, session: str = "", life: str = ""
    ) -> str:
        """See the port."""
        keys = [request_key(tenant, request, session, life)]
        if session:
            keys.append(requests_key(tenant, session, life))
        kept: str | None = await self._said("answer", keys, fingerprint, answer, str(_REMEMBERED_MS))
        if kept is None:
            raise RequestKeyReused(
                f"request {request!r}: this name was given to another query; expected the same one, or a new name"
            )
        return kept

    async def decision(self, tenant: str, decision_id: str) -> LoggedDecision:
        """See the port."""
        found = await self._decisions(self._of(tenant, decision_id), [decision_id], self._choosing_s)
        if not found:
            raise _unknown(decision_id)
        return found[0]

    async def some(self, name: PolicyName, ids: Sequence[str]) -> Sequence[LoggedDecision]:
        """See the port."""
        return await self._decisions(policy_keys(name.tenant, name.digest), ids, None)

    async def log(self, name: PolicyName, first: int = 0, limit: int | None = None) -> Sequence[LoggedDecision]:
        """See the port."""
        keys, found = policy_keys(name.tenant, name.digest), list[LoggedDecision]()
        while limit is None or len(found) < limit:
            most = _AT_ONCE if limit is None else min(_AT_ONCE, limit - len(found))
            ids = await self._ids(keys[_ORDER], first, most)
            found += await self._decisions(keys, [id_ for id_ in ids if id_], None)
            first += len(ids)
            if len(ids) < most:
                break
        return found

    async def newest(self, name: PolicyName, limit: int, before: int | None = None) -> Sequence[LoggedDecision]:
        """See the port."""
        keys, found = policy_keys(name.tenant, name.digest), list[LoggedDecision]()
        end: int = await self._connection.run(lambda client: client.llen(keys[_ORDER]))
        end = end if before is None else min(end, before)
        while end > 0 and len(found) < limit:
            first = max(0, end - _AT_ONCE)
            kept = [
                (place, id_)
                for place, id_ in enumerate(await self._ids(keys[_ORDER], first, end - first), first)
                if id_
            ]
            wanted = kept[len(found) - limit :]
            found[:0] = await self._decisions(keys, [id_ for _, id_ in wanted], None)
            end = wanted[0][0] if wanted else first
        return found

    async def place_at(self, name: PolicyName, at_ms: int) -> int:
        """See the port."""
        keys = policy_keys(name.tenant, name.digest)
        low, high = 0, int(await self._connection.run(lambda client: client.llen(keys[_ORDER])))
        while low < high:
            middle = (low + high) // 2
            found = await self._made(keys, middle, high)
            if found is None or found[1] >= at_ms:
                high = middle
            else:
                low = found[0] + 1
        return low

    async def count(self, name: PolicyName, first: int, before: int) -> int:
        """See the port."""
        key, found = policy_keys(name.tenant, name.digest)[_ORDER], 0
        for start in range(first, before, _COUNTED):
            found += sum(map(bool, await self._ids(key, start, min(_COUNTED, before - start))))
        return found

    async def news(self, name: PolicyName, read: Read, limit: int) -> News:
        """See the port."""
        keys, most = policy_keys(name.tenant, name.digest), max(1, min(limit, _AT_ONCE))
        said, *found = await self._said(
            "news", keys, str(read.rewards), read.mark, str(read.changes), read.last_change, str(most)
        )
        if said == "lost":
            return News((), Read(), changed=0)
        if said == "changed":
            return News((), Read(int(found[0]), "", int(found[1]), found[2]), changed=int(found[0]))
        ended, passed, mark, changes, last_change, *kept = found
        rows = await _parsed(list(zip(kept[::2], kept[1::2], strict=True)))
        return News(rows, Read(read.rewards + int(passed), mark, int(changes), last_change), ended=bool(ended))

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """See the port."""
        index, requests = policy_index(tenant), requests_key(tenant, session, life)
        kept: list[str] = await self._connection.run(lambda client: client.zrange(requests, 0, -1))
        await self._connection.run(lambda client: client.delete(*kept, requests))
        digests: list[str] = await self._connection.run(lambda client: client.hkeys(index))
        keys = [policy_keys(tenant, digest, session, life) for digest in digests]
        return sum([int(await self._connection.script(__package__, "lua/forget.lua", each, [])) for each in keys])

    async def aclose(self) -> None:
        """Do nothing: the connection belongs to who made it."""

    async def _decisions(self, keys: Sequence[str], ids: Sequence[str], within_s: float | None) -> list[LoggedDecision]:
        """Read decisions with what became of them; of those that were deleted meanwhile nothing."""
        if not ids:
            return []
        parts = (_DECISIONS, _STATES, _UNEXECUTED, _GRADES, _COSTS)
        columns = [await self._some(keys[part], ids, within_s) for part in parts]
        rows = [row for row in zip(*columns, strict=True) if row[0] is not None and row[1] is not None]
        return await _parsed(rows)

    async def _ids(self, key: str, first: int, most: int) -> list[str]:
        """Read a stretch of a list of decisions; deleted ones are empty."""
        found: list[str] = await self._connection.run(lambda client: client.lrange(key, first, first + most - 1))
        return found

    async def _made(self, keys: Sequence[str], first: int, before: int) -> tuple[int, int] | None:
        """Find the first decision at these places that isn't deleted: its place, and when it was made."""
        for start in range(first, before, _AT_ONCE):
            ids = await self._ids(keys[_ORDER], start, min(_AT_ONCE, before - start))
            for place, id_ in enumerate(ids, start):
                state = (await self._some(keys[_STATES], [id_], None))[0] if id_ else None
                if state is not None:
                    return place, int(state.split()[2])
        return None

    async def _count(self, key: str) -> int:
        """Count the fields of a hash."""
        return int(await self._connection.run(lambda client: client.hlen(key)))

    async def _all(self, key: str) -> AsyncIterator[dict[str, str]]:
        """Read a hash, some fields at a time; one may come twice."""
        cursor = 0
        while True:
            cursor, some = await self._scanned(key, cursor)
            yield some
            if not cursor:
                return

    async def _those(self, key: str, ids: Sequence[str]) -> AsyncIterator[dict[str, str]]:
        """Read these fields of a hash, as far as it has them, some at a time."""
        for first in range(0, len(ids), _AUDITS_AT_ONCE):
            asked = ids[first : first + _AUDITS_AT_ONCE]
            found = await self._some(key, asked, None)
            yield {id_: text for id_, text in zip(asked, found, strict=True) if text is not None}

    async def _scanned(self, key: str, cursor: int) -> tuple[int, dict[str, str]]:
        """Read some fields of a hash, and where to go on; 0 at its end."""
        found: tuple[int, dict[str, str]] = await self._connection.run(
            lambda client: client.hscan(key, cursor, count=_AUDITS_AT_ONCE)
        )
        return found

    async def _some(self, key: str, fields: Sequence[str], within_s: float | None) -> list[Any]:
        found: list[Any] = await self._connection.run(lambda client: client.hmget(key, fields), within_s=within_s)
        return found

    async def _script(self, name: str, keys: Sequence[str], *arguments: str) -> int:
        return int(await self._said(name, keys, *arguments))

    async def _said(self, name: str, keys: Sequence[str], *arguments: str) -> Any:  # noqa: ANN401 - Redis' replies have many types
        return await self._connection.script(__package__, f"lua/{name}.lua", keys, arguments, within_s=self._choosing_s)

    def _of(self, tenant: str, decision_id: str) -> list[str]:
        """Find the keys of the policy that made a decision; its id says which. A malformed id is unknown."""
        digest = digest_of(decision_id)
        if digest is None:
            raise _unknown(decision_id)
        return policy_keys(tenant, digest)


async def _parsed(rows: Sequence[Sequence[Any]]) -> list[LoggedDecision]:
    """Read rows as they are kept, with a pause for others now and then."""
    found: list[LoggedDecision] = []
    for first in range(0, len(rows), _PARSED):
        if first:
            await asyncio.sleep(0)
        found += [_logged(*row) for row in rows[first : first + _PARSED]]
    return found


def _introduced(tenant: str, digest: str, about: str) -> tuple[PolicyName, PolicyKey]:
    try:
        kept = json.loads(about)
        return PolicyName(tenant, digest, kept.pop("dimension")), PolicyKey(**kept)
    except (ValueError, KeyError, TypeError) as exc:
        raise MemoryCorrupt(f"what policy {digest} belongs to can't be read back from the store") from exc


def _logged(
    text: str, state: str, unexecuted: str | None = None, grade: str | None = None, cost: str | None = None
) -> LoggedDecision:
    kind, order, at_ms, place, *reward = state.split()
    graded, spent = _kept(grade), _kept(cost)
    return LoggedDecision(
        decision=_decision(text),
        state=cast("Literal['open', 'rewarded', 'void']", kind),
        reward=float(reward[0]) if reward else None,
        order=int(order),
        at_ms=int(at_ms),
        unexecuted=unexecuted or "",
        place=int(place) - 1,
        source=graded.get("source"),
        parts=graded.get("parts", {}),
        cost=Cost(**spent) if spent else None,
        criterion=graded.get("criterion", ""),
        judge=graded.get("judge", ""),
    )


def _to_take(row: LoggedDecision) -> tuple[str, ...]:
    """Give a decision as `take.lua` reads it. The token of its reward is the same for the same reward only."""
    text = json.dumps(row.decision.to_dict(), separators=(",", ":"))
    cost = json.dumps(asdict(row.cost)) if row.cost else ""
    if row.given is None:
        return row.decision.id, text, row.unexecuted, cost, "void" if row.state == "void" else "", "", ""
    reward, grade = f"{row.given.reward:.17g}", json.dumps(row.given.to_dict(), separators=(",", ":"))
    token = "import" + hashlib.sha256(f"{reward} {grade}".encode()).hexdigest()[:16]
    return row.decision.id, text, row.unexecuted, cost, reward, token, grade


def _audit(text: str) -> KeptAudit:
    at_ms, _, found = text.partition(" ")
    try:
        return KeptAudit.from_dict(json.loads(found), int(at_ms))
    except (ValueError, TypeError, AttributeError, InvalidInput) as exc:
        raise MemoryCorrupt("an audit can't be read back from the store") from exc


def _account(name: PolicyName) -> list[str]:
    return [audit_account(name.tenant, name.digest)]


def _kept(text: str | None) -> Mapping[str, Any]:
    return json.loads(text) if text else {}


def _decision(text: str) -> Decision:
    try:
        return Decision.from_dict(json.loads(text))
    except (ValueError, InvalidInput) as exc:
        raise MemoryCorrupt("a decision can't be read back from the store") from exc


def _unknown(decision_id: str) -> UnknownDecision:
    return UnknownDecision(f"no decision {decision_id!r}")
