"""Exact propensities of Gaussian scores, and the normal distribution they stand on."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from riffler.bandits.normal import LEAST, log_distribution
from riffler.bandits.propensity import outcomes, propensities
from riffler.errors import InvalidInput

log_sds = st.floats(-4, 0)
means = st.floats(-2, 2) | st.sampled_from([0.0, 1e-4, -1e-4])
arms = st.lists(st.tuples(means, log_sds), min_size=1, max_size=12)


def of(scores: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Compute propensities of (mean, log10 of the deviation)."""
    table = np.array(scores, dtype=np.float64)
    return np.array(propensities(table[:, 0].tolist(), (10 ** table[:, 1]).tolist()))


def reference(scores: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Integrate by brute force: the midpoint rule on a sinh grid around every mean, with Python's own erfc."""
    table = np.array(scores, dtype=np.float64)
    mean, sd = table[:, :1], 10 ** table[:, 1:]
    points = np.unique(mean + sd * np.sinh(np.arange(-4000, 4001) / 1000))
    z = ((points[:-1] + points[1:]) / 2 - mean) / sd
    below = np.vectorize(math.erfc)(-z / math.sqrt(2)) / 2
    others = np.array([np.delete(below, arm, axis=0).prod(axis=0) for arm in range(len(scores))])
    mass: NDArray[np.float64] = (np.exp(-z * z / 2) / math.sqrt(2 * math.pi) / sd * others) @ np.diff(points)
    return mass


@given(arms)
def test_they_are_probabilities(scores: list[tuple[float, float]]) -> None:
    """Each lies in [0, 1], and they sum to 1."""
    chances = of(scores)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert abs(chances.sum() - 1) < 1e-12


@given(st.tuples(means, log_sds), st.tuples(means, log_sds))
@example((0.0, -2.0), (0.0, 0.0))
@example((1e-4, -4.0), (0.0, 0.0))
def test_two_arms_have_a_closed_form(one: tuple[float, float], other: tuple[float, float]) -> None:
    """Of two arms, the first wins with probability Phi((m1 - m2) / sqrt(s1^2 + s2^2)), at any ratio up to 1e4."""
    z = (one[0] - other[0]) / math.hypot(10 ** one[1], 10 ** other[1])
    assert of([one, other])[0] == pytest.approx(0.5 * math.erfc(-z / math.sqrt(2)), abs=1e-9)
    integrated = outcomes(np.array([one[0], other[0]]), np.array([10 ** one[1], 10 ** other[1]]))
    assert integrated.chances[0] == pytest.approx(0.5 * math.erfc(-z / math.sqrt(2)), abs=4e-8)


@pytest.mark.parametrize(
    "scores",
    [
        [(0.0, -4.0), (1e-4, -2.0), (-1e-4, 0.0), (0.0, -3.0)],
        [(0.0, 0.0), (0.0, 0.0), (2.0, -1.0)],
        [(0.1 * arm, -arm / 4) for arm in range(8)],
        [(0.3, -1.0)] * 4 + [(0.31, -3.0)] * 3,
    ],
    ids=["ratio 1e4", "ties", "ladder", "groups"],
)
def test_many_arms_agree_with_brute_force(scores: list[tuple[float, float]]) -> None:
    """Sums over 8,000 points an arm give the same, within what a midpoint rule can do."""
    assert of(scores) == pytest.approx(reference(scores), abs=5e-7)


@pytest.mark.parametrize("count", [1, 2, 7, 12])
@pytest.mark.parametrize("sd", [1e-300, 1e-4, 1.0])
def test_equal_arms_share_equally(count: int, sd: float) -> None:
    """K arms of one law have a chance of 1 / K each, whatever their deviation."""
    assert propensities(np.full(count, 0.7), np.full(count, sd)) == pytest.approx(np.full(count, 1 / count), abs=1e-9)


@given(arms, st.floats(-5, 5), st.floats(0.01, 100))
def test_shift_scale_and_order_do_not_matter(scores: list[tuple[float, float]], shift: float, scale: float) -> None:
    """Moving and stretching all scores changes nothing, and permuted arms have permuted chances."""
    table = np.array(scores, dtype=np.float64)
    order = np.random.default_rng(len(scores)).permutation(len(scores))
    means, sds = (table[order, 0] + shift) * scale, 10 ** table[order, 1] * scale
    moved = propensities(means.tolist(), sds.tolist())
    assert moved == pytest.approx(of(scores)[order], abs=1e-7)


def test_simulation_agrees() -> None:
    """400,000 draws agree within 5 standard errors for each of 5 arms: a false alarm in 1 of 350,000 seeds."""
    table = np.array([(0.5, 0.2), (0.6, 0.01), (0.4, 0.5), (0.6, 0.1), (-3.0, 0.001)])
    draws = np.random.default_rng(7).normal(table[:, 0], table[:, 1], (400_000, 5)).argmax(axis=1)
    counted = np.bincount(draws, minlength=5) / 400_000
    chances = np.array(propensities(table[:, 0].tolist(), table[:, 1].tolist()))
    assert (np.abs(counted - chances) <= 5 * np.sqrt(chances * (1 - chances) / 400_000)).all()


@pytest.mark.parametrize(
    ("means", "sds"),
    [
        ([], []),
        ([0.0], [1.0, 1.0]),
        ([math.nan], [1.0]),
        ([0.0], [math.inf]),
        ([0.0], [0.0]),
        ([0.0], [-1.0]),
        ([0.0, math.nan], [1.0, 1.0]),
        ([0.0, 0.0], [1.0, math.nan]),
        ([0.0, 0.0], [1.0, 1e301]),
        ([-math.inf, 0.0], [1.0, 1.0]),
    ],
)
def test_what_is_no_law_is_refused(means: list[float], sds: list[float]) -> None:
    """Scores need one finite mean and one deviation above zero each."""
    with pytest.raises(InvalidInput, match="propensities: expected"):
        propensities(means, sds)
    with pytest.raises(InvalidInput, match="propensities: expected"):
        outcomes(np.array(means), np.array(sds))


@given(st.lists(st.floats(LEAST, 12) | st.floats(LEAST, 1e15), min_size=1, max_size=20))
@example([LEAST, 9.0, 9.0 - 1e-12])
def test_the_distribution_agrees_with_erfc(z: list[float]) -> None:
    """The logarithm errs by less than 3e-11, and its slope, which is phi / Phi, by less than 4e-8."""
    found, slope = log_distribution(np.array(z))
    below = [0.5 * math.erfc(-value / math.sqrt(2)) for value in z]
    assert found == pytest.approx(np.log(below), abs=3e-11)
    density = [math.exp(-value * value / 2) / math.sqrt(2 * math.pi) for value in z]
    assert slope == pytest.approx(np.array(density) / below, abs=4e-8)


@given(means, log_sds, st.floats(7, 1e6))
def test_an_arm_out_of_reach_changes_nothing(mean: float, log_sd: float, distance: float) -> None:
    """An arm so far below that it never is the highest has a chance of 0, and leaves the others theirs."""
    sd = 10**log_sd
    best = [(mean, log_sd), (mean - sd / 3, log_sd), (mean + sd / 5, log_sd)]
    with_it = of([*best, (mean - 2.1 * distance * sd, log_sd)])
    assert with_it[3] == 0
    assert with_it[:3] == pytest.approx(of(best), abs=1e-12)


def test_scipy_is_not_needed() -> None:
    """The module imports NumPy and nothing of SciPy."""
    code = "import sys, riffler.bandits.propensity; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
