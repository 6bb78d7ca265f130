"""The page that `riffler demo` ends with, on the run that it left: served by its last line, as it stands.

The run is replayed: each question of its seed is asked again with each arm that it could have drawn, by policies that
always draw one, in a store of their own. What the draws of Redis' raw log lost there is what the page must say.
"""

import asyncio
import json
import re
import shlex
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser, expect
from tests.browser.demo_run import COUNT, SEED, DemoRun
from tests.browser.looking import Looked, looking
from tests.e2e.served import Served, environment, serving

from riffler.bandits.arms import ARMS
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.reward import reward
from riffler.service.app import Riffler
from riffler.service.evaluation.questions import make_questions
from riffler.service.evaluation.trial import Round, regret_of
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.ports.keys import policy_keys
from riffler.service.settings import read_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
PER = COUNT // 10
SCENES = 2
"""Questions of the scenes before, which nothing rewards."""
START_S = 60.0
LEARNED = {
    "regret": "True regret",
    "learned": "Decisions, the newest first",
    "session": "Sessions",
    "cost": "Tokens of each turn",
    "health": "The newest turns",
    "try": "with a window of",
}
"""What a page has of the demo's run."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def learned(demo_run: DemoRun) -> AsyncIterator[Served]:
    """A service on what the demo left."""
    async with serving(demo_run.folder) as served:
        yield served


@asynccontextmanager
async def served(command: str, port: str, folder: Path) -> AsyncIterator[None]:
    """Run the command that the demo told, where the demo ran, until the block ends."""
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(shlex.split(command), env=environment(port=port), stderr=log)  # noqa: ASYNC220
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            deadline = time.monotonic() + START_S
            while not await _ready(client):
                assert process.poll() is None, (folder / "serve.log").read_text("utf-8")
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, START_S)


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


def raw(folder: Path, digest: str) -> list[dict[str, Any]]:
    """Read the raw log of the folder's server: decisions in order, each with its reward."""
    keys = policy_keys("local", digest)
    with redis.Redis(unix_socket_path=EmbeddedServer(folder).socket, decode_responses=True) as client:
        texts, states, order = client.hgetall(keys[0]), client.hgetall(keys[1]), client.lrange(keys[4], 0, -1)
    rewards = [states[id_].split()[4:5] for id_ in order]
    return [
        {**json.loads(texts[id_]), "reward": float(each[0]) if each else None}
        for id_, each in zip(order, rewards, strict=True)
    ]


async def replayed(rows: Sequence[dict[str, Any]], folder: Path) -> list[Round]:
    """Ask the run's questions again, with each arm that they could have drawn."""
    made, rounds = make_questions(SEED, COUNT), []
    async with AsyncExitStack() as stack:
        settings = read_settings(data_folder=folder)
        arms = {arm for row in rows for arm in row["allowed"]}
        always = {arm: await stack.enter_async_context(Riffler(settings, policy=Fixed(arm))) for arm in arms}
        for question, row in zip(made.questions, rows, strict=True):
            told = {arm: await always[arm].ask(question.text, [made.text]) for arm in row["allowed"]}
            earned = {arm: reward(answer.text, question.answer).total for arm, answer in told.items()}
            assert earned[row["arm"]] == row["reward"]
            every = {arm: earned.get(arm, earned["none"]) for arm in ARMS}
            rounds.append(Round(question, row["arm"], every, tuple(row["allowed"])))
    return rounds


def shown(value: float) -> str:
    """Write a figure as pages do."""
    return f"{value:z.3f}".replace("-", "−")


async def chosen(looked: Looked, against: str, title: str) -> None:
    """Choose what regret is against."""
    await looked.page.get_by_label("Against").select_option(against)
    await expect(looked.page.get_by_role("heading", name=title)).to_be_visible()
    await looked.read()


