"""From settings to the tools on offer and the room that a view has."""

from __future__ import annotations

from riffler.service.agent.room import Room
from riffler.service.ports.engine import Engine
from riffler.service.settings import Settings
from riffler.tools.registry import PROFILES, Registry


def room_of(settings: Settings, engine: Engine) -> Room:
    """Make what the settings say.

    Args:
        settings: They.
        engine: Runs the model: one that can't word a text anew can't summarise, and isn't offered the tool.

    Returns:
        The room.
    """
    able = engine.info.can_rewrite
    offered = [tool for tool in PROFILES[settings.tools] if tool.order is None or able]
    return Room(
        engine,
        Registry(offered),
        settings.completion_tokens,
        settings.tools == "riffler",
        settings.cache_read_price,
        settings.cache_write_price,
    )
