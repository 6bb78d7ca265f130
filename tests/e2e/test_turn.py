"""A question goes the whole way: a real Redis, a real graph, a scripted model."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from riffler.bandits.given import Given
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned
from riffler.errors import EngineUnavailable, InvalidReward, UnknownDecision, UnknownFragment, UnknownSession
from riffler.service.agent.learning import Learner
from riffler.service.agent.progress import Answer, Arrived, Rewriting, ToolStep
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.engine import Completion, EngineRequest, Usage
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import read_settings
from riffler.tools.messages import Message, ToolCall
from riffler.tools.view import view

TEXT = "".join(f"Room {number} is painted in colour {number * 7}.\n" for number in range(2000))
QUESTION = "Which colour has room 77?"


def searching(request: EngineRequest) -> Completion:
    """Search once, then say what the search found."""
    last = request.messages[-1]
    if last.role == "tool":
        message = Message.assistant(f"It says: {last.text.splitlines()[1]}")
        return Completion(message, "stop", Usage(1, 1), "double")
    call = ToolCall("call_1", "find_in_context", '{"queries": ["Room 77 "]}')
    return Completion(Message.assistant(None, [call]), "tool_calls", Usage(1, 1), "double")


@pytest.fixture
async def riffler(tmp_path: Path) -> AsyncIterator[Riffler]:
    """Riffler on a fresh data folder, with a model that searches."""
    settings = read_settings(data_folder=tmp_path)
    async with Riffler(settings, engine=ScriptedEngine(searching, window_tokens=8000), seed=1) as made:
        yield made


async def test_a_long_text_is_folded_searched_and_answered(riffler: Riffler) -> None:
    """A text far over the window is folded on arrival, found by a tool, and comes back whole from the store."""
    progress = [item async for item in riffler.stream(QUESTION, [TEXT])]
    answer = progress[-1]
    assert isinstance(answer, Answer)
    assert "colour 539" in answer.text
    assert answer.seen_tokens < 8000 < answer.conversation_tokens
    assert [type(item) for item in progress[:3]] == [Arrived, Rewriting, ToolStep]
    memory = await riffler.memory(answer.session)
    assert memory.messages[0].text == TEXT
    assert memory.version == answer.version
    assert QUESTION in view(memory).messages[1].text


async def test_a_reward_counts_once_and_the_posterior_equals_the_log(riffler: Riffler) -> None:
    """Of many rewards for a decision one counts, and the posterior is the one computed from the log."""
    answers = [await riffler.ask(QUESTION, [f"Room 77 is painted in colour {number}."]) for number in range(3)]
    for number, answer in enumerate(answers):
        same = [riffler.reward(answer.rewriting.decision, number / 2) for _ in range(5)]
        assert sorted(await asyncio.gather(*same)) == [False] * 4 + [True]
    assert riffler.rewriter is not None
    decision = (await riffler.decisions.decision("local", answers[0].rewriting.decision)).decision
    name = PolicyName("local", riffler.rewriter.key.digest(), len(decision.x))
    log = sorted(await riffler.decisions.log(name), key=lambda logged: logged.order)
    rows = [Rewarded(each.decision.arm, np.array(each.decision.x), each.reward or 0.0) for each in log]
    policy = AdaptiveThompson()
    kept, computed = await Learner(policy, riffler.decisions).state(name), learned(policy, name.dimension, rows)
    assert dict(kept.arms) == dict(computed.arms)
    assert np.array_equal(kept.fit.coefficients, computed.fit.coefficients)
    assert all(sum(logged.decision.propensities.values()) == pytest.approx(1) for logged in log)


async def test_what_is_unknown_is_refused(riffler: Riffler) -> None:
    """Unknown decisions, sessions, fragments and rewards that are none give clear errors, for other tenants too."""
    answer = await riffler.ask(QUESTION, [TEXT])
    with pytest.raises(UnknownDecision):
        await riffler.reward("d" + "0" * 20, 0.5)
    with pytest.raises(UnknownDecision):
        await riffler.decisions.reward("somebody else", answer.rewriting.decision, Given(0.5))
    with pytest.raises(UnknownSession):
        await riffler.sessions.load(SessionKey("somebody else", answer.session))
    with pytest.raises(InvalidReward):
        await riffler.reward(answer.rewriting.decision, float("nan"))
    with pytest.raises(UnknownFragment, match="this session has f00001 to"):
        await riffler.call(answer.session, "fold_fragment", '{"fragment_id": "fffff0"}')


async def test_a_failed_turn_leaves_nothing(tmp_path: Path) -> None:
    """When the engine fails, the session that the call made is gone with its decision; in a session, it is void."""

    def failing(request: EngineRequest) -> Completion:
        raise EngineUnavailable("engine double: down")

    async with Riffler(read_settings(data_folder=tmp_path), engine=ScriptedEngine(failing), seed=1) as riffler:

        async def decision_of_failed(session: str | None) -> str:
            progress = riffler.stream(QUESTION, ["Some text."], session=session)
            while not isinstance(item := await anext(progress), Rewriting):
                pass
            with pytest.raises(EngineUnavailable):
                await anext(progress)
            return item.decision

        gone = await decision_of_failed(None)
        with pytest.raises(UnknownDecision):
            await riffler.reward(gone, 1.0)
        assert not (await riffler.sessions.sessions("local")).sessions
        await riffler.edits.create("local", "kept")
        kept = await decision_of_failed("kept")
        assert (await riffler.decisions.decision("local", kept)).state == "void"
        assert not await riffler.reward(kept, 1.0)
        assert (await riffler.memory("kept")).version == 0


async def test_a_second_turn_goes_on(riffler: Riffler) -> None:
    """A session can be asked again, and the tools can be called by hand and undone."""
    first = await riffler.ask(QUESTION, [TEXT])
    second = await riffler.ask("And which colour has room 77 now?", session=first.session)
    assert second.version > first.version
    memory = await riffler.memory(first.session)
    hidden = [id_ for id_, fragment in memory.fragments.items() if fragment.hidden]
    assert "restored" in await riffler.call(first.session, "restore_fragment", f'{{"fragment_id": "{hidden[0]}"}}')
