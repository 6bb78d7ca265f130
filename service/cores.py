"""How many cores this process has."""

from __future__ import annotations

import os


def own_cores() -> int:
    """Count the cores that this process may run on.

    Returns:
        How many; all of the machine's where the system can't tell, as macOS.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
