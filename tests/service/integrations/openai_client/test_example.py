"""The example runs."""

from pathlib import Path

from tests.service.integrations.openai_client.wrapped import wrapped
from tests.service.integrations.run_example import run_example


async def test_the_example_runs(server_folder: Path) -> None:
    """It is under twenty lines, and both of its questions are answered in one session."""
    async with wrapped(server_folder, lambda request: f"{len(request.messages)} messages") as bench:
        environment = {"OPENAI_BASE_URL": bench.upstream.base_url, "OPENAI_API_KEY": "key-1"}
        told = {"RIFFLER_DATA_FOLDER": str(server_folder), "RIFFLER_REWRITING": "false"}
        lines = await run_example("openai_wrap.py", environment | told)
        rows = [line.split(" ", 2) for line in lines]
        assert [row[1:] for row in rows] == [["none", "2 messages"], ["none", "4 messages"]]
        assert rows[0][0] == rows[1][0]
