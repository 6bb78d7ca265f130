"""The server behind an engine, for who passes requests on as they came."""

from __future__ import annotations

from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.wrapping import WrappingEngine
from riffler.service.ports.engine import Engine, Relay


def relay_of(engine: Engine) -> Relay | None:
    """Find the server of OpenAI's API behind an engine.

    Args:
        engine: Any engine, also one around others.

    Returns:
        What passes requests on to it; None where the model runs in this process.
    """
    while True:
        match engine:
            case OpenAIEngine():
                return engine
            case WrappingEngine(inner=inner):
                engine = inner
            case _:
                return None