async def test_the_page_of_the_demo_is_its_own_simulation(browser: Browser, demo_run: DemoRun, tmp_path: Path) -> None:
    """Against every arm, `none` and the best ones: at each decision, over all, and for a hundred of them."""
    folder, port, printed = demo_run.folder / "data", demo_run.port, demo_run.told
    address, host, digest = re.findall(
        r"the learning run: ((http://[^/]*)/dashboard/#/regret/(\w+)/against=all)\n", printed
    )[0]
    command = re.findall(r"it is served by:  (.*)\n$", printed)[0]
    assert host.endswith(f":{port}")
    async with served(command, port, tmp_path):
        rows = raw(folder, digest)[SCENES:]
        rounds = await replayed(rows, tmp_path / "replayed")
        expected = regret_of(rounds)
        assert expected.total > 0
        async with httpx.AsyncClient(base_url=host, timeout=START_S) as client:
            found = (await client.get(f"/api/v1/policies/{digest}/regret")).json()["true"]
        assert (found["rounds"], found["rewarded"]) == (COUNT, COUNT)
        arms = list(found["course"]["against"])
        assert set(arms) == {arm for row in rows for arm in row["allowed"]}
        for arm in set(ARMS) - set(arms):  # with nothing to do on any question
            assert expected.against[arm].tolist() == expected.against["none"].tolist()
        _is_printed(printed, rounds)
        async with looking(browser, host) as looked:
            await looked.page.goto(address)
            await looked.read()
            assert await looked.page.get_by_text(f"Of {COUNT} of {COUNT} rewarded decisions").is_visible()
            for at, row in enumerate(await looked.figures("True regret, summed over decisions")):
                assert row == [str(at + 1), *(shown(expected.against[arm][at]) for arm in arms)]
            lost = {f"always {arm}": float(expected.against[arm][-1]) for arm in arms}
            best = max(lost.values())
            assert found["against_best_static"] == pytest.approx(best)
            lost |= {f"the best fixed arm, {found['best_static']}": best, "the best arm of each query": expected.total}
            totals = await looked.figures(f"True regret over all {COUNT} decisions")
            assert {row[0]: row[1:] for row in totals} == {
                name: [shown(each), shown(100 * each / COUNT)] for name, each in lost.items()
            }
            glance = looked.page.locator("dl.figures div", has_text="true")
            assert await glance.locator("dd").inner_text() == f"{shown(best)} in {COUNT} decisions"
            await looked.page.get_by_label("per stretch").check()
            await looked.page.get_by_text(f"True regret, per {PER} decisions: the figures").wait_for()
            for against, title, sums in (
                ("arm:none", "always none", expected.against["none"]),
                ("", "the best fixed arm", expected.against[found["best_static"]]),
                ("each", "the best arm of each query", expected.cumulative),
            ):
                await chosen(looked, against, f"True regret, against {title}")
                apart = np.diff(sums[PER - 1 :: PER], prepend=0.0)
                told = await looked.figures(f"True regret, per {PER} decisions")
                assert told == [[str(PER * (at + 1)), shown(each)] for at, each in enumerate(apart.tolist())]
            await looked.nothing_serious()


def _is_printed(told: str, rounds: Sequence[Round]) -> None:
    """Find what the demo printed of the policy and of each arm in the replayed run."""
    for name, arm in (("the policy", None), *((f"always {arm}", arm) for arm in ARMS)):
        printed = re.findall(rf"^{name} .* (-?\d+\.\d\d) ", told, re.MULTILINE)
        assert printed == [f"{regret_of(rounds, arm).cumulative[-1]:.2f}"]


@pytest.mark.parametrize("name", LEARNED)
async def test_each_page_shows_the_run_of_the_demo(browser: Browser, learned: Served, name: str) -> None:
    """Its figures are there, no error, and the first session and decision that a page leads to are, too."""
    async with looking(browser, str(learned.client.base_url)) as looked:
        await looked.open(name)
        await looked.fine(LEARNED[name])
        for of in ("session", "decision"):
            links = looked.page.locator(f"main a[href^='#/{of}/']")
            if await links.count():
                thing = str(await links.last.get_attribute("href")).split("/")[2]
                await looked.open(of, thing)
                await looked.fine(f"{of.capitalize()} {thing}")
                await looked.open(name)
                break
        else:
            assert name in {"regret", "try"}, "only these lead nowhere"
