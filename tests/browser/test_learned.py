"""What a policy learned, and one decision explained: each figure is that of Redis' raw log, and of the API."""

import json
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser, Dialog, Response, expect
from tests.browser.looking import Looked, looking
from tests.e2e import simulated
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

from riffler.bandits.context import CONTEXT_NAMES
from riffler.bandits.insight.effects import Against, Effect, effects
from riffler.bandits.insight.entry import Entry
from riffler.bandits.policies.named import POLICIES
from riffler.service.ports.keys import policy_keys

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = "Which <script>alert(1)</script><img src=x onerror=alert(2)> gate isn't open \u202eat night\u202c, and why?"
PATIENCE_MS = 15_000
"""A report takes a second of a processor, which others may have."""
KEPT = "(said) => [...said.childNodes].filter((n) => n.nodeName !== 'INS').map((n) => n.textContent).join('')"
"""Gives what stands in a text and isn't marked as added."""
DIFFERENCES = """async (pairs) => {
    const { difference } = await import("./js/words.js");
    return pairs.map(([before, after]) => difference(before, after));
}"""
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 800}}
CLOCK = "Asia/Kolkata"
"""Of who looks: five and a half hours ahead of the log's."""


def shown(value: float, digits: int = 3) -> str:
    """Write a figure as pages do."""
    return f"{value:.{digits}f}".replace("-", "−")


