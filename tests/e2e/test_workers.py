"""Four workers under load; one of them, or Redis, is killed every few seconds: what was acknowledged is there, once."""

import asyncio
import os
import random
import re
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from tests.e2e.served import Served, persistently, serving, streamed

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned
from riffler.errors import UnknownSession
from riffler.service.agent.learning import Learner
from riffler.service.app import Riffler
from riffler.service.ports.memory import RecordedEvent, SessionKey
from riffler.service.settings import read_settings
from riffler.tools.events import TextSearched
from riffler.tools.memory import WorkingMemory

CLIENTS = 10
LOAD_S = 12.0
KILL_EVERY_S = 2.0


@dataclass
class Acknowledged:
    """What the service acknowledged to one client.

    Attributes:
        session: The client's session.
        messages: Index and text of each message.
        answers: Question and answer.
        searches: What was searched for, once each.
        rewards: Decision and reward, each counted.
        kept: Other sessions, with their only message.
        deleted: Sessions that are gone.
    """

    session: str
    messages: list[tuple[int, str]] = field(default_factory=list)
    answers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    rewards: list[tuple[str, float]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)


class Client:
    """Makes changes of all kinds, most of them in a session of its own; each again until it is answered."""

    def __init__(self, served: Served, number: int) -> None:
        self._served = served
        self._number = number
        self._rng = random.Random(number)
        self.told = Acknowledged(f"client-{number}")
        self._path = f"/api/v1/sessions/{self.told.session}"

    async def run(self, until: float) -> Acknowledged:
        """Make changes until a moment."""
        made = await self._post("/api/v1/sessions", {"session": self.told.session}, f"make-{self._number}")
        assert made.status_code == 201, made.text
        verbs = [self._append, self._ask, self._ask, self._search, self._rewrite, self._make]
        step = 0
        while time.monotonic() < until:
            step += 1
            await self._rng.choice(verbs)(f"{self._number}-{step}")
        return self.told

    async def _post(self, path: str, body: dict[str, Any], name: str) -> httpx.Response:
        return await persistently(self._served.client, path, body, name)

    async def _append(self, name: str) -> None:
        text = f"Client {name} says this."
        added = await self._post(f"{self._path}/messages", {"messages": [{"role": "user", "content": text}]}, name)
        assert added.status_code == 200, added.text
        self.told.messages.append((added.json()["first"], text))

    async def _ask(self, name: str) -> None:
        question = f"What does client {name} say?"
        if self._rng.random() < 0.5:
            asked = await self._post(f"{self._path}/ask", {"question": question}, name)
            assert asked.status_code == 200, asked.text
            answer = asked.json()
        else:
            answer = await streamed(self._served.client, f"{self._path}/ask", {"question": question}, name)
        self.told.answers.append((question, answer))
        await self._reward(answer["rewriting"]["decision"], name)

    async def _search(self, name: str) -> None:
        called = await self._post(f"{self._path}/tools/search_context", {"arguments": {"query": f"<{name}>"}}, name)
        assert called.status_code == 200, called.text
        self.told.searches.append(f"<{name}>")

    async def _rewrite(self, name: str) -> None:
        chosen = await self._post("/api/v1/rewrites", {"query": f"What is {name}?"}, f"rewrite-{name}")
        assert chosen.status_code == 200, chosen.text
        if chosen.json()["rewriting"]["decision"]:  # none while Redis is away: it fails open
            await self._reward(chosen.json()["rewriting"]["decision"], name)

    async def _make(self, name: str) -> None:
        text = f"Only {name}."
        body = {"session": f"side-{name}", "messages": [{"role": "user", "content": text}]}
        made = await self._post("/api/v1/sessions", body, f"make-{name}")
        assert made.status_code == 201, made.text
        if self._rng.random() < 0.5:
            self.told.kept[body["session"]] = text
            return
        gone = await persistently(self._served.client, made.headers["location"], None, f"gone-{name}", "DELETE")
        assert gone.status_code == 204, gone.text
        self.told.deleted.append(body["session"])

    async def _reward(self, decision: str, name: str) -> None:
        if not decision:
            return
        reward = self._rng.random()
        body = {"reward": reward}
        rewarded = await self._post(f"/api/v1/decisions/{decision}/reward", body, f"{name}-reward")
        assert rewarded.json()["counted"] is True, rewarded.text
        self.told.rewards.append((decision, reward))


async def kill_workers(served: Served, until: float) -> int:
    """Kill a worker every few seconds; give how many."""
    killed = 0
    while time.monotonic() < until:
        await asyncio.sleep(KILL_EVERY_S)
        workers = served.workers()
        if workers:
            os.kill(random.Random(killed).choice(workers), signal.SIGKILL)
            killed += 1
    return killed


