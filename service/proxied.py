"""The proxy of a `Riffler`, wired: the service answers by it, and so does each way in that needs no server."""

from __future__ import annotations

from riffler.service.app import Riffler
from riffler.service.inference.relaying import relay_of
from riffler.service.integrations.openai_proxy.proxy import Proxy
from riffler.service.integrations.openai_proxy.recognising import Sessions


def proxy_of(riffler: Riffler) -> Proxy:
    """Wire what answers OpenAI's chat API.

    Args:
        riffler: The library's face.

    Returns:
        The proxy.
    """
    turns, tools = riffler.turns, riffler.room.offered.schemas()
    idle = not (tools or riffler.rewriter or turns.agent.parts.fitting)
    sessions = Sessions(riffler.sessions, riffler.decisions, riffler.conversations, riffler.unnamed_ttl_s)
    names = frozenset(schema["function"]["name"] for schema in tools)
    engine = riffler.room.engine  # whose completions have an end
    return Proxy(turns, sessions, engine, names, relay_of(engine), idle=idle)
