"""Loading: once, off the event loop, and what can't be loaded is a setting that is named."""

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from riffler.errors import EngineRejected, EngineUnavailable, InvalidSetting
from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.registry import build_engine
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.inference.transformers import engine as engine_module
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.service.settings import Settings
from riffler.tools.messages import Message

ASK = EngineRequest((Message.user("deep"),), sampling=Sampling(max_tokens=4))


async def test_it_is_made_by_name_and_loads_at_the_first_call(random_folder: Path) -> None:
    """Nothing is loaded before; the engine knows its window, and counts with its own tokenizer."""
    engine = build_engine("transformers", model=str(random_folder), device="cpu")
    assert (engine.info.name, engine.info.model, engine.info.window_tokens) == (
        "transformers",
        str(random_folder),
        2048,
    )
    assert engine.counter.count("harbour") < len("harbour")
    assert (await complete(engine, ASK)).model == str(random_folder)
    await engine.aclose()


async def test_a_document_of_control_tokens_fits_by_its_count(engine: TransformersEngine) -> None:
    """Before and after loading, their letters are counted: a view that fits by the engine's count can be answered."""
    text = "<|im_start|>user\nHow deep?<|im_end|>\n" * 20
    counted = engine.counter.count(text)
    short, long = [
        (await complete(engine, EngineRequest((Message.user(said),), sampling=ASK.sampling))).usage.prompt_tokens
        for said in ("x", text)
    ]
    assert abs(long - short + 1 - counted) <= 3
    assert engine.counter.count(text) == counted


async def test_callers_share_one_load_off_the_event_loop(random_folder: Path) -> None:
    """Ten callers at once make one worker thread; the loop goes on meanwhile, and one who gives up stops nobody."""
    engine = TransformersEngine(str(random_folder), device="cpu")
    tasks = [asyncio.create_task(engine.ready()) for _ in range(10)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    turns = 0
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        turns += 1
    await asyncio.gather(*tasks[1:])
    workers = [thread for thread in threading.enumerate() if thread.name == "riffler-transformers"]
    assert len(workers) == 1
    assert turns > 10
    await engine.aclose()
    assert not workers[0].is_alive()


async def test_closed_is_closed(random_folder: Path) -> None:
    """Calls in work fail when the engine is closed, as do later ones; closing twice, or before loading, is fine."""
    engine = TransformersEngine(str(random_folder), device="cpu")
    items = engine.generate(EngineRequest(ASK.messages, stream=True))
    await anext(items)
    await engine.aclose()
    with pytest.raises(EngineUnavailable):
        async for _ in items:
            pass
    await engine.aclose()
    with pytest.raises(EngineUnavailable, match="closed"):
        await complete(engine, ASK)
    with pytest.raises(EngineUnavailable, match="closed"):
        await engine.ready()
    await TransformersEngine(str(random_folder)).aclose()


async def test_closing_while_it_loads_is_clean(random_folder: Path) -> None:
    """Whoever waited gets EngineUnavailable, or nothing happened yet; no thread is left."""
    engine = TransformersEngine(str(random_folder), device="cpu")
    call = asyncio.create_task(complete(engine, ASK))
    await asyncio.sleep(0)
    await engine.aclose()
    with pytest.raises(EngineUnavailable):
        await call
    assert not [thread for thread in threading.enumerate() if thread.name == "riffler-transformers"]


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Is set when a model begins to load."""
    event, load = threading.Event(), engine_module.load_model

    def noted(*given: Any) -> Any:
        event.set()
        return load(*given)

    monkeypatch.setattr(engine_module, "load_model", noted)
    return event


@pytest.mark.parametrize("closed", ["at once", "in another loop"])
def test_a_load_whose_task_is_cancelled_is_not_lost(random_folder: Path, entered: threading.Event, closed: str) -> None:
    """A loop that ends cancels its tasks: the thread's work is kept for the next call, or ended by closing."""
    engine = TransformersEngine(str(random_folder), device="cpu")

    def workers() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "riffler-transformers"]

    async def interrupt() -> None:
        call = asyncio.create_task(engine.ready())
        await asyncio.to_thread(entered.wait)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        if closed == "at once":
            await engine.aclose()

    async def go_on() -> None:
        entered.clear()
        assert (await complete(engine, ASK)).usage.completion_tokens > 0
        assert len(workers()) == 1
        assert not entered.is_set()
        await engine.aclose()

    asyncio.run(interrupt())
    if closed == "in another loop":
        asyncio.run(go_on())
    assert not workers()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"device": "gpu"}, "device: expected auto, cpu, cuda or as cuda:1, got 'gpu'"),
        ({"device": "cuda:"}, "device"),
        ({"dtype": "int8"}, "dtype: expected one of auto, float32"),
        ({"tool_form": "gpt"}, "tool_form: expected one of auto, hermes, llama, mistral, qwen_xml"),
        ({"batch_size": 0}, "batch_size"),
        ({"reuse_gib": -1.0}, "reuse_gib"),
        ({"memory_gib": 0.0}, "memory_gib"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"window_tokens": 0}, "window_tokens"),
        ({"model": " "}, "model"),
        ({"model": None}, "model"),
    ],
)
def test_impossible_settings_are_named_before_anything_is_loaded(settings: dict[str, Any], named: str) -> None:
    """The error names the setting, what came and what would do."""
    with pytest.raises(InvalidSetting, match=named):
        build_engine("transformers", **{"model": "some/model", **settings})


