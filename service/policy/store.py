"""Decisions and posteriors in Redis: five hashes and lists a policy, one Lua script a change.

The contract is `riffler.service.ports.policy.PolicyStore`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Literal, cast

from riffler.bandits.decision import Decision, digest_of
from riffler.bandits.posterior import ArmStatistics, Posterior, check_reward
from riffler.errors import InvalidInput, MemoryCorrupt, RequestKeyReused, UnknownDecision
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import policy_keys, request_key
from riffler.service.ports.policy import LoggedDecision, PolicyName, RewardOutcome

_REMEMBERED_MS = 86_400_000
"""How long the answer to a named request is kept."""


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

    async def posterior(self, name: PolicyName) -> Posterior:
        """See the port."""
        kept: dict[str, str] = await self._hash(policy_keys(name.tenant, name.digest)[4])
        try:
            arms = {
                arm: ArmStatistics.from_flat([float(number) for number in text.split()], name.dimension)
                for arm, text in kept.items()
            }
        except (ValueError, InvalidInput) as exc:
            raise MemoryCorrupt(f"the posterior {name.digest} can't be read back from the store") from exc
        return Posterior(name.dimension, MappingProxyType(arms))

    async def record(self, name: PolicyName, decision: Decision) -> Decision:
        """See the port."""
        keys, text = policy_keys(name.tenant, name.digest), json.dumps(decision.to_dict(), separators=(",", ":"))
        return _decision(await self._said("record", keys, decision.id, text, str(name.dimension)))

    async def reward(self, tenant: str, decision_id: str, reward: float, token: str | None = None) -> RewardOutcome:
        """See the port."""
        check_reward(reward)
        named = secrets.token_hex(8) if token is None else token
        keys, arguments = self._of(tenant, decision_id), [decision_id, f"{reward:.17g}", named]
        said = int(await self._connection.script(__package__, "lua/reward.lua", keys, arguments))
        if said == -2:
            raise RequestKeyReused(
                f"decision {decision_id!r}: this request's name was given to another reward; expected the same "
                f"one, or a new name"
            )
        if said < 0:
            raise _unknown(decision_id)
        return RewardOutcome(said)

    async def unexecuted(self, tenant: str, decision_id: str, reason: str) -> None:
        """See the port."""
        if await self._script("unexecuted", self._of(tenant, decision_id), decision_id, reason) < 0:
            raise _unknown(decision_id)

    async def void(self, tenant: str, decision_id: str) -> None:
        """See the port."""
        if await self._script("void", self._of(tenant, decision_id), decision_id) < 0:
            raise _unknown(decision_id)

    async def answer(self, tenant: str, request: str, fingerprint: str, answer: str = "") -> str:
        """See the port."""
        keys = [request_key(tenant, request)]
        kept: str | None = await self._said("answer", keys, fingerprint, answer, str(_REMEMBERED_MS))
        if kept is None:
            raise RequestKeyReused(
                f"request {request!r}: this name was given to another query; expected the same one, or a new name"
            )
        return kept

    async def decision(self, tenant: str, decision_id: str) -> LoggedDecision:
        """See the port."""
        keys = self._of(tenant, decision_id)
        text, state, why = [await self._field(keys[part], decision_id) for part in (1, 2, 6)]
        if text is None or state is None:
            raise _unknown(decision_id)
        return _logged(text, state, why or "")

    async def log(self, name: PolicyName, first: int = 0, limit: int | None = None) -> Sequence[LoggedDecision]:
        """See the port."""
        keys = policy_keys(name.tenant, name.digest)
        return await self._decisions(keys, await self._ids(keys[5], first, limit, None), None)

    async def rewarded(
        self, name: PolicyName, first: int = 0, limit: int | None = None, after: str = ""
    ) -> Sequence[LoggedDecision] | None:
        """See the port."""
        keys, known = policy_keys(name.tenant, name.digest), bool(after)
        ids = await self._ids(keys[3], first - known, None if limit is None else limit + known, self._choosing_s)
        if known and ids[:1] != [after]:
            return None
        return await self._decisions(keys, ids[known:], self._choosing_s)

    async def aclose(self) -> None:
        """Do nothing: the connection belongs to who made it."""

    async def _ids(self, key: str, first: int, limit: int | None, within_s: float | None) -> list[str]:
        """Read a list of decisions' ids."""
        last = -1 if limit is None else first + limit - 1
        ids: list[str] = await self._connection.run(lambda client: client.lrange(key, first, last), within_s=within_s)
        return ids

    async def _decisions(self, keys: Sequence[str], ids: Sequence[str], within_s: float | None) -> list[LoggedDecision]:
        """Read decisions with what became of them."""
        if not ids:
            return []
        texts, states, why = [await self._some(keys[part], ids, within_s) for part in (1, 2, 6)]
        return [_logged(*row) for row in zip(texts, states, (reason or "" for reason in why), strict=True)]

    async def _hash(self, key: str) -> dict[str, str]:
        found: dict[str, str] = await self._connection.run(
            lambda client: client.hgetall(key), within_s=self._choosing_s
        )
        return found

    async def _field(self, key: str, field: str) -> str | None:
        found: str | None = await self._connection.run(
            lambda client: client.hget(key, field), within_s=self._choosing_s
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


def _logged(text: str, state: str, unexecuted: str) -> LoggedDecision:
    kind, order, at_ms, *reward = state.split()
    return LoggedDecision(
        decision=_decision(text),
        state=cast("Literal['open', 'rewarded', 'void']", kind),
        reward=float(reward[0]) if reward else None,
        order=int(order),
        at_ms=int(at_ms),
        unexecuted=unexecuted,
    )


def _decision(text: str) -> Decision:
    try:
        return Decision.from_dict(json.loads(text))
    except (ValueError, InvalidInput) as exc:
        raise MemoryCorrupt("a decision can't be read back from the store") from exc


def _unknown(decision_id: str) -> UnknownDecision:
    return UnknownDecision(f"no decision {decision_id!r}")
