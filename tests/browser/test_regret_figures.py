"""The figures of the page of regret, on a log of which every kind of regret is known: they are the raw log's.

The API's figures are computed anew from Redis' raw log in `regret_raw.py`, past the package's own code: true ones and
means of audits are equal but for rounding, ends of audited intervals as near as their search goes, and estimates, which
are sampled on both sides, as near as `NEAR` says. The page's are the API's, each as it is written, against each choice,
summed and by stretch. Of what is seen there only the drawn lines aren't read, and their legend below the pointer: they
are drawn from what the tables below them list.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.browser.learned_effects import Posterior, posterior
from tests.browser.learned_log import Row
from tests.browser.learned_shown import between, percent, shown
from tests.browser.looking import Looked, looking
from tests.browser.regret_log import ARMS, AT_ONCE, KEY, RegretLog, regret_log
from tests.browser.regret_raw import Band, Lost, audited_lost, estimated_lost, mean_reward, true_lost, true_rows

from riffler.bandits.context import CONTEXT_NAMES

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE_MS = 15_000
KINDS = ("true", "audited", "estimated")
NEAR = {"mean": 0.2, "low": 0.35, "high": 0.35}
"""How far estimates may lie from those sampled here, in halves of their interval: with these seeds .10, .19 and .16."""
AGAINST = {
    "": "the best fixed arm",
    "each": "the best arm of each query",
    "all": "all fixed arms",
    **{f"arm:{arm}": f"always {arm}" for arm in ARMS},
}
FEATURE = CONTEXT_NAMES.index("negation")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def log(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RegretLog]:
    """A service with the log, once for all tests."""
    async with regret_log(tmp_path_factory.mktemp("regret")) as made:
        yield made


@pytest.fixture(scope="module")
def known(log: RegretLog) -> Posterior:
    """What the log teaches; a fourth of the draws is enough for sums."""
    whole = posterior(log.told)
    return Posterior(whole.arms, whole.draws[::4], whole.middle)


def chosen(log: RegretLog, selection: str) -> tuple[dict[str, str], list[Row]]:
    """Give what to ask the API for, and which decisions those are."""
    late = log.rows[AT_ONCE].at_ms
    match selection:
        case "without a negation":
            return {"feature": "negation", "present": "false"}, [row for row in log.told if row.x[FEATURE] <= 0]
        case "late, with a negation":
            rows = [row for row in log.told if row.at_ms >= late and row.x[FEATURE] > 0]
            return {"feature": "negation", "since_ms": str(late)}, rows
        case _:
            return {}, log.told


def lines_of(told: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give words and figures of each line of a kind of regret, in the order of the page's table."""
    course = told["course"]
    fixed = {f"arm:{arm}": (f"always {arm}", line) for arm, line in course["against"].items()}
    best = (f"the best fixed arm, {told['best_static']}", course["best_static"])
    return {"": best, **fixed, "each": ("the best arm of each query", course["best_of_each"])}


def bands_of(told: dict[str, Any], mine: Lost) -> Iterator[tuple[str, dict[str, Any], Band, Mapping[str, Band]]]:
    """Pair the API's bands with those computed here, and with all that stand beside them."""
    lines = lines_of(told)
    assert lines.keys() == mine.summed.keys() == mine.apart.keys()
    for name, (_, line) in lines.items():
        yield name, line["summed"], mine.summed[name], mine.summed
        yield name, line["apart"], mine.apart[name], mine.apart


def check_spread(points: Sequence[int], count: int, most: int) -> None:
    """Assert that sums are told at places spread evenly over all decisions."""
    assert (points[0], points[-1], len(points)) == (1, count, min(count, most))
    assert max(np.diff(points)) - min(np.diff(points)) <= 1


