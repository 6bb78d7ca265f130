"""A miniature, trained in seconds: its loss falls, a run goes on where it was ended, both engines run it alike."""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidSetting
from riffler.service.inference.nano import NanoEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.service.training.nano.made_of import RECORD, samples_made_of, tie, tokenizer_version
from riffler.service.training.nano.samples_file import Counts, write_file
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
CHOOSE = {
    "type": "function",
    "function": {
        "name": "choose",
        "description": "Choose.",
        "parameters": {
            "type": "object",
            "properties": {"which": {"type": "string", "enum": ["this one", "the other"]}},
            "required": ["which"],
            "additionalProperties": False,
        },
    },
}
"""A call of it can't go on for ever, however little was learned."""
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
    shape = {"vocabulary": 500, "width": 64, "heads": 4, "key_heads": 2, "inner": 128, "window": 1024}
    size = {**shape, "layers": ("conv", "full_attention")}
    pace = {"rate": 3e-3, "warmup_steps": 10, "cooldown_steps": 20, "tokens_a_step": 2048, "save_every_s": 1e6}
    return NanoSettings(
        model=shipped.model.model_copy(update=size),
        training=shipped.training.model_copy(update=pace),
        stages=(Stage(name="one", window=1024, episodes=400, steps=STEPS),),
    ).model_copy(update=changed)


def short_steps() -> NanoSettings:
    """Give the same with steps of a few samples, as the stage says."""
    return small(stages=(small().stages[0].model_copy(update={"tokens_a_step": 500}),))


def begun(folder: Path) -> Folders:
    """Put samples and a tokenizer into the folder of a run."""
    folders, settings = Folders(folder), small()
    from riffler.service.training.nano.tokenizer import train_tokenizer  # noqa: PLC0415 - an extra

    made = [*samples(1, 600)]
    train_tokenizer(made, settings.model.vocabulary).save_pretrained(folders.tokenizer)
    place, version = folders.samples(settings.stages[0]), tokenizer_version(folders.tokenizer)
    tie(place / RECORD, samples_made_of(1, 1024, version), begun=False)
    for name, half in (("1-0000000-0000200", made[:300]), ("1-0000200-0000400", made[300:])):
        write_file(place / f"{name}.jsonl.gz", Counts(), half)
    return folders


class Ended(Exception):
    """A run is ended from outside."""


