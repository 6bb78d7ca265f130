"""No text of a turn goes to who traces LangChain's graphs."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ASK = """
import asyncio, sys
from contextlib import aclosing, nullcontext
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.context import tracing_v2_enabled
from langchain_core.tracers.langchain import wait_for_all_tracers
from riffler import Riffler
from riffler.service.settings import read_settings

async def ask(text):
    async with Riffler(read_settings(data_folder=sys.argv[1], engine="reader")) as riffler:
        turn = riffler.stream("When does the marked-question open?", ["The marked-context opens."])
        async with aclosing(turn) as told:
            async for _ in told:
                await RunnableLambda(lambda text: text, name="between").ainvoke("own-text-between")
    return "own-text-after"

async def main():
    with tracing_v2_enabled() if sys.argv[2] == "a block" else nullcontext():
        await ask("alone")
        await RunnableLambda(ask).ainvoke("own-text-before")

asyncio.run(main())
wait_for_all_tracers()
"""


@contextmanager
def listening(heard: list[bytes]) -> Iterator[str]:
    """Serve what takes traces until the block ends."""

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("way", ["the environment", "a block"])
def test_no_text_is_traced(tmp_path: Path, way: str) -> None:
    """Where an app has its graphs traced, those are, and what else it does; no turn is, in one of them or alone."""
    heard: list[bytes] = []
    with listening(heard) as address:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "LANG"))}
        environment |= {"LANGSMITH_ENDPOINT": address, "LANGSMITH_API_KEY": "none"}
        environment |= {"LANGSMITH_DISABLE_RUN_COMPRESSION": "true"}
        environment |= {} if way == "a block" else {"LANGSMITH_TRACING": "true"}
        command = [sys.executable, "-c", ASK, str(tmp_path), way]
        subprocess.run(command, env=environment, check=True, cwd=tmp_path, timeout=300)
    told = b"".join(heard).decode("utf-8", "replace")
    for own in ("own-text-before", "own-text-between", "own-text-after"):
        assert own in told
    for text in ("marked-question", "marked-context", '"arrive"'):
        assert text not in told
