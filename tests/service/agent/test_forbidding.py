"""Arms that a query's asker rules out: none of them is drawn, and the log says what could be."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.arms import ARMS
from riffler.errors import InvalidInput
from riffler.service.agent.forbidding import FORBIDDABLE, forbidden
from riffler.service.agent.progress import Answer
from riffler.service.agent.turns import asked
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, ToolCall

QUESTION = "Hello! Could you please tell me when the harbour was built? Thanks a lot!"
Make = Callable[..., Riffler]


@pytest.fixture
async def make(server_folder: Path) -> AsyncIterator[Make]:
    """Makes Rifflers whose model says yes, attached to the server that all tests share."""
    made: list[Riffler] = []

    def riffler(**settings: object) -> Riffler:
        values = read_settings(data_folder=server_folder, rewrites_by="rule", **settings)
        made.append(Riffler(values, engine=ScriptedEngine(lambda _: "Yes."), seed=1))
        return made[-1]

    yield riffler
    for one in made:
        await one.aclose()


@given(st.lists(st.sampled_from(FORBIDDABLE)))
def test_all_arms_but_none_can_be_forbidden(names: list[str]) -> None:
    """Whichever, also twice; `none` is always left."""
    assert forbidden(names) == set(names)
    assert set(ARMS) - set(FORBIDDABLE) == {"none"}


@pytest.mark.parametrize("name", ["none", "", "Reread", "x" * 1000, "\ud800"])
def test_other_names_are_refused(name: str) -> None:
    """What came is told with what was expected, and briefly."""
    with pytest.raises(InvalidInput, match="without: expected names of arms, of reread, ") as refused:
        forbidden(["reread", name])
    assert ascii(name[:40])[:-1] in str(refused.value)
    assert len(str(refused.value)) < 250
    assert ("`none` can't be forbidden" in str(refused.value)) == (name == "none")


async def test_the_log_says_what_could_be_drawn(make: Make) -> None:
    """Forbidden arms have no propensity, those of the others sum to 1, and that is what is logged."""
    riffler = make()
    free = (await riffler.ask(QUESTION)).rewriting
    held = (await riffler.ask(QUESTION, without=["reread", "clarify"])).rewriting
    assert {"none", "reread", "simplify"} < set(free.propensities)
    assert set(held.propensities) == set(free.propensities) - {"reread"}
    assert sum(held.propensities.values()) == pytest.approx(1)
    logged = (await riffler.decisions.decision(riffler.tenant, held.decision)).decision
    assert (logged.allowed, logged.propensities) == (tuple(held.propensities), held.propensities)


@pytest.mark.parametrize(
    "settings",
    [
        {"policy": "fixed:reread"},
        {"policy": "exp3", "policy_floor": 0.05},
        {"policy": "tsallis-inf"},
        {"policy": "lin-ucb", "safety_margin": 0.1},
        {"policy": "information-directed"},
    ],
)
async def test_every_policy_keeps_to_it(make: Make, settings: dict[str, object]) -> None:
    """Whatever draws, also with a floor or a safety rule; with all else out it is `none`."""
    riffler = make(**settings)
    for without in (["reread"], FORBIDDABLE):
        rewriting = (await riffler.ask(QUESTION, without=without)).rewriting
        assert not set(rewriting.propensities) & set(without)
        assert rewriting.decision
    assert rewriting.propensities == {"none": 1.0}


async def test_a_tool_s_result_keeps_the_decision(make: Make) -> None:
    """A request that goes on with a turn is decided already: what it forbids comes too late."""
    riffler = make(policy="fixed:reread")
    first = await riffler.ask(QUESTION)
    messages = [Message.assistant(None, [ToolCall("call_9", "weather", "{}")]), Message.tool("call_9", "rain")]
    items = [item async for item in riffler.turns.stream(riffler.tenant, messages, first.session, without=["reread"])]
    assert isinstance(items[-1], Answer)
    assert items[-1].rewriting == first.rewriting
    assert first.rewriting.executed == "reread"


async def test_a_refused_name_comes_before_all_else(make: Make) -> None:
    """No session is made for it, and it is refused also where nothing is rewritten."""
    riffler = make(rewriting=False)
    with pytest.raises(InvalidInput, match="without"):
        await anext(riffler.turns.stream(riffler.tenant, asked(QUESTION), "no-such-session", without=["bogus"]))
    assert (await riffler.ask(QUESTION, without=["reread"])).text == "Yes."
