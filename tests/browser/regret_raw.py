"""What the page of regret shows, computed from the raw log by plain NumPy, past the package's own code.

Formulas are those that the package cites. What the posterior says is sampled anew, in another way (`learned_effects`).
Where sums are told is taken as it is told; where stretches end is not.

A line has a name, as in the page's address: `arm:` and a fixed arm, `each` for the best arm of each query, and nothing
for the best fixed arm.

Shapes: n is the number of decisions, K that of arms, P that of points or stretches.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.browser.learned_effects import Posterior
from tests.browser.learned_log import Row
from tests.browser.learned_raw import TWO_SIDED, Interval

Vector = NDArray[np.float64]
Audits = Mapping[str, dict[str, Any]]
TAIL = 0.025
STAKES = 0.003 * (0.99 / 0.003) ** (np.arange(16) / 15)
"""What is bet: 16 stakes, each so many times the one before."""


@dataclass(frozen=True)
class Band:
    """Figures with their intervals, (P,) each; nan where there is none."""

    mean: Vector
    low: Vector
    high: Vector


@dataclass(frozen=True)
class Lost:
    """What was lost, by the names of lines.

    Attributes:
        best: The fixed arm that would have earned most.
        summed: Over all decisions up to each point.
        apart: Of each stretch, for `per` decisions.
        per: How many decisions most stretches have.
        ends: After how many decisions each ends.
    """

    best: str
    summed: dict[str, Band]
    apart: dict[str, Band]
    per: int
    ends: list[int]


def stretches(count: int) -> tuple[int, list[int]]:
    """Part a log: a hundred decisions each, or a tenth of fewer than 200; the last is from half to one and a half."""
    per = 100 if count >= 200 else math.ceil(count / 10)
    return per, [*(per * at for at in range(1, math.floor(count / per + 0.5))), count]


def mean_reward(rewards: Sequence[float]) -> Interval:
    """Give a mean with Wilson's score interval: its ends are the means from which this one is 1.96 deviations off.

    They solve n (m - p)^2 = z^2 p (1 - p).
    """
    count, mean, z2 = len(rewards), math.fsum(rewards) / len(rewards), TWO_SIDED**2
    low, high = sorted(np.roots([count + z2, -(2 * count * mean + z2), count * mean**2]).real.tolist())
    return Interval(mean, low, high)


def true_rows(rows: Sequence[Row], audits: Audits) -> list[Row]:
    """Pick the rewarded decisions that were run on all arms."""
    return [row for row in rows if row.reward is not None and row.id in audits]


def true_lost(rows: Sequence[Row], audits: Audits, points: Sequence[int]) -> Lost:
    """Add up what decisions lost that were run on all arms; an arm with nothing to do has the reward of `none`."""
    found = [audits[row.id]["rewards"] for row in rows]
    arms = list(dict.fromkeys(arm for each in found for arm in each))
    earned = np.array([[each.get(arm, each["none"]) for arm in arms] for each in found])
    drawn = np.array([row.reward for row in rows])
    lost = {f"arm:{arm}": earned[:, at] - drawn for at, arm in enumerate(arms)} | {"each": earned.max(axis=1) - drawn}
    best = max(arms, key=lambda arm: math.fsum(lost[f"arm:{arm}"]))
    per, ends = stretches(len(rows))
    starts = [0, *ends[:-1]]
    summed = {name: _certain([math.fsum(each[:point]) for point in points]) for name, each in lost.items()}
    apart = {
        name: _certain(
            [per * math.fsum(each[start:end]) / (end - start) for start, end in zip(starts, ends, strict=True)]
        )
        for name, each in lost.items()
    }
    top = _certain(np.max([summed[f"arm:{arm}"].mean for arm in arms], axis=0).tolist())
    return Lost(best, summed | {"": top}, apart | {"": apart[f"arm:{best}"]}, per, ends)


def _certain(values: Sequence[float]) -> Band:
    nothing = np.full(len(values), np.nan)
    return Band(np.array(values), nothing, nothing)


def audited_lost(rows: Sequence[Row], audits: Audits, points: Sequence[int]) -> Lost:
    """Measure what all decisions lost by those that were audited; the first arm stands in where one isn't allowed.

    A mean is that of audits, each over its share. Its interval holds the means against which no bet would have won a
    fortieth's inverse (Waudby-Smith and Ramdas 2024); that against the best of K arms begins where the largest of the
    arms' does, with a K-th of the chance of an error.
    """
    places = [at for at, row in enumerate(rows) if row.id in audits]
    found = [audits[rows[at].id] for at in places]
    arms = list(dict.fromkeys(arm for each in found for arm in each["rewards"]))
    lost = np.array(
        [
            [*(_stood(each["rewards"], arm) for arm in arms), max(each["rewards"].values())]
            - np.float64(each["rewards"][each["arm"]])
            for each in found
        ]
    )
    shares, at = np.array([each["share"] for each in found]), np.array(places)
    per, ends = stretches(len(rows))

    def measured(starts: Sequence[int], stops: Sequence[int], scales: Sequence[int]) -> dict[str, Band]:
        parts = [(at >= start) & (at < stop) for start, stop in zip(starts, stops, strict=True)]
        bands, careful = {}, []
        for column, name in enumerate([*(f"arm:{arm}" for arm in arms), "each"]):
            least = 0.0 if name == "each" else -1.0
            ends_of = [_audited(lost[part, column], shares[part], least, len(arms)) for part in parts]
            mean, low, high, lower = np.array(ends_of).T * np.array(scales)
            bands[name] = Band(mean, low, high)
            if name != "each":
                careful.append(lower)
        fixed = [bands[f"arm:{arm}"] for arm in arms]
        highs, means = np.max([each.high for each in fixed], axis=0), np.max([each.mean for each in fixed], axis=0)
        return bands | {"": Band(means, np.max(careful, axis=0), highs)}

    summed = measured([0] * len(points), points, points)
    apart = measured([0, *ends[:-1]], ends, [per] * len(ends))
    best = max(arms, key=lambda arm: float(summed[f"arm:{arm}"].mean[-1]))
    return Lost(best, summed, apart | {"": apart[f"arm:{best}"]}, per, ends)


def _stood(rewards: Mapping[str, float], arm: str) -> float:
    return rewards[arm] if arm in rewards else rewards[next(iter(rewards))]


def _audited(lost: Vector, shares: Vector, least: float, arms: int) -> tuple[float, float, float, float]:
    """Give the mean of audits, both ends of its interval, and the lower one where there are K arms."""
    if not lost.size:
        return math.nan, least, 1.0, least
    mean, width = float((lost / shares).sum() / (1 / shares).sum()), 1 - least
    low, careful = (least + width * _bound((lost - least) / width, shares, chance) for chance in (TAIL, TAIL / arms))
    return mean, low, 1 - width * _bound((1 - lost) / width, shares, TAIL), careful


def _bound(values: Vector, shares: Vector, chance: float) -> float:
    """Find what a mean is at least: the point where the average of the stakes' wealth is 1 / chance."""
    weights = shares.min() / shares

    def wealth(mean: float) -> float:
        logs = np.log(1 + np.outer(STAKES, weights * (values / mean - 1))).sum(axis=1)
        return float(logs.max() + math.log(np.exp(logs - logs.max()).mean()))

    if wealth(1e-9) < -math.log(chance):
        return 0.0
    low, high = 1e-9, 1.0
    for _ in range(34):
        low, high = (middle, high) if wealth(middle := (low + high) / 2) >= -math.log(chance) else (low, middle)
    return low


