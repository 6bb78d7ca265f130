"""What the pages of what was learned show, computed from the raw log by plain NumPy, past the package's own code.

Formulas are those that the package cites; the ways to them are others: dense solves of all unknowns at once in place of
updates row by row, and sums over rows in place of tables. What is sampled is sampled anew.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from tests.browser.learned_log import Row

Vector = NDArray[np.float64]
TWO_SIDED = NormalDist().inv_cdf(0.975)
FAVOUR = 0.01
"""What every arm but `none` has to earn more, before it is believed."""


@dataclass(frozen=True)
class Interval:
    """A figure with its interval."""

    value: float
    low: float
    high: float


def rewarded(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """Pick the decisions with a reward, in the order in which they were made."""
    return [(row, row.reward) for row in rows if row.reward is not None]


def in_order(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """Pick the decisions with a reward, in the order in which the rewards counted."""
    return sorted(rewarded(rows), key=lambda pair: pair[0].order)


def effective(weights: Sequence[float]) -> float:
    """Give as how many of equal weight these count."""
    return sum(weights) ** 2 / math.fsum(weight**2 for weight in weights) if any(weights) else 0.0


class Model:
    """Regressions of all arms by empirical Bayes, of which the default policy draws, with its watch over drift.

    Attributes:
        noise: Deviation of a reward.
        count: How many rewards it knows; no whole number once the world has changed.
        alarms: The decision whose reward raised each alarm, and the first that was surprising.
    """

    def __init__(self, dimension: int, favour: float = FAVOUR) -> None:
        self.dimension, self.favour = dimension, favour
        self.noise, self.bias, self.slope, self.shared = 0.3, 0.06, 0.07, 0.02
        self.gram: dict[str, Vector] = {}
        self.moment: dict[str, Vector] = {}
        self.squares, self.count, self.due = 0.0, 0.0, 12.0
        self.total, self.since = 0.0, list[tuple[Row, float]]()
        self.alarms = list[tuple[Row, Row]]()
        self._solve()

    def handicap(self, arm: str) -> float:
        """Give what is added to rewards of an arm, and taken off its score."""
        return 0.0 if arm == "none" else self.favour

    def coefficients(self, arm: str) -> tuple[Vector, Vector]:
        """Give mean (d,) and covariance (d, d) of an arm's coefficients."""
        own = np.diag(self.own())
        gram = self.gram.get(arm, np.zeros((self.dimension, self.dimension)))
        moment = self.moment.get(arm, np.zeros(self.dimension))
        alone = np.linalg.inv(own + gram / self.noise**2)
        pull = alone @ own
        return alone @ (moment / self.noise**2 + own @ self.common), alone + pull @ self.spread @ pull.T

    def score(self, arm: str, x: Vector) -> tuple[float, float]:
        """Give the mean of an arm's expected reward, less the handicap, and its variance."""
        mean, covariance = self.coefficients(arm)
        return float(mean @ x) - self.handicap(arm), float(x @ covariance @ x)

    def learn(self, row: Row, reward: float) -> None:
        """Learn a reward."""
        x, given = row.x, reward + self.handicap(row.arm)
        mean, variance = self.score(row.arm, x)
        surprise = (reward - mean) ** 2 / (self.noise**2 + variance)
        watched = self.count >= 60
        self._add(row.arm, x, given)
        if watched:
            self.total += math.log(1 + 0.3 * (min(surprise, 16) / 1.05 - 1))
            self.since.append((row, given))
            if self.total <= 0:
                self.total, self.since = 0.0, []
        if self.total > 12:
            self.alarms.append((row, self.since[0][0]))
            recent, self.total, self.since = self.since, 0.0, []
            for sums in (self.gram, self.moment):
                for arm in sums:
                    sums[arm] = 0.02 * sums[arm]
            self.squares, self.count = 0.02 * self.squares, 0.02 * self.count
            for each, value in recent:
                self._add(each.arm, each.x, value, 0.98)
            self._fit()
        elif self.count >= self.due:
            self._fit()

    def _add(self, arm: str, x: Vector, reward: float, share: float = 1.0) -> None:
        self.gram[arm] = self.gram.get(arm, 0.0) + share * np.outer(x, x)
        self.moment[arm] = self.moment.get(arm, 0.0) + share * reward * x
        self.squares, self.count = self.squares + share * reward**2, self.count + share

    def own(self) -> Vector:
        """Give the precision beforehand of each of an arm's own coefficients, (d,)."""
        return np.array([self.bias**-2] + [self.slope**-2] * (self.dimension - 1))

    def _solve(self) -> None:
        """Solve for what arms share and what each has of its own, all at once: (K + 1) d unknowns."""
        prior = np.array([0.25**-2] + [self.shared**-2] * (self.dimension - 1))
        size, arms = self.dimension, list(self.gram)
        precision = np.zeros((len(arms) + 1, size, len(arms) + 1, size))
        right = np.zeros((len(arms) + 1, size))
        precision[0, :, 0] = np.diag(prior)
        right[0, 0] = prior[0] * 0.5
        for place, arm in enumerate(arms, start=1):
            told = self.gram[arm] / self.noise**2
            precision[place, :, place] = np.diag(self.own()) + told
            precision[0, :, 0] += told
            precision[0, :, place] = precision[place, :, 0] = told
            right[place] = self.moment[arm] / self.noise**2
            right[0] += right[place]
        whole = (len(arms) + 1) * size
        covariance = np.linalg.inv(precision.reshape(whole, whole))
        self.common = (covariance @ right.ravel())[:size]
        self.spread = covariance[:size, :size]

    def _fit(self) -> None:
        """Learn the scales: three rounds of MacKay's fixed point, with a few typical observations of each."""
        for _ in range(3):
            self._solve()
            own, determined, apart, explained = self.own(), [], [], 0.0
            for arm, gram in self.gram.items():
                mean, _ = self.coefficients(arm)
                alone = np.linalg.inv(np.diag(own) + gram / self.noise**2)
                determined.append(1 - np.diag(alone) * own)
                apart.append((mean - self.common) ** 2)
                explained += float(2 * mean @ self.moment[arm] - mean @ gram @ mean)
            known, squares = np.array(determined), np.array(apart)
            told = float((1 - np.diag(self.spread)[1:] / self.shared**2).sum())
            self.noise, self.bias, self.slope, self.shared = (
                _scale(self.squares - explained, self.count - known.sum(), 0.3, 4),
                _scale(squares[:, 0].sum(), known[:, 0].sum(), 0.06, 2),
                _scale(squares[:, 1:].sum(), known[:, 1:].sum(), 0.07, 3),
                _scale(float((self.common[1:] ** 2).sum()), told, 0.02, 6),
            )
        self._solve()
        self.due = max(12.0, 1.25 * self.count)


