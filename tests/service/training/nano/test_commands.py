"""The commands that make nano, from nothing to a saved model, and what each refuses in one line."""

import re
from pathlib import Path
from typing import Any

import pytest

from riffler.service.training.nano.settings import Folders, read_nano_settings

training = pytest.importorskip("riffler.service.training.nano.train", reason="the extra `local` isn't installed")
commands = pytest.importorskip("riffler.service.training.nano.__main__")

SETTINGS = """
[model]
vocabulary = 400
width = 16
layers = ["conv", "full_attention"]
kernel = 3
heads = 2
key_heads = 1
inner = 16
window = 8192

[training]
seed = 1
rate = 1e-3
warmup_steps = 1
cooldown_steps = 1
weight_decay = 0.0
tokens_a_step = 500
read_weight = 0.1
save_every_s = 300

[[stages]]
name = "drills"
drill = 2
episodes = 2
steps = 1

[[stages]]
name = "played"
window = 8192
episodes = 3
steps = 2
"""


def run(*arguments: object) -> int:
    """Run a command; give its exit code."""
    with pytest.raises(SystemExit) as ended:
        commands.main([*map(str, arguments)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of settings."""
    path = tmp_path_factory.mktemp("settings") / "mine.toml"
    path.write_text(SETTINGS, "utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, settings: Path) -> Folders:
    """A run whose commands were all called, in their order."""
    folder = tmp_path_factory.mktemp("commands")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(commands, "_FOR_TOKENIZER", 3)
        for name in ("tokenizer", "episodes", "train"):
            assert run(name, folder / "run", "--settings", settings) == 0
    return Folders(folder / "run")


@pytest.fixture
def new(made: Folders, settings: Path, tmp_path: Path) -> Folders:
    """A run that begins with the model of the other, saved beside it."""
    folders, saved = Folders(tmp_path / "begun"), tmp_path / "saved"
    assert run("save", made.root, saved, "--settings", settings) == 0
    assert run("begin", folders.root, saved) == 0
    return folders


def test_each_command_makes_its_part(
    made: Folders, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Samples of the tokenizer are kept, three steps are trained; they are drawn, checked and saved."""
    assert [path.name for path in made.tokenizer_samples.glob("*.gz")] == ["0-0000000-0000003.jsonl.gz"]
    assert len(made.losses.read_text("utf-8").splitlines()) == 3
    assert run("curve", made.root, tmp_path / "curve.svg") == 0
    assert run("save", made.root, tmp_path / "model", "--settings", settings) == 0
    assert run("check", made.root, "--settings", settings, "--window", 8192, "--episodes", 2) == 0
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= {
        each.name for each in (tmp_path / "model").iterdir()
    }
    assert "after 3 steps, window 8,192" in capsys.readouterr().out


def test_episodes_that_are_there_are_told_again(
    made: Folders, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The longest is that of all, also where this call plays none; of drills nothing is told that isn't known."""
    paths = [path for folder in made.samples_of_stages() for path in sorted(folder.iterdir())]
    before = [path.read_bytes() for path in paths]
    assert run("episodes", made.root, "--settings", settings) == 0
    assert [path.read_bytes() for path in paths] == before
    rows = re.findall(r"│ (\w+) +│ ([\d,]+) +│ ([\d,]+) +│ ([\d,]*) +│", capsys.readouterr().out)
    [drills] = [row for row in rows if row[0] == "drill"]
    assert drills[1] == "2"
    assert drills[3] == ""
    rows.remove(drills)
    assert sum(int(episodes) for _, episodes, _, _ in rows) == 3
    assert max(int(longest.replace(",", "")) for _, _, _, longest in rows) > 100


def test_a_tokenizer_that_samples_were_made_with_stays(
    made: Folders, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another one would silently make them, and the checkpoint, mean something else."""
    before = (made.tokenizer / "tokenizer.json").read_bytes()
    assert run("tokenizer", made.root, "--settings", settings) == 2
    assert "made with the tokenizer that was there" in capsys.readouterr().err
    assert (made.tokenizer / "tokenizer.json").read_bytes() == before


def test_a_run_begins_with_a_saved_model(
    new: Folders, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its weights and tokenizer are that model's; the run keeps which, and doesn't go on where they were exchanged."""
    trainer = training.Trainer(read_nano_settings(settings), new)
    expected = training.Lfm2ForCausalLM.from_pretrained(tmp_path / "saved", dtype="float32").state_dict()
    assert all(each.equal(expected[name]) for name, each in trainer.model.state_dict().items())
    for name in ("episodes", "train"):
        assert run(name, new.root, "--settings", settings) == 0
    capsys.readouterr()
    weights = new.begun_with / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert run("train", new.root, "--settings", settings) == 2
    assert "training.json: begun_with: made with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "other"),
    [
        ("inner = 16", "inner = 32"),
        ('["conv", "full_attention"]', '["conv", "full_attention", "conv"]'),
        ("kernel = 3", "kernel = 4"),
    ],
)
def test_a_model_of_another_shape_is_not_begun_with(
    new: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, other: str
) -> None:
    """Told before anything is trained, also where only some of its weights have no place."""
    settings = tmp_path / "other.toml"
    settings.write_text(SETTINGS.replace(old, other), "utf-8")
    assert run("train", new.root, "--settings", settings) == 2
    assert "model: expected the shape of the model in" in capsys.readouterr().err


def test_a_model_that_cannot_be_read_or_has_another_tokenizer_is_not_begun_with(
    new: Folders, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of its weights, or a template of the run's own."""
    weights = new.begun_with / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert run("train", new.root, "--settings", settings) == 2
    assert "model: expected the shape of the model in" in capsys.readouterr().err
    (new.tokenizer / "chat_template.jinja").write_text("another", "utf-8")
    assert run("train", new.root, "--settings", settings) == 2
    assert "begun_with: expected its own tokenizer in" in capsys.readouterr().err


def test_episodes_of_other_code_are_not_mixed_in(
    made: Folders, settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them are refused, with what became another."""
    monkeypatch.setattr("riffler.service.training.nano.made_of.episodes_version", lambda: "newer")
    assert run("episodes", made.root, "--settings", settings) == 2
    assert re.search(r"made_of\.json: episodes: made with '\w+', but now it is 'newer'", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (
            ["episodes", "{run}", "--settings", "{settings}", "--stage", "nope"],
            "stage: expected one of drills, played, got 'nope'",
        ),
        (["episodes", "{run}", "--settings", "{empty}"], "empty.toml: model: Field required"),
        (["episodes", "{new}", "--settings", "{settings}"], "expected a tokenizer"),
        (["train", "{new}", "--settings", "{settings}"], "expected a tokenizer"),
        (["train", "{run}", "--settings", "{settings}", "--device", "cuda:99"], "device cuda:99: "),
        (["check", "{new}", "--settings", "{settings}"], "expected a tokenizer"),
        (["begin", "{run}", "{new}"], "made with the tokenizer that was there"),
        (["begin", "{new}", "{new}"], "expected a saved model with its tokenizer.json, found none"),
        (["curve", "{new}", "{new}.svg"], "losses.jsonl: "),
        (["curve", "{run}", "{new}/none/curve.svg"], "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    made: Folders, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    """On standard error, with exit code 2, and no traceback."""
    (tmp_path / "empty.toml").write_text("", "utf-8")
    names: dict[str, Any] = {"run": made.root, "settings": settings, "new": tmp_path / "new"}
    names["empty"] = tmp_path / "empty.toml"
    assert run(*(each.format(**names) for each in arguments)) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("nano: ")
    assert why in line
