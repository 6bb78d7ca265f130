"""Examples of what is told of policies: a reader who adds up finds what is said."""

import json
import math
from typing import Any

import numpy as np
import pytest

from riffler.bandits.mean_reward import MeanReward
from riffler.service.http.policy_examples import ARMS, DRAW, LOG, REGRET, STATUS, VALUE

NEAR = 0.0011
"""Figures have three digits."""


def total(rows: list[dict[str, Any]], name: str) -> float:
    """Add up."""
    return math.fsum(row[name] for row in rows)


def test_counts_and_shares_add_up() -> None:
    """Decisions by state, arm, source and reason are all decisions; shares and propensities are 1."""
    status: dict[str, Any] = STATUS
    arms, policy = status["arms"], status["policy"]
    assert status["open"] + status["rewarded"] + status["void"] == status["looked_at"] == policy["decisions"]
    assert policy["rewards"] == status["rewarded"] == sum(status["sources"].values()) == status["reward"]["count"]
    assert total(arms, "drawn") == status["looked_at"] == status["selected"] == status["ends"][-1]
    assert len(status["ends"]) == len(arms[0]["shares"])
    for name in ("share", "recent_share", "recent_propensity"):
        assert total(arms, name) == pytest.approx(1, abs=NEAR)
    for arm in arms:
        assert arm["drawn"] <= arm["offered"]
        assert arm["share"] == pytest.approx(arm["drawn"] / status["looked_at"], abs=NEAR)
        assert arm["share"] == pytest.approx(math.fsum(arm["shares"]) / len(arm["shares"]), abs=NEAR)
        assert status["health"]["effective_arms"][arm["arm"]] <= arm["reward"]["count"]
    assert total(arms, "unexecuted") == sum(status["reasons"].values()) == status["unexecuted"] * status["looked_at"]


def test_means_are_those_of_their_parts() -> None:
    """The mean reward is that of arms, of stretches and of what was predicted; intervals are those of a mean."""
    status: dict[str, Any] = STATUS
    told = [arm["reward"] for arm in status["arms"]]
    mean = math.fsum(each["mean"] * each["count"] for each in told) / total(told, "count")
    calibration = status["health"]["calibration"]
    bins = calibration["bins"]
    assert status["reward"]["mean"] == pytest.approx(mean, abs=NEAR)
    assert math.fsum(status["rewards"]) / len(status["rewards"]) == pytest.approx(mean, abs=NEAR)
    assert math.fsum(each["came"] * each["count"] for each in bins) / calibration["count"] == pytest.approx(
        mean, abs=NEAR
    )
    error = math.fsum(abs(each["came"] - each["predicted"]) * each["count"] for each in bins) / total(bins, "count")
    assert calibration["error"] == pytest.approx(error, abs=NEAR)
    for each in (status["reward"], *told):
        wins = round(each["mean"] * each["count"])
        interval = MeanReward.of([1.0] * wins + [0.0] * (each["count"] - wins))
        assert interval is not None
        assert (each["low"], each["high"]) == pytest.approx((interval.low, interval.high), abs=NEAR)


def test_effects_regret_and_values_add_up() -> None:
    """Effects of two arms are opposite, a difference is one, and a regret is against arms that are listed."""
    arms: dict[str, Any] = ARMS
    regret: dict[str, Any] = REGRET
    value: dict[str, Any] = VALUE
    for effects in (arms["overall"], arms["effects"]):
        assert total(effects, "mean") == 0
    assert arms["expected_wrong"] == pytest.approx(total(arms["effects"], "wrong_sign"))
    measured, estimated, other = regret["audited"], regret["estimated"], value["other"]
    best = measured["against"][measured["best_static"]]
    assert (
        best["mean"]
        == measured["against_best_static"]["mean"]
        == max(each["mean"] for each in measured["against"].values())
    )
    assert measured["against_best_static"]["high"] == max(each["high"] for each in measured["against"].values())
    assert sum(measured["judges"].values()) == measured["audits"]
    last = {name: values[-1] for name, values in estimated["course"]["best_static"]["summed"].items()}
    assert last == {"mean": estimated["total"], "low": estimated["low"], "high": estimated["high"]}
    for found, scale in ((estimated, 1), (measured, regret["selected"])):
        course = found["course"]
        assert course["points"][-1] == course["ends"][-1] == regret["selected"] == regret["looked_at"]
        whole = {"best_of_each": found["against_best_of_each"], "best_static": found.get("against_best_static")}
        for name, interval in whole.items():
            for part, value in (interval or {}).items():
                assert course[name]["summed"][part][-1] == pytest.approx(scale * value)
        lengths = np.diff(course["ends"], prepend=0)
        for line in course["against"].values():
            lost = math.fsum(line["apart"]["mean"] * lengths) / course["per"]
            assert lost == pytest.approx(line["summed"]["mean"][-1], abs=0.2)
        for line in (course["best_static"], course["best_of_each"], *course["against"].values()):
            for band in line.values():
                assert all(
                    low <= high and (mean is None or low <= mean <= high)
                    for mean, low, high in zip(band["mean"], band["low"], band["high"], strict=True)
                )
    assert f" of {measured['audits']} decisions that were run on all arms " in regret["true"]["reason"]
    assert estimated["rewards"] == STATUS["rewarded"]
    assert regret["from_ms"] == STATUS["from_ms"] <= STATUS["policy"]["last_ms"]  # type: ignore[index]
    assert other["difference"]["value"] == pytest.approx(other["doubly_robust"]["value"] - other["logged"]["value"])
    assert (other["rows"], other["earned"]) == (STATUS["rewarded"], STATUS["reward"]["mean"])  # type: ignore[index]


def test_the_draw_is_that_of_the_log() -> None:
    """An explained draw's propensities are 1, its contributions are its scores, and the log has the same decision."""
    draw: dict[str, Any] = DRAW
    assert total(draw["arms"], "propensity") == pytest.approx(1)
    for arm in draw["arms"]:
        assert total(arm["contributions"], "mean") == pytest.approx(arm["mean"])
        assert {each["feature"]: each["x"] for each in arm["contributions"]} == draw["x"]
    logged = json.loads(LOG.splitlines()[1])
    assert logged["propensities"] == {arm["arm"]: arm["propensity"] for arm in draw["arms"]}
    for name in ("reward", "source", "parts", "unexecuted", "at_ms", "arm"):
        assert logged[name] == draw[name]
