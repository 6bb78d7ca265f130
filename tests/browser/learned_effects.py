"""Effects of features on arms, from the raw log: sampled anew, in another way than the package's, so up to their luck.

An arm's coefficients are those that arms share and its own, u_a[j] ~ N(0, s^2), where s is one of six scales, whose
shares are learned. Given scales all coefficients are drawn at once from a dense Gaussian, then a scale for each, given
its value (George and McCulloch 1993), then shares, noise and the scale of what is shared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.browser.learned_log import Row
from tests.browser.learned_raw import rewarded

from riffler.bandits.context import CONTEXT_NAMES

Vector = NDArray[np.float64]
SCALES = np.array([0.001, 0.02, 0.04, 0.08, 0.16, 0.32])
LEVELS, SLOPES = np.array([1.0, 0.5, 0.5, 0.5, 0.5, 0.5]), np.array([4.0, 1.0, 1.0, 1.0, 1.0, 1.0])
"""So many coefficients of each scale are taken as seen beforehand."""
UNUSED, USED = 200, 2000


@dataclass(frozen=True)
class Effect:
    """What a feature does for an arm: the mean, half its 95 % interval, and the chance that its sign is wrong."""

    mean: float
    margin: float
    wrong_sign: float


@dataclass(frozen=True)
class Posterior:
    """Draws of all arms' coefficients, (N, K, d), with the arms' names and the log's mean context vector."""

    arms: list[str]
    draws: Vector
    middle: Vector

    def effect(self, arm: str, feature: int | None, against: str) -> Effect:
        """Compute an effect: of a feature by its place, or over all questions."""
        draws = self.draws @ self.middle if feature is None else self.draws[:, :, feature]
        mine = draws[:, self.arms.index(arm)]
        match against:
            case "arms":
                mine = mine - draws.mean(axis=1)
            case "none":
                mine = mine - draws[:, self.arms.index("none")]
        mean, (low, high) = float(mine.mean()), np.quantile(mine, [0.025, 0.975])
        below = float((mine < 0).mean())
        return Effect(mean, float(max(mean - low, high - mean)), below if mean >= 0 else 1 - below)


def posterior(rows: Sequence[Row], seed: int = 5) -> Posterior:
    """Sample what the log teaches. It takes some seconds."""
    rng, log = np.random.default_rng(seed), rewarded(rows)
    arms = list(dict.fromkeys(row.arm for row, _ in log))
    xs, rewards = np.array([row.x for row, _ in log]), np.array([reward for _, reward in log])
    size, count = xs.shape[1], len(arms)
    mine = np.array([[row.arm == arm for arm in arms] for row, _ in log], dtype=np.float64)
    design = np.hstack(
        (xs, (mine[:, :, None] * xs[:, None, :]).reshape(len(log), -1))
    )  # what is shared, and each's own
    gram, moment = design.T @ design, design.T @ rewards
    scales, noise, shared = np.full((count, size), 0.07), 0.3, 0.02
    shares, kept = [each / each.sum() for each in (LEVELS, SLOPES)], []
    for number in range(UNUSED + USED):
        prior = np.concatenate(([0.25**-2], np.full(size - 1, shared**-2), scales.ravel() ** -2))
        precision = gram / noise**2 + np.diag(prior)
        right = moment / noise**2
        right[0] += 0.5 * prior[0]
        root = np.linalg.cholesky(precision)
        mean = np.linalg.solve(precision, right)
        few = mean[:, None] + np.linalg.solve(root.T, rng.standard_normal((mean.size, 8)))
        drawn = few[:, 0]
        if number >= UNUSED:
            kept.append((few[None, :size] + few[size:].reshape(count, size, 8)).transpose(2, 0, 1))
        own = drawn[size:].reshape(count, size)
        odds = -np.log(SCALES) - (own[:, :, None] / SCALES) ** 2 / 2
        odds[:, 0] += np.log(shares[0])
        odds[:, 1:] += np.log(shares[1])
        places = (odds + rng.gumbel(size=odds.shape)).argmax(axis=2)
        scales = SCALES[places]
        shares = [
            np.maximum(rng.dirichlet(seen + np.bincount(of.ravel(), minlength=SCALES.size)), 1e-300)
            for of, seen in ((places[:, 0], LEVELS), (places[:, 1:], SLOPES))
        ]
        left = float(((rewards - design @ drawn) ** 2).sum())
        noise = float(np.sqrt((left + 4 * 0.3**2) / rng.chisquare(len(log) + 4)))
        common = float((drawn[1:size] ** 2).sum())
        shared = float(np.sqrt((common + 6 * 0.02**2) / rng.chisquare(size - 1 + 6)))
    return Posterior(arms, np.concatenate(kept), np.mean([row.x for row in rows], axis=0))


def check_effects(told: dict[str, Any], against: str, rows: Sequence[Row], mine: Posterior) -> None:
    """Assert that the API's effects are the raw log's.

    Counts are equal. Means, margins and chances are sampled on both sides, by the package from 200 draws: means lie
    within a fifth of the margin, each margin within a factor of two and their median ratio within 10 %, and chances of
    the wrong sign within .2. With these seeds it is a tenth, 1.5, 1 % and .14.
    """
    ratios = []
    for each in (*told["overall"], *told["effects"]):
        place = None if each["feature"] == "overall" else CONTEXT_NAMES.index(each["feature"])
        of_arm = [row for row, _ in rewarded(rows) if row.arm == each["arm"]]
        assert each["rewards"] == sum(bool(place is None or row.x[place]) for row in of_arm)
        effect, clear = mine.effect(each["arm"], place, against), abs(each["mean"]) > each["margin"]
        assert each["clear"] == clear
        assert abs(each["mean"] - effect.mean) < 0.2 * each["margin"], each
        assert each["wrong_sign"] == pytest.approx(effect.wrong_sign, abs=0.2), each
        ratios.append(each["margin"] / effect.margin)
    assert max(*ratios, *(1 / ratio for ratio in ratios)) < 2
    assert median(ratios) == pytest.approx(1, abs=0.1)