def _scale(squares: float, count: float, typical: float, worth: float) -> float:
    found = math.sqrt((max(float(squares), 0) + worth * typical**2) / (max(float(count), 0) + worth))
    return min(max(found, 1e-3), 1.0)


def model_of(rows: Sequence[Row]) -> Model:
    """Learn a log in the order of its rewards."""
    model = Model(len(rows[0].x))
    for row, reward in in_order(rows):
        model.learn(row, reward)
    return model


def propensities(model: Model, x: Vector, allowed: Sequence[str]) -> dict[str, float]:
    """Integrate how likely each arm's score is the highest, on a grid; it errs by less than 1e-6."""
    optimism = max(0.4, 0.8 * math.sqrt(2 * math.log(len(allowed)) * max(0.0, 1 - model.count / 1000)))
    means, sds = [], []
    for arm in allowed:
        own = np.diag(model.own())
        alone = np.linalg.inv(own + model.gram.get(arm, np.zeros_like(own)) / model.noise**2)
        sd = math.sqrt(float(x @ alone @ x))
        means.append(model.score(arm, x)[0] + optimism * sd)
        sds.append(0.15 * sd)
    laws = [NormalDist(mean, sd) for mean, sd in zip(means, sds, strict=True)]
    grid = np.linspace(
        min(law.mean - 8 * law.stdev for law in laws), max(law.mean + 8 * law.stdev for law in laws), 4001
    )
    below = np.array([[law.cdf(point) for point in grid] for law in laws])
    dense = np.array([[law.pdf(point) for point in grid] for law in laws])
    others = [np.prod(np.delete(below, place, axis=0), axis=0) for place in range(len(laws))]
    step = grid[1] - grid[0]
    return {arm: float((dense[place] * others[place]).sum() * step) for place, arm in enumerate(allowed)}


@dataclass(frozen=True)
class Bin:
    """Rewards whose predictions were alike: how many, both means, and how far apart chance moves them."""

    count: int
    predicted: float
    came: float
    band: float

    @property
    def enough(self) -> bool:
        """Whether a sum of so many rewards of 0 or 1 would have a variance of 5."""
        return self.count * max(self.predicted * (1 - self.predicted), 0.02) >= 5


@dataclass(frozen=True)
class Calibration:
    """Bins, the error with what chance explains of it, and which share of rewards lay in intervals of each level."""

    bins: list[Bin]
    error: float
    by_chance: float
    shares: dict[float, float]


def calibration(rows: Sequence[Row]) -> Calibration:
    """Predict each reward from those before it. What chance explains is simulated, to about 2 %."""
    model = Model(len(rows[0].x))
    told: list[tuple[float, float, float]] = []
    for row, reward in in_order(rows):
        mean, variance = model.score(row.arm, row.x)
        told.append((mean, math.sqrt(variance + model.noise**2), reward))
        model.learn(row, reward)
    by_place: dict[int, list[tuple[float, float]]] = {}
    for mean, _, reward in told:
        by_place.setdefault(min(max(int(mean * 20), 0), 19), []).append((mean, reward))
    bins, spreads = [], []
    for _, inside in sorted(by_place.items()):
        spread = math.sqrt(math.fsum((reward - mean) ** 2 for mean, reward in inside))
        means, rewards = zip(*inside, strict=True)
        count = len(inside)
        bins.append(Bin(count, math.fsum(means) / count, math.fsum(rewards) / count, 1.96 * spread / count))
        spreads.append(spread / len(told))
    draws = np.abs(np.random.default_rng(7).standard_normal((40_000, len(bins)))) @ np.array(spreads)
    shares = {
        level: float(
            np.mean([abs(reward - mean) <= NormalDist().inv_cdf((1 + level) / 2) * sd for mean, sd, reward in told])
        )
        for level in (0.5, 0.9, 0.95)
    }
    error = math.fsum(each.count * abs(each.came - each.predicted) for each in bins) / len(told)
    return Calibration(bins, error, float(np.quantile(draws, 0.95)), shares)


