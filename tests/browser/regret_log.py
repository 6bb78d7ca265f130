"""A log for the page of regret whose every kind of regret is known: imported and audited, and read back from Redis.

A random share of its decisions was run on all arms, and earned there what was learned; so what was lost there is true,
and tells of all others.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import redis
from tests.browser.learned_log import Row, read_rows
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

from riffler.bandits.context import CONTEXT_NAMES, DIMENSION
from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.features import FEATURES_VERSION
from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.service.memory.connection import RedisConnection
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.keys import policy_keys

ARMS = ("none", "reread", "simplify")
COUNT = 470
"""Decisions: every tenth waits for its reward, and the call of every 25th failed."""
AT_ONCE = 160
"""So many are taken in at one time, so that parts of the log can be picked by it."""
KEY = PolicyKey("made up", "made up", "1", f"{FEATURES_VERSION} test", "uneven 1")


@dataclass(frozen=True)
class RegretLog:
    """A service with the log.

    Attributes:
        served: The service.
        rows: The raw log, the oldest first.
        audits: The raw audits, by decision: rewards of the arms that were run, the share, the judge.
    """

    served: Served
    rows: list[Row]
    audits: dict[str, dict[str, Any]]

    @property
    def told(self) -> list[Row]:
        """The decisions whose call didn't fail."""
        return [row for row in self.rows if row.state != "void"]

    async def api(self, path: str = "", **query: str) -> Any:
        """Ask the API about the policy."""
        answer = await self.served.client.get(f"/api/v1/policies/{KEY.digest()}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


def made(seed: int = 7) -> list[tuple[LoggedDecision, KeptAudit | None]]:
    """Make decisions, with the audits of some.

    Arms are drawn with uneven propensities, and `simplify` isn't always allowed. It earns .25 more where there is a
    negation, `reread` .1 less everywhere; rewards scatter by .08. One in five is audited, later two in five, by another
    judge; of those that wait for a reward, too.
    """
    rng, negation, found = np.random.default_rng(seed), CONTEXT_NAMES.index("negation"), []
    for number in range(COUNT):
        present = rng.random(DIMENSION) < np.where(np.arange(DIMENSION) == negation, 0.4, 0.15)
        x = (1.0, *(present[1:] * rng.choice([1.0, 0.5], DIMENSION - 1)).tolist())
        allowed = ARMS[:2] if number % 7 == 0 else ARMS
        chances = 0.9 * rng.dirichlet([3.0, 0.8, 2.0][: len(allowed)]) + 0.1 / len(allowed)
        arm = str(rng.choice(allowed, p=chances / chances.sum()))
        means = {"none": 0.5, "reread": 0.4, "simplify": 0.5 + 0.25 * x[negation]}
        rewards = {each: float(np.clip(rng.normal(means[each], 0.08), 0, 1)) for each in allowed}
        id_ = decision_id(KEY.digest(), rng.bytes(8))
        by_arm = dict(zip(allowed, chances.tolist(), strict=True))
        decision = Decision(id_, "", KEY.features_version, x, allowed, by_arm, arm, "uneven", "1")
        share, judge = (0.2, "judge one") if number < COUNT // 2 else (0.4, "judge two")
        audit = KeptAudit(Audit(rewards, arm, share), 10, judge, "relevance") if rng.random() < share else None
        if number % 25 == 24:
            found.append((LoggedDecision(decision, "void", None, 0, 0, ""), None))
        elif number % 10 == 9:
            found.append((LoggedDecision(decision, "open", None, 0, 0, ""), audit))
        else:
            found.append((LoggedDecision(decision, "rewarded", rewards[arm], 0, 0, "", source="import"), audit))
    return found


@asynccontextmanager
async def regret_log(folder: Path) -> AsyncIterator[RegretLog]:
    """Run a service with the log."""
    with OwnRedis(folder) as own:
        await _taken(own.url)
        async with serving(folder, redis_url=own.url) as served:
            rows, audits = read_rows(own.url, KEY.digest()), read_audits(own.url, KEY.digest())
            assert len(rows) == COUNT
            yield RegretLog(served, rows, audits)


async def _taken(url: str) -> None:
    connection = RedisConnection(url)
    store, name, log = RedisPolicyStore(connection), PolicyName("local", KEY.digest(), DIMENSION), made()
    try:
        await store.introduce(name, KEY)
        for first in range(0, COUNT, AT_ONCE):
            await store.take(name, [row for row, _ in log[first : first + AT_ONCE]])
            await asyncio.sleep(0.005)
        for row, audit in log:
            if audit is not None:
                await store.audit("local", row.decision.id, audit)
    finally:
        await connection.aclose()


def read_audits(url: str, digest: str) -> dict[str, dict[str, Any]]:
    """Read the raw audits of a policy of the tenant `local` with Redis' own commands."""
    with redis.Redis(unix_socket_path=url.removeprefix("unix://"), decode_responses=True) as client:
        kept: dict[str, str] = client.hgetall(policy_keys("local", digest)[8])
    return {id_: json.loads(text.partition(" ")[2]) for id_, text in kept.items()}
