"""The time of each part of a turn."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from riffler.service.agent.state import TurnState


def timed(
    name: str, node: Callable[[TurnState], Awaitable[TurnState]]
) -> Callable[[TurnState], Awaitable[dict[str, Any]]]:
    """Make a node also note its time.

    Args:
        name: Under which name.
        node: The node.

    Returns:
        The node, whose result has `times_ms` with the time of all its runs added up.
    """

    async def run(state: TurnState) -> dict[str, Any]:
        start = time.perf_counter()
        change: dict[str, Any] = dict(await node(state))
        spent = (time.perf_counter() - start) * 1000
        times = state.get("times_ms", {})
        change["times_ms"] = {**times, name: times.get(name, 0.0) + spent}
        return change

    return run
