"""Where a turn's time went inside a Riffler, and how often it called the model: from its own metrics."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
from prometheus_client.parser import text_string_to_metric_families

_PART, _CALL = "riffler_turn_part_seconds", "riffler_engine_call_seconds"


async def counted(port: int) -> dict[str, float]:
    """Read what a Riffler counted so far.

    Args:
        port: Its port.

    Returns:
        Seconds by `part of a turn`, with `calls` and `turns`.
    """
    async with httpx2.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    found = {"calls": 0.0, "turns": 0.0}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{_PART}_total":
                found[sample.labels["part"]] = sample.value
            elif sample.name == f"{_CALL}_count":
                found["calls"] += sample.value
            elif sample.name == "riffler_turns_total":
                found["turns"] += sample.value
    return found


def a_turn(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Give what a turn took between two looks, on average.

    Args:
        before: What `counted` gave.
        after: The same, later.

    Returns:
        Calls of the model, and milliseconds by part; empty where there was no turn.
    """
    spent = {name: after[name] - before.get(name, 0.0) for name in after}
    turns = spent.pop("turns")
    calls = spent.pop("calls")
    if not turns:
        return {}
    return {"calls": calls / turns, **{part: 1000 * seconds / turns for part, seconds in spent.items()}}
