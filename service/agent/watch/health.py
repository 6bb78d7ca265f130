"""Can a log be trusted? Are rewards what was expected, has the world changed, and how much do rewards weigh?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from riffler.bandits.insight.alarms import alarms
from riffler.bandits.insight.calibration import Calibration, calibration
from riffler.bandits.insight.effective import effective_sizes
from riffler.bandits.insight.entry import Unavailable
from riffler.service.agent.watch.entries import entries, in_order_of_rewards
from riffler.service.ports.decisions import LoggedDecision


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """Rewards lay further from what was expected than chance explains: the world seems to have changed.

    Attributes:
        decision: The decision whose reward raised the alarm.
        at_ms: When that was made, in milliseconds since 1970.
        began: The decision since whose reward it was so.
        began_ms: When that was made.
    """

    decision: str
    at_ms: int
    began: str
    began_ms: int


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rewards whose predictions were alike.

    Attributes:
        count: How many.
        predicted: The mean of what was expected.
        came: The mean of the rewards.
        band: How far apart these are by chance, at most, in 19 of 20 logs.
        enough: Whether there are enough rewards for mean and band to say anything.
    """

    count: int
    predicted: float
    came: float
    band: float
    enough: bool


@dataclass(frozen=True, slots=True)
class CalibrationCoverage:
    """Rewards inside their predicted intervals.

    Attributes:
        level: The share that should be inside.
        share: The share that was.
        plausible: Whether chance explains the difference.
        enough: Whether there are enough rewards for the share to say anything.
    """

    level: float
    share: float
    plausible: bool
    enough: bool


@dataclass(frozen=True, slots=True)
class CalibrationShown:
    """How rewards and what was expected of them agree: each was predicted from those before it.

    Attributes:
        count: How many rewards.
        error: Expected calibration error.
        error_by_chance: Right predictions have a smaller one in 19 of 20 logs.
        bins: By what was expected.
        coverages: By level.
        kind: Says how the figures were come by.
    """

    count: int
    error: float
    error_by_chance: float
    bins: tuple[CalibrationBin, ...]
    coverages: tuple[CalibrationCoverage, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Health:
    """What is to be thought of a log.

    Attributes:
        effective: How many rewards of equal weight the log is worth, in estimates that weigh by propensity.
        effective_arms: The same for what each arm would earn if it were always drawn.
        alarms: Where the default policy would have said that the world had changed, had it learned these decisions and
            no older ones, whatever policy drew.
        calibration: Whether rewards are what was expected.
    """

    effective: float
    effective_arms: Mapping[str, float]
    alarms: tuple[DriftAlarm, ...]
    calibration: CalibrationShown | Unavailable


def health_of(rows: Sequence[LoggedDecision]) -> Health:
    """Look at a log. 10,000 rewards take some seconds.

    Args:
        rows: Its decisions, or the newest of them.

    Returns:
        What is to be thought of it.
    """
    rewarded = in_order_of_rewards(rows)
    log = entries(rewarded)
    sizes = effective_sizes(log)
    found = calibration(log)
    raised = [(rewarded[each.position], rewarded[each.began]) for each in alarms(log)]
    return Health(
        sizes.overall.effective,
        {arm: size.effective for arm, size in sizes.arms.items()},
        tuple(DriftAlarm(at.decision.id, at.at_ms, began.decision.id, began.at_ms) for at, began in raised),
        _shown(found) if isinstance(found, Calibration) else found,
    )


def _shown(found: Calibration) -> CalibrationShown:
    return CalibrationShown(
        found.count,
        found.error,
        found.error_by_chance,
        tuple(CalibrationBin(each.count, each.predicted, each.came, each.band, each.enough) for each in found.bins),
        tuple(
            CalibrationCoverage(level, each.share, each.plausible, each.enough)
            for level, each in found.coverages.items()
        ),
        found.kind,
    )
