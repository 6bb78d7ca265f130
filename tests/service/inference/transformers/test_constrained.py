"""Calls that are constrained: by rows, beside others, whatever the device."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import EngineGarbled
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message
from riffler.tools.registry import PROFILES, Registry

TOOLS = tuple(
    tool
    for tool in Registry(PROFILES["paper"]).schemas()
    if tool["function"]["name"] in {"fold_fragment", "restore_fragment"}
)


def calling(text: str, **sampling: Any) -> EngineRequest:
    """Require a call."""
    sampled = Sampling(max_tokens=400, **sampling)
    return EngineRequest((Message.user(text),), TOOLS, "required", sampled)


@pytest.fixture
async def constrained(random_folder: Path) -> AsyncIterator[TransformersEngine]:
    """The engine with a random model, which by itself calls nothing."""
    made = TransformersEngine(str(random_folder), device="cpu", constrained=True)
    yield made
    await made.aclose()


@pytest.mark.parametrize("sampling", [{}, {"temperature": 3.0, "seed": 1}, {"temperature": 3.0, "seed": 2}])
async def test_even_a_random_model_calls_as_the_schema_says(
    constrained: TransformersEngine, sampling: dict[str, float]
) -> None:
    """A whole call of a tool on offer, with an id of the view; drawn as well as greedily."""
    answer = await complete(constrained, calling("The harbour f00001 and the lighthouse f0000a.", **sampling))
    assert answer.message.tool_calls
    for call in answer.message.tool_calls:
        assert call.name in {"fold_fragment", "restore_fragment"}
        assert json.loads(call.arguments)["fragment_id"] in {"f00001", "f0000a"}


async def test_a_model_is_unconstrained_unless_it_is_asked_for(engine: TransformersEngine) -> None:
    """So that what the test before shows is the constraint's doing."""
    with pytest.raises(EngineGarbled, match="required"):
        await complete(engine, calling("f00001"))


async def test_rows_beside_each_other_keep_to_their_own_constraint(constrained: TransformersEngine) -> None:
    """Each says what it says alone; an id of one view is none of another, and who calls nothing is free."""
    free = EngineRequest((Message.user("How deep is the harbour?"),), sampling=Sampling(max_tokens=40))
    requests = [calling("f00001"), free, calling("harbour f00002"), replace(free, tools=TOOLS, tool_choice="none")]
    alone = [await complete(constrained, request) for request in requests]
    together = await asyncio.gather(*(complete(constrained, request) for request in requests))
    assert [each.message for each in together] == [each.message for each in alone]
    ids = [{json.loads(call.arguments)["fragment_id"] for call in each.message.tool_calls} for each in together]
    assert ids == [{"f00001"}, set(), {"f00002"}, set()]


async def test_a_model_whose_calls_cannot_be_constrained_runs_without(
    tiny: Any, make_tokenizer: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so, once, when it is loaded."""
    tokenizer = make_tokenizer("mistral", ["harbour"])
    tiny.save(tiny.make_model(len(tokenizer)), tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu", constrained=True)
    await complete(engine, EngineRequest((Message.user("deep"),), sampling=Sampling(max_tokens=2)))
    await engine.aclose()
    assert sum("constraint_off" in record.getMessage() for record in caplog.records) == 1