async def history(riffler: Riffler, session: str) -> list[RecordedEvent]:
    """Read all events of a session."""
    events: list[RecordedEvent] = []
    after = (0, 0)
    while page := await riffler.sessions.events(SessionKey(riffler.tenant, session), after):
        events += page
        after = (page[-1].version, page[-1].number)
    return events


async def kill_server(served: Served, until: float) -> int:
    """Kill the embedded server every few seconds; give how many."""
    killed = 0
    while time.monotonic() < until:
        await asyncio.sleep(KILL_EVERY_S)
        for pid in served.redis():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
    return killed


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kill", "durability"), [(kill_workers, "default"), (kill_server, "strict")], ids=["workers", "Redis"]
)
async def test_what_is_killed_loses_and_doubles_nothing(
    tmp_path: Path, kill: Callable[[Served, float], Awaitable[int]], durability: str
) -> None:
    """Acknowledged changes are there, once: messages, questions, searches, sessions, rewards; metrics say no more.

    No time is asserted, so a slow machine can't fail it: it only kills less often a change. A killed Redis keeps
    what it acknowledged where that is promised: with durability `strict`.
    """
    async with serving(tmp_path, "--workers", "4", alone=True, lease_s="2", durability=durability) as served:
        until = time.monotonic() + LOAD_S
        *told, killed = await asyncio.gather(
            *(Client(served, number).run(until) for number in range(CLIENTS)), kill(served, until)
        )
        counts = counted_rewards((await served.client.get("/metrics")).text)
        assert await served.stop() == 0
    assert killed >= 3
    assert "Traceback" not in served.errors.read_text("utf-8")
    rewards = sum(len(each.rewards) for each in told)
    # A process may be killed between a reward and its count, or its answer; it is then repeated.
    assert counts["counted"] <= rewards <= counts["counted"] + counts["repeated"]
    async with Riffler(read_settings(data_folder=tmp_path / "data")) as riffler:
        for each in told:
            await check_session(riffler, each)
        await check_decisions(riffler, told)


def counted_rewards(metrics: str) -> dict[str, float]:
    """Read how many rewards the metrics of all workers have, by outcome."""
    rows = re.findall(r'^riffler_rewards_total\{outcome="(\w+)",source="number"\} (\S+)$', metrics, re.MULTILINE)
    return {"counted": 0.0, "repeated": 0.0} | {outcome: float(count) for outcome, count in rows}


async def check_session(riffler: Riffler, told: Acknowledged) -> None:
    """Hold a session to what its client was told."""
    memory = await riffler.memory(told.session)
    texts = [message.text for message in memory.messages]
    for index, text in told.messages:
        assert texts[index] == text
        assert texts.count(text) == 1
    for question, answer in told.answers:
        assert texts.count(question) == 1
        assert answer["text"] in texts[texts.index(question) :]
    for session, text in told.kept.items():
        assert [message.text for message in (await riffler.memory(session)).messages] == [text]
    for session in told.deleted:
        with pytest.raises(UnknownSession):
            await riffler.memory(session)
    events = await history(riffler, told.session)
    searched = [event.event.query for event in events if isinstance(event.event, TextSearched)]
    assert [query for query in searched if query.startswith("<")] == told.searches
    assert sorted({event.version for event in events}) == list(range(1, memory.version + 1))
    replayed = WorkingMemory()
    for version in range(1, memory.version + 1):
        replayed = replayed.commit([event.event for event in events if event.version == version])
    assert replayed == memory


async def check_decisions(riffler: Riffler, told: list[Acknowledged]) -> None:
    """Hold the log and the posterior to what clients were told."""
    assert riffler.rewriter is not None
    name = riffler.rewriter.policy_name(riffler.tenant)
    log = {logged.decision.id: logged for logged in await riffler.decisions.log(name)}
    rewards = [reward for each in told for reward in each.rewards]
    assert len({decision for decision, _ in rewards}) == len(rewards)
    for decision, reward in rewards:
        assert log[decision].reward == reward
    counted = sorted((logged for logged in log.values() if logged.order), key=lambda logged: logged.order)
    assert [logged.order for logged in counted] == list(range(1, len(rewards) + 1))
    policy, rows = (
        AdaptiveThompson(),
        [
            Rewarded(
                each.decision.arm,
                np.array(each.decision.x),
                each.reward or 0.0,
                each.decision.propensities[each.decision.arm],
            )
            for each in counted
        ],
    )
    kept = await Learner(policy, riffler.decisions).state(name)
    assert dict(kept.arms) == dict((expected := learned(policy, name.dimension, rows)).arms)
    assert np.array_equal(kept.covariance, expected.covariance)
    assert np.array_equal(kept.fit.coefficients, expected.fit.coefficients)
