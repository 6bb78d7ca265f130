"""The example runs."""

import asyncio
import os
import sys
from pathlib import Path

from tests.service.integrations.openai_client.wrapped import wrapped

EXAMPLE = Path(__file__).parents[4] / "examples" / "openai_wrap.py"


async def test_the_example_runs(server_folder: Path) -> None:
    """It is under twenty lines, and both of its questions are answered in one session that holds what it said."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    assert len(lines) < 20
    async with wrapped(server_folder, lambda request: f"{len(request.messages)} messages") as bench:
        environment = os.environ | {"OPENAI_BASE_URL": bench.upstream.base_url, "OPENAI_API_KEY": "key-1"}
        environment |= {"RIFFLER_DATA_FOLDER": str(server_folder), "RIFFLER_REWRITING": "false"}
        running = await asyncio.create_subprocess_exec(
            sys.executable, str(EXAMPLE), env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await running.communicate()
        assert running.returncode == 0
        rows = [line.split(" ", 2) for line in told.decode().splitlines()]
        assert [row[1:] for row in rows] == [["none", "2 messages"], ["none", "4 messages"]]
        assert rows[0][0] == rows[1][0]
