"""A policy's replays on measured rewards, and what they say of its gain."""

from typing import Any

import numpy as np
import pytest

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.fixed import Fixed
from riffler.service.evaluation.gains import AT_RANDOM, BEST_OF_EACH, POLICY, by_quarter, earned, gains
from riffler.service.evaluation.replay import Measured, mean_of, measured, replay
from riffler.service.evaluation.results_file import Record
from riffler.service.evaluation.reworded import OFFERED, VECTOR

ARMS = ("none", "reread", "expand")


def world(documents: int = 60, gain: float = 0.4) -> Measured:
    """Questions of two wordings: `expand` has no work on plain ones, and earns so much more on the others."""
    bad = np.arange(2 * documents) % 2 == 1
    rewards = np.full((2 * documents, 3), 0.5)
    rewards[bad, 2] += gain
    offered = np.ones((2 * documents, 3), dtype=np.bool_)
    offered[~bad, 2] = False
    x = np.stack([np.ones(2 * documents), bad.astype(float)], axis=1)
    return Measured(ARMS, x, rewards, offered, np.arange(2 * documents) // 2, tuple(np.where(bad, "bad", "plain")))


def test_a_replay_is_exact_from_its_seed() -> None:
    """The same seed gives the same order and draws, another one others; only offered arms are drawn."""
    found = world()
    first, again, other = (replay(found, AdaptiveThompson(), (1, number)) for number in (0, 0, 1))
    assert (first.order == again.order).all()
    assert (first.drawn == again.drawn).all()
    assert (first.order != other.order).any()
    assert (first.drawn != other.drawn).any()
    assert sorted(first.order) == [*range(120)]
    assert found.offered[np.arange(120), first.drawn].all()


def test_a_policy_learns_what_helps() -> None:
    """Where an arm earns 0.4 more on half of the questions, most of that is gained in the last quarter."""
    found = world(documents=200)
    ways = [replay(found, AdaptiveThompson(), (2, number)) for number in range(3)]
    rows = {row["profile"]: row for row in gains(found, ways)}
    assert rows["expand"]["over_none"] == pytest.approx(0.2)
    assert 0.1 < rows[POLICY]["over_none"] <= 0.2
    assert rows[POLICY]["over_none"] < by_quarter(found, ways)[-1][0] <= 0.26
    assert rows["none"]["policy_over_interval"][0] > 0


def test_where_nothing_is_to_be_gained_nothing_is() -> None:
    """Arms that earn alike: the policy's gain is 0, and so are both ends of its interval."""
    found = world(gain=0.0)
    rows = gains(found, [replay(found, AdaptiveThompson(), (1, 0))])
    assert {(row["over_none"], *row["over_none_interval"]) for row in rows} == {(0, 0, 0)}


def test_rows_say_what_was_measured() -> None:
    """A fixed policy earns what its arm does where that is offered; chance and luck are worked out of all rewards."""
    found = world()
    ways = [replay(found, Fixed("expand"), (1, number)) for number in range(2)]
    rows = {row["profile"]: row for row in gains(found, ways)}
    assert [*rows] == [POLICY, *ARMS, AT_RANDOM, BEST_OF_EACH]
    assert rows[POLICY]["reward"] == rows["expand"]["reward"] == rows[BEST_OF_EACH]["reward"] == pytest.approx(0.7)
    assert rows["expand"]["policy_over"] == 0
    assert rows[AT_RANDOM]["over_none"] == pytest.approx(0.4 / 3 / 2, abs=1e-6)
    assert {arm: rows[arm]["drawn"] for arm in ARMS} == {"none": 0.5, "reread": 0.0, "expand": 0.5}
    assert (rows[POLICY]["questions"], rows[POLICY]["documents"], rows[POLICY]["replays"]) == (120, 60, 2)
    assert gains(found, []) == []
    assert earned(found, ways) == pytest.approx(found.of("expand"))


def record(session: int, wording: str, arm: str, score: float, **more: Any) -> Record:
    """A record, as far as it is read here."""
    return {"session": session, "wording": wording, "profile": arm, "score": score, **more}


def test_only_whole_questions_are_measured() -> None:
    """In the order of documents and wordings; one that lacks an arm, or whose plain asking failed, is left out."""
    seen: dict[str, Any] = {OFFERED: ["none", "reread"], VECTOR: [1.0, 0.0]}
    records = [
        *(record(1, "plain", arm, score) for arm, score in (("reread", 0.25), ("expand", 0.5))),
        record(1, "plain", "none", 0.5, **seen),
        *(record(0, "plain", arm, 1.0, **(seen if arm == "none" else {})) for arm in ARMS),
        *(record(0, "bad", arm, 0.0) for arm in ARMS),
        *(record(2, "plain", arm, 0.0, **seen) for arm in ARMS[:2]),
    ]
    found = measured(records, ARMS)
    assert found.wordings == ("plain", "plain")
    assert [*found.documents] == [0, 1]
    assert found.rewards.tolist() == [[1.0, 1.0, 1.0], [0.5, 0.25, 0.5]]
    assert found.offered.tolist() == [[True, True, False]] * 2
    assert found.x.tolist() == [[1.0, 0.0]] * 2


def test_an_interval_is_over_documents() -> None:
    """Six copies of each question make it no narrower; over many samples it has the mean nineteen times of twenty.

    Of 400 samples, 372 to 391 have it by the binomial distribution, but for one run in a hundred; the seed is fixed.
    """
    rng = np.random.default_rng(5)
    values = rng.random(40)
    once = mean_of(values, np.arange(40))
    assert mean_of(np.repeat(values, 6), np.repeat(np.arange(40), 6)) == pytest.approx(once)
    assert once[1] < once[0] < once[2]
    inside = 0
    for _ in range(400):
        _, low, high = mean_of(rng.random(60), np.arange(60))
        inside += low <= 0.5 <= high
    assert 368 <= inside <= 392
    assert mean_of(np.array([0.5]), np.array([0])) == (0.5, -np.inf, np.inf)
