"""The model that ships: found in its folder, or told to be missing; small, whole, and the same on both engines."""

import json
import shutil
from pathlib import Path

import pytest

from riffler.errors import InvalidSetting
from riffler.service.inference.nano import NanoEngine, shipped
from riffler.service.inference.nano.shipped import FOLDER, shipped_model
from riffler.service.inference.registry import build_engine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message
from riffler.tools.registry import RIFFLER, Registry

ASK = EngineRequest((Message.user("Vorn"),), sampling=Sampling(max_tokens=2))


@pytest.mark.parametrize("name", ["model.onnx", "model.safetensors"])
def test_a_model_that_does_not_ship_is_told_with_what_to_do(folder: Path, tmp_path: Path, name: str) -> None:
    """What is missing, that another one can be named, and how one is trained."""
    copy = shutil.copytree(folder, tmp_path / "model")
    (copy / name).unlink()
    with pytest.raises(InvalidSetting, match=f"no {name}.*name a folder.*riffler.service.training.nano"):
        shipped_model(copy)


def test_other_weights_have_another_name(folder: Path, tmp_path: Path) -> None:
    """So that what a policy learned of a model isn't taken for what it knows of the next; the same ones keep theirs."""
    copy = shutil.copytree(folder, tmp_path / "model")
    named = shipped_model(copy).name
    assert named == shipped_model(folder).name
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert shipped_model(copy).name != named


async def test_the_engine_without_a_model_runs_the_one_that_ships(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs no setting; a window that is given is heeded."""
    monkeypatch.setattr(shipped.shipped_model, "__defaults__", (folder,))
    engine = build_engine("nano", window_tokens=1000)
    info = engine.info
    assert (info.name, info.model, info.window_tokens) == ("nano", shipped_model(folder).name, 1000)
    assert (await complete(engine, ASK)).model == info.model
    await engine.aclose()


async def test_a_folder_of_ones_own_is_named_by_it(folder: Path) -> None:
    """A model that is asked for by its folder."""
    engine = build_engine("nano", model=str(folder))
    assert (engine.info.name, engine.info.model, engine.info.window_tokens) == ("nano", folder.name, 2048)
    assert (await complete(engine, ASK)).model == folder.name
    await engine.aclose()


@pytest.mark.parametrize("model", ["Qwen/Qwen3-8B", "no-such-folder"])
def test_a_name_on_the_hub_is_no_folder(model: str) -> None:
    """A setting that is left from another engine is told at once."""
    with pytest.raises(InvalidSetting, match=f"model: expected a folder.*{model}"):
        build_engine("nano", model=model)


def test_what_ships_is_small_and_whole() -> None:
    """At most 16 MB, with a card and what transformers wants, and a window of 8K tokens."""
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sum(files.values()) <= 16_000_000
    assert {"README.md", "config.json", "tokenizer.json", "chat_template.jinja"} <= {*files}
    assert json.loads((FOLDER / "config.json").read_text("utf-8"))["max_position_embeddings"] == 8192


@pytest.mark.timeout(120)
async def test_what_ships_says_the_same_on_both_engines() -> None:
    """Token by token, greedily, unconstrained, with the real tools and without: graph and weights belong together."""
    loading = "riffler.service.inference.transformers"
    engine_class = pytest.importorskip(loading, reason="the extra `local` isn't installed").TransformersEngine
    text = "".join(f"pier {number}: boat {number * 37 % 101}\n" for number in range(40))
    asked = [f"{text}\nWhat is the latest value of pier 7?", "pier 7: boat 3\n\npier 7", f"{text}\nWho is Ada?"]
    engines = [NanoEngine(FOLDER, constrained=False), engine_class(str(FOLDER), device="cpu", dtype="float32")]
    try:
        for question in asked:
            for tools in ([], [*Registry(RIFFLER).schemas()]):
                greedy = Sampling(temperature=0.0, max_tokens=60)
                request = EngineRequest((Message.user(question),), tools, sampling=greedy)
                said = [(await complete(each, request)).message for each in engines]
                texts = [(each.text, [(call.name, call.arguments) for call in each.tool_calls]) for each in said]
                assert texts[0] == texts[1]
    finally:
        for each in engines:
            await each.aclose()
