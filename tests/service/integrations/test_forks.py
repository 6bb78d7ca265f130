"""The ways in that run beside their callers, in a process that was forked off (gunicorn's preload, multiprocessing)."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from riffler.service.inference.local_api import LocalApi

SCRIPT = Path(__file__).with_name("forking.py")


@pytest.mark.parametrize("way", ["wrapped", "middleware", "tools", "graph"])
async def test_a_forked_process_begins_anew(server_folder: Path, way: str) -> None:
    """What was used before a fork answers in the child, which then ends, and goes on in the parent."""
    async with LocalApi(lambda _: "At six.", model="local") as upstream:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", str(SCRIPT), way, str(server_folder), upstream.base_url),
            env=dict(os.environ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
    assert running.returncode == 0, said.decode()
    assert b"Exception ignored" not in said