def estimated_lost(rows: Sequence[Row], known: Posterior, points: Sequence[int]) -> Lost:
    """Estimate what decisions lost from draws of all arms' coefficients; the first arm allowed stands in for others.

    Ends of intervals are quantiles of the sums in each draw; that against the best of K arms begins where the largest
    of the arms' does, with a K-th of the chance of an error, and so does that against the best of each query.
    """
    arms = known.arms
    scores = np.einsum("skd,nd->nsk", known.draws, np.array([row.x for row in rows]))  # (n, draws, K)
    each = np.arange(len(rows))
    drawn = scores[each, :, [arms.index(row.arm) for row in rows]]
    stands = [[arms.index(arm if arm in row.allowed else row.allowed[0]) for row in rows] for arm in arms]
    lost = {f"arm:{arm}": scores[each, :, stands[at]] - drawn for at, arm in enumerate(arms)}
    allowed = np.array([[arm in row.allowed for arm in arms] for row in rows])
    lost["each"] = np.where(allowed[:, None], scores, -np.inf).max(axis=2) - drawn
    per, ends = stretches(len(rows))
    names = [f"arm:{arm}" for arm in arms]

    def estimated(sums: dict[str, Vector]) -> dict[str, Band]:
        bands = {name: Band(of.mean(1), *np.quantile(of, [TAIL, 1 - TAIL], axis=1)) for name, of in sums.items()}
        careful = np.max([np.quantile(sums[name], TAIL / len(arms), axis=1) for name in names], axis=0)
        means, highs = (np.max([getattr(bands[name], end) for name in names], axis=0) for end in ("mean", "high"))
        return bands | {
            "": Band(means, careful, highs),
            "each": Band(bands["each"].mean, careful, bands["each"].high),
        }

    sums = {name: np.cumsum(of, axis=0) for name, of in lost.items()}
    summed = estimated({name: of[np.array(points) - 1] for name, of in sums.items()})
    lengths = np.diff([0, *ends])
    apart = estimated(
        {name: np.add.reduceat(of, [0, *ends[:-1]], axis=0) * per / lengths[:, None] for name, of in lost.items()}
    )
    best = max(arms, key=lambda arm: float(summed[f"arm:{arm}"].mean[-1]))
    return Lost(best, summed, apart | {"": apart[f"arm:{best}"]}, per, ends)