def end_at(number: int) -> Any:
    """Give what ends a run as it is told of a step."""

    def tell(step: Any) -> None:
        if step.number == number:
            raise Ended

    return tell


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A run that could be trained."""
    return begun(tmp_path_factory.mktemp("untrained"))


@pytest.fixture
def other(untrained: Folders, tmp_path: Path) -> Folders:
    """A copy of it that a test may change."""
    return Folders(Path(shutil.copytree(untrained.root, tmp_path / "run")))


@pytest.fixture(scope="module")
def run(untrained: Folders, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A run that was ended in the middle, and went on."""
    folders = Folders(Path(shutil.copytree(untrained.root, tmp_path_factory.mktemp("trained") / "run")))
    with pytest.raises(Ended):
        training.Trainer(small(), folders).run(end_at(STEPS // 2))
    again = training.Trainer(small(), folders)
    assert again.done == STEPS // 2, "what was done is kept"
    again.run(lambda _: None)
    return folders


@pytest.fixture(scope="module")
def model(run: Folders, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its model, with its graph."""
    folder = tmp_path_factory.mktemp("model")
    trainer = training.Trainer(small(), run)
    before = [each.clone() for each in trainer.model.parameters()]
    trainer.save_model(folder)
    after = [*trainer.model.parameters()]
    assert all(one.equal(other) for one, other in zip(before, after, strict=True)), "what is saved is a copy"
    exporting.export(folder)
    return folder


def steps_of(folders: Folders) -> list[dict[str, Any]]:
    """Read the steps of a run."""
    return [json.loads(line) for line in folders.losses.read_text("utf-8").splitlines()]


def test_its_loss_falls_and_no_step_is_left_out(run: Folders) -> None:
    """Steps come one after the other, each once though the run was ended in the middle."""
    steps = steps_of(run)
    assert [step["number"] for step in steps] == list(range(1, STEPS + 1))
    first, last = (sum(step["said_loss"] for step in some) / 10 for some in (steps[:10], steps[-10:]))
    assert last < first * 2 / 3
    assert {step["of"] for step in steps} == {STEPS}


def test_an_ended_run_goes_on_as_if_it_had_not_been(other: Folders, untrained: Folders, tmp_path: Path) -> None:
    """The steps after its end have the losses of a run that wasn't ended."""
    straight = Folders(Path(shutil.copytree(untrained.root, tmp_path / "straight")))
    short = short_steps()
    for folders, ends in ((straight, [4]), (other, [2, 4])):
        for number in ends:
            with pytest.raises(Ended):
                training.Trainer(short, folders).run(end_at(number))
    losses = [[step["said_loss"] for step in steps_of(folders)] for folders in (straight, other)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-3)
    assert all(500 <= step["tokens"] < 1000 for step in steps_of(straight)), "more than a stage asks for"


def test_an_end_amid_a_change_of_weights_keeps_the_step_before(other: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights of which one part is a step further than the other are nowhere kept."""
    short = short_steps()
    trainer = training.Trainer(short, other)
    muon = training.Muon.step

    def step(optimizer: Any, closure: Any = None) -> None:
        muon(optimizer, closure)
        if trainer.done == 1:
            raise Ended

    monkeypatch.setattr(training.Muon, "step", step)
    with pytest.raises(Ended):
        trainer.run(lambda _: None)
    assert not other.checkpoint.exists(), "nothing was kept of the second step"


def test_places_are_told_as_the_settings_say(model: Path) -> None:
    """The saved model names the base of its rotary embedding, so that what loads it turns its pairs alike."""
    config = json.loads((model / "config.json").read_text("utf-8"))
    assert config["rope_parameters"] == {"rope_type": "default", "rope_theta": small().model.rope_base}


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
            required = EngineRequest(messages, [CHOOSE], "required", Sampling(temperature=0.0, max_tokens=400))
            [call, *_] = (await complete(bound, required)).message.tool_calls
            assert call.name == "choose"
            assert json.loads(call.arguments)["which"] in ("this one", "the other")
    finally:
        for each in engines:
            await each.aclose()


def test_moves_are_counted_as_greedy_decoding_would_say_them(run: Folders) -> None:
    """Those of a turn that are checked in one tree are exact where each alone, token after token, comes out so."""
    from riffler.service.training.nano.checking import check  # noqa: PLC0415 - an extra
    from riffler.service.training.nano.examples import ExampleWriter  # noqa: PLC0415 - an extra

    trainer = training.Trainer(small(), run)
    writer = ExampleWriter(trainer.tokenizer)
    turns = [sample | {"episode": str(number // 2)} for number, sample in enumerate(samples(2, 12))]
    found = check(trainer.trained(), writer, turns)
    right = {"streams call": list[list[bool]](), "streams answer": list[list[bool]]()}
    for sample in turns:
        whole, said = (training.torch.from_numpy(each.astype("int64")) for each in told(writer, sample))
        trainer.model.set_attn_implementation("sdpa")
        likeliest = trainer.model(input_ids=whole[None]).logits[0, -len(said) - 1 : -1].argmax(-1)
        kind = "streams call" if sample["said"].get("tool_calls") else "streams answer"
        right[kind].append((likeliest == said).tolist())
    for kind, moves in right.items():
        assert found[kind].moves == len(moves) == 6
        assert found[kind].exact_moves == sum(map(all, moves))
        assert (found[kind].tokens, found[kind].exact_tokens) == (sum(map(len, moves)), sum(map(sum, moves)))
    exact = sum(each.exact_tokens for each in found.values())
    assert 0 < exact < sum(each.tokens for each in found.values()), "the miniature is right here and wrong there"


def told(writer: Any, sample: dict[str, Any]) -> Sequence[Any]:
    """Write a sample alone: all its ids, and those that are said."""
    example = writer.write([sample])
    return example.ids, example.targets[example.said]


def test_a_half_played_stage_is_refused(other: Folders) -> None:
    """By its name and by what is missing; a file of more episodes than are set isn't read in its place."""
    place = other.samples(small().stages[0])
    (place / "1-0000200-0000400.jsonl.gz").rename(place / "1-0000200-0000600.jsonl.gz")
    with pytest.raises(InvalidSetting, match=r"stage one: .* 1 of them aren't there, such as 1-0000200-0000400"):
        training.Trainer(small(), other).run(lambda _: None)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"training": small().training.model_copy(update={"rate": 1e-3})}, r"training\.rate: made with 0.003, but now"),
        ({"stages": (*small().stages, Stage(name="b", window=99, episodes=1, steps=1))}, "stages: made with"),
        ({"model": small().model.model_copy(update={"kernel": 3})}, r"model\.kernel: made with 4, but now it is 3"),
        ({"model": small().model.model_copy(update={"vocabulary": 501})}, r"expected the 500 tokens of the tokenizer"),
    ],
)
def test_a_run_does_not_go_on_with_other_settings(run: Folders, changed: dict[str, Any], why: str) -> None:
    """Each that would give another model is named, with what it was and is."""
    with pytest.raises(InvalidSetting, match=why):
        training.Trainer(small(**changed), run).run(lambda _: None)


