"""Four workers under load, one killed every few seconds: what was acknowledged is there, once."""

import asyncio
import os
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.e2e.served import Served, persistently, serving

from riffler.bandits.posterior import Posterior
from riffler.service.app import Riffler
from riffler.service.ports.memory import RecordedEvent, SessionKey
from riffler.service.settings import read_settings
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
        rewards: Decision and reward, each counted.
    """

    session: str
    messages: list[tuple[int, str]] = field(default_factory=list)
    answers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    rewards: list[tuple[str, float]] = field(default_factory=list)


async def client(served: Served, number: int, until: float) -> Acknowledged:
    """Append, ask and reward in a session of its own until a moment; each change again until it is answered."""
    rng, told = random.Random(number), Acknowledged(f"client-{number}")
    made = await persistently(served.client, "/api/v1/sessions", {"session": told.session}, f"make-{number}")
    assert made.status_code == 201, made.text
    path, step = f"/api/v1/sessions/{told.session}", 0
    while time.monotonic() < until:
        step += 1
        name = f"{number}-{step}"
        if rng.random() < 0.5:
            text = f"Client {number} says {step}."
            body = {"messages": [{"role": "user", "content": text}]}
            added = await persistently(served.client, f"{path}/messages", body, name)
            assert added.status_code == 200, added.text
            told.messages.append((added.json()["first"], text))
            continue
        question, reward = f"What does client {number} say after {step}?", rng.random()
        asked = await persistently(served.client, f"{path}/ask", {"question": question}, name)
        assert asked.status_code == 200, asked.text
        told.answers.append((question, asked.json()))
        decision = asked.json()["rewriting"]["decision"]
        rewarded = await persistently(
            served.client, f"/api/v1/decisions/{decision}/reward", {"reward": reward}, f"{name}-reward"
        )
        assert rewarded.json() == {"counted": True}, rewarded.text
        told.rewards.append((decision, reward))
    return told


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


@pytest.mark.timeout(300)
async def test_killed_workers_lose_and_double_nothing(tmp_path: Path) -> None:
    """Acknowledged messages stand where their answer said, once; questions, answers and rewards count once.

    No time is asserted, so a slow machine can't fail it: it only kills fewer workers a change.
    """
    async with serving(tmp_path, "--workers", "4", lease_s="2") as served:
        until = time.monotonic() + LOAD_S
        *told, killed = await asyncio.gather(
            *(client(served, number, until) for number in range(CLIENTS)), kill_workers(served, until)
        )
        metrics = (await served.client.get("/metrics")).text
        assert await served.stop() == 0
    assert killed >= 3
    assert 'riffler_turns_total{outcome="answered"}' in metrics
    assert "Traceback" not in served.errors.read_text("utf-8")
    async with Riffler(read_settings(data_folder=tmp_path / "data")) as riffler:
        for each in told:
            await check_session(riffler, each)
        await check_decisions(riffler, told)


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
    events = await history(riffler, told.session)
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
    assert len({decision for decision, _ in rewards}) == len(rewards) == sum(len(each.answers) for each in told)
    for decision, reward in rewards:
        assert log[decision].reward == reward
    counted = sorted((logged for logged in log.values() if logged.order), key=lambda logged: logged.order)
    assert [logged.order for logged in counted] == list(range(1, len(rewards) + 1))
    samples = [(each.decision.arm, np.array(each.decision.x), each.reward or 0.0) for each in counted]
    expected, learned = Posterior.from_log(name.dimension, samples), await riffler.decisions.posterior(name)
    assert learned.arms.keys() == expected.arms.keys()
    for arm, statistics in expected.arms.items():
        assert np.array_equal(learned.arms[arm].gram, statistics.gram)
        assert np.array_equal(learned.arms[arm].moment, statistics.moment)
