"""The example runs."""

import asyncio
import os
import sys
from pathlib import Path

from tests.e2e.commands import environment

EXAMPLE = Path(__file__).parents[4] / "examples" / "mcp_host.py"


async def test_the_example_runs(tmp_path: Path) -> None:
    """It has under twenty lines of code, and what it folded is found in text that is out of view."""
    lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) < 20
    command = str(Path(sys.executable).with_name("riffler"))
    settings = {**environment(tmp_path, {}), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLE),
        command,
        "--data-folder",
        str(tmp_path / "data"),
        env=settings,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await running.communicate()
    assert running.returncode == 0
    kept, found = told.decode().split("\n", 1)
    assert kept.startswith("kept f00001, folded f00002-")
    assert "«street 150 »opens at 6:15" in found
