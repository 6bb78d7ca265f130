"""`riffler serve` as its operator sees it: start, stop, wrong settings, a second service beside it."""

import asyncio
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from tests.e2e.served import COMMAND, Served, environment, free_port, serving

from riffler.errors import EngineRejected
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.service.serving import ANSWERS_S
from riffler.tools.messages import ToolCall

ASK = {"question": "When does the harbour open?", "contexts": ["The harbour opens at six, the bakery at seven."]}


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """Serve, and give the lines of a start that fails."""
    done = subprocess.run(
        [COMMAND, "serve", "--data-folder", str(folder / "data"), *arguments],
        env=environment(**settings), capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


async def until_it_refuses(served: Served) -> None:
    """Knock until nobody opens: a moment after the signal."""
    while True:
        await served.client.get("/livez")


async def test_a_running_turn_may_end(tmp_path: Path) -> None:
    """Asked to stop in the middle of a turn, the service answers it, takes no other, and ends without an error."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: EngineRequest) -> Reply:
        begun.set()
        await go_on.wait()
        return "At six."

    async with LocalApi(slow) as api:
        settings = {"engine": "openai", "model": "local", "base_url": api.base_url}
        async with serving(tmp_path, alone=True, **settings) as served:
            asking = asyncio.create_task(served.client.post("/api/v1/ask", json=ASK))
            await begun.wait()
            served.process.send_signal(signal.SIGTERM)
            with pytest.raises(httpx.TransportError):
                await until_it_refuses(served)
            go_on.set()
            answer = await asking
            assert answer.status_code == 200
            assert answer.json()["text"] == "At six."
            assert await asyncio.to_thread(served.process.wait, 60) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_turn_that_is_late_is_told_and_goes_on_after_the_restart(tmp_path: Path, workers: str) -> None:
    """Out of time, each request gets its problem, the service is gone soon after, and asked again it goes on."""
    waiting: list[EngineRequest] = []
    both, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: EngineRequest) -> Reply:
        if not any(message.role == "tool" for message in request.messages):
            return [ToolCall("call_1", "search_context", '{"query": "harbour"}')]
        waiting.append(request)
        if len(waiting) == 2:
            both.set()
        await go_on.wait()
        return "At six."

    named = {"idempotency-key": "mine"}
    async with LocalApi(slow) as api:
        settings = {"engine": "openai", "model": "local", "base_url": api.base_url, "rewriting": "false"}
        async with serving(tmp_path, "--workers", workers, alone=True, shutdown_s="3", **settings) as served:
            asking = asyncio.create_task(served.client.post("/api/v1/ask", json=ASK, headers=named))
            events = {"accept": "text/event-stream"}
            streaming = asyncio.create_task(served.client.post("/api/v1/ask", json=ASK, headers=events))
            await both.wait()
            began = time.monotonic()
            assert await served.stop() == 0
            assert time.monotonic() - began < 2 * (3 + ANSWERS_S) - 1, "the time to stop is given once"
            late, stream = await asking, await streaming
            assert (late.status_code, late.headers["content-type"]) == (503, "application/problem+json")
            assert late.json()["title"] == "Service stopping"
            *_, last = [event for event in stream.text.split("\n\n") if event]
            assert last.startswith("event: problem\n")
            assert "Traceback" not in served.errors.read_text("utf-8")
        go_on.set()
        async with serving(tmp_path, **settings) as served:
            answer = await served.client.post("/api/v1/ask", json=ASK, headers=named)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["text"], len(answer.json()["steps"])) == ("At six.", 1)
            sessions = (await served.client.get("/api/v1/sessions")).json()["items"]
            assert [each["session"] for each in sessions] == [answer.json()["session"]]


async def test_two_services_share_a_data_folder(tmp_path: Path) -> None:
    """Sessions and rewards of one are the other's; when the one that owns the server is killed, the other goes on."""
    async with serving(tmp_path) as one, serving(tmp_path) as other:
        answer = (await one.client.post("/api/v1/ask", json=ASK)).json()
        path = f"/api/v1/sessions/{answer['session']}"
        assert (await other.client.get(path)).json()["version"] == answer["version"]
        one.process.kill()
        one.process.wait()
        again = await other.client.post(f"{path}/ask", json={"question": "And the bakery?"})
        assert again.status_code == 200, again.text
        decision = answer["rewriting"]["decision"]
        rewarded = await other.client.post(f"/api/v1/decisions/{decision}/reward", json={"reward": 1})
        assert rewarded.json()["counted"] is True


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_setting_that_is_wrong_is_one_line(tmp_path: Path, workers: str) -> None:
    """An engine that doesn't exist ends the start with a line that names those that do."""
    said = refused(tmp_path, "--workers", workers, "--port", str(free_port()), engine="oracle")
    assert "engine: one of nano, openai, reader" in said


def test_a_number_that_is_wrong_is_named(tmp_path: Path) -> None:
    """A setting out of range is named before anything starts."""
    assert "shutdown_s" in refused(tmp_path, shutdown_s="-1")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """A second service on one port says so and ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(tmp_path, "--port", str(taken.getsockname()[1]))
    assert "address already in use" in said.lower()


def test_an_address_for_everybody_needs_keys(tmp_path: Path) -> None:
    """Without one nothing listens beyond loopback, and it is said how to make one; with one it comes up."""
    with socket.create_server(("", 0)) as taken:  # so that it ends at once
        everybody = ("--host", "0.0.0.0", "--port", str(taken.getsockname()[1]))  # noqa: S104
        said = refused(tmp_path, *everybody)
        assert "there are no keys: make one with `riffler keys create`" in said
        assert "address already in use" not in said.lower()
        said = refused(tmp_path, *everybody, admin_keys="0" * 64)
        assert "each request needs a key" in said
        assert "address already in use" in said.lower()


def test_a_hash_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    """It may be the key itself, put where its hash belongs."""
    said = refused(tmp_path, admin_keys="rk-0123-secret")
    assert "admin_keys" in said
    assert "secret" not in said


async def test_it_logs_warnings_unasked(tmp_path: Path) -> None:
    """What the service can't tell its client is in its log, without any setting, and without a user's words."""

    def refuse(_: EngineRequest) -> Reply:
        raise EngineRejected("can't be", ": 'my secret question'")

    async with LocalApi(refuse) as api:
        settings = {"engine": "openai", "model": "local", "base_url": api.base_url}
        async with serving(tmp_path, **settings) as served:
            answer = await served.client.post("/api/v1/ask", json={"question": "my secret question"})
            assert answer.status_code == 502
            assert "my secret question" in answer.json()["detail"]
            assert "error='EngineRejected'" in served.errors.read_text("utf-8")
            assert "secret" not in served.errors.read_text("utf-8")


async def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    """Killed, it leaves nobody who serves on and holds the port: the service starts again at once."""
    async with serving(tmp_path, "--workers", "2", alone=True) as served:
        workers = served.workers()
        served.process.kill()
        served.process.wait()
        for pid in workers:
            while Path(f"/proc/{pid}").exists():  # noqa: ASYNC110 - another's child tells nobody of its end
                await asyncio.sleep(0.05)
        port = served.client.base_url.port
    async with serving(tmp_path, port=port) as again:
        assert (await again.client.get("/readyz")).status_code == 200
