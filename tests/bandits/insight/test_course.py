"""The course of regret: the same sums whether up to a point or stretch by stretch, estimated, audited and true."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.bandits.insight.worlds import ARMS, entry, logs, played, world

from riffler.bandits.insight.audited_course import audited_course
from riffler.bandits.insight.audited_regret import Audit, AuditedRegret, audited_regret
from riffler.bandits.insight.course import Band, Course, lengths_of, points_of, stretches_of
from riffler.bandits.insight.entry import Unavailable
from riffler.bandits.insight.estimated_regret import EstimatedRegret, estimated_regret
from riffler.bandits.insight.true_course import true_course
from riffler.bandits.policies.thompson import LinearThompson
from riffler.bandits.regret import true_regret
from riffler.errors import InvalidInput

rewards = st.fixed_dictionaries({arm: st.floats(0, 1) for arm in ARMS})
rounds = st.lists(st.tuples(rewards, st.sampled_from(ARMS)), min_size=1, max_size=320)


def bands(course: Course) -> list[Band]:
    """Give all figures of a course."""
    lines = [*course.against.values(), course.best_static, course.best_of_each]
    return [band for line in lines for band in (line.summed, line.apart)]


@given(st.integers(1, 25_000))
@example(1)
@example(199)
@example(200)
@example(249)
@example(250)
def test_stretches_are_a_hundred_decisions_or_a_tenth_of_a_short_log(count: int) -> None:
    """All but the last have the same length, that one from half to one and a half times it; together they are all."""
    per, ends = stretches_of(count)
    lengths = lengths_of(ends)
    assert per == (100 if count >= 200 else math.ceil(count / 10))
    assert (lengths[:-1] == per).all()
    assert per / 2 <= lengths[-1] < 1.5 * per
    assert lengths.sum() == ends[-1] == count
    points = points_of(count, 24)
    assert len(points) == min(24, count)
    assert (points[0] if count <= 24 else 1, points[-1]) == (1, count)


@settings(max_examples=30)
@given(rounds)
def test_a_true_course_sums_up_what_was_lost(of: list[tuple[dict[str, float], str]]) -> None:
    """Each figure, recomputed from the rounds by itself; there are no intervals, since nothing is uncertain."""
    course = true_course(true_regret(of))
    starts = course.ends - lengths_of(course.ends)
    for arm in ARMS:
        lost = [row[arm] - row[drawn] for row, drawn in of]
        line = course.against[arm]
        assert line.summed.mean == pytest.approx([math.fsum(lost[:point]) for point in course.points], abs=1e-9)
        parts = [lost[start:end] for start, end in zip(starts, course.ends, strict=True)]
        assert line.apart.mean == pytest.approx([math.fsum(x) / len(x) * course.per for x in parts], abs=1e-9)
    oracle = [max(row.values()) - row[drawn] for row, drawn in of]
    assert course.best_of_each.summed.mean == pytest.approx(
        [math.fsum(oracle[:point]) for point in course.points], abs=1e-9
    )
    best = np.max([course.against[arm].summed.mean for arm in ARMS], axis=0)
    assert course.best_static.summed.mean == pytest.approx(best)
    assert all(band.low is None and band.high is None for band in bands(course))


@settings(deadline=None, max_examples=15)
@given(rounds.filter(lambda of: len(of) <= 60), st.data())
def test_an_audited_course_ends_at_the_audited_regret(
    of: list[tuple[dict[str, float], str]], data: st.DataObject
) -> None:
    """Summed over the log it is what `audited_regret` gives for a decision; parts without an audit say nothing."""
    places = data.draw(st.sets(st.integers(0, len(of) - 1), min_size=1))
    share = data.draw(st.sampled_from([0.1, 1.0]))
    audits = {place: Audit(of[place][0], of[place][1], share) for place in places}
    course, whole = audited_course(audits, len(of)), audited_regret([audits[place] for place in sorted(places)])
    assert isinstance(whole, AuditedRegret)
    last = {arm: line.summed for arm, line in course.against.items()}
    told = [*((last[arm], whole.against[arm]) for arm in ARMS)]
    told += [(course.best_static.summed, whole.against_best_static)]
    told += [(course.best_of_each.summed, whole.against_best_of_each)]
    for band, interval in told:
        assert band.low is not None
        assert band.high is not None
        found = np.array([band.mean[-1], band.low[-1], band.high[-1]]) / len(of)
        assert found == pytest.approx([interval.mean, interval.low, interval.high], abs=1e-5)
    starts = course.ends - lengths_of(course.ends)
    for number, (start, end) in enumerate(zip(starts, course.ends, strict=True)):
        seen = [audits[place] for place in range(start, end) if place in audits]
        for arm in ARMS:
            apart = course.against[arm].apart
            assert apart.low is not None
            assert apart.high is not None
            if not seen:
                assert math.isnan(apart.mean[number])
                assert (apart.low[number], apart.high[number]) == (-course.per, course.per)
                continue
            mean = math.fsum(each.rewards[arm] - each.rewards[each.arm] for each in seen) / len(seen)
            assert apart.mean[number] == pytest.approx(mean * course.per, abs=1e-9)
            assert apart.low[number] <= apart.mean[number] + 1e-9 <= apart.high[number] + 2e-9
            if len(seen) == 1:
                assert apart.high[number] - apart.low[number] > course.per / 2, "one audit says little"


def test_audits_have_places_in_the_log() -> None:
    """None at all, and one outside the log, are refused."""
    audit = Audit({"a": 0.5}, "a", 1.0)
    for audits in ({}, {-1: audit}, {0: audit, 3: audit}):
        with pytest.raises(InvalidInput, match="at places from 0 to 2"):
            audited_course(audits, 3)


@settings(deadline=None, max_examples=5)
@given(logs.filter(lambda log: any(each.reward is not None for each in log)))
def test_an_estimated_course_adds_up(log: list) -> None:  # type: ignore[type-arg] # of entries
    """Means of stretches add up to that of the log, every figure lies in its interval, and kinds agree at the end."""
    found = estimated_regret(log, np.random.default_rng(1), draws=40)
    assert isinstance(found, EstimatedRegret)
    course = found.course
    lengths = lengths_of(course.ends)
    for line in (*course.against.values(), course.best_of_each):
        assert (line.apart.mean * lengths / course.per).sum() == pytest.approx(line.summed.mean[-1], abs=1e-9)
    for band in bands(course):
        assert band.low is not None
        assert band.high is not None
        assert (band.low <= band.high + 1e-9).all()
    assert course.best_static.summed.mean[-1] == course.against[found.best_static].summed.mean[-1]
    assert course.best_static.apart is course.against[found.best_static].apart


def test_intervals_of_stretches_come_from_the_draws_themselves() -> None:
    """They are no differences of the curve's ends: what is unknown of an arm moves all stretches alike.

    So of two alike each has the same wide interval, and one that draws an arm alone can't have lost against it.
    """
    x = np.ones(1)
    mixed = [entry(arm, x, reward) for arm, reward in (("a", 0.3), ("none", 0.5))] * 100
    own = [entry("a", x, 0.3)] * 200
    found = estimated_regret([*mixed, *own], np.random.default_rng(1), draws=200)
    assert isinstance(found, EstimatedRegret)
    against = found.course.against["a"]
    assert against.apart.low is not None
    assert against.apart.high is not None
    width = against.apart.high - against.apart.low
    assert width[:2] == pytest.approx([width[0]] * 2)
    assert width[0] > 0.3
    assert width[2:] == pytest.approx([0, 0], abs=1e-9)
    assert against.apart.mean[2:] == pytest.approx([0, 0], abs=1e-9)


def test_a_selection_is_estimated_from_the_whole_log() -> None:
    """Each decision's loss is the same in the whole and in a part: two parts add up, whatever they were learned from.

    What a part alone would teach is another thing: that of few rewards differs.
    """
    rng = np.random.default_rng(3)
    log = played(LinearThompson(), world(rng, 4, 0.2), 120, rng)
    parts = [[each for each in log if (each.x[1] > 0) == present] for present in (False, True)]
    whole, *some = [estimated_regret(log, np.random.default_rng(5), of=of, draws=100) for of in (log, *parts)]
    assert isinstance(whole, EstimatedRegret)
    for arm in ARMS:
        ends = [each.course.against[arm].summed.mean[-1] for each in some if isinstance(each, EstimatedRegret)]
        assert sum(ends) == pytest.approx(whole.course.against[arm].summed.mean[-1])
    empty = estimated_regret(log, np.random.default_rng(5), of=[])
    assert empty == Unavailable("no decision is selected")
    bare = [replace(each, reward=None) for each in log]
    assert isinstance(estimated_regret(bare, np.random.default_rng(5), of=bare[:2]), Unavailable)
