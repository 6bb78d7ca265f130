"""Riffler stands between an LLM app and its model. The public names are imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riffler.service.agent.rewarding import Against, Feedback, ToJudge
    from riffler.service.app import Riffler
    from riffler.service.client.io_async.client import AsyncClient
    from riffler.service.client.io_sync.client import Client
    from riffler.service.graphs import agent_graph
    from riffler.service.langchain_agents import RifflerMiddleware, riffler_tools
    from riffler.service.settings import Settings, read_settings
    from riffler.service.wrapping import wrap
    from riffler.tools.memory import WorkingMemory
    from riffler.tools.messages import Message

__all__ = [
    "Against",
    "AsyncClient",
    "Client",
    "Feedback",
    "Message",
    "Riffler",
    "RifflerMiddleware",
    "Settings",
    "ToJudge",
    "WorkingMemory",
    "agent_graph",
    "read_settings",
    "riffler_tools",
    "wrap",
]

_HOMES = {
    "Against": "riffler.service.agent.rewarding",
    "AsyncClient": "riffler.service.client.io_async.client",
    "Client": "riffler.service.client.io_sync.client",
    "Feedback": "riffler.service.agent.rewarding",
    "Message": "riffler.tools.messages",
    "Riffler": "riffler.service.app",
    "RifflerMiddleware": "riffler.service.langchain_agents",
    "Settings": "riffler.service.settings",
    "ToJudge": "riffler.service.agent.rewarding",
    "WorkingMemory": "riffler.tools.memory",
    "agent_graph": "riffler.service.graphs",
    "read_settings": "riffler.service.settings",
    "riffler_tools": "riffler.service.langchain_agents",
    "wrap": "riffler.service.wrapping",
}


def __getattr__(name: str) -> object:
    """Import a public name."""
    if name not in _HOMES:
        raise AttributeError(f"module 'riffler' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
