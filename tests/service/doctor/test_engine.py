"""The checks of the engine, on a real local server that speaks OpenAI's API, and on none."""

import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.service.nano_model import save_random_model

from riffler.service.agent.health.finding import Result
from riffler.service.doctor.checks import device, engine, model_list, speed, tool_calls
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import ToolCall

CHECKS = (model_list.CHECK, engine.CHECK, tool_calls.CHECK, speed.CHECK)
Examined = Callable[..., Awaitable[dict[str, Result]]]
SEARCH = ToolCall("c1", "find_in_context", '{"queries": ["harbour"]}')
KEY = "sk-secret-0123456789"


def able(request: EngineRequest) -> str | ToolCall:
    """Call a tool where there is one, and count else."""
    return SEARCH if request.tools else "one, two, three, four, five, six"


def levels(results: dict[str, Result]) -> dict[str, list[str]]:
    """Give the levels of each check."""
    return {name: [finding.level for finding in result.findings] for name, result in results.items()}


def words(result: Result) -> str:
    """Give all that a check said."""
    return " ".join(f"{finding.found} {finding.mend}" for finding in result.findings)


def told(api: LocalApi, **more: Any) -> dict[str, Any]:
    """Give the settings for a server."""
    return {"engine": "openai", "model": "local", "base_url": api.base_url, "api_key": KEY, **more}


async def test_a_server_that_works(examined: Examined) -> None:
    """The model is listed, speaks, calls a tool, and its speed is measured."""
    async with LocalApi(able, window_tokens=40_000) as api:
        results = await examined(*CHECKS, **told(api))
    assert levels(results) == {check.name: ["ok"] for check in CHECKS}
    assert results["model list"].findings[0].measured == {"server_window_tokens": 40_000}
    assert float(results["speed"].findings[0].measured["first_token_ms"]) > 0
    assert float(results["speed"].findings[0].measured["tokens_per_s"]) > 0
    assert "find_in_context" in words(results["tool calls"])


async def test_quick_leaves_out_what_takes_long(examined: Examined) -> None:
    """With `quick` the model is asked once only."""
    async with LocalApi(able) as api:
        results = await examined(*CHECKS, quick=True, **told(api))
        assert len(api.received) == 1
    assert (levels(results)["speed"], levels(results)["tool calls"]) == (["skip"], ["skip"])


@pytest.mark.parametrize(
    ("model", "window", "level", "said"),
    [
        ("other", None, "warn", "doesn't list 'other', but local"),
        ("local", 4096, "fail", "Set RIFFLER_WINDOW_TOKENS to 4096"),
        ("local", None, "ok", "lists 'local'"),
    ],
)
async def test_the_model_and_its_window_are_compared(
    examined: Examined, model: str, window: int | None, level: str, said: str
) -> None:
    """A model that isn't listed is a warning, a window that is smaller there than here a failure."""
    async with LocalApi(able, window_tokens=window) as api:
        results = await examined(model_list.CHECK, **told(api, model=model))
    assert levels(results)["model list"] == [level]
    assert said in words(results["model list"])


async def test_a_wrong_key(examined: Examined) -> None:
    """A key that is refused is a failure with the server's words, without the key; what needs the engine is skipped."""
    refusal = Fault("status", 401, f"Incorrect API key provided: {KEY}")
    async with LocalApi(able, faults=[refusal]) as api:
        results = await examined(*CHECKS, **told(api))
    assert levels(results) == {"model list": ["ok"], "engine": ["fail"], "tool calls": ["skip"], "speed": ["skip"]}
    assert "status 401" in words(results["engine"])
    assert "RIFFLER_API_KEY" in words(results["engine"])
    assert KEY not in str(results)


