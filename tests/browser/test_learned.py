"""What a policy learned, and one decision explained: each figure is that of Redis' raw log, and of the API.

What a figure should be is computed in `learned_raw.py` and `learned_effects.py`, past the package's own code. All are
equal to the last digit that is shown, but for what is sampled; there it says how near.
"""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog, expect
from tests.browser import learned_log, learned_raw
from tests.browser.learned_effects import check_effects, posterior
from tests.browser.learned_log import HOSTILE, Log, Row
from tests.browser.learned_raw import Interval, Model, rewarded
from tests.browser.learned_shown import (
    CLOCK,
    between,
    bin_cells,
    cells_of,
    line,
    moment,
    percent,
    scale,
    scores_are_the_logs,
    shown,
    signed,
    value_cells,
    verdicts,
    warnings,
)
from tests.browser.looking import Looked, looking

from riffler.bandits.context import CONTEXT_NAMES
from riffler.bandits.policies.named import POLICIES

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEPT = "(said) => [...said.childNodes].filter((n) => n.nodeName !== 'INS').map((n) => n.textContent).join('')"
"""Gives what stands in a text and isn't marked as added."""
POINTS = """(all) => all.map((each) => [
    +each.getAttribute("cx"), +each.getAttribute("cy"), each.parentNode.className.baseVal,
])"""
FEW = """async (digest) => {
    const [{ Trust }, { read }, { html, render }] = await Promise.all(
        ["pages/learned/trust.js", "api.js", "html.js"].map((name) => import(`./js/${name}`)));
    const place = document.body.appendChild(document.createElement("main"));
    render(html`<${Trust} of=${await read(`policies/${digest}`, { limit: 30 })} />`, place);
}"""
"""Shows what is told of the newest 30 decisions of a log."""
LEFT = "(all) => all.map((each) => parseFloat(each.style.left))"
"""Gives where marks stand, in percent of the width."""
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 800}}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def log(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Log]:
    """A service with a log, once for all tests."""
    async with learned_log.logged(tmp_path_factory.mktemp("learned")) as made:
        yield made


async def heat(looked: Looked) -> dict[tuple[str, str], str]:
    """Read the heat map, by arm and the name of its row."""
    rows = await looked.figures("Effects of features on arms")
    _, *arms = await looked.page.locator(".heat thead th").all_text_contents()
    return {(arm, name): cell for name, *cells in rows for arm, cell in zip(arms, cells, strict=True)}


