"""`riffler eval` in a process of its own, killed in the middle."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest


def start(path: Path, *options: str) -> subprocess.Popen[str]:
    """Start an evaluation of 36 small cases, with no setting of the machine's; what is temporary is beside the file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    environment |= {"TMPDIR": str(path.parent), "RIFFLER_ENGINE": "reader"}
    command = [str(Path(sys.executable).with_name("riffler")), "eval", "entities", "--entities", "12"]
    command += ["--positions", "50", "--sessions", "12", "--profile", "none", "--json", str(path), *options]
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,  # noqa: PLW1509 - it does nothing else
    )


def heed_signals() -> None:
    """Undo what a shell and `nohup` do to a job in the background: there signals are ignored, also by its children."""
    for ending in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, signal.SIG_DFL)


def cases(path: Path) -> set[tuple[str, int]]:
    """The cases that a file or its journal has."""
    noted = ""
    with suppress(FileNotFoundError):  # it goes whenever the file is written; first, as its cases go there
        noted = path.with_name(f"{path.name}.journal").read_text()
    lines = [line for line in noted.splitlines(keepends=True)[1:] if line.endswith("\n")]
    stored = json.loads(path.read_text())["cases"] if path.exists() else []
    return {(case["profile"], case["session"]) for case in (*stored, *map(json.loads, lines))}


def interrupted(path: Path, by: signal.Signals, *options: str) -> tuple[int, str]:
    """Start an evaluation and end it by a signal when a few cases are done: its exit code and what it said."""
    running = start(path, *options)
    deadline = time.monotonic() + 60
    while len(cases(path)) < 5:
        assert running.poll() is None, running.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(by)
    try:
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    return running.returncode, said


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """Whenever a run is killed, its file can be read, and the same command ends with what an unbroken run has."""
    path, whole = tmp_path / "parts.json", tmp_path / "whole.json"
    interrupted(path, signal.SIGKILL)
    done = len(cases(path))
    again, other = start(path), start(whole)
    out, said = again.communicate(timeout=60)
    other.communicate(timeout=60)
    assert (again.returncode, other.returncode) == (0, 0)
    assert f"{done} of 36 cases were done before" in re.sub(r"\s+", " ", said)
    assert "accuracy" in out
    times = re.compile(r'("wall_s": )[0-9.e-]+')
    assert times.sub(r"\1", path.read_text()) == times.sub(r"\1", whole.read_text())
    assert {each.name for each in tmp_path.glob("*.json*")} == {"parts.json", "whole.json"}


def test_an_interrupted_run_keeps_its_options(tmp_path: Path) -> None:
    """Ctrl-C says what was kept, with exit code 130; another seed then doesn't go on with the file: one line."""
    path = tmp_path / "out.json"
    code, said = interrupted(path, signal.SIGINT, "--sessions", "2000")
    assert code == 130
    assert "has what was done; the same command goes on" in said
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]
    before = path.read_bytes()
    second = start(path, "--sessions", "2000", "--seed", "2")
    out, said = second.communicate(timeout=60)
    assert (second.returncode, out, said.count("\n")) == (1, "", 1)
    assert "was made with seed 1, this run has 2" in said
    assert path.read_bytes() == before


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_end_leaves_no_folder(tmp_path: Path, by: signal.Signals) -> None:
    """It ends as by Ctrl-C, with the signal's exit code: the file has all cases, and nothing is beside it."""
    path = tmp_path / "out.json"
    code, said = interrupted(path, by, "--sessions", "2000")
    assert code == 128 + by
    assert said.endswith("riffler: stopped: " + f"{path} has what was done; the same command goes on\n")
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]
    assert len(json.loads(path.read_text())["cases"]) >= 5
