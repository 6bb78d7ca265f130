"""The page of regret, in a real browser, on a replayed run whose regret is known, and on a log with audits of a share.

True regret and shares are recomputed here from the simulation's own rounds and Redis' raw log. The figures of the
other kinds, and those beside the charts, are held to the raw log in `test_regret_figures.py`.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser, Locator, expect
from tests.browser.looking import Looked, looking
from tests.e2e.served import Served, serving
from tests.service.agent.watch.logs import ARMS, KEY, seeded
from tests.service.http.own_redis import OwnRedis

from riffler.bandits.arms import ARMS as EVERY_ARM
from riffler.bandits.context import CONTEXT_NAMES
from riffler.bandits.decision import Decision, decision_id
from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.policies.fixed import Fixed
from riffler.service.agent.watch.policies import LOOKED_AT
from riffler.service.app import Riffler
from riffler.service.evaluation.questions import make_questions
from riffler.service.evaluation.trial import Ask, Round, regret_of, run_trial
from riffler.service.ports.decisions import LoggedDecision, PolicyName
from riffler.service.ports.keys import policy_keys
from riffler.service.ports.policy import PolicyStore
from riffler.service.settings import read_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNT = 30
PER = COUNT // 10
LONG = replace(KEY, engine="imported", features_version="0 old")


@dataclass(frozen=True)
class Replayed:
    """A service that has a replayed run, whose rounds the test kept.

    Attributes:
        served: The service.
        store: Its Redis.
        digest: The policy that learned.
        rounds: What became of each question.
    """

    served: Served
    store: OwnRedis
    digest: str
    rounds: Sequence[Round]

    async def api(self, path: str = "", **query: str) -> Any:
        """Ask the API about the policy."""
        answer = await self.served.client.get(f"/api/v1/policies/{self.digest}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def raw(self, digest: str = "") -> list[dict[str, Any]]:
        """Read the raw log: decisions in order, each with its time, its kind and its reward."""
        keys = policy_keys("local", digest or self.digest)
        with redis.Redis.from_url(self.store.url, decode_responses=True) as client:
            texts, states, order = client.hgetall(keys[0]), client.hgetall(keys[1]), client.lrange(keys[4], 0, -1)
        rows = []
        for id_ in order:
            kind, _, at_ms, _, *reward = states[id_].split()
            found = json.loads(texts[id_])
            rows.append({**found, "kind": kind, "at_ms": int(at_ms), "reward": float(reward[0]) if reward else None})
        return rows


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def replayed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Replayed]:
    """A run of some questions in a Redis of its own, beside a longer log of another engine that has some audits."""
    folder = tmp_path_factory.mktemp("regret")
    with OwnRedis(folder) as store:
        digest, rounds = await _played(store.url, folder)
        async with serving(folder, redis_url=store.url) as served:
            yield Replayed(served, store, digest, rounds)


async def _long(store: PolicyStore, tenant: str) -> None:
    """Take in a log that is longer than a report looks at, half a thousand at a time: those have one time."""
    rng = np.random.default_rng(3)
    name = PolicyName(tenant, LONG.digest(), 3)
    await store.introduce(name, LONG)
    for first in range(0, LOOKED_AT + 700, 500):
        rows = []
        for _ in range(min(500, LOOKED_AT + 700 - first)):
            x = (1.0, *rng.choice([0.0, 1.0], 2).tolist())
            arm, chances = ARMS[int(rng.choice(3, p=[0.2, 0.3, 0.5]))], dict(zip(ARMS, (0.2, 0.3, 0.5), strict=True))
            id_ = decision_id(LONG.digest(), rng.bytes(8))
            decision = Decision(id_, "", LONG.features_version, x, ARMS, chances, arm, "p", "1")
            rows.append(LoggedDecision(decision, "rewarded", float(rng.random()), 0, 0, "", source="import"))
        await store.take(name, rows)
        await asyncio.sleep(0.005)


async def _played(url: str, folder: Path) -> tuple[str, list[Round]]:
    made = make_questions(5, count=COUNT, places=10)
    async with AsyncExitStack() as stack:
        riffler = await stack.enter_async_context(Riffler(read_settings(redis_url=url), seed=5))
        elsewhere = read_settings(data_folder=folder / "elsewhere")
        fixed = [await stack.enter_async_context(Riffler(elsewhere, policy=Fixed(arm))) for arm in EVERY_ARM]

        def asking(one: Riffler) -> Ask:
            return lambda question: one.ask(question.text, [made.text])

        async def keep(decision: str, found: KeptAudit) -> None:
            await riffler.decisions.audit(riffler.tenant, decision, found)

        ask_with = {arm: asking(one) for arm, one in zip(EVERY_ARM, fixed, strict=True)}
        trial = run_trial(made.questions, asking(riffler), ask_with, riffler.reward, keep)
        rounds = [each async for each in trial]
        assert riffler.rewriter is not None
        other = await seeded(riffler.decisions, riffler.tenant, 260)
        for decision in other.decisions[::9]:
            rewards = {arm: (place + len(decision.id)) % 3 / 2 for place, arm in enumerate(ARMS)}
            audit = KeptAudit(Audit(rewards, decision.arm, 0.1), 10, "judge", "relevance")
            await riffler.decisions.audit(riffler.tenant, decision.id, audit)
        await _long(riffler.decisions, riffler.tenant)
        return riffler.rewriter.key.digest(), rounds


def shown(value: float) -> str:
    """Write a figure as pages do."""
    return f"{value:z.3f}".replace("-", "−")


def control(looked: Looked, label: str) -> Locator:
    """Find a select by the beginning of its label."""
    return looked.page.locator("label").filter(has_text=re.compile(rf"^\s*{label}")).locator("select")


async def chosen(looked: Looked, label: str, value: str, then: str) -> None:
    """Choose in a select, and wait until the page says what it is to say then."""
    await control(looked, label).select_option(value)
    await expect(looked.page.locator("main")).to_contain_text(then)
    await looked.read()


async def test_true_regret_is_that_of_the_simulation(browser: Browser, replayed: Replayed) -> None:
    """Against each arm and the best of each query, summed at any point and in any stretch, as `regret_of` has it."""
    expected, course = regret_of(replayed.rounds), (await replayed.api("/regret"))["true"]["course"]
    assert course["points"] == list(range(1, COUNT + 1))
    async with looking(browser, str(replayed.served.client.base_url)) as looked:
        await looked.open("regret", replayed.digest, "against=all")
        rows = await looked.figures("True regret, summed over decisions")
        arms = list(course["against"])
        assert len(rows) == COUNT
        assert {"none", "reread", "simplify"} <= set(arms)
        for number, row in enumerate(rows):
            assert row == [str(number + 1), *(shown(expected.against[arm][number]) for arm in arms)]
        totals = {row[0]: row[1] for row in await looked.figures(f"True regret over all {COUNT} decisions")}
        assert totals == {
            f"the best fixed arm, {course_best(course)}": shown(expected.against_best_static),
            **{f"always {arm}": shown(expected.against[arm][-1]) for arm in arms},
            "the best arm of each query": shown(expected.total),
        }
        await chosen(looked, "Against", "each", "True regret, against the best arm of each query")
        rows = await looked.figures("True regret, summed over decisions")
        assert [row[1] for row in rows] == list(map(shown, expected.cumulative))
        await looked.page.get_by_label("per stretch").check()
        await expect(looked.page.locator("main")).to_contain_text("each chart says how many")
        await looked.page.reload()  # the address has it all
        await looked.read()
        rows = await looked.figures(f"True regret, per {PER} decisions")
        lost = expected.instantaneous.reshape(-1, PER).sum(axis=1)
        assert rows == [[str(PER * (at + 1)), shown(value)] for at, value in enumerate(lost)]


def course_best(course: dict[str, Any]) -> str:
    """Name the fixed arm that lost least; of equals the first."""
    against: dict[str, Any] = course["against"]
    return max(against, key=lambda arm: against[arm]["summed"]["mean"][-1])


async def test_estimates_are_the_api_s_and_shares_the_log_s(browser: Browser, replayed: Replayed) -> None:
    """What the page estimates is what the API says, and shares are counted from the raw log; kinds stay apart."""
    rows, found = replayed.raw(), await replayed.api("/regret")
    status = await replayed.api()
    assert len(rows) == COUNT
    drawn = Counter(row["arm"] for row in rows)
    assert {arm["arm"]: arm["drawn"] for arm in status["arms"] if arm["drawn"]} == dict(drawn)
    ends = status["ends"]
    assert ends == [COUNT // 3, 2 * COUNT // 3, COUNT]
    for arm in status["arms"]:
        parts = [rows[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        counts = [sum(row["arm"] == arm["arm"] for row in part) for part in parts]
        assert arm["shares"] == pytest.approx([count / len(part) for count, part in zip(counts, parts, strict=True)])
    async with looking(browser, str(replayed.served.client.base_url)) as looked:
        await looked.open("regret", replayed.digest)
        await expect(looked.page.locator("h2 .kind")).to_have_text(["true", "audited", "estimated"])
        for name in ("Audited", "Estimated"):
            course = found[name.lower()]["course"]
            band = course["best_static"]["summed"]
            told = await looked.figures(f"{name} regret, summed over decisions")
            none = "–"
            assert told == [
                [str(at), none if mean is None else shown(mean), shown(low), shown(high)]
                for at, mean, low, high in zip(course["points"], band["mean"], band["low"], band["high"], strict=True)
            ]
            totals = {row[0]: row[1:3] for row in await looked.figures(f"{name} regret over all")}
            for arm, line in course["against"].items():
                mean, low, high = (line["summed"][part][-1] for part in ("mean", "low", "high"))
                assert totals[f"always {arm}"] == [shown(mean), f"{shown(low)} to {shown(high)}"]
            glance = looked.page.locator("dl.figures div", has_text=name.lower()).locator("dd")
            mean, low, high = (shown(band[part][-1]) for part in ("mean", "low", "high"))
            assert await glance.inner_text() == f"{mean} {low} to {high}, in {COUNT} decisions"
        shares = {row[0]: row[1:3] for row in await looked.figures(f"Draws of {COUNT} decisions")}
        assert {arm: told for arm, told in shares.items() if told[0] != "0"} == {
            arm: [str(count), f"{100 * count / COUNT:.1f} %"] for arm, count in drawn.items()
        }
        places = await looked.figures("Shares of arms over time")
        assert [row[0] for row in places] == list(map(str, ends))
        for at, arm in enumerate(status["arms"], 1):
            assert [row[at] for row in places] == [f"{share:.2f}" for share in arm["shares"]]
        await looked.nothing_serious()


async def test_filters_change_the_figures_as_the_log_says(browser: Browser, replayed: Replayed) -> None:
    """A feature and a time pick decisions; the address has them; what nothing has is told with a way back."""
    rows = replayed.raw()
    counts = [sum(row["x"][place] > 0 for row in rows) for place in range(1, len(CONTEXT_NAMES))]
    place = 1 + int(np.argmin([abs(2 * count - COUNT) or COUNT for count in counts]))  # both parts have other counts
    assert 0 < counts[place - 1] < COUNT
    feature, middle = CONTEXT_NAMES[place], rows[COUNT // 4]["at_ms"]
    async with looking(browser, str(replayed.served.client.base_url)) as looked:
        await looked.open("regret", replayed.digest)
        for present, label, value in ((True, "Feature", feature), (False, "Queries", "false")):
            picked = [at for at, row in enumerate(rows) if (row["x"][place] > 0) is present]
            await chosen(looked, label, value, f"Of {len(picked)} of the {COUNT} decisions")
            drawn = Counter(rows[at]["arm"] for at in picked)
            told = {row[0]: row[1] for row in await looked.figures(f"Draws of {len(picked)} decisions")}
            assert {arm: int(count) for arm, count in told.items() if count != "0"} == dict(drawn)
            mine = regret_of([replayed.rounds[at] for at in picked])
            totals = {row[0]: row[1] for row in await looked.figures(f"True regret over all {len(picked)} decisions")}
            assert totals["the best arm of each query"] == shown(mine.total)
            assert totals["always reread"] == shown(mine.against["reread"][-1])
        assert f"feature={feature}&present=false" in looked.page.url
        await looked.open("regret", replayed.digest, f"since={middle}&feature={feature}")
        late = [at for at, row in enumerate(rows) if row["at_ms"] >= middle and row["x"][place] > 0]
        await expect(looked.page.get_by_text(f"Of {len(late)} of the {COUNT} decisions")).to_be_visible()
        assert (await replayed.api("/regret", since_ms=str(middle), feature=feature))["selected"] == len(late)
        assert await looked.page.get_by_label("From").input_value() != ""
        await looked.open("regret", replayed.digest, "until=1")
        await expect(looked.page.get_by_text("No decision is selected")).to_be_visible()
        await looked.page.get_by_role("button", name="Take all").last.click()
        await expect(looked.page.get_by_text(f"Of {COUNT} decisions.", exact=True)).to_be_visible()
        with looked.failing():
            await looked.open("regret", replayed.digest, "feature=haste")
            await expect(looked.page.get_by_role("alert").first).to_contain_text("expected one of anaphora")


def shares_of(rows: Sequence[dict[str, Any]], arm: str) -> list[str]:
    """Count an arm's share in equal stretches, forty at most, of ten decisions at least, as pages write it."""
    count = min(40, max(1, len(rows) // 10))
    bounds = [round(number * len(rows) / count) for number in range(count + 1)]
    parts = [rows[start:end] for start, end in pairwise(bounds)]
    return [f"{sum(row['arm'] == arm for row in part) / len(part):.2f}" for part in parts]


async def test_shares_over_time_are_the_log_s_by_each_filter(browser: Browser, replayed: Replayed) -> None:
    """All, from a time, before one, with a feature, without it, and with both; another engine's log has other arms."""
    rows, place = replayed.raw(KEY.digest()), 4
    feature, early, late = CONTEXT_NAMES[place], rows[50]["at_ms"], rows[200]["at_ms"]
    filters: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        ({}, rows),
        ({"since": early}, [row for row in rows if row["at_ms"] >= early]),
        ({"until": late}, [row for row in rows if row["at_ms"] < late]),
        ({"feature": feature}, [row for row in rows if row["x"][place] > 0]),
        ({"feature": feature, "present": "false"}, [row for row in rows if row["x"][place] <= 0]),
        (
            {"since": early, "until": late, "feature": feature},
            [row for row in rows if early <= row["at_ms"] < late and row["x"][place] > 0],
        ),
    ]
    assert len({len(mine) for _, mine in filters}) == len(filters)
    async with looking(browser, str(replayed.served.client.base_url)) as looked:
        for given, mine in filters:
            await looked.open("regret", KEY.digest(), *([urlencode(given)] if given else []))
            await _shares_are_of(looked, mine, KEY.digest(), replayed, given)
        await control(looked, "Engine").select_option("reader")
        await _shares_are_of(looked, replayed.raw(), replayed.digest, replayed, {})


async def _shares_are_of(
    looked: Looked, mine: list[dict[str, Any]], digest: str, replayed: Replayed, given: dict[str, Any]
) -> None:
    drawn = f"Draws of {len(mine)} decisions"
    await expect(looked.page.get_by_text(drawn)).to_be_visible()
    told, arms = await looked.figures("Shares of arms over time"), [row[0] for row in await looked.figures(drawn)]
    assert set(arms) == {arm for row in mine for arm in row["allowed"]}
    for at, arm in enumerate(arms, 1):
        assert [row[at] for row in told] == shares_of(mine, arm)
    query = {{"since": "since_ms", "until": "until_ms"}.get(name, name): value for name, value in given.items()}
    answer = await replayed.served.client.get(f"/api/v1/policies/{digest}", params=query)
    assert {arm["arm"]: [f"{share:.2f}" for share in arm["shares"]] for arm in answer.json()["arms"]} == {
        arm: shares_of(mine, arm) for arm in arms
    }


async def test_the_older_part_of_a_long_log_is_a_step_away(browser: Browser, replayed: Replayed) -> None:
    """The page says since when it is, and how many are older; a button leads there, and figures are of those then."""
    rows = replayed.raw(LONG.digest())
    older = len(rows) - LOOKED_AT
    first = rows[older]["at_ms"]
    before = [row for row in rows if row["at_ms"] <= first]
    assert older < len(before) < LOOKED_AT
    async with looking(browser, str(replayed.served.client.base_url)) as looked:
        await looked.open("regret", LONG.digest())
        said = looked.page.get_by_role("status").filter(has_text=f"Of {LOOKED_AT:,} decisions")
        await expect(said).to_contain_text(f"{older:,} older ones aren't among them")
        since = await said.locator("time").get_attribute("datetime")
        assert since is not None
        assert round(datetime.fromisoformat(since).timestamp() * 1000) == first
        newest = await looked.figures(f"Draws of {LOOKED_AT:,} decisions")
        assert {row[0]: int(row[1]) for row in newest} == dict(Counter(row["arm"] for row in rows[older:]))
        found = await replayed.served.client.get(f"/api/v1/policies/{LONG.digest()}/regret")
        assert (found.json()["older"], found.json()["from_ms"]) == (older, first)
        await looked.page.get_by_role("button", name="Look at older ones").click()
        await expect(looked.page.get_by_text(f"Of {len(before):,} of the")).to_be_visible()
        await looked.read()
        assert f"until={first + 1}" in looked.page.url
        assert await looked.page.get_by_role("button", name="Look at older ones").count() == 0
        told = await looked.figures(f"Draws of {len(before):,} decisions")
        assert {row[0]: int(row[1]) for row in told} == dict(Counter(row["arm"] for row in before))


async def test_a_longer_log_of_another_engine_is_by_the_hundred(browser: Browser, replayed: Replayed) -> None:
    """It is chosen by its engine; what a share was audited of has wide intervals; what isn't true isn't said to be."""
    rows = [row for row in replayed.raw(KEY.digest()) if row["kind"] != "void"]
    assert len(rows) >= 200
    with redis.Redis.from_url(replayed.store.url, decode_responses=True) as client:
        kept = client.hgetall(policy_keys("local", KEY.digest())[8])
    found = [json.loads(kept[row["id"]].partition(" ")[2]) for row in rows[:100] if row["id"] in kept]
    lost = [each["rewards"]["none"] - each["rewards"][each["arm"]] for each in found]
    async with looking(browser, str(replayed.served.client.base_url), viewport={"width": 420, "height": 900}) as looked:
        await looked.open("regret", replayed.digest)
        await chosen(looked, "Engine", KEY.engine, f"Of {len(rows)} decisions")
        await expect(control(looked, "Policy")).to_have_value(KEY.digest())
        await looked.page.get_by_label("per hundred decisions").check()
        await chosen(looked, "Against", "arm:none", "Audited regret, against always none")
        await expect(looked.page.locator("h2 .kind")).to_have_text(["audited", "estimated"])
        await expect(looked.page.get_by_text("earned another reward there than was learned")).to_be_visible()
        told = await looked.figures("Audited regret, per hundred decisions")
        assert [row[0] for row in told] == ["100", str(len(rows)) if len(rows) < 250 else "200"]
        assert told[0][1] == shown(100 * sum(lost) / len(lost))
        low, high = (float(each.replace("−", "-")) for each in told[0][2:])
        assert high - low > 40, "eleven audits tell little of a hundred decisions"
        assert await looked.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await looked.nothing_serious()


async def test_without_redis_the_page_says_so_and_goes_on_afterwards(browser: Browser, replayed: Replayed) -> None:
    """The figures that were there stay, with what failed above them; once Redis is back, reading again works."""
    async with looking(browser, str(replayed.served.client.base_url)) as looked:
        await looked.open("regret", replayed.digest)
        replayed.store.kill()
        try:
            with looked.failing():
                await control(looked, "Feature").select_option("negation")
                await expect(looked.page.get_by_role("alert").first).to_contain_text("can't be reached")
                await looked.nothing_serious()
        finally:
            replayed.store.start()
        await looked.open("regret", replayed.digest, "against=all")
        await looked.page.reload()
        await looked.read()
        await expect(looked.page.get_by_text(f"Of {COUNT} decisions.", exact=True)).to_be_visible()
