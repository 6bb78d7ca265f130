"""The built wheel, in an empty environment: no module, script or data file is missing."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, without this process's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, because a build leaves files beside its source."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", "build", "dist", "*.egg-info", ".*_cache")
    shutil.copytree(ROOT, folder / "source", symlinks=True, ignore=ignored)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-deps", "--wheel-dir", folder, folder / "source", cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_has_every_file(wheel: Path) -> None:
    """Every module and data file of the three folders is in the wheel, and no test is."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("riffler/")}
    package = [ROOT / name for name in ("service", "tools", "bandits")]
    files = {
        f"riffler/{path.relative_to(ROOT).as_posix()}"
        for folder in package
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    files |= {f"riffler/{name}" for name in ("__init__.py", "client.py", "errors.py", "py.typed")}
    assert inside == files


def test_the_wheel_tells_its_licences(wheel: Path) -> None:
    """The texts of all licences stand where tools look for them, as they do beside what they are of."""
    texts = [
        "LICENSE",
        "bandits/english/CC-BY-SA-4.0.txt",
        "bandits/features/lists/CC-BY-SA-4.0.txt",
        "bandits/features/lists/WORDNET-LICENSE.txt",
        "service/dashboard/static/vendor/htm/LICENSE",
        "service/dashboard/static/vendor/htm/LICENSE-preact",
        "service/dashboard/static/vendor/uplot/LICENSE",
    ]
    with zipfile.ZipFile(wheel) as opened:
        at = next(name.removesuffix("METADATA") for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        told = opened.read(f"{at}METADATA").decode()
        for text in texts:
            assert opened.read(f"{at}licenses/{text}") == (ROOT / text).read_bytes()
            assert f"License-File: {text}\n" in told
    assert "License-Expression: Apache-2.0 AND MIT AND CC-BY-SA-4.0 AND LicenseRef-WordNet\n" in told


@pytest.mark.timeout(600)
def test_the_main_job_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """In an environment that has the wheel and what it needs, and nothing else, a question is asked and rewarded."""
    venv.create(tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--no-compile", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)  # little of it is run
    (tmp_path / "text.txt").write_text("".join(f"The code of gate {n} is {n * 31}.\n" for n in range(3000)))
    riffler = tmp_path / "env" / "bin" / "riffler"
    data = ("--data-folder", tmp_path / "data")
    said = run(riffler, "ask", "--context", "text.txt", *data, "What is the code of gate 1234?", cwd=tmp_path)
    assert "38254" in said
    decision = said.split("riffler reward ")[1].split()[0]
    assert "rewarded with 0.8" in run(riffler, "reward", *data, decision, "0.8", cwd=tmp_path)
    where = run(python, "-c", "import riffler; print(riffler.__file__)", cwd=tmp_path)
    assert str(tmp_path) in where