async def test_the_heat_map_is_the_log_s(browser: Browser, log: Log) -> None:
    """Each cell has mean, interval and evidence as the API has them, and these are the raw log's, whatever is chosen.

    The largest effect is about what plain averages say. A cell that is pointed at, or reached by arrow keys, is told in
    words; rows are sorted by strength or by name. The map is a grid to screen readers.
    """
    compared = dict[str, Any]()
    async with looking(browser, log.address) as looked:
        page = looked.page
        async with page.expect_response("**/arms?against=arms") as first:
            await looked.open("learned", log.digest)
        compared["arms"] = told = await (await first.value).json()
        assert await heat(looked) == cells_of(told)
        largest = max(abs(each["mean"]) for each in told["effects"])
        assert await page.locator(".legend span").all_text_contents() == [signed(-largest), "0", signed(largest)]
        clear = [each for each in told["effects"] if each["clear"]]
        note = f"of these {len(clear)} features' effects {shown(sum(each['wrong_sign'] for each in clear), 1)} are"
        await expect(page.locator("section", has=page.locator(".heat"))).to_contain_text(
            f"from the newest {len(log.rows)} decisions, in units of the reward. Bold with *: the 95 % interval "
            f"excludes 0; {note} to be expected to have the wrong sign."
        )
        for name, words in (("none", "the arm none"), ("own", "nothing: the arm's own reward")):
            async with page.expect_response(f"**/arms?against={name}") as then:
                await page.get_by_role("combobox", name="Compared with").select_option(name)
            await expect(page.locator(".heat caption")).to_contain_text(words)
            compared[name] = await (await then.value).json()
            assert await heat(looked) == cells_of(compared[name])
        await page.get_by_role("combobox", name="Compared with").select_option("arms")
        await expect(page.locator(".heat caption")).to_contain_text("arms in the mean")

        told_here, grid = page.locator(".told"), page.get_by_role("grid", name="Effects of features on arms")
        await grid.get_by_role("row").nth(3).get_by_role("gridcell").first.hover()
        await expect(told_here).to_contain_text("where negation is present")
        await page.locator(".heat td[tabindex='0']").focus()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowRight")
        await expect(told_here).to_contain_text("over questions with no feature")
        assert await page.evaluate("document.activeElement.cellIndex") == 2
        assert await page.locator(".heat td[tabindex='0']").count() == 1
        arm = await page.locator(".heat thead th").nth(2).text_content()
        (each,) = [each for each in told["effects"] if (each["arm"], each["feature"]) == (arm, "bias")]
        await expect(told_here).to_have_text(
            f"{arm}, over questions with no feature: earns {shown(abs(each['mean']))} "
            f"{'less' if each['mean'] < 0 else 'more'} than arms in the mean; "
            f"95 %: {between(each['mean'] - each['margin'], each['mean'] + each['margin'])}, which "
            f"{'excludes' if each['clear'] else 'holds'} 0. Evidence: {each['rewards']} rewards of the arm with it; "
            f"wrong sign with a chance of {percent(each['wrong_sign'], 1)}."
        )
        await page.mouse.move(0, 0)
        column = (await page.locator(".heat thead th").all_text_contents()).index("simplify") - 1
        await grid.get_by_role("row").nth(3).get_by_role("gridcell").nth(column).focus()
        await expect(told_here).to_contain_text("simplify, where negation is present")
        await page.get_by_role("combobox", name="Compared with").select_option("none")
        (each,) = [e for e in compared["none"]["effects"] if (e["arm"], e["feature"]) == ("simplify", "negation")]
        await expect(told_here).to_contain_text(
            f"earns {shown(abs(each['mean']))} {'less' if each['mean'] < 0 else 'more'} than the arm none;",
        )
        await page.get_by_role("combobox", name="Sorted by").select_option("feature")
        names = [name for name, *_ in await looked.figures("Effects of features")]
        assert names == ["all questions", "no feature", *sorted(CONTEXT_NAMES[1:])]

    mine = posterior(log.rows)
    for against, told in compared.items():
        check_effects(told, against, log.rows, mine)
    negation, rewards = CONTEXT_NAMES.index("negation"), dict[tuple[str, bool], list[float]]()
    for row, reward in rewarded(log.rows):
        rewards.setdefault((row.arm, bool(row.x[negation])), []).append(reward)
    apart = {arm: fmean(rewards[arm, True]) - fmean(rewards[arm, False]) for arm in ("none", "simplify")}
    (effect,) = [
        each for each in compared["none"]["effects"] if (each["arm"], each["feature"]) == ("simplify", "negation")
    ]
    assert effect["clear"]
    assert abs(effect["mean"] - (apart["simplify"] - apart["none"])) < effect["margin"]


async def test_policies_are_compared(browser: Browser, log: Log) -> None:
    """Fixed arms are there unasked, others are asked for; each figure is the raw log's, to the last digit."""
    log_ = rewarded(log.rows)
    earned = fmean(reward for _, reward in log_)
    targets = {f"fixed:{arm}": learned_raw.fixed(arm) for arm in learned_log.ARMS}
    wanted = {name: learned_raw.value(log.rows, each) for name, each in (*targets.items(), ("exp3", learned_raw.exp3))}
    async with looking(browser, log.address) as looked:
        page = looked.page
        await looked.open("learned", log.digest)
        await expect(page.get_by_role("rowheader", name="fixed:simplify")).to_be_visible()
        others = page.get_by_role("combobox", name="Another policy")
        assert await others.locator("option").all_text_contents() == list(POLICIES)
        await others.select_option("exp3")
        await page.get_by_role("button", name="Compare").click()
        await expect(page.get_by_role("rowheader", name="exp3")).to_be_visible()
        (own, *found), section = await looked.figures("What policies would have earned"), page.locator(".dense")
        seen = [[name, *cells] for name, _, *cells in found]
        assert {name for name, *_ in seen} == set(wanted)
        assert seen == [value_cells(name, wanted[name]) for name, *_ in seen]
        logged = wanted["exp3"].logged
        kind = ["–", "–", shown(len(log_), 0), "estimated", "supported"]
        assert own == ["this log's policy", "", shown(logged.value), between(logged.low, logged.high), *kind]
        every = [end for each in (logged, *(each.target for each in wanted.values())) for end in _ends(each)]
        assert (await section.locator("thead th").nth(1).text_content()) == scale(*every)
        bars = await section.locator(".interval .value").evaluate_all(LEFT)
        room = (max(every) - min(every)) * 0.04
        values = [logged.value, *(wanted[name].target.value for name, *_ in seen)]
        reach = max(every) - min(every) + 2 * room
        assert bars == pytest.approx([100 * (each - min(every) + room) / reach for each in values], abs=0.01)
        await expect(section.locator("caption")).to_contain_text(f"this log's earned {shown(earned)},")
        warned = [f"{name}: {'; '.join(warnings(wanted[name]))}." for name, *_ in seen if warnings(wanted[name])]
        assert await section.locator("li").all_text_contents() == warned != []
        await expect(page.get_by_role("region", name="Other policies")).to_contain_text(
            f"from {len(log_)} rewards of this log"
        )
    for name, each in wanted.items():
        other = (await log.read(f"policies/{log.digest}/ope", policy=name))["other"]
        robust = {"doubly_robust": each.target, "logged": each.logged, "difference": each.difference}
        for key, mine in {**robust, "ips": each.ips, "snips": each.snips}.items():
            assert [other[key][end] for end in ("value", "low", "high")] == pytest.approx(_ends(mine), abs=1e-9)
        assert (other["effective_rows"], other["earned"]) == pytest.approx((each.effective, earned))