@pytest.mark.parametrize("selection", ["all", "without a negation", "late, with a negation"])
async def test_the_api_s_figures_are_the_raw_log_s(log: RegretLog, known: Posterior, selection: str) -> None:
    """True, audited and estimated: against each fixed arm, the best, and the best of each; summed and by stretch."""
    asked, rows = chosen(log, selection)
    found = await log.api("/regret", **asked)
    assert (found["looked_at"], found["selected"]) == (len(log.told), len(rows))
    ran, audited = true_rows(rows, log.audits), [row for row in rows if row.id in log.audits]
    assert 0 < len(ran) < len(audited) < len(rows)

    told = found["true"]
    check_spread(told["course"]["points"], len(ran), 200)
    mine = true_lost(ran, log.audits, told["course"]["points"])
    assert (told["rounds"], told["rewarded"]) == (len(ran), sum(row.reward is not None for row in rows))
    assert told["judges"] == Counter(log.audits[row.id]["judge"] for row in ran)
    check_ends(told, mine, len(ran))
    for _, band, own, _ in bands_of(told, mine):
        assert band["low"] is band["high"] is None
        assert band["mean"] == pytest.approx(own.mean.tolist(), abs=1e-9)

    told = found["audited"]
    check_spread(told["course"]["points"], len(rows), 16)
    mine = audited_lost(rows, log.audits, told["course"]["points"])
    assert (told["audits"], told["level"]) == (len(audited), 0.95)
    assert told["judges"] == Counter(log.audits[row.id]["judge"] for row in audited)
    check_ends(told, mine, len(rows))
    for _, band, own, _ in bands_of(told, mine):
        assert band["mean"] == pytest.approx([None if np.isnan(each) else each for each in own.mean], abs=1e-9)
        assert band["low"] == pytest.approx(own.low.tolist(), abs=2**-18 * len(rows))
        assert band["high"] == pytest.approx(own.high.tolist(), abs=2**-18 * len(rows))

    told = found["estimated"]
    check_spread(told["course"]["points"], len(rows), 200)
    mine = estimated_lost(rows, known, told["course"]["points"])
    assert (told["rewards"], told["level"]) == (sum(row.reward is not None for row in log.rows), 0.95)
    check_ends(told, mine, len(rows))
    for name, band, own, beside in bands_of(told, mine):
        fixed = [name] if name.startswith("arm:") else [f"arm:{arm}" for arm in ARMS]
        halves = np.max([beside[each].high - beside[each].low for each in fixed], axis=0) / 2
        for end, near in NEAR.items():
            off = np.abs(np.array(band[end]) - getattr(own, end))
            assert (off <= near * halves + 1e-9).all(), (name, end, float((off / halves).max()))


def check_ends(told: dict[str, Any], mine: Lost, count: int) -> None:
    """Assert which arm is best, and where stretches end."""
    assert told["best_static"] == mine.best
    assert (told["course"]["per"], told["course"]["ends"]) == (mine.per, mine.ends)
    assert mine.ends[-1] == count


@pytest.mark.parametrize("by", ["", "stretch"])
async def test_each_figure_of_the_page_is_the_api_s(browser: Browser, log: RegretLog, by: str) -> None:
    """Against each choice: at a glance, in the charts' tables, over all, per hundred, and what it is all of."""
    found = await log.api("/regret")
    async with looking(browser, str(log.served.client.base_url)) as looked:
        for against, words in AGAINST.items():
            await looked.open("regret", KEY.digest(), f"against={against}&by={by}")
            for kind in KINDS:
                title = f"{kind.title()} regret, against {words}"
                await expect(looked.page.get_by_role("heading", name=title)).to_be_visible(timeout=PATIENCE_MS)
                await _chart_and_totals(looked, found[kind], kind, against, by)
            line = "" if against == "all" else against
            await expect(looked.page.get_by_text(f"Lost in all, against {AGAINST[line]}:")).to_be_visible()
            assert await glances(looked) == {kind: glance(kind, found[kind], line) for kind in KINDS}
        await _notes(looked, log, found)


def glance(kind: str, told: dict[str, Any], line: str) -> str:
    """Write what is seen of a kind at a glance."""
    summed, count = lines_of(told)[line][1]["summed"], told["course"]["points"][-1]
    interval = "" if kind == "true" else f"{between(summed['low'][-1], summed['high'][-1])}, "
    return f"{shown(summed['mean'][-1])} {interval}in {count:,} decisions"


async def glances(looked: Looked) -> dict[str, str]:
    """Read what is seen at a glance."""
    boxes = await looked.page.locator("dl.figures div").all()
    return {await box.locator("dt").inner_text(): await box.locator("dd").inner_text() for box in boxes}


