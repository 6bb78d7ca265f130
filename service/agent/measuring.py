"""What counts the tokens of a session that is only looked at. That needs no model: the past can be seen without one."""

from __future__ import annotations

from collections.abc import Callable

from riffler.errors import EngineFailed, InvalidSetting
from riffler.service.agent.room import Measure, Room
from riffler.service.logs import get_logger
from riffler.tools.tokens import EstimatedTokens

_LOG = get_logger("measuring")


def measure_in(room: Callable[[], Room]) -> Measure:
    """Give what counts, and the room of views.

    Args:
        room: Makes the room, of the engine that counts.

    Returns:
        The engine's counter, and the room of its views. Where the engine can't be had, an estimate that says so,
        without a room: nothing is known of the window.
    """
    try:
        made = room()
        counter = made.engine.counter
        counter.count("a")  # the first count loads the tokenizer, if there is one to load
        return Measure(counter, made.sight(counter))
    except (InvalidSetting, EngineFailed) as exc:
        _LOG.warning("tokens are estimated", error=type(exc).__name__, why=exc.loggable)
        return Measure(EstimatedTokens(), None, f"tokens are estimated, and a view's status is the short line: {exc}")