def _ends(interval: Interval) -> list[float]:
    return [interval.value, interval.low, interval.high]


async def test_the_log_is_judged(browser: Browser, log: Log) -> None:
    """Alarms, bins, shares and what they are worth are the raw log's; the words name what is amiss, and nothing else.

    But for the error that chance explains, which is simulated: it lies within 3 % of another simulation.
    """
    log_, found, model = rewarded(log.rows), learned_raw.calibration(log.rows), learned_raw.model_of(log.rows)
    assert len(model.alarms) == 1
    assert log.rows.index(model.alarms[0][0]) >= len(log.answers) + learned_log.CHANGE
    health = (await log.read(f"policies/{log.digest}"))["health"]
    chance = health["calibration"]["error_by_chance"]
    assert chance == pytest.approx(found.by_chance, rel=0.03)
    assert health["calibration"]["error"] == pytest.approx(found.error)
    worth = {
        arm: learned_raw.effective([1 / row.chance for row, _ in log_ if row.arm == arm]) for arm in learned_log.ARMS
    }
    whole = learned_raw.effective([1 / row.chance for row, _ in log_])
    plausible = {
        level: abs(share - level) <= 1.96 * math.sqrt(level * (1 - level) / len(log_))
        for level, share in found.shares.items()
    }
    async with looking(browser, log.address, timezone_id=CLOCK) as looked:
        page = looked.page
        await looked.open("learned", log.digest)
        trust = page.get_by_role("region", name="Drift and calibration")
        await expect(trust).to_contain_text(f"Of the newest {len(log.rows)} decisions, {len(log_)} of them rewarded.")
        assert [text.split() for text in await trust.locator("dl.figures dd").all_text_contents()] == [
            "1 the world seems to have changed".split(),
            f"{shown(found.error)} by chance below {shown(chance)}".split(),
            f"{shown(whole, 0)} of {len(log_)}, weighed by propensity".split(),
        ]
        assert await looked.figures("Alarms of drift") == [
            [at.id, moment(at.at_ms), began.id, moment(began.at_ms)] for at, began in model.alarms
        ]
        assert await looked.figures("Rewards by what was expected of them") == list(map(bin_cells, found.bins))
        assert await looked.figures("Rewards inside their predicted intervals") == [
            [percent(level), percent(share, 1), "as expected" if plausible[level] else "off"]  # of 540 each is enough
            for level, share in found.shares.items()
        ]
        drawn = [each for each in found.bins if each.enough]
        assert 0 < len(drawn) < len(found.bins)
        points: list[list[Any]] = await page.locator(".curve circle").evaluate_all(POINTS)
        assert [point[:2] for point in points] == [
            pytest.approx([28 + 204 * each.predicted, 232 - 204 * each.came], abs=0.01) for each in drawn
        ]
        assert [point[2] == "off" for point in points] == [bin_cells(each)[-1] == "off" for each in drawn]

        wanted = verdicts(
            found, chance, {level: found.shares[level] for level in plausible if not plausible[level]}, worth
        )
        states = trust.locator(".state")
        await expect(states).to_have_count(len(wanted))
        for number, (title, said) in enumerate(wanted):
            await expect(states.nth(number).locator("strong")).to_have_text(title)
            await expect(states.nth(number)).to_contain_text(said)
        await looked.nothing_serious()


