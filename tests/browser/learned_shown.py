"""How pages of what was learned write figures: what tests expect to see of what they computed."""

import math
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from playwright.async_api import expect
from tests.browser.learned_log import Row
from tests.browser.learned_raw import TWO_SIDED, Bin, Calibration, Model, Value
from tests.browser.looking import Looked

from riffler.bandits.context import CONTEXT_NAMES

CLOCK = "Asia/Kolkata"
"""Of who looks: five and a half hours ahead of the log's."""
ROWS = {"overall": "all questions", "bias": "no feature"}


def shown(value: float, digits: int = 3) -> str:
    """Write a figure as pages do; a half is rounded as browsers do."""
    return str(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0).replace("-", "−")


def between(low: float, high: float, digits: int = 3) -> str:
    """Write an interval."""
    return f"{shown(low, digits)} to {shown(high, digits)}"


def percent(value: float, digits: int = 0) -> str:
    """Write a share."""
    return f"{shown(100 * value, digits)} %"


def scale(*numbers: float) -> str:
    """Write the ends of the scale that rows of bars share: all of these numbers, with some room."""
    room = (max(numbers) - min(numbers)) * 0.04
    return between(min(numbers) - room, max(numbers) + room, 2)


def moment(ms: int) -> str:
    """Write a moment as pages do, by the clock of who looks."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(CLOCK)):%Y-%m-%d %H:%M:%S}"


def line(row: Row) -> list[str]:
    """Write a decision as the list does."""
    figures = ("–", "–") if row.reward is None else (shown(row.reward), row.grade["source"])
    tokens = str(row.cost["tokens"]) if row.cost else "–"
    refused = " (not executed)" if row.unexecuted else ""
    return [row.id, moment(row.at_ms), row.arm + refused, percent(row.chance, 1), row.state, *figures, tokens]


def signed(value: float) -> str:
    """Write an effect as the heat map does."""
    return "0.000" if abs(value) < 0.0005 else f"{'' if value < 0 else '+'}{shown(value)}"


def cells_of(told: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Write what the API told as the heat map does: what is seen, and what a screen reader adds."""
    return {
        (each["arm"], ROWS.get(each["feature"], each["feature"])): f"{signed(each['mean'])}{'*' * each['clear']}"
        f" ± {shown(each['margin'])}, {'clear, ' * each['clear']}{each['rewards']} rewards"
        for each in (*told["overall"], *told["effects"])
    }


def value_cells(name: str, found: Value) -> list[str]:
    """Write a row of the comparison, but for its bar."""
    target, difference = found.target, found.difference
    star = "*" if difference.low > 0 or difference.high < 0 else ""
    return [
        name,
        shown(target.value),
        between(target.low, target.high),
        shown(difference.value),
        between(difference.low, difference.high) + star,
        shown(found.effective, 0),
        "estimated",
        "see below" if warnings(found) else "supported",
    ]


def warnings(found: Value) -> list[str]:
    """Write what is to be known before a value is used."""
    few = f"the log tells as much as {found.effective:.0f} draws of the policy's own; 50 are few"
    much = f"the log tells too little of {found.modelled:.0%} of what the policy would draw: the model speaks for it"
    return [few] * (found.effective < 50) + [much] * (found.modelled > 0.05)


def bin_cells(each: Bin) -> list[str]:
    """Write a row of the calibration."""
    if not each.enough:
        return [shown(each.predicted), "too few", "–", str(each.count), ""]
    off = "off" if abs(each.came - each.predicted) > each.band else "as expected"
    return [shown(each.predicted), shown(each.came), shown(each.band), str(each.count), off]


def score_cells(row: Row, model: Model) -> dict[str, list[str]]:
    """Write an arm's score as the table of scores does, but for its bar."""
    cells = {}
    for arm, chance in row.chances.items():
        mean, variance = model.score(arm, row.x)
        margin = TWO_SIDED * math.sqrt(variance)
        cells[arm] = [percent(chance, 1), shown(mean), between(mean - margin, mean + margin)]
    return cells


def made_of(row: Row, model: Model, arm: str) -> list[tuple[str, float, float, float]]:
    """Take an arm's score apart: feature, its value, what it adds and half the interval of that; the largest first."""
    mean, covariance = model.coefficients(arm)
    reach = TWO_SIDED * np.sqrt(np.diag(covariance))
    added = [
        (name, x, w * x - (model.handicap(arm) if name == "bias" else 0), margin * abs(x))
        for name, x, w, margin in zip(CONTEXT_NAMES, row.x.tolist(), mean.tolist(), reach.tolist(), strict=True)
        if x
    ]
    return sorted(added, key=lambda each: -abs(each[2]))


async def scores_are_the_logs(looked: Looked, row: Row, model: Model) -> None:
    """Assert that what a page shows of scores, and of what they are made of, is what the raw log teaches."""
    arms = sorted(row.allowed, key=lambda arm: -row.chances[arm])
    found = await looked.figures("Arms that could be drawn")
    scores = score_cells(row, model)
    assert [[name, chance, *cells] for name, chance, _, *cells in found] == [
        [arm + " (drawn)" * (arm == row.arm), *scores[arm]] for arm in arms
    ]
    laws = [model.score(arm, row.x) for arm in arms]
    every = [mean + sign * TWO_SIDED * math.sqrt(variance) for mean, variance in laws for sign in (-1, 1)]
    heads = looked.page.locator("table", has=looked.page.locator("caption", has_text="Arms that could")).locator("th")
    assert await heads.nth(2).text_content() == scale(*every)
    parts = {arm: made_of(row, model, arm) for arm in arms}
    ends = [each[2] + sign * each[3] for made in parts.values() for each in made for sign in (-1, 1)]
    for arm, made in parts.items():
        name = f"What the score of {arm} is made of"
        seen = await looked.figures(name)
        assert [[feature, x, *cells] for feature, x, _, *cells in seen] == [
            [feature, shown(x), shown(adds), between(adds - margin, adds + margin)] for feature, x, adds, margin in made
        ]
        table = looked.page.locator("table", has=looked.page.locator("caption", has_text=name))
        assert await table.locator("th").nth(2).text_content() == scale(0, *ends)
    await expect(looked.page.get_by_text(f"what the log teaches now, {shown(model.count, 0)} rewards")).to_be_visible()


def verdicts(
    found: Calibration, chance: float, off: dict[float, float], worth: dict[str, float]
) -> list[tuple[str, str]]:
    """Write title and beginning of what is said of a log with an alarm.

    Args:
        found: Its calibration.
        chance: The error that chance explains.
        off: Shares of intervals that chance doesn't explain, by level.
        worth: Effective rewards by arm.

    Returns:
        What is to be said, in order.
    """
    said = [("The world changed", "Rewards lay further from what was expected than chance explains.")]
    error, most = shown(found.error), shown(chance)
    if 0.05 >= found.error > chance:
        text = f"Rewards lie {error} off what was expected, more than chance explains ({most})"
        said.append(("Calibrated, but for a little", text))
    elif found.error > chance:
        text = f"They lie {error} off in the mean, and chance explains {most} at most."
        said.append(("Rewards aren't what was expected", text))
    if off:
        shares = ", of ".join(f"{percent(level)} hold {percent(share, 1)}" for level, share in off.items())
        said.append(("Predicted intervals are of another width", f"Those of {shares} of rewards."))
    rough = ", ".join(f"{arm} ({shown(size, 0)})" for arm, size in worth.items() if size < 50)
    if rough:
        said.append(("Little evidence of some arms", f"Fewer than 50 effective rewards: {rough}."))
    return said
