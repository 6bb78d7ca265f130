"""What `make test` runs, and when, with stand-ins for its tools in a folder of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder in which all is set up already, but for Chromium."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    chromium = tmp_path / "tests/browser/chromium"
    for at_s, name in enumerate(["pyproject.toml", "constraints.txt", ".venv/bin/python", ".venv/.base", ".venv/.all"]):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (at_s, at_s))
    chromium.parent.mkdir(parents=True)
    chromium.write_text('#!/bin/sh\necho "looked for Chromium with $1"\n', "utf-8")
    chromium.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("fails", ["tests/tools", "--ignore=tests/tools", "tests/browser", "nothing"])
def test_each_run_is_made_whichever_fails(made: Path, fails: str) -> None:
    """All three are, after a look for Chromium, and `make test` fails when any of them does."""
    run = made / "run"
    run.write_text(f'#!/bin/sh\necho "ran $1"\ntest "$1" != "{fails}"\n', "utf-8")
    run.chmod(0o755)
    command = ["make", "--old-file=check", "test", f"PYTEST={run}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # may run in one
    ended = subprocess.run(command, cwd=made, env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines() == [
        "looked for Chromium with .venv/bin/python",
        "ran tests/tools",
        "ran --ignore=tests/tools",
        "ran tests/browser",
    ]
    assert (ended.returncode == 0) == (fails == "nothing"), ended.stderr
