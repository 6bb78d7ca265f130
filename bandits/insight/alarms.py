"""Where the default policy's watch (`drift`) said that the world had changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from riffler.bandits.insight.entry import Entry, rewarded
from riffler.bandits.policies.adaptive import AdaptiveThompson

_DEFAULT: Final = AdaptiveThompson()


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm.

    Attributes:
        position: The place in the log, from 0, of the decision whose reward raised it.
        at_ms: When that decision was made, in milliseconds since 1970.
        began: The place of the decision since which rewards surprised: the best guess of when the change was.
    """

    position: int
    at_ms: int
    began: int


def alarms(entries: Iterable[Entry], policy: AdaptiveThompson = _DEFAULT) -> tuple[Alarm, ...]:
    """Learn the log as the policy did, and look where its watch raised an alarm. 10,000 rewards take a second or two.

    Args:
        entries: The log, in the order in which the rewards counted.
        policy: Who learns.

    Returns:
        The alarms, in order.
    """
    state, found, places = None, [], list[int]()
    for place, entry, row in rewarded(entries):
        before = state or policy.start(row.x.size)
        state = policy.learn(before, row)
        places.append(place)
        if state.watch.alarms > before.watch.alarms:
            surprising = len(before.watch.since) + 1
            found.append(Alarm(place, entry.at_ms, places[-surprising]))
    return tuple(found)
