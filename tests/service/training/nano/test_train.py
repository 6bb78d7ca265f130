"""A miniature, trained in seconds: its loss falls, a run goes on where it was ended, both engines run it alike."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidSetting
from riffler.service.inference.nano import NanoEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.service.training.nano.settings import Folders, NanoSettings, Stage, read_nano_settings
from riffler.service.training.nano.words import made_up, words
from riffler.tools.messages import Message, ToolCall

training = pytest.importorskip("riffler.service.training.nano.train", reason="the extra `local` isn't installed")
exporting = pytest.importorskip(
    "riffler.service.training.nano.export", reason="the extra `train` isn't installed", exc_type=ImportError
)

pytestmark = pytest.mark.timeout(400)  # training and export take a minute of a core, and tests share two

FIND = {
    "type": "function",
    "function": {
        "name": "find_in_context",
        "description": "Find.",
        "parameters": {
            "type": "object",
            "properties": {"queries": {"type": "array", "items": {"type": "string"}}},
            "required": ["queries"],
            "additionalProperties": False,
        },
    },
}
STEPS = 80


def samples(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Make short samples: a call that names a key, and an answer that says what its result says."""
    rng = random.Random(seed)
    for number in range(count):
        key, value = words(rng, 1)[0], made_up(rng)
        asked = [Message.user(f"What is the latest value of {key}?")]
        said = Message.assistant(None, [ToolCall("call_0", "find_in_context", json.dumps({"queries": [f"{key}:"]}))])
        if number % 2:
            asked += [said, Message.tool("call_0", f'1 match for "{key}:"\n{key}: {value};')]
            said = Message.assistant(value)
        messages = [message.to_dict() for message in asked]
        yield {
            "skill": "streams",
            "episode": f"{seed}-{number}",
            "messages": messages,
            "tools": [FIND],
            "said": said.to_dict(),
        }


def small(**changed: Any) -> NanoSettings:
    """Give settings of a miniature."""
    shipped = read_nano_settings()
    size = {"vocabulary": 500, "width": 64, "layers": 2, "heads": 4, "key_heads": 2, "inner": 128, "window": 1024}
    pace = {"rate": 3e-3, "warmup_steps": 10, "cooldown_steps": 20, "tokens_a_step": 4096, "save_every_s": 0.01}
    return NanoSettings(
        model=shipped.model.model_copy(update=size),
        training=shipped.training.model_copy(update=pace),
        stages=(Stage(name="one", window=1024, episodes=1, steps=STEPS),),
    ).model_copy(update=changed)


def begun(folder: Path) -> Folders:
    """Put samples and a tokenizer into the folder of a run."""
    folders, settings = Folders(folder), small()
    place = folders.samples(settings.stages[0])
    place.mkdir(parents=True)
    lines = "".join(f"{json.dumps(sample)}\n" for sample in samples(1, 600))
    (place / "1-0000000-0000600.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    from riffler.service.training.nano.tokenizer import train_tokenizer  # noqa: PLC0415 - an extra

    train_tokenizer(samples(1, 600), settings.model.vocabulary).save_pretrained(folders.tokenizer)
    return folders


class Ended(Exception):
    """A run is ended from outside."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A run that was ended in the middle, and went on."""
    folders = begun(tmp_path_factory.mktemp("run"))

    def until_half(step: Any) -> None:
        if step.number == STEPS // 2:
            raise Ended

    with pytest.raises(Ended):
        training.Trainer(small(), folders).run(until_half)
    again = training.Trainer(small(), folders)
    assert 0 < again.done < STEPS
    again.run(lambda _: None)
    return folders


@pytest.fixture(scope="module")
def model(run: Folders, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its model, with its graph."""
    folder = tmp_path_factory.mktemp("model")
    training.Trainer(small(), run).save_model(folder)
    exporting.export(folder)
    return folder


def test_its_loss_falls_and_no_step_is_left_out(run: Folders) -> None:
    """Steps come one after the other but for those after the newest checkpoint, which come again, with like losses."""
    steps = [json.loads(line) for line in run.losses.read_text("utf-8").splitlines()]
    of = {step["number"]: [each["said_loss"] for each in steps if each["number"] == step["number"]] for step in steps}
    assert [*of] == list(range(1, STEPS + 1))
    assert all(max(losses) - min(losses) < 1e-3 for losses in of.values()), "the same examples, from the same weights"
    first, last = (sum(of[number][-1] for number in some) / 10 for some in (range(1, 11), range(STEPS - 9, STEPS + 1)))
    assert last < first * 2 / 3
    assert {step["of"] for step in steps} == {STEPS}


async def test_both_engines_run_it_alike(model: Path) -> None:
    """Greedily and with the call constrained to the schema; and the call is one of the tool on offer."""
    from riffler.service.inference.transformers import TransformersEngine  # noqa: PLC0415 - an extra

    greedy = Sampling(temperature=0.0, max_tokens=60)
    free, bound = NanoEngine(model, constrained=False), NanoEngine(model)
    engines = [free, bound, TransformersEngine(str(model), device="cpu", dtype="float32")]
    try:
        for sample in samples(2, 8):
            messages = tuple(Message.of(each) for each in sample["messages"])
            said = [await complete(each, EngineRequest(messages, [FIND], sampling=greedy)) for each in engines]
            texts = [(each.message.text, [call.arguments for call in each.message.tool_calls]) for each in said]
            assert texts[0] == texts[2]
            if sample["said"].get("tool_calls"):
                required = EngineRequest(messages, [FIND], "required", Sampling(temperature=0.0, max_tokens=400))
                [call, *_] = (await complete(bound, required)).message.tool_calls
                assert call.name == "find_in_context"
                assert set(json.loads(call.arguments)) == {"queries"}
    finally:
        for each in engines:
            await each.aclose()


def test_a_stage_without_samples_is_refused(run: Folders) -> None:
    """By its name, and not by training on nothing for ever."""
    other = Stage(name="other", window=1024, episodes=1, steps=1)
    with pytest.raises(InvalidSetting, match="stage other: expected samples in"):
        training.Trainer(small(stages=(*small().stages, other)), run).run(lambda _: None)


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    """With its file and its place."""
    path = tmp_path / "mine.toml"
    path.write_text("[model]\nvocabulary = -1\n", "utf-8")
    with pytest.raises(
        InvalidSetting, match=r"mine\.toml: model\.vocabulary: Input should be greater than or equal to 300"
    ):
        read_nano_settings(path)
    path.write_text("[model\n", "utf-8")
    with pytest.raises(InvalidSetting, match=r"mine\.toml"):
        read_nano_settings(path)
    with pytest.raises(InvalidSetting, match=r"none\.toml"):
        read_nano_settings(tmp_path / "none.toml")
