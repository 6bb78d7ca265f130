"""Engines are made from plain arguments, and what can't be made is said before anything is connected."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from riffler.errors import InvalidSetting
from riffler.service.inference.local_api import LocalApi, echo
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.registry import ENGINE_NAMES, build_engine
from riffler.service.inference.tokenizer import ModelTokens
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens


@pytest.mark.parametrize("key", ["sk-1", SecretStr("sk-1"), "", None])
async def test_openai_is_made_from_plain_arguments(key: str | SecretStr | None) -> None:
    """What is given reaches the server; an empty key is none."""
    request = EngineRequest((Message.user("hello"),), sampling=Sampling(max_tokens=5))
    async with LocalApi(echo) as api:
        engine = build_engine(
            "openai",
            model="asked",
            base_url=api.base_url,
            api_key=key,
            window_tokens=1234,
            max_tokens_field="max_completion_tokens",
        )
        assert (await complete(engine, request)).message.text == "hello"
        await engine.aclose()
        received = api.received[0]
    assert (engine.info.name, engine.info.model, engine.info.window_tokens) == ("openai", "asked", 1234)
    assert (received.body["model"], received.body["max_completion_tokens"]) == ("asked", 5)
    assert received.headers.get("authorization") == ("Bearer sk-1" if key else None)


@pytest.mark.parametrize(
    ("address", "field"), [(None, "max_completion_tokens"), ("http://127.0.0.1:9/v1", "max_tokens")]
)
def test_the_bound_of_completions_has_the_name_that_the_server_takes(address: str | None, field: str) -> None:
    """OpenAI's own server refuses `max_tokens` for some models; others know no other name."""
    engine = build_engine("openai", model="m", base_url=address, api_key="sk-1")
    assert isinstance(engine, OpenAIEngine)
    body = json.loads(engine._body(EngineRequest((Message.user("hello"),), sampling=Sampling(max_tokens=5))))
    assert body[field] == 5


@pytest.mark.parametrize(("tokenizer", "kind"), [(None, EstimatedTokens), ("some/name", ModelTokens)])
def test_the_tokenizer_is_the_models_when_named(tokenizer: str | None, kind: type) -> None:
    """A tokenizer that is named is used, and isn't loaded yet."""
    engine = build_engine("openai", model="m", base_url="http://127.0.0.1:9/v1", tokenizer=tokenizer)
    assert isinstance(engine.counter, kind)


async def test_a_tokenizer_that_is_not_there_shows_before_the_first_question(tmp_path: Path) -> None:
    """The engine isn't ready without the tokenizer that it is to count with; where and which one, the settings say."""
    name = str(tmp_path / "none")
    async with LocalApi(echo) as api:
        engine = build_engine(
            "openai", model="m", base_url=api.base_url, tokenizer=name, local_only=True, revision="v1"
        )
        with pytest.raises(InvalidSetting, match="tokenizer .*none': can't be loaded"):
            await engine.ready()
        await engine.aclose()
    assert repr(engine.counter) == f"ModelTokens({name!r}, local_only=True, revision='v1')"


@pytest.mark.parametrize("window_tokens", [None, 4321])
def test_the_reader_needs_nothing(window_tokens: int | None) -> None:
    """The reader is made from its name alone, and takes a window."""
    info = build_engine("reader", window_tokens=window_tokens).info
    assert (info.name, info.window_tokens) == ("reader", window_tokens or 8192)


@pytest.mark.parametrize("name", ["", "OpenAI", "scripted", "gpt"])
def test_an_unknown_name_names_the_choices(name: str) -> None:
    """The error lists what there is; the double for tests isn't among it."""
    with pytest.raises(InvalidSetting) as caught:
        build_engine(name)
    assert all(choice in str(caught.value) for choice in ENGINE_NAMES)
    assert ENGINE_NAMES == ("nano", "openai", "reader", "transformers")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"base_url": "http://127.0.0.1:9/v1"}, "model"),
        ({"model": "m"}, "base_url"),
        ({"model": "m", "base_url": "127.0.0.1"}, "base_url"),
        ({"model": "m", "base_url": "", "api_key": ""}, "base_url"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, Any], named: str) -> None:
    """A setting that the openai engine needs is asked for by its name."""
    with pytest.raises(InvalidSetting, match=named):
        build_engine("openai", **settings)


def test_importing_the_registry_is_light() -> None:
    """The command line may import it for its help."""
    heavy = {"openai", "httpx2", "starlette", "uvicorn", "transformers", "spacy", "langgraph", "torch"}
    code = f"import sys, riffler.service.inference.registry; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