@pytest.mark.parametrize("name", ["seed", "window", "tokenizer"])
def test_samples_of_other_settings_are_not_trained_on(other: Folders, name: str) -> None:
    """Neither of another stage, nor of another window, nor counted with another tokenizer."""
    record = other.samples(small().stages[0]) / RECORD
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | {name: 7}), "utf-8")
    with pytest.raises(InvalidSetting, match=f"{name}: made with 7"):
        training.Trainer(small(), other).run(lambda _: None)


def test_a_stage_goes_on_with_the_samples_that_it_was_begun_with(other: Folders) -> None:
    """Those that other code played in between are refused, as is a checkpoint that nothing tells the settings of."""
    short = short_steps()
    with pytest.raises(Ended):
        training.Trainer(short, other).run(end_at(1))
    record = other.samples(small().stages[0]) / RECORD
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | {"episodes": "other"}), "utf-8")
    with pytest.raises(InvalidSetting, match="episodes: made with '.*', but now it is 'other'"):
        training.Trainer(short, other).run(lambda _: None)
    other.training.unlink()
    with pytest.raises(InvalidSetting, match="nothing tells what these files were made of"):
        training.Trainer(short, other)


def test_earlier_stages_are_mixed_in(other: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """As large a part of the examples as is set, to three deviations and more; again the same when a run goes on."""
    one = small().stages[0]
    two = Stage(name="two", window=1024, episodes=200, steps=120, tokens_a_step=500, also={"one": 0.3})
    settings = short_steps().model_copy(update={"stages": (one.model_copy(update={"steps": 1}), two)})
    made = samples_made_of(2, 1024, tokenizer_version(other.tokenizer))
    tie(other.samples(two) / RECORD, made, begun=False)
    write_file(other.samples(two) / "2-0000000-0000200.jsonl.gz", Counts(), [*samples(2, 300)])
    steps: list[list[bytes]] = []

    def note(trainer: Any, examples: Sequence[Any], stage: Stage) -> Any:
        trainer.done += 1
        if stage.name == "two":
            steps.append([each.ids.tobytes() for each in examples])
        return training.Step(trainer.done, 121, stage.name, 0.0, 0.0, 1, 0.0, 1.0)

    monkeypatch.setattr(training.Trainer, "_step", note)
    trainer = training.Trainer(settings, other)
    of_one = {each.ids.tobytes() for each in trainer._examples(one, 1, begun=False)}
    of_two = {each.ids.tobytes() for each in trainer._examples(two, 2, begun=False)}
    with pytest.raises(Ended):
        trainer.run(end_at(61))
    training.Trainer(settings, other).run(lambda _: None)
    drawn = [ids for step in steps for ids in step]
    assert {*drawn} <= of_one ^ of_two
    assert len(drawn) > 400
    assert abs(sum(ids in of_one for ids in drawn) / len(drawn) - 0.3) < 0.07
    ended, steps[:] = [*steps], []
    other.checkpoint.unlink()
    training.Trainer(settings, other).run(lambda _: None)
    assert steps == ended


def test_processes_write_the_same_examples(untrained: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same order, as where one process writes them all."""
    trainer, stage = training.Trainer(small(), untrained, workers=2), small().stages[0]
    alone = [each.ids.tobytes() for each in trainer._examples(stage, 1, begun=False)]
    monkeypatch.setattr(training, "_MANY", 1)
    assert [each.ids.tobytes() for each in trainer._examples(stage, 1, begun=False)] == alone


def test_a_model_that_is_not_trained_is_not_saved(untrained: Folders, tmp_path: Path) -> None:
    """Whoever finds one can rely on it."""
    with pytest.raises(InvalidSetting, match="train the model first"):
        training.Trainer(small(), untrained).save_model(tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("device", ["cuda:99", "nonsense"])
def test_a_device_that_is_not_there_is_refused(untrained: Folders, device: str) -> None:
    """By its name, before anything is loaded."""
    with pytest.raises(InvalidSetting, match=f"device {device}: "):
        training.Trainer(small(), untrained, device)
