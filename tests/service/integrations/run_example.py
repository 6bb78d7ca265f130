"""Runs an example in this process, as `python` would, against what a test has set up."""

import asyncio
import contextlib
import io
import os
import runpy
from pathlib import Path

EXAMPLES = Path(__file__).parents[3] / "examples"


async def run_example(name: str, environment: dict[str, str]) -> list[str]:
    """Run an example in a thread, and hold it to under twenty lines.

    Args:
        name: Of its file.
        environment: Variables that it reads.

    Returns:
        The lines that it prints.
    """
    path = EXAMPLES / name
    assert len(path.read_text("utf-8").splitlines()) < 20
    before, told = dict(os.environ), io.StringIO()
    os.environ.update(environment)
    try:
        with contextlib.redirect_stdout(told):
            await asyncio.to_thread(runpy.run_path, str(path), run_name="__main__")
    finally:
        os.environ.clear()
        os.environ.update(before)
    return told.getvalue().splitlines()