async def test_of_few_rewards_little_is_told(browser: Browser, log: Log) -> None:
    """Of the newest 30 decisions only the share of a half has enough rewards, and each bin that has: others say so."""
    async with looking(browser, log.address) as looked:
        await looked.page.goto(looked.address)
        await looked.page.evaluate(FEW, log.digest)
        shares = await looked.figures("Rewards inside their predicted intervals")
        bins = await looked.figures("Rewards by what was expected of them")
        count = sum(row.reward is not None for row in log.rows[-30:])
        assert 20 <= count < 56
        assert [row[1:] for row in shares[1:]] == [["too few", ""], ["too few", ""]]
        assert shares[0][1] != "too few"
        assert sum(int(row[3]) for row in bins) == count
        enough = [int(row[3]) for row in bins if row[1] != "too few"]
        assert all(each >= 20 for each in enough)
        assert await looked.page.locator(".curve circle").count() == len(enough)
        assert await looked.page.locator("svg.curve").count() == bool(enough)


async def test_decisions_are_listed(browser: Browser, log: Log) -> None:
    """The newest first, as Redis has them, page by page and filtered; each leads to its explanation."""
    rows = log.rows[::-1]
    waiting = [row for row in rows if row.state == "open"]

    async def listed(looked: Looked, wanted: list[Row]) -> None:
        link = looked.page.locator(f"a[href='#/decision/{wanted[0].id}']").last  # an alarm may name it above
        await expect(link).to_be_visible()  # the page that is asked for has come
        assert await looked.figures("Decisions, the newest first") == list(map(line, wanted))

    async with looking(browser, log.address, timezone_id=CLOCK) as looked:
        await looked.page.goto(f"{looked.address}#/learned/{log.digest}")
        await listed(looked, rows[:50])
        await expect(looked.page.get_by_text("Looked at 50 decisions for this page.")).to_be_visible()
        told_at = await looked.page.locator("td time").last.get_attribute("datetime")
        assert datetime.fromisoformat(told_at or "") == datetime.fromtimestamp(rows[49].at_ms / 1000, UTC)
        await looked.page.get_by_role("button", name="Older").click()
        await listed(looked, rows[50:100])
        await looked.page.locator(f"a[href='#/decision/{rows[50].id}']").last.click()
        await expect(looked.page.get_by_role("heading", level=1)).to_contain_text(rows[50].id)
        await looked.page.go_back()
        await listed(looked, rows[50:100])
        await looked.page.get_by_label("State").select_option("open")
        await listed(looked, waiting[:50])
        await expect(looked.page.get_by_role("button", name="Newer")).to_be_disabled()
        await looked.page.get_by_label("State").select_option("void")
        await listed(looked, [row for row in rows if row.state == "void"])
        await looked.page.get_by_role("combobox", name="Arm").select_option("reread")
        await expect(looked.page.get_by_text("No such decision here")).to_be_visible()
    told = await log.read(f"policies/{log.digest}/decisions", limit="1000")
    assert [(each["decision"], each["propensities"], each["reward"]) for each in told["items"]] == [
        (row.id, row.chances, row.reward) for row in rows[:1000]
    ]


