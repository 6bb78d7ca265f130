"""The settings: what the arms give, round by round, drawn before anybody plays.

A setting and a seed give a `Table`: contexts, expected rewards and rewards of every arm in every round. All policies
see the same table, so their regrets are paired. Rewards lie in [0, 1], as real ones do: where a setting names a noise,
an arm's reward is a Beta variable of that standard deviation around its expected value (at the ends of [0, 1], where
no variable can deviate so far, it deviates less). So expected rewards stay linear; clipped Gaussian noise bends them.

Knows nothing of any policy. Shapes: T rounds, K arms, d values of a context, the first of which is the bias.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS, DIMENSION, ARMS = 1050, 18, 6
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """What a setting gives with one seed.

    Attributes:
        contexts: float64 (T, d).
        expected: Expected reward of each arm in each round, float64 (T, K).
        rewards: What each arm would give, float64 (T, K), in [0, 1].
        delay: Rounds from a choice to its reward; 0 is at once.
    """

    contexts: Array
    expected: Array
    rewards: Array
    delay: int = 0

    @property
    def arms(self) -> int:
        """K."""
        return int(self.rewards.shape[1])

    @property
    def digest(self) -> str:
        """Tell this table from any other: rows are kept under it, and every interpreter must have drawn the same."""
        whole = hashlib.sha256(str(self.delay).encode())
        for part in (self.contexts, self.expected, self.rewards):
            whole.update(part.tobytes())
        return whole.hexdigest()[:12]


Setting = Callable[[int], Table]
SETTINGS: dict[str, Setting] = {}


def setting(make: Callable[[np.random.Generator], Table]) -> Setting:
    """Enter a function into the table of settings, as one of a seed.

    Settings share the seed's generator, so those that draw alike (`linear_1` to `linear_3`) differ in their noise only.
    """

    def of(seed: int) -> Table:
        return make(np.random.default_rng([seed, 2508]))

    SETTINGS[make.__name__] = of
    return of


@setting
def linear_1(rng: np.random.Generator) -> Table:
    """Linear rewards, noise .1."""
    return _linear(rng, 0.1)


@setting
def linear_2(rng: np.random.Generator) -> Table:
    """Linear rewards, noise .2."""
    return _linear(rng, 0.2)


@setting
def linear_3(rng: np.random.Generator) -> Table:
    """Linear rewards, noise .3."""
    return _linear(rng, 0.3)


@setting
def paper(rng: np.random.Generator) -> Table:
    """Small effects under noise .4. Arms differ as much by themselves as by context; which is best the seed decides."""
    contexts = draw_contexts(rng)
    return _noisy(rng, contexts, contexts @ _small_effects(rng).T, 0.4)


@setting
def delay(rng: np.random.Generator) -> Table:
    """As `linear_2`, but each reward comes 100 rounds late."""
    at_once = _linear(rng, 0.2)
    return Table(at_once.contexts, at_once.expected, at_once.rewards, delay=100)


@setting
def change(rng: np.random.Generator) -> Table:
    """As `linear_2`, but halfway all coefficients are drawn anew."""
    contexts = draw_contexts(rng)
    before, after = contexts @ draw_effects(rng).T, contexts @ draw_effects(rng).T
    expected = np.where((np.arange(ROUNDS) < ROUNDS // 2)[:, None], before, after)
    return _noisy(rng, contexts, expected, 0.2)


@setting
def shared(rng: np.random.Generator) -> Table:
    """The arms have most of their coefficients in common: what is learned of one tells of the others."""
    contexts = draw_contexts(rng)
    coefficients = draw_effects(rng, spread=0.04)
    coefficients[:, 1:] += rng.normal(0, 0.1, DIMENSION - 1)
    return _noisy(rng, contexts, contexts @ coefficients.T, 0.2)


@setting
def interactions(rng: np.random.Generator) -> Table:
    """As `linear_2`, and eight products of two features for each arm, which no linear policy can see."""
    contexts = draw_contexts(rng)
    expected = contexts @ draw_effects(rng).T
    first, second = rng.integers(1, DIMENSION, (2, ARMS, 8))
    sizes = rng.normal(0, 0.12, (ARMS, 8))
    for arm in range(ARMS):
        expected[:, arm] += (contexts[:, first[arm]] * contexts[:, second[arm]]) @ sizes[arm]
    return _noisy(rng, contexts, expected, 0.2)


@setting
def bimodal(rng: np.random.Generator) -> Table:
    """The real reward: 0.6 judge (0 or 1) + 0.3 fuzzy + 0.1 BLEU; a right answer also reads more like the reference.

    The chance of a right answer is linear in the context, with the small effects of `paper`.
    """
    contexts = draw_contexts(rng)
    return right_or_wrong(rng, contexts, _small_effects(rng))


@setting
def many(rng: np.random.Generator) -> Table:
    """As `linear_2`, with 20 arms."""
    return _linear(rng, 0.2, arms=20)


def right_or_wrong(rng: np.random.Generator, contexts: Array, effects: Array) -> Table:
    """Draw the real reward, whose chance of a right answer is linear in the context.

    Args:
        rng: Source of the draws.
        contexts: float64 (T, d).
        effects: Each arm's coefficients, float64 (K, d).

    Returns:
        The table.
    """
    right = np.clip(_centred(contexts @ effects.T) + 0.1, 0.02, 0.98)
    judge = rng.random(right.shape) < right
    rewards: Array = 0.6 * judge.astype(np.float64)
    expected: Array = 0.6 * right
    for weight, if_right, if_wrong, sd in ((0.3, 0.85, 0.35, 0.12), (0.1, 0.7, 0.2, 0.15)):
        part: Array = np.clip(np.where(judge, if_right, if_wrong) + rng.normal(0, sd, right.shape), 0, 1)
        rewards += weight * part
        means = _clipped_mean(if_right, sd), _clipped_mean(if_wrong, sd)
        expected += weight * (right * means[0] + (1 - right) * means[1])
    return Table(contexts, expected, rewards)


def _linear(rng: np.random.Generator, noise: float, arms: int = ARMS) -> Table:
    contexts = draw_contexts(rng)
    return _noisy(rng, contexts, contexts @ draw_effects(rng, arms).T, noise)


def draw_contexts(rng: np.random.Generator) -> Array:
    """Draw binary features, each with a frequency of its own from .1 to .6, beside the bias: (T, d)."""
    frequencies = rng.uniform(0.1, 0.6, DIMENSION - 1)
    features = rng.random((ROUNDS, DIMENSION - 1)) < frequencies
    return np.column_stack((np.ones(ROUNDS), features)).astype(np.float64)


def draw_effects(rng: np.random.Generator, arms: int = ARMS, spread: float = 0.07, own: float = 0.05) -> Array:
    """Draw coefficients (K, d): `own` is the deviation of the arms' biases, `spread` that of all others."""
    return np.column_stack((rng.normal(0, own, arms), rng.normal(0, spread, (arms, DIMENSION - 1))))


def _small_effects(rng: np.random.Generator) -> Array:
    return draw_effects(rng, spread=0.03, own=0.06)


def _centred(values: Array) -> Array:
    centred: Array = 0.5 + values - values.mean()
    return centred


def _noisy(rng: np.random.Generator, contexts: Array, values: Array, noise: float) -> Table:
    """Centre expected rewards on .5, and draw rewards around them."""
    expected: Array = np.clip(_centred(values), 0.005, 0.995)
    widest = expected * (1 - expected)  # the variance of a coin: no reward in [0, 1] has more
    weight = widest / np.minimum(noise**2, 0.9 * widest) - 1
    return Table(contexts, expected, rng.beta(expected * weight, (1 - expected) * weight))


def _clipped_mean(mean: float, sd: float) -> float:
    """Give the mean of a Gaussian variable clipped to [0, 1]."""

    def below(edge: float) -> float:
        """The integral of the distribution function up to `edge`."""
        z = (edge - mean) / sd
        return sd * (z * math.erfc(-z / math.sqrt(2)) / 2 + math.exp(-z * z / 2) / math.sqrt(2 * math.pi))

    return 1.0 - (below(1.0) - below(0.0))