def test_every_form_can_be_set() -> None:
    """The setting of the service has a choice for each form, and no other."""
    choices = get_args(Settings.model_fields["tool_form"].annotation)
    assert set(choices) == {"auto", *FORMS}


async def test_a_device_that_is_not_there_is_named(random_folder: Path) -> None:
    """A CUDA device beyond those of this machine."""
    engine = TransformersEngine(str(random_folder), device="cuda:77")
    with pytest.raises(InvalidSetting, match="device.*cuda:77"):
        await engine.ready()
    await engine.aclose()


async def test_a_window_beyond_the_models_is_refused(random_folder: Path) -> None:
    """More than the model's positions can't be had; less can."""
    engine = TransformersEngine(str(random_folder), device="cpu", window_tokens=4096)
    with pytest.raises(InvalidSetting, match="at most the model's own 2048, got 4096"):
        await engine.ready()
    assert TransformersEngine(str(random_folder), window_tokens=99).info.window_tokens == 99


@pytest.mark.parametrize("broken", ["empty", "half a config", "no weights", "half the weights", "strange model"])
async def test_a_folder_that_holds_no_model_is_named(random_folder: Path, tmp_path: Path, broken: str) -> None:
    """Whatever is missing or wrong, the error is one line that names the folder, and a later try may succeed."""
    if broken != "empty":
        shutil.copytree(random_folder, tmp_path, dirs_exist_ok=True)
    if broken == "half a config":
        (tmp_path / "config.json").write_text('{"model_type": "lla')
    elif broken == "no weights":
        (tmp_path / "model.safetensors").unlink()
    elif broken == "half the weights":
        (tmp_path / "model.safetensors").write_bytes((random_folder / "model.safetensors").read_bytes()[:1000])
    elif broken == "strange model":
        (tmp_path / "config.json").write_text('{"model_type": "strange"}')
    engine = TransformersEngine(str(tmp_path), device="cpu", local_only=True)
    with pytest.raises(InvalidSetting) as caught:
        await engine.ready()
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    shutil.copytree(random_folder, tmp_path, dirs_exist_ok=True)
    await engine.ready()
    await engine.aclose()


async def test_a_model_without_a_chat_template_is_named(random_folder: Path, tmp_path: Path) -> None:
    """A base model can't chat: the error says what to take instead."""
    shutil.copytree(random_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "chat_template.jinja").unlink()
    engine = TransformersEngine(str(tmp_path), device="cpu")
    with pytest.raises(InvalidSetting, match="no chat template"):
        await engine.ready()
    await engine.aclose()


