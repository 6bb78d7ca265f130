"""Completions are bounded where the caller doesn't say how long they may be."""

import pytest

from riffler.service.inference.bounded import BoundedEngine
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message


@pytest.mark.parametrize(
    ("window", "setting", "asked", "sent"),
    [
        (8192, None, None, 1024),
        (2000, None, None, 500),
        (32_768, None, None, 4096),
        (131_072, None, None, 8192),
        (8192, 3000, None, 3000),
        (8192, 3000, 7, 7),
        (8192, None, 5000, 5000),
    ],
)
async def test_the_bound_is_sent_where_the_caller_gives_none(
    window: int, setting: int | None, asked: int | None, sent: int
) -> None:
    """The setting, or a share of the window, is what the engine is asked for; all else of the request stays."""
    inner = ScriptedEngine(["Nine."], window_tokens=window)
    request = EngineRequest((Message.user("deep?"),), sampling=Sampling(temperature=0.5, max_tokens=asked))
    await complete(BoundedEngine(inner, setting), request)
    assert inner.requests == [
        EngineRequest(request.messages, sampling=Sampling(temperature=0.5, max_tokens=sent)),
    ]