async def _chart_and_totals(looked: Looked, told: dict[str, Any], kind: str, against: str, by: str) -> None:
    course, lines, part = told["course"], lines_of(told), "apart" if by else "summed"
    there = [lines[f"arm:{arm}"] for arm in course["against"]] if against == "all" else [lines[against]]
    stretch = "per hundred decisions" if course["per"] == 100 else f"per {course['per']} decisions"
    title = f"{kind.title()} regret, {stretch if by else 'summed over decisions'}"
    head = ["end of the stretch, in decisions" if by else "decisions"]
    columns = [list(map(str, course["ends"] if by else course["points"]))]
    for words, line in there:
        head.append(words)
        columns.append(["–" if each is None else shown(each) for each in line[part]["mean"]])
        if len(there) == 1 and kind != "true":
            head += [f"{words}: low", f"{words}: high"]
            columns += [[shown(each) for each in line[part][end]] for end in ("low", "high")]
    assert await _head(looked, title) == head
    assert await looked.figures(title) == [list(row) for row in zip(*columns, strict=True)]
    count = course["points"][-1]
    which = "decisions run on all arms" if kind == "true" else "decisions"
    title = f"{kind.title()} regret over all {count:,} {which}, in units of the reward"
    expected = []
    for words, line in lines.values():
        mean, low, high = (each[-1] if (each := line["summed"][end]) else None for end in ("mean", "low", "high"))
        row = [(shown(mean), None if low is None else between(low, high))]
        row.append((shown(100 * mean / count), None if low is None else between(100 * low / count, 100 * high / count)))
        expected.append([words, *(cell for pair in row for cell in pair if cell is not None)])
    assert await looked.figures(title) == expected
    names = ["against", "lost", "interval", "a hundred decisions", "interval of a hundred"]
    assert await _head(looked, title) == [name for name in names if kind != "true" or "interval" not in name]


async def _head(looked: Looked, caption: str) -> list[str]:
    """Read the names of a table's columns."""
    table = looked.page.locator("table", has=looked.page.locator("caption", has_text=caption)).first
    return await table.locator("thead th").all_text_contents()


async def _notes(looked: Looked, log: RegretLog, found: dict[str, Any]) -> None:
    """Find what each kind is of: counted in the raw log."""
    count, ran = len(log.told), true_rows(log.told, log.audits)
    rewards, audits = sum(row.reward is not None for row in log.told), len(log.audits)
    said = await looked.page.locator("main").inner_text()
    assert f"Of {count} decisions" in said
    assert f"Of {len(ran)} of {rewards} rewarded decisions: those that were run on all arms" in said
    assert f"From {audits} of {count} decisions that were run on all arms" in said
    assert f"for all {count}. Each interval holds with 95 %" in said
    assert f"From the posterior of {rewards} rewards" in said
    assert f"for all {count} selected; 95 % of it in each interval" in said
    for rows in (ran, [row for row in log.told if row.id in log.audits]):
        judges = Counter(log.audits[row.id]["judge"] for row in rows).most_common()
        told = ", ".join(f"{judge} ({times})" for judge, times in judges)
        assert f"judged by {told}, whose scores don't compare" in said


@pytest.mark.parametrize("selection", ["all", "late, with a negation"])
async def test_draws_and_rewards_of_arms_are_the_raw_log_s(browser: Browser, log: RegretLog, selection: str) -> None:
    """Drawn, the share in all and of the newest hundred, and the mean reward with Wilson's interval."""
    late = log.rows[AT_ONCE].at_ms
    picked = selection != "all"
    rows = [row for row in log.rows if not picked or (row.at_ms >= late and row.x[FEATURE] > 0)]
    recent = rows[-100:]
    expected, asked = {}, {"feature": "negation", "since_ms": str(late)} if picked else {}
    told = {each["arm"]: each for each in (await log.api(**asked))["arms"]}
    for arm in ARMS:
        mine = [row for row in rows if row.arm == arm]
        newest = sum(row.arm == arm for row in recent) / len(recent)
        reward = mean_reward([row.reward for row in mine if row.reward is not None])
        shares = [str(len(mine)), percent(len(mine) / len(rows), 1), percent(newest, 1)]
        expected[arm] = [*shares, shown(reward.value), between(reward.low, reward.high)]
        of = told[arm]
        assert (of["drawn"], of["share"], of["recent_share"]) == (len(mine), len(mine) / len(rows), newest)
        kept = [of["reward"][end] for end in ("mean", "low", "high")]
        assert kept == pytest.approx([reward.value, reward.low, reward.high], abs=1e-9)
    async with looking(browser, str(log.served.client.base_url)) as looked:
        await looked.open("regret", KEY.digest(), *([f"feature=negation&since={late}"] if picked else []))
        title = f"Draws of {len(rows)} decisions"
        await expect(looked.page.get_by_text(title)).to_be_visible(timeout=PATIENCE_MS)
        assert {row[0]: row[1:] for row in await looked.figures(title)} == expected
        assert await _head(looked, title) == [
            "arm",
            "drawn",
            "share",
            f"of the newest {len(recent)}",
            "mean reward",
            "95 %",
        ]