@pytest.mark.parametrize("templates", [{"rag": "x"}, {"rag": "x", "tool_use": "y"}])
async def test_templates_without_a_default_are_named(tiny: Any, tmp_path: Path, templates: dict[str, str]) -> None:
    """A tokenizer with several chat templates, none of them for chats, is refused when the engine gets ready."""
    tokenizer = tiny.train_tokenizer(["deep"], "", end="<end>")
    tokenizer.chat_template = templates
    tiny.save(tiny.make_model(len(tokenizer)), tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu")
    with pytest.raises(InvalidSetting, match="default"):
        await engine.ready()
    await engine.aclose()


@pytest.mark.parametrize("name", ["no such name", "riffler-nobody/has-this"])
async def test_a_name_that_is_nowhere_is_named(name: str) -> None:
    """A name that the local cache doesn't have is refused, without the network here."""
    engine = TransformersEngine(name, local_only=True)
    with pytest.raises(InvalidSetting, match=name):
        await engine.ready()
    await engine.aclose()


@pytest.mark.parametrize("form", FORMS)
async def test_a_turn_ends_as_in_the_template(
    tiny: Any, make_tokenizer: Callable[[str, Sequence[str]], Any], tmp_path: Path, form: str
) -> None:
    """A checkpoint may name another end of texts than that of turns: the template's own ends a reply, too."""
    tokenizer = make_tokenizer(form, ["deep"])
    end, tokenizer.eos_token = tokenizer.eos_token_id, tokenizer.convert_ids_to_tokens(1)
    tiny.save(tiny.make_model(len(tokenizer)), tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu")
    await engine.ready()
    assert engine._loaded is not None
    assert engine._loaded.local.ends == {1, end}
    await engine.aclose()


@pytest.mark.parametrize("after", ["", "\n", "\n### Human:", "<tool_call>"])
def test_a_template_without_ends_names_none(tiny: Any, after: str) -> None:
    """Text that comes after a turn is no end, nor is a token that belongs to replies."""
    template = "{% for m in messages %}{{ m.role }}: {{ m.content }}" + after + "{% endfor %}"
    tokenizer = tiny.train_tokenizer(["deep"], template, end="<end>", added=["<tool_call>"])
    assert PromptWriter(tokenizer, FORMS["hermes"], "engine").end() is None


async def test_a_loaded_model_is_known_without_its_source(random_folder: Path, tmp_path: Path) -> None:
    """What the engine is isn't read again after loading: the source may be gone, or far away."""
    folder = shutil.copytree(random_folder, tmp_path / "model")
    engine = TransformersEngine(str(folder), device="cpu")
    await engine.ready()
    shutil.rmtree(folder)
    assert engine.info.window_tokens == 2048
    await engine.aclose()


async def test_a_token_that_the_model_does_not_know_is_refused(
    tiny: Any, make_tokenizer: Callable[[str, Sequence[str]], Any], tmp_path: Path
) -> None:
    """A tokenizer with more tokens than the model has embeddings works, but for prompts with one of those."""
    tokenizer = make_tokenizer("hermes", ["deep"])
    model = tiny.make_model(len(tokenizer))
    tokenizer.add_tokens(["<picture>"])
    tiny.save(model, tokenizer, tmp_path)
    engine = TransformersEngine(str(tmp_path), device="cpu")
    strange = EngineRequest((Message.user("a <picture> of it"),), sampling=ASK.sampling)
    with pytest.raises(EngineRejected, match="'<picture>', which the model has no embedding for"):
        await complete(engine, strange)
    assert (await complete(engine, ASK)).usage.completion_tokens > 0
    await engine.aclose()


@pytest.mark.parametrize("dtype", ["auto", "float32", "bfloat16", "float16"])
async def test_the_dtype_is_the_settings(random_folder: Path, dtype: Any) -> None:
    """Weights are of the dtype asked for; on the CPU, `auto` is float32."""
    engine = TransformersEngine(str(random_folder), device="cpu", dtype=dtype)
    assert (await complete(engine, ASK)).usage.completion_tokens > 0
    assert engine._loaded is not None
    expected = "float32" if dtype == "auto" else dtype
    assert str(engine._loaded.local.model.dtype) == f"torch.{expected}"
    await engine.aclose()


@pytest.mark.parametrize("module", ["transformers", "torch"])
def test_a_missing_extra_is_named(module: str, random_folder: Path) -> None:
    """Without the extra, making the engine works, and its first use says what to install."""
    code = (
        f"import sys, asyncio; sys.modules['{module}'] = None\n"
        "from riffler.service.inference.registry import build_engine\n"
        f"engine = build_engine('transformers', model={str(random_folder)!r})\n"
        "try: asyncio.run(engine.ready())\n"
        "except Exception as exc: print(type(exc).__name__, exc)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("InvalidSetting")
    assert "pip install 'riffler[local]'" in done.stdout
