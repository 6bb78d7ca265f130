"""Whether a service's memory stays flat: what its processes hold, sampled, and a verdict on the samples. Linux only."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
SHORTEST_S = 120.0
"""A shorter run says nothing of memory: caches, pools and the allocator are still filling."""
MOST_GROWTH, MOST_MIB = 0.03, 8.0
"""What still counts as flat, from the end of the warm-up to the end: a share, or this much where that is less."""


@dataclass(frozen=True)
class Sample:
    """What was seen at one time.

    Attributes:
        at_s: Time since the beginning.
        service_mib: Resident memory of the service's process.
        store_mib: Resident memory of its children: the embedded server.
    """

    at_s: float
    service_mib: float
    store_mib: float


def sample(pid: int, at_s: float) -> Sample:
    """Look at a service.

    Args:
        pid: Its process.
        at_s: Time since the beginning.

    Returns:
        The sample.
    """
    return Sample(at_s, _resident(pid), sum(map(_resident, _children(pid))))


def verdict(samples: Sequence[Sample]) -> tuple[bool, str]:
    """Tell whether memory stayed flat: the last quarter beside the second one, by their medians.

    Args:
        samples: All, in order. The first quarter is the warm-up.

    Returns:
        Whether it did, and in words. A run that is too short counts as flat, and the words say so.
    """
    if not samples or samples[-1].at_s < SHORTEST_S:
        return True, f"memory: not judged, the run is shorter than {SHORTEST_S:g} s"
    flat, told = True, []
    for name in ("service", "store"):
        seen = [(each.at_s / samples[-1].at_s, float(getattr(each, f"{name}_mib"))) for each in samples]
        early = statistics.median(mib for at, mib in seen if 0.25 <= at < 0.5)
        late = statistics.median(mib for at, mib in seen if at >= 0.75)
        grown = late - early
        flat = flat and grown <= max(MOST_MIB, MOST_GROWTH * early)
        told.append(f"{name} {early:.1f} to {late:.1f} MiB ({grown:+.1f})")
    return flat, f"memory {'flat' if flat else 'GROWS'}: {', '.join(told)}"


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / MIB
    return 0.0


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text("ascii").split()
    ]
