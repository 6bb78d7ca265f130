"""What calls cost under a cache's prices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.evaluation.metered import MeteredEngine, Spent, kept_share
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.engine import Completion, EngineRequest, Sampling, Usage, complete
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices
from riffler.tools.registry import PAPER
from riffler.tools.tokens import EstimatedTokens

TOOLS = tuple(tool.schema() for tool in PAPER)
TEXTS = st.lists(st.text("abcdef ", min_size=1, max_size=60), min_size=1, max_size=5)


def request(*texts: str, tools: tuple[dict[str, object], ...] = ()) -> EngineRequest:
    """A request of user messages."""
    return EngineRequest(tuple(Message.user(text) for text in texts), tools)


def reported(prompt: int, completion: int) -> Completion:
    """A completion with a usage that the engine reports."""
    return Completion(Message.assistant("Yes."), "stop", Usage(prompt, completion), "m")


async def test_a_common_beginning_is_read_and_the_rest_written() -> None:
    """First all is written; then what was there before is read at its price, and only what is new is written."""
    engine = MeteredEngine(ScriptedEngine([reported(1000, 5), reported(2000, 7)]), CachePrices(0.1, 1.25))
    await complete(engine, request("word " * 400))
    await complete(engine, request("word " * 400, "word " * 400))
    assert engine.take() == Spent(2, 3000, 1000 * 1.25 + 1000 * 0.1 + 1000 * 1.25, 12)
    assert engine.take() == Spent()


async def test_an_account_begins_afresh() -> None:
    """Nothing of a session before is in the cache of the next one."""
    engine = MeteredEngine(ScriptedEngine([reported(1000, 5), reported(1000, 5)]), CachePrices(0.1, 1.25))
    for _ in range(2):
        await complete(engine, request("word " * 400))
        assert engine.take().billed_tokens == 1250


async def test_a_summary_breaks_nothing() -> None:
    """A call without tools between two with them begins afresh, and the later one finds the earlier one's beginning."""
    engine = MeteredEngine(ScriptedEngine([reported(1000, 1)] * 3), CachePrices(0.1, 1.25))
    await complete(engine, request("word " * 400, tools=TOOLS))
    await complete(engine, request("another text"))
    await complete(engine, request("word " * 400, tools=TOOLS))
    assert engine.take().billed_tokens == 1250 + 1250 + 100


async def test_the_temperature_is_asked_for_where_none_is() -> None:
    """A call that says its own temperature keeps it."""
    inner = ScriptedEngine(["Yes.", "No.", "Yes."])
    engine = MeteredEngine(inner, CachePrices(), 0.0)
    await complete(engine, request("one"))
    await complete(engine, EngineRequest((Message.user("two"),), sampling=Sampling(temperature=0.7)))
    await complete(MeteredEngine(inner, CachePrices()), request("three"))
    assert [one.sampling.temperature for one in inner.requests] == [0.0, 0.7, None]


@given(TEXTS, TEXTS)
def test_the_share_is_one_for_the_same_and_falls_with_the_first_difference(one: list[str], other: list[str]) -> None:
    """It lies in [0, 1]; the same request has all of itself; what follows the first difference doesn't matter."""
    counter = EstimatedTokens()
    before, now = request(*one), request(*other)
    assert kept_share(None, now, counter) == 0
    assert kept_share(now, now, counter) == 1
    share = kept_share(before, now, counter)
    assert 0 <= share <= 1
    assert (share == 1) == (one[: len(other)] == other)
    longer = kept_share(request(*one, "more"), request("X", *one[1:], "more"), counter)
    assert longer == pytest.approx(kept_share(request(*one), request("X", *one[1:], "more"), counter))
