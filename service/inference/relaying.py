"""The server behind an engine, for who passes requests on as they came."""

from __future__ import annotations

from riffler.service.inference.observed import ObservedEngine, ObservedRelay
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Engine, Relay


def relay_of(engine: Engine) -> Relay | None:
    """Find the server of OpenAI's API behind an engine.

    Args:
        engine: Any engine, also one around others.

    Returns:
        What passes requests on to it, and tells whoever is told of the engine's calls; None where the model runs in
        this process.
    """
    match engine:
        case OpenAIEngine():
            return engine
        case ObservedEngine(inner=inner, observer=observer):
            relay = relay_of(inner)
            return None if relay is None else ObservedRelay(relay, observer)
        case WrappingEngine(inner=inner):
            return relay_of(inner)
        case _:
            return None