async def test_a_decision_is_explained(browser: Browser, log: Log) -> None:
    """Features, propensities, scores and the reward with its parts are the raw log's; the texts are the answer's.

    The propensities are those of the policy before any reward, by quadrature to 1e-6. Hostile texts run nothing and
    make no element; what was added is underlined, and nothing else. The session opens as the model was given it.
    """
    answer, dialogs, model = log.answers[-1]["rewriting"], list[Dialog](), learned_raw.model_of(log.rows)
    (row,) = [row for row in log.rows if row.id == answer["decision"]]
    told = await log.read(f"decisions/{row.id}")
    assert told["propensities"] == row.chances == answer["propensities"]
    before = learned_raw.propensities(Model(len(row.x)), row.x, row.allowed)
    assert row.chances == pytest.approx(before, abs=1e-6)
    shares = {"judge": 0.6, "fuzzy": 0.3, "bleu": 0.1}
    assert row.reward == pytest.approx(math.fsum(shares[name] * part for name, part in row.grade["parts"].items()))
    async with looking(browser, log.address, timezone_id=CLOCK, **NARROW) as looked:
        page = looked.page
        page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - Playwright marks what it is given
        await looked.open("decision", row.id)
        raw, got = page.locator(".said").first, page.locator(".said").last
        assert await raw.text_content() == answer["query"] == HOSTILE
        assert await got.text_content() == answer["rewritten"] != HOSTILE
        assert await got.evaluate(KEPT) == HOSTILE
        await expect(page.get_by_text("The guard found its meaning kept")).to_be_visible()
        assert await page.locator("main script, main img").count() == 0

        assert [text.split() for text in await page.locator("dl.figures dd").all_text_contents()] == [
            f"{row.arm} with a chance of {percent(row.chance, 1)}".split(),
            f"{shown(row.reward or 0)} from reference".split(),
            f"{row.cost['tokens']} {shown(row.cost['ms'], 0)} ms".split(),
        ]
        features = dict(zip(CONTEXT_NAMES, row.x.tolist(), strict=True))
        speaking = [[name, shown(x)] for name, x in features.items() if x and name != "bias"]
        assert await looked.figures("Features that speak") == speaking
        silent = len(features) - 1 - len(speaking)
        await expect(page.get_by_text(f"{silent} features are absent or unknown")).to_be_visible()
        await scores_are_the_logs(looked, row, model)
        parts = [[name, shown(value)] for name, value in row.grade["parts"].items()]
        assert await looked.figures("What the reward was made of") == parts
        await looked.nothing_serious()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320

        session, version = log.answers[-1]["session"], (await log.read(f"decisions/{row.id}/rewrite"))["version"]
        await expect(page.get_by_text(f"Made {moment(row.at_ms)} by adaptive-thompson; session")).to_be_visible()
        await page.get_by_role("link", name=f"session {session} at version {version}").click()
        await expect(page.locator("[data-kind=rewrite]")).to_have_text(answer["rewritten"])
    assert not dialogs


async def test_a_decision_of_elsewhere_is_explained(browser: Browser, log: Log) -> None:
    """Of one whose text was refused the guard's word stands there; figures are the raw log's, of what there is."""
    model = learned_raw.model_of(log.rows)
    row = next(row for row in log.rows if row.unexecuted and row.cost and row.reward is not None)
    async with looking(browser, log.address, timezone_id=CLOCK) as looked:
        await looked.open("decision", row.id)
        await expect(
            looked.page.get_by_text(f"{learned_log.REFUSED}. The reward goes to the arm drawn")
        ).to_be_visible()
        await expect(looked.page.get_by_text("The texts can't be had")).to_be_visible()
        await scores_are_the_logs(looked, row, model)
        void = next(row for row in log.rows if row.state == "void")
        await looked.open("decision", void.id)
        await expect(looked.page.get_by_text("None, ever")).to_be_visible()
        await scores_are_the_logs(looked, void, model)


async def test_what_is_not_there_says_what_to_do(browser: Browser, log: Log) -> None:
    """No text of an imported decision, no such decision, and with Redis gone no figures: each is said, and what to do.

    It is the last test, as it takes Redis away. A narrow page scrolls inside its tables only.
    """
    imported = log.rows[-1].id
    async with looking(browser, log.address, **NARROW) as looked:
        await looked.open("decision")
        await expect(looked.page.get_by_role("status")).to_contain_text("Which decision?")
        with looked.failing():
            await looked.open("decision", "d0")
            await expect(looked.page.get_by_role("alert")).to_contain_text("no decision 'd0'")
        await looked.open("learned", log.digest)
        assert await looked.page.evaluate("document.documentElement.scrollWidth") <= 320
        waiting = log.answers[0]["rewriting"]["decision"]
        given = await log.served.client.post(f"/api/v1/decisions/{waiting}/reward", json={"reward": 0.5})
        assert given.json()["counted"]
        await expect(looked.page.get_by_text("1 more reward since these figures were read.")).to_be_visible()
        log.own.kill()
        with looked.failing():
            await looked.page.get_by_role("button", name="Read anew").click()
            await expect(looked.page.get_by_role("alert").first).to_contain_text("can't be reached")
            await looked.open("decision", imported)
            await expect(looked.page.get_by_role("alert")).to_contain_text("can't be reached")
