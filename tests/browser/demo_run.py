"""The run that `riffler demo` makes, once for all tests that look at it."""

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.e2e.served import COMMAND, environment, free_port

SEED, COUNT = 2, 20
"""A run whose policy lost something, and won against some arms."""


class DemoRun(NamedTuple):
    """What a demo left.

    Attributes:
        folder: Its data are in `data` there.
        port: The port that the address has which it ends with.
        told: What it printed.
    """

    folder: Path
    port: str
    told: str


def run_demo(folder: Path) -> DemoRun:
    """Run the demo with its data in a folder."""
    port = str(free_port())
    command = [COMMAND, "demo", "--seed", str(SEED), "--questions", str(COUNT), "--folder", str(folder / "data")]
    done = subprocess.run(
        command, env=environment(port=port), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return DemoRun(folder, port, done.stdout)
