"""A log for the pages of what was learned: asked for, imported, and read back from Redis' raw records."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import redis
from numpy.typing import NDArray
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

from riffler.bandits.context import CONTEXT_NAMES, DIMENSION
from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey
from riffler.service.agent.watch.log_file import write_end, write_header, write_row
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.keys import policy_keys

HOSTILE = "Which <script>alert(1)</script><img src=x onerror=alert(2)> gate isn't open \u202eat night\u202c, and why?"
ARMS = ("none", "reread", "simplify")
COUNT = 600
"""Decisions: every tenth waits for its reward, and some of them never get one, none of `reread`."""
CHANGE = 480
"""From this one on all arms earn a quarter less, which the watch over drift can't miss."""
REFUSED = "the rewrite invents a number"
"""Why the text of some draws didn't go on."""


def lines(features_version: str, seed: int = 1) -> Iterator[str]:
    """Give the lines of a file.

    Arms are drawn with uneven propensities, `reread` seldom, and now and then one isn't allowed. `simplify` earns .2
    more where there is a negation, `reread` .08 less everywhere; rewards scatter by .12.
    """
    key = PolicyKey("made up", "made up", "1", features_version, "uneven 1")
    yield write_header(PolicyName("", key.digest(), DIMENSION), key)
    rng, negation, order = np.random.default_rng(seed), CONTEXT_NAMES.index("negation"), 0
    for number in range(COUNT):
        present = rng.random(DIMENSION) < np.where(np.arange(DIMENSION) == negation, 0.3, 0.12)
        x = (1.0, *(present[1:] * rng.choice([1.0, 0.5], DIMENSION - 1)).tolist())
        allowed = ARMS[:2] if number % 7 == 0 else ARMS
        chances = dict(
            zip(allowed, (0.9 * rng.dirichlet([3.0, 0.4, 2.0][: len(allowed)]) + 0.1 / len(allowed)), strict=True)
        )
        chances = {arm: float(chance) for arm, chance in chances.items()}
        arm = str(rng.choice(allowed, p=np.array(list(chances.values())) / sum(chances.values())))
        mean = 0.55 + {"none": 0.0, "reread": -0.08, "simplify": 0.2 * x[negation]}[arm]
        reward = float(np.clip(rng.normal(mean - (0.25 if number >= CHANGE else 0), 0.12), 0, 1))
        id_ = f"d{key.digest()}{rng.bytes(8).hex()}"
        decision = Decision(id_, "", features_version, x, allowed, chances, arm, "uneven", "1")
        refused = REFUSED if arm != "none" and number % 8 == 0 else ""
        cost = Cost(100 + number, number / 4) if number % 3 else None
        if number % 50 == 49 and arm != "reread":
            yield write_row(LoggedDecision(decision, "void", None, 0, 0, refused, number))
        elif number % 10 == 9:
            yield write_row(LoggedDecision(decision, "open", None, 0, 0, refused, number, cost=cost))
        else:
            order += 1
            yield write_row(LoggedDecision(decision, "rewarded", reward, order, 0, refused, number, "judge", cost=cost))
    yield write_end(COUNT)


@dataclass(frozen=True)
class Row:
    """A decision as Redis has it: what was decided and what became of it.

    Attributes:
        decision: Its JSON.
        state: `open`, `rewarded` or `void`.
        order: The place of its reward, from 1; 0 without one.
        at_ms: When it was logged.
        reward: None without one.
        grade: Source and parts of the reward, as JSON.
        cost: What its turn took, as JSON; empty where it didn't tell.
        unexecuted: Why its arm's text didn't go on.
    """

    decision: dict[str, Any]
    state: str
    order: int
    at_ms: int
    reward: float | None
    grade: dict[str, Any]
    cost: dict[str, Any]
    unexecuted: str

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.decision["id"])

    @property
    def arm(self) -> str:
        """The arm drawn."""
        return str(self.decision["arm"])

    @property
    def allowed(self) -> list[str]:
        """The arms that could be drawn."""
        return list(self.decision["allowed"])

    @property
    def chances(self) -> dict[str, float]:
        """The propensities."""
        return dict(self.decision["propensities"])

    @property
    def chance(self) -> float:
        """That of the arm drawn."""
        return self.chances[self.arm]

    @property
    def x(self) -> NDArray[np.float64]:
        """The context vector."""
        return np.array(self.decision["x"])


def read_rows(url: str, digest: str) -> list[Row]:
    """Read the raw log of a policy of the tenant `local` with Redis' own commands, the oldest decision first."""
    with redis.Redis(unix_socket_path=url.removeprefix("unix://"), decode_responses=True) as client:
        decisions, states, _, _, order, unexecuted, grades, costs, *_ = policy_keys("local", digest)
        ids: list[str] = client.lrange(order, 0, -1)
        kept: dict[str, dict[str, str]] = {
            key: client.hgetall(key) for key in (decisions, states, unexecuted, grades, costs)
        }
    found = []
    for id_ in ids:
        state, place, at_ms, _, *reward = kept[states][id_].split()
        grade, cost = (json.loads(kept[key].get(id_, "{}")) for key in (grades, costs))
        number = float(reward[0]) if reward else None
        why = kept[unexecuted].get(id_, "")
        found.append(Row(json.loads(kept[decisions][id_]), state, int(place), int(at_ms), number, grade, cost, why))
    return found


@dataclass(frozen=True)
class Log:
    """A service with a log: questions really asked and rewarded, and a log imported.

    Attributes:
        served: The service.
        own: Its Redis.
        digest: The policy.
        answers: The answers, in the order of the questions; the last one's arm is `reread`, and its reward came last.
        rows: The raw log, the oldest first.
    """

    served: Served
    own: OwnRedis
    digest: str
    answers: list[dict[str, Any]]
    rows: list[Row]

    @property
    def address(self) -> str:
        """The service's address."""
        return str(self.served.client.base_url)

    async def read(self, path: str, **query: str) -> Any:
        """Ask the API."""
        answer = await self.served.client.get(f"/api/v1/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def logged(folder: Path) -> AsyncIterator[Log]:
    """Run a service with a log. By chance alone 40 draws have no `reread` once in 10^8 runs."""
    with OwnRedis(folder) as own:
        async with serving(folder, redis_url=own.url) as served:
            client, answers = served.client, await _asked(served)
            (policy,) = (await client.get("/api/v1/policies")).json()
            text, kind = "\n".join(lines(policy["features_version"])), {"content-type": "application/jsonl"}
            taken = await client.post(f"/api/v1/policies/{policy['digest']}/log", content=text, headers=kind)
            assert taken.json()["whole"], taken.text
            decision = answers[-1]["rewriting"]["decision"]
            reward = {"answer": "Gate four isn't.", "references": ["gate 4 isn't open"]}
            assert (await client.post(f"/api/v1/decisions/{decision}/reward", json=reward)).json()["counted"]
            rows = read_rows(own.url, policy["digest"])
            assert len(rows) == len(answers) + COUNT
            yield Log(served, own, policy["digest"], answers, rows)


async def _asked(served: Served) -> list[dict[str, Any]]:
    """Ask until `reread` is drawn, twice at least: the first decision waits for its reward."""
    answers = list[dict[str, Any]]()
    while len(answers) < 2 or answers[-1]["rewriting"]["arm"] != "reread":
        assert len(answers) < 40
        body = {"question": HOSTILE, "contexts": ["Gate 4 isn't open at night."]}
        answers.append((await served.client.post("/api/v1/ask", json=body)).json())
    return answers
