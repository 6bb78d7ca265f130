"""Effects of features and arms: what they say, and how often they are wrong."""

import math

import numpy as np
import pytest
from tests.bandits.insight.worlds import ARMS, entry, played, world

from riffler.bandits.insight.effects import OVERALL, Effect, effects
from riffler.bandits.policies.adaptive import AdaptiveThompson


def test_what_a_feature_says_is_found() -> None:
    """Where `a` earns .3 more with a feature than others do, that is first of the list, clear and about as large."""
    truth = np.array([[0.4, 0.0, 0.0], [0.4, 0.3, 0.0], [0.4, 0.0, 0.0]])
    log = played(AdaptiveThompson(), truth, 300, np.random.default_rng(1), noise=0.1)
    found = effects(log, ["bias", "negation", "other"])
    first = found.features[0]
    assert (first.arm, first.feature, first.clear) == ("a", "negation", True)
    assert first.interval[0] < 0.2 < first.interval[1]
    assert str(first).startswith("negation favours a by 0.")
    assert found.arms[0].feature == OVERALL
    assert found.expected_wrong == pytest.approx(sum(each.wrong_sign for each in found.features if each.clear))
    assert first.rewards == sum(each.arm == "a" and each.x[1] != 0 for each in log)
    strength = [abs(each.mean) / each.deviation for each in found.features]
    assert strength == sorted(strength, reverse=True)
    for name in ("bias", "negation", "other"):
        assert math.fsum(each.mean for each in found.features if each.feature == name) == pytest.approx(0, abs=1e-9)


def test_an_effect_in_words_and_chances() -> None:
    """A negative one disfavours; the odds of the other sign are the Gaussian tail."""
    effect = Effect("simplify", "negation", -0.04, 0.02, 0.0392, 9)
    assert str(effect) == "negation disfavours simplify by 0.040 +- 0.039"
    assert effect.clear
    assert effect.wrong_sign == pytest.approx(0.02275, abs=1e-5)
    assert not Effect("simplify", "negation", 0.01, 0.02, 0.0392, 9).clear


def test_one_arm_has_nothing_to_be_compared_with() -> None:
    """Fewer than two rewarded arms have no effects; a third that never was rewarded doesn't count."""
    x = np.array([1.0, 0.0])
    assert effects([entry("a", x, 0.5)], ["bias", "f"]).features == ()
    both = effects([entry("a", x, 0.5), entry("b", x, 1.0), entry("none", x, None)], ["bias", "f"])
    assert {each.arm for each in both.features} == {"a", "b"} == set(ARMS) - {"none"}


@pytest.mark.parametrize(("slope", "least"), [(0.06, 0.93), (0.0, 0.98)])
def test_intervals_cover_in_logs_of_a_bandit(slope: float, least: float) -> None:
    """Of 12 worlds that the default policy played, 95 % intervals cover at least this share of true effects.

    Where features say something and where they say nothing. With these seeds it is 95.7 % and 99.7 %.
    """
    inside, wrong, names = [], 0, [str(number) for number in range(9)]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        truth = world(rng, 9, slope)
        log = played(AdaptiveThompson(), truth, 200, rng)
        arms = sorted({each.arm for each in log}, key=ARMS.index)
        centre = truth[[ARMS.index(arm) for arm in arms]].mean(axis=0)
        for each in effects(log, names).features:
            true = (truth[ARMS.index(each.arm)] - centre)[int(each.feature)]
            inside.append(each.interval[0] <= true <= each.interval[1])
            wrong += each.clear and each.mean * true < 0
    assert np.mean(inside) >= least
    assert wrong <= 1
