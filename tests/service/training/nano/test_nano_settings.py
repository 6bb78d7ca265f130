"""The settings of nano: what can't be is refused as the file is read, by its file and its place."""

import math
import re
from pathlib import Path

import pytest

from riffler.errors import InvalidSetting
from riffler.service.training.nano import settings
from riffler.service.training.nano.settings import read_nano_settings

SHIPPED = (Path(str(settings.__file__)).parent / "settings.toml").read_text("utf-8")
SMALL, MIDDLE = (f'name = "{name}"' for name in ("drills_of_4", "middle"))
NAMES = re.findall(r'^name = "(.*)"', SHIPPED, re.MULTILINE)
SHORT = f"stages.{NAMES.index('short')}"
[ALSO] = re.findall(r'name = "short"[^\[]*also = (.*)', SHIPPED)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("vocabulary = 1024", "vocabulary = -1", "model.vocabulary: Input should be greater than or equal to 300"),
        (
            "heads = 6\nkey_heads = 3",
            "heads = 4\nkey_heads = 3",
            "model: heads: expected a multiple of the 3 key_heads",
        ),
        ("width = 192", "width = 193", "model: width: expected an even multiple of the 6 heads, got 193"),
        ("width = 192", "width = 198", "model: width: expected an even multiple of the 6 heads, got 198"),
        ("read_weight = 0.1", "read_weight = -0.1", "training.read_weight: Input should be greater than or equal to 0"),
        ("read_weight = 0.1", "read_weight = inf", "training.read_weight: Input should be a finite number"),
        ("weight_decay = 0.05", "weight_decay = -1", "training.weight_decay: Input should be greater than or equal"),
        (SMALL, MIDDLE, "stages: expected a name that isn't taken, got 'middle'"),
        (SMALL, 'name = "tokenizer"', "stages: expected a name that isn't taken, got 'tokenizer'"),
        (SMALL, 'name = "../small"', "stages.0.name: String should match pattern"),
        ("window = 2560", "window = 9000", "stages: short: window: expected at most the model's 8,192, got 9,000"),
        ("window = 2560\n", "", f"{SHORT}.window: Field required"),
        ('["lookup", "next"]', '["riddle"]', "stages.0: kinds: expected some of again, lookup, form"),
        ("drill = 4\n", "drill = 0\n", "stages.0.drill: Input should be greater than 0"),
        ("drill = 4\n", "drill = 4\nquestions = 2\n", "stages.0: drill: expected neither questions nor most_text"),
        ("drill = 4\n", "drill = 4\nmost_text = 2000\n", "stages.0: drill: expected neither questions nor most_text"),
        ("most_text = 1200", "most_text = 100", f"{SHORT}.most_text: Input should be greater than or equal to 1000"),
        ("questions = 10", "questions = 0", f"{SHORT}.questions: Input should be greater than 0"),
        (ALSO, "{ middle = 0.5 }", "stages: short: also: expected earlier stages, got middle"),
        (ALSO, "{ short = 0.5 }", "short: also: expected earlier stages, got short"),
        (
            ALSO,
            "{ tokenizer = 0.5 }",
            "short: also: expected earlier stages, got tokenizer",
        ),
        (
            ALSO,
            "{ drills_of_40 = 1.0 }",
            "also: expected parts of all examples, less than 1",
        ),
        (
            ALSO,
            "{ drills_of_40 = 0 }",
            "also.drills_of_40: Input should be greater than 0",
        ),
        (SHIPPED[SHIPPED.index("[[stages]]") :], "", "stages: Field required"),
        ("[model]", "[model", "mine.toml: "),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, old: str, new: str, why: str) -> None:
    """One that its docstring doesn't allow, or a file that can't be read as TOML."""
    path = tmp_path / "mine.toml"
    assert old in SHIPPED
    path.write_text(SHIPPED.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidSetting) as refused:
        read_nano_settings(path)
    assert "mine.toml: " in str(refused.value)
    assert why in str(refused.value)


def test_a_window_of_drills_means_nothing(tmp_path: Path) -> None:
    """A model whose window is small has drills, too; runs that were begun when a file had to name one go on."""
    path = tmp_path / "mine.toml"
    named = SHIPPED.replace("drill = ", "window = 2048\ndrill = ")
    assert named.count("window = 2048") == sum("_of_" in name for name in NAMES)
    path.write_text(named, "utf-8")
    assert read_nano_settings(path).model_dump_json() == read_nano_settings().model_dump_json()
    path.write_text(
        SHIPPED[: SHIPPED.index('[[stages]]\nname = "short')].replace("window = 8192", "window = 512"), "utf-8"
    )
    assert {stage.drill for stage in read_nano_settings(path).stages} == {4, 12, 40}


def test_what_a_run_was_begun_with_has_no_newer_setting() -> None:
    """Stages that set none of them are kept as they were before there were any, so that runs go on."""
    kept = read_nano_settings().model_dump(mode="json")["stages"]
    old = {"name", "window", "episodes", "steps", "drill"}
    newer = {stage["name"]: set(stage) - old for stage in kept}
    assert newer.pop("short") == {"questions", "most_text", "enough_tokens", "also"}
    assert newer.pop("drills_of_40") == {"tokens_a_step"}
    assert newer.pop("asks_of_12") == {"kinds", "also"}
    assert newer == {name: {"kinds", "tokens_a_step"} if "_of_" in name else {"also"} for name in newer}


def test_most_of_each_head_tells_words_whatever_their_distance() -> None:
    """Of what ships, three quarters of the pairs turn less than half a turn over the window."""
    size = read_nano_settings().model
    pairs = size.width // size.heads // 2
    slow = [pair for pair in range(pairs) if size.window * size.rope_base ** (-pair / pairs) < math.pi]
    assert len(slow) == pairs * 3 // 4


def test_no_stages_are_refused(tmp_path: Path) -> None:
    """There would be nothing to train on."""
    path = tmp_path / "mine.toml"
    path.write_text("stages = []\n" + SHIPPED[: SHIPPED.index("# Stages")], "utf-8")
    with pytest.raises(InvalidSetting, match=r"mine\.toml: stages: Tuple should have at least 1 item"):
        read_nano_settings(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Where none can be read."""
    with pytest.raises(InvalidSetting, match=r"none\.toml"):
        read_nano_settings(tmp_path / "none.toml")


def test_the_shipped_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is wrong, as one that was given."""
    (tmp_path / "settings.toml").write_text("[model]\n", "utf-8")
    monkeypatch.setattr(settings, "files", lambda _: tmp_path)
    with pytest.raises(InvalidSetting, match=r"^.*settings\.toml: model\."):
        read_nano_settings()