Target = Callable[[Sequence[tuple[Row, float]], Row], dict[str, float]]
"""What a policy would draw by, given the rewards before."""


def fixed(arm: str) -> Target:
    """Always an arm, or the first allowed one."""

    def target(_before: Sequence[tuple[Row, float]], row: Row) -> dict[str, float]:
        drawn = arm if arm in row.allowed else row.allowed[0]
        return {each: float(each == drawn) for each in row.allowed}

    return target


def exp3(before: Sequence[tuple[Row, float]], row: Row) -> dict[str, float]:
    """Exponential weights of the losses so far, each over its propensity."""
    losses = {arm: math.fsum((1 - r) / each.chance for each, r in before if each.arm == arm) for arm in row.allowed}
    rate = math.sqrt(math.log(len(losses)) / ((len(before) + 1) * len(losses)))
    weights = {arm: math.exp(-rate * (loss - min(losses.values()))) for arm, loss in losses.items()}
    return {arm: weight / sum(weights.values()) for arm, weight in weights.items()}


@dataclass(frozen=True)
class Value:
    """What another policy would have earned, this log's own, and the difference; what the log is worth for that.

    The plain estimates are by inverse propensities, and by those over their sum.
    """

    target: Interval
    logged: Interval
    difference: Interval
    ips: Interval
    snips: Interval
    effective: float
    modelled: float


def value(rows: Sequence[Row], target: Target) -> Value:
    """Estimate by cut weights and the model, doubly robust; the interval is Delyon's with mixed normals."""
    log = rewarded(rows)
    total = len(log)
    arms = list(dict.fromkeys(arm for row, _ in log for arm in row.allowed))
    model, squares = Model(len(rows[0].x), favour=0.0), 1.0
    wanted, kept, logged, expected = np.zeros((4, total, len(arms)))
    for number, (row, reward) in enumerate(log):
        chances = target(log[:number], row)
        for place, arm in enumerate(arms):
            wanted[number, place], logged[number, place] = chances.get(arm, 0.0), row.chances.get(arm, 0.0)
            expected[number, place] = min(max(model.score(arm, row.x)[0], 0.0), 1.0)
        limit = max(math.sqrt(total * squares / (number + 1)) / (4 * model.noise), 1.0)
        kept[number] = np.minimum(wanted[number], limit * logged[number])
        there = logged[number] > 0
        squares += float((kept[number, there] ** 2 / logged[number, there]).sum())
        model.learn(row, reward)
    at = (np.arange(total), np.array([arms.index(row.arm) for row, _ in log]))
    surprises = np.array([reward for _, reward in log]) - expected[at]
    pooled = float((surprises**2).mean())
    drawn = [surprises[at[1] == place] for place in range(len(arms))]
    moments = np.array([((each**2).sum() + 4 * pooled) / (each.size + 4) for each in drawn])

    def estimate(factors: Vector, lost: Vector, least: float) -> Interval:
        scores = factors[at] / logged[at] * surprises
        certain = (np.divide(factors**2, logged, out=np.zeros_like(factors), where=logged > 0) * moments).sum()
        clock = (float((scores**2).sum()) + 2 * float(certain)) / 3
        odds = -2 * math.log(0.05)
        rho = 0.1 * total / (odds + math.log(1 + odds))
        off = math.sqrt((clock + rho) * (math.log((clock + rho) / rho) + odds))
        mean = float((((factors + lost) * expected).sum(axis=1) + scores).mean())
        low = mean - (float((lost * expected).sum()) + off) / total
        high = mean + (float((lost * (1 - expected)).sum()) + off) / total
        return Interval(mean, min(max(low, least), 1.0), min(max(high, least), 1.0))

    lost, weights, rewards = wanted - kept, wanted[at] / logged[at], np.array([reward for _, reward in log])
    weighted = float((weights * rewards).sum() / weights.sum())
    return Value(
        estimate(kept, lost, 0.0),
        estimate(logged, np.zeros_like(lost), 0.0),
        estimate(kept - logged, lost, -1.0),
        _plain(float((weights * rewards).mean()), float(np.std(weights * rewards, ddof=1)) / math.sqrt(total)),
        _plain(weighted, math.sqrt(float(((weights * (rewards - weighted)) ** 2).sum())) / float(weights.sum())),
        effective(weights.tolist()),
        1 - float(kept.sum()) / total,
    )


def _plain(mean: float, error: float) -> Interval:
    """Give an estimate the interval of a Gaussian variable."""
    return Interval(mean, mean - TWO_SIDED * error, mean + TWO_SIDED * error)