def moment(ms: int) -> str:
    """Write a moment as pages do, by the clock of who looks."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(CLOCK)):%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True)
class Row:
    """A decision as Redis has it: its JSON, its state, the reward if any, and what is kept of that and of the turn."""

    decision: dict[str, Any]
    state: str
    at_ms: int
    reward: float | None
    grade: dict[str, Any]
    cost: dict[str, Any]

    @property
    def chance(self) -> float:
        """The propensity of the arm drawn."""
        chance: float = self.decision["propensities"][self.decision["arm"]]
        return chance

    def weight(self, arm: str) -> float:
        """How many draws of a policy that always takes an arm, or the first allowed one, this one stands for."""
        allowed = self.decision["allowed"]
        return 1 / self.chance if self.decision["arm"] == (arm if arm in allowed else allowed[0]) else 0.0

    def line(self) -> list[str]:
        """How the list shows it."""
        rewarded = self.reward is not None
        figures = (shown(self.reward or 0.0), self.grade["source"]) if rewarded else ("–", "–")
        drawn = (
            self.decision["id"],
            moment(self.at_ms),
            self.decision["arm"],
            f"{shown(100 * self.chance, 1)} %",
            self.state,
        )
        return [*drawn, *figures, str(self.cost["tokens"]) if self.cost else "–"]


@dataclass(frozen=True)
class Log:
    """A service with a log: questions really asked and rewarded, and a simulated log imported.

    Attributes:
        served: The service.
        own: Its Redis.
        digest: The policy.
        answers: The answers, in the order of the questions; the last one's arm is `reread`.
    """

    served: Served
    own: OwnRedis
    digest: str
    answers: list[dict[str, Any]]

    @property
    def address(self) -> str:
        """The service's address."""
        return str(self.served.client.base_url)

    def rows(self) -> list[Row]:
        """Read the raw log, the oldest first."""
        with redis.Redis(unix_socket_path=self.own.url.removeprefix("unix://"), decode_responses=True) as client:
            decisions, states, _, _, order, _, grades, costs, *_ = policy_keys("local", self.digest)
            ids: list[str] = client.lrange(order, 0, -1)
            kept = {key: client.hgetall(key) for key in (decisions, states, grades, costs)}
        found = []
        for id_ in ids:
            state, _, at_ms, _, *reward = kept[states][id_].split()
            grade, cost = (json.loads(kept[key].get(id_, "{}")) for key in (grades, costs))
            found.append(
                Row(
                    json.loads(kept[decisions][id_]),
                    state,
                    int(at_ms),
                    float(reward[0]) if reward else None,
                    grade,
                    cost,
                )
            )
        return found

    def entries(self) -> list[Entry]:
        """Give the raw log as what effects are computed from."""
        return [
            Entry(row["arm"], np.array(row["x"]), tuple(row["allowed"]), row["propensities"], each.reward)
            for each in self.rows()
            for row in [each.decision]
        ]

    async def read(self, path: str, **query: str) -> Any:
        """Ask the API."""
        answer = await self.served.client.get(f"/api/v1/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def log(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Log]:
    """A log. By chance alone 40 draws have no `reread` once in 10^8 runs."""
    folder: Path = tmp_path_factory.mktemp("learned")
    own = OwnRedis(folder)
    own.start()
    async with serving(folder, redis_url=own.url) as served:
        client, answers = served.client, list[dict[str, Any]]()
        while len(answers) < 2 or answers[-1]["rewriting"]["arm"] != "reread":  # the first waits for a reward
            assert len(answers) < 40
            body = {"question": HOSTILE, "contexts": ["Gate 4 isn't open at night."]}
            answers.append((await client.post("/api/v1/ask", json=body)).json())
        decision = answers[-1]["rewriting"]["decision"]
        reward = {"answer": "Gate four isn't.", "references": ["gate 4 isn't open"]}
        assert (await client.post(f"/api/v1/decisions/{decision}/reward", json=reward)).json()["counted"]
        digest = (await client.get("/api/v1/policies")).json()[0]["digest"]
        lines, kind = "\n".join(simulated.lines()), {"content-type": "application/jsonl"}
        taken = await client.post(f"/api/v1/policies/{digest}/log", content=lines, headers=kind)
        assert taken.json()["rewards"] == simulated.COUNT
        yield Log(served, own, digest, answers)
    own.kill()


def signed(value: float) -> str:
    """Write an effect as the heat map does."""
    return "0.000" if abs(value) < 0.0005 else f"{'' if value < 0 else '+'}{shown(value)}"


async def heat(looked: Looked) -> dict[tuple[str, str], str]:
    """Read the heat map, by arm and feature."""
    names = {"all questions": "overall", "no feature": "bias"}
    rows = await looked.figures("Effects of features on arms")
    _, *arms = await looked.page.locator(".heat thead th").all_text_contents()
    return {(arm, names.get(name, name)): cell for name, *cells in rows for arm, cell in zip(arms, cells, strict=True)}


def cell_of(effect: Effect) -> str:
    """Write a cell's text: what is seen, and what a screen reader adds."""
    return f"{signed(effect.mean)}{'*' * effect.clear} ± {shown(effect.margin)}, {effect.rewards} rewards"


async def test_the_heat_map_is_the_log_s(browser: Browser, log: Log) -> None:
    """Each cell has mean, interval and evidence of the raw log, whatever is chosen to be shown, and equals the API's.

    The largest effect is about what plain averages say. A cell that is pointed at, or reached by arrow keys, is told in
    words; rows are sorted by strength or by name.
    """
    entries, compared = log.entries(), dict[Against, Any]()
    async with looking(browser, log.address) as looked:
        async with looked.page.expect_response("**/arms?against=arms") as first:
            await looked.open("learned", log.digest)
        compared["arms"] = await (await first.value).json(), await heat(looked)
        async with looked.page.expect_response("**/arms?against=none") as second:
            await looked.page.get_by_role("combobox", name="Compared with").select_option("none")
        await expect(looked.page.locator(".heat caption")).to_contain_text("the arm none", timeout=PATIENCE_MS)
        compared["none"] = await (await second.value).json(), await heat(looked)
        await looked.page.get_by_role("combobox", name="Compared with").select_option("arms")
        await expect(looked.page.locator(".heat caption")).to_contain_text("arms in the mean", timeout=PATIENCE_MS)

        told_here = looked.page.locator(".told")
        await looked.page.locator(".heat tbody tr").nth(2).locator("td").first.hover()
        await expect(told_here).to_contain_text("where negation is present")
        await looked.page.locator(".heat td[tabindex='0']").focus()
        await looked.page.keyboard.press("ArrowDown")
        await looked.page.keyboard.press("ArrowRight")
        await expect(told_here).to_contain_text("over questions with no feature")
        assert await looked.page.evaluate("document.activeElement.cellIndex") == 2
        assert await looked.page.locator(".heat td[tabindex='0']").count() == 1
        await looked.page.get_by_role("combobox", name="Sorted by").select_option("feature")
        names = [name for name, *_ in await looked.figures("Effects of features")]
        assert names == ["all questions", "no feature", *sorted(CONTEXT_NAMES[1:])]

    for against, (told, seen) in compared.items():
        found = effects(entries, CONTEXT_NAMES, against=against)
        wanted = {(each.arm, each.feature): each for each in (*found.arms, *found.features)}
        assert seen == {at: cell_of(each) for at, each in wanted.items()}
        for each in (*told["overall"], *told["effects"]):
            mine = wanted[each["arm"], each["feature"]]
            assert each["rewards"] == mine.rewards
            assert (each["mean"], each["margin"]) == pytest.approx((mine.mean, mine.margin))
    negation, rewards = CONTEXT_NAMES.index("negation"), dict[tuple[str, bool], list[float]]()
    for row in entries:
        rewards.setdefault((row.arm, bool(row.x[negation])), []).append(row.reward or 0.0)
    apart = {arm: fmean(rewards[arm, True]) - fmean(rewards[arm, False]) for arm in ("none", "simplify")}
    effect = wanted["simplify", "negation"]
    assert effect.rewards == len(rewards["simplify", True])
    assert effect.clear
    assert abs(effect.mean - (apart["simplify"] - apart["none"])) < effect.margin


async def test_policies_are_compared_and_the_log_is_judged(browser: Browser, log: Log) -> None:
    """Fixed arms are there unasked, others are asked for; each is as the API has it, and counts are the raw log's.

    Bins of the calibration hold each reward once, with their mean; the words name what is amiss, and nothing else.
    """
    rewarded = [(row, row.reward) for row in log.rows() if row.reward is not None]
    earned, answers = fmean(reward for _, reward in rewarded), list[Response]()
    async with looking(browser, log.address) as looked:
        looked.page.on("response", lambda response: answers.append(response))  # noqa: PLW0108 - as below
        await looked.open("learned", log.digest)
        others = looked.page.get_by_role("combobox", name="Another policy")
        assert await others.locator("option").all_text_contents() == list(POLICIES)
        await others.select_option("exp3")
        await looked.page.get_by_role("button", name="Compare").click()
        await expect(looked.page.get_by_role("rowheader", name="exp3")).to_be_visible(timeout=PATIENCE_MS)
        rows = {name: cells for name, *cells in await looked.figures("What policies would have earned")}
        assert set(rows) == {"this log's policy", "fixed:none", "fixed:reread", "fixed:simplify", "exp3"}
        caption = looked.page.locator("caption", has_text="What policies would")
        await expect(caption).to_contain_text(f"this log's earned {shown(earned)},")
        for name in ("fixed:none", "fixed:simplify", "exp3"):
            (asked,) = [each for each in answers if each.url.endswith(f"ope?policy={quote(name, safe='')}")]
            told = (await asked.json())["other"]
            best, apart = told["doubly_robust"], told["difference"]
            _, value, interval, difference, _, effective, kind, _ = rows[name]
            assert (value, difference, kind) == (shown(best["value"]), shown(apart["value"]), "estimated")
            assert interval == f"{shown(best['low'])} to {shown(best['high'])}"
            if name != "exp3":
                weights = [row.weight(name.removeprefix("fixed:")) for row, _ in rewarded]
                assert effective == shown(sum(weights) ** 2 / math.fsum(w * w for w in weights), 0)

        (status,) = [each for each in answers if each.url.endswith(f"policies/{log.digest}")]
        health = (await status.json())["health"]
        bins = await looked.figures("Rewards by what was expected of them")
        assert sum(int(count) for *_, count, _ in bins) == len(rewarded)
        whole = health["calibration"]["bins"]
        assert math.fsum(each["count"] * each["came"] for each in whole) / len(rewarded) == pytest.approx(earned)
        few = [count for _, came, _, count, verdict in bins if (came, verdict) == ("too few", "")]
        assert few == [str(each["count"]) for each in whole if not each["enough"]] != []
        assert await looked.page.locator(".curve circle").count() == len(whole) - len(few)
        off = not all(each["plausible"] for each in health["calibration"]["coverages"])
        await expect(looked.page.get_by_text("Predicted intervals are of another width")).to_have_count(int(off))
        await expect(looked.page.get_by_text("The world changed")).to_have_count(int(bool(health["alarms"])))
        await looked.nothing_serious()


async def test_decisions_are_listed(browser: Browser, log: Log) -> None:
    """The newest first, as Redis has them, page by page and filtered; each leads to its explanation."""
    rows = log.rows()[::-1]
    waiting = [row for row in rows if row.state == "open"]
    assert waiting

    async def listed(looked: Looked, wanted: list[Row]) -> None:
        link = looked.page.locator(f"a[href='#/decision/{wanted[0].decision['id']}']")
        await expect(link).to_be_visible(timeout=PATIENCE_MS)  # the page that is asked for has come
        found = await looked.figures("Decisions, the newest first")
        assert found == [row.line() for row in wanted]

    async with looking(browser, log.address, timezone_id=CLOCK) as looked:
        await looked.page.goto(f"{looked.address}#/learned/{log.digest}")
        await listed(looked, rows[:50])
        told_at = await looked.page.locator("td time").first.get_attribute("datetime")
        assert datetime.fromisoformat(told_at or "") == datetime.fromtimestamp(rows[0].at_ms / 1000, UTC)
        await looked.page.get_by_role("button", name="Older").click()
        await listed(looked, rows[50:100])
        await looked.page.get_by_label("State").select_option("open")
        await listed(looked, waiting)
        await expect(looked.page.get_by_role("button", name="Newer")).to_be_disabled()
        await looked.page.get_by_label("State").select_option("void")
        await expect(looked.page.get_by_text("No such decision here")).to_be_visible()
    told = await log.read(f"policies/{log.digest}/decisions", limit="1000")
    assert [(each["decision"], each["propensities"], each["reward"]) for each in told["items"]] == [
        (row.decision["id"], row.decision["propensities"], row.reward) for row in rows[:1000]
    ]


async def test_a_decision_is_explained(browser: Browser, log: Log) -> None:
    """Features, propensities and the reward with its parts are the raw log's; the texts are the answer's, as text.

    Hostile ones run nothing and make no element; what was added is underlined, and nothing else.
    """
    answer, dialogs = log.answers[-1]["rewriting"], list[Dialog]()
    (row,) = [row for row in log.rows() if row.decision["id"] == answer["decision"]]
    told = await log.read(f"decisions/{answer['decision']}")
    assert told["propensities"] == row.decision["propensities"] == answer["propensities"]
    async with looking(browser, log.address, **NARROW) as looked:
        looked.page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - Playwright marks what it is given
        await looked.open("decision", answer["decision"])
        raw, got = looked.page.locator(".said").first, looked.page.locator(".said").last
        assert await raw.text_content() == answer["query"] == HOSTILE
        assert await got.text_content() == answer["rewritten"] != HOSTILE
        assert await got.evaluate(KEPT) == HOSTILE
        assert await looked.page.locator("main script, main img").count() == 0

        features = dict(zip(CONTEXT_NAMES, row.decision["x"], strict=True))
        speaking = [[name, shown(x)] for name, x in features.items() if x and name != "bias"]
        assert await looked.figures("Features that speak") == speaking
        arms = await looked.figures("Arms that could be drawn")
        drawn = {name.removesuffix(" (drawn)"): chance for name, chance, *_ in arms}
        assert drawn == {arm: f"{shown(100 * p, 1)} %" for arm, p in row.decision["propensities"].items()}
        parts = [[name, shown(value)] for name, value in row.grade["parts"].items()]
        assert await looked.figures("What the reward was made of") == parts
        await expect(looked.page.locator("dl.figures")).to_contain_text(
            f"reward{shown(row.reward or 0)} from reference"
        )
        made = await looked.figures("What the score of reread is made of")
        (score,) = [cells for name, *cells in arms if name.startswith("reread")]
        total = math.fsum(float(adds.replace("−", "-")) for *_, adds, _ in made)
        assert float(score[2].replace("−", "-")) == pytest.approx(total, abs=0.0006 * len(made))

        version = (await log.read(f"decisions/{answer['decision']}/rewrite"))["version"]
        link = looked.page.locator(f"a[href='#/session/{log.answers[-1]['session']}/{version}']")
        await expect(link).to_be_visible()
        await looked.nothing_serious()
        assert await looked.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not dialogs


async def test_differences_make_both_texts(browser: Browser, log: Log) -> None:
    """Of 200 pairs of texts what isn't added is the first and what isn't gone the second, byte for byte.

    What is alike is kept, and texts of 20,000 other words are no exception, nor slow.
    """
    rng = np.random.default_rng(1)
    words = ["gate", "isn't", "Straße", "\u202e", "👍🏽", "<b>", "  ", "\n", "4", "é", "…", "\x00"]
    pairs = [["".join(rng.choice(words, rng.integers(0, 12))) for _ in range(2)] for _ in range(200)]
    pairs.append([" ".join(f"{side}{number}" for number in range(20_000)) for side in "ab"])
    async with looking(browser, log.address) as looked:
        await looked.page.goto(looked.address)
        begun = time.monotonic()
        found = await looked.page.evaluate(DIFFERENCES, [*pairs, ["the gate is open", "the gate isn't open"]])
        assert time.monotonic() - begun < 10
    *made, last = found
    without = [
        ["".join(each["text"] for each in made_of if each["kind"] != kind) for kind in ("come", "gone")]
        for made_of in made
    ]
    assert without == pairs
    assert [(each["kind"], each["text"]) for each in last] == [
        ("same", "the gate "),
        ("gone", "is"),
        ("come", "isn't"),
        ("same", " open"),
    ]


async def test_what_is_not_there_says_what_to_do(browser: Browser, log: Log) -> None:
    """No text of an imported decision, no such decision, and with Redis gone no figures: each is said, and what to do.

    It is the last test, as it takes Redis away. A narrow page scrolls inside its tables only.
    """
    imported = log.rows()[-1].decision["id"]
    async with looking(browser, log.address, **NARROW) as looked:
        await looked.open("decision", imported)
        await expect(looked.page.get_by_text("The texts can't be had")).to_be_visible()
        await looked.open("decision")
        await expect(looked.page.get_by_role("status")).to_contain_text("Which decision?")
        with looked.failing():
            await looked.open("decision", "d0")
            await expect(looked.page.get_by_role("alert")).to_contain_text("no decision 'd0'")
        await looked.open("learned", log.digest)
        assert await looked.page.evaluate("document.documentElement.scrollWidth") <= 320
        log.own.kill()
        with looked.failing():
            await looked.page.get_by_role("button", name="Read anew").click()
            await expect(looked.page.get_by_role("alert").first).to_contain_text(
                "can't be reached", timeout=PATIENCE_MS
            )
            await looked.open("decision", imported)
            await expect(looked.page.get_by_role("alert")).to_contain_text("can't be reached")