async def test_a_dead_port(examined: Examined) -> None:
    """Nobody at the address is a failure that says what to correct."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        results = await examined(*CHECKS, engine="openai", model="m", base_url=url)
    assert levels(results) == {"model list": ["fail"], "engine": ["fail"], "tool calls": ["skip"], "speed": ["skip"]}
    assert "RIFFLER_BASE_URL" in words(results["engine"])


async def test_a_server_that_refuses_tools(examined: Examined) -> None:
    """A server that takes no tools, as vLLM without its flags, is a failure that names the flags."""
    refusal = Fault("status", 400, "auto tool choice requires a parser")
    async with LocalApi(able, faults=[None, refusal]) as api:
        results = await examined(*CHECKS, **told(api))
    assert levels(results)["tool calls"] == ["fail"]
    assert "--enable-auto-tool-choice" in words(results["tool calls"])
    assert levels(results)["speed"] == ["ok"]


async def test_a_model_that_calls_no_tool(examined: Examined) -> None:
    """A model that answers in words is a warning: Riffler works, but the model carves nothing."""
    async with LocalApi(lambda _: "I would rather not.") as api:
        results = await examined(*CHECKS, **told(api))
    assert levels(results)["tool calls"] == ["warn"]


async def test_a_model_that_says_nothing(examined: Examined) -> None:
    """An empty answer is a warning."""
    async with LocalApi(lambda _: "") as api:
        results = await examined(engine.CHECK, **told(api))
    assert levels(results)["engine"] == ["warn"]


async def test_without_usage_the_speed_is_about(examined: Examined) -> None:
    """A server that reports no usage gets a speed by estimate, and it says so."""
    async with LocalApi(able, faults=[Fault("no_usage")]) as api:
        results = await examined(speed.CHECK, **told(api))
    assert levels(results)["speed"] == ["ok"]
    assert "about" in words(results["speed"])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "abacus"}, "abacus"),
        ({"engine": "openai", "base_url": "http://127.0.0.1:9/v1"}, "model"),
        ({"engine": "openai", "model": "m"}, "base_url"),
    ],
)
async def test_an_engine_that_cannot_be_made(examined: Examined, settings: dict[str, str], said: str) -> None:
    """An engine whose settings aren't possible is a failure with the text of the setting."""
    results = await examined(engine.CHECK, **settings)
    assert levels(results)["engine"] == ["fail"]
    assert said in words(results["engine"])


async def test_the_reader_is_told_for_what_it_is(examined: Examined) -> None:
    """The engine without a model answers, says that no model spoke, and isn't measured."""
    results = await examined(*CHECKS)
    assert levels(results) == {"model list": ["skip"], "engine": ["ok"], "tool calls": ["skip"], "speed": ["skip"]}
    assert "no language model" in words(results["engine"])


async def test_nano_is_loaded_and_says_a_token(examined: Examined, tmp_path: Path) -> None:
    """A model of one's own, by its folder: it speaks, its speed is measured, and what it runs on needs no torch."""
    model = save_random_model(tmp_path / "miniature")
    results = await examined(*CHECKS, device.CHECK, engine="nano", model=str(model))
    assert levels(results)["model list"] == ["skip"]
    assert levels(results)["engine"] == ["ok"]
    assert "nano with 'miniature', window 2048 tokens" in words(results["engine"])
    assert levels(results)["tool calls"] != ["skip"]
    assert levels(results)["speed"] == ["ok"]
    assert "onnxruntime" in words(results["device"])


async def test_nano_without_its_model_says_what_to_do(examined: Examined, tmp_path: Path) -> None:
    """A folder that has none is told by what is missing."""
    results = await examined(engine.CHECK, engine="nano", model=str(tmp_path))
    assert levels(results)["engine"] == ["fail"]
    assert "engine nano" in words(results["engine"])


async def test_the_device_is_looked_at_when_asked(examined: Examined) -> None:
    """Torch is looked at only where a local model runs or somebody asks."""
    assert levels(await examined(device.CHECK))["device"] == ["skip"]
    results = await examined(device.CHECK, device=True)
    assert results["device"].findings[0].measured["device"]


async def test_the_tool_is_one_that_is_offered(examined: Examined) -> None:
    """The check offers the tools that the settings name; none on offer is nothing to check."""
    asked: list[EngineRequest] = []

    def noting(request: EngineRequest) -> str | ToolCall:
        asked.append(request)
        return able(request)

    async with LocalApi(noting) as api:
        await examined(tool_calls.CHECK, tools="paper", **told(api))
        results = await examined(tool_calls.CHECK, tools="none", **told(api))
    assert asked[0].tools[0]["function"]["name"] == "fragment_context"
    assert "search_context" in asked[0].messages[0].text
    assert levels(results) == {"tool calls": ["skip"]}
    assert len(asked) == 1
