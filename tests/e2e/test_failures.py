"""What goes wrong in the middle of the command line's work, provoked for real."""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.commands import environment, forked

from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.scripted import Reply
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.ports.engine import EngineRequest

GATES = "".join(f"The code of gate {number} is {number * 31}.\n" for number in range(3000))
FEW_GATES = "".join(GATES.splitlines(keepends=True)[:10])


async def riffler(
    folder: Path, *arguments: str, stdin: str = "", before: Callable[[], None] | None = None, **settings: str
) -> tuple[int, str, str]:
    """Run a command in a process of its own; give its exit code, output and error output."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("riffler"),
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=environment(folder, settings),
        preexec_fn=before,
    )
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 120)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def quick(folder: Path, *arguments: str, stdin: str = "", **settings: str) -> tuple[int, str, str]:
    """Run a command likewise, without its imports."""
    done = forked(folder, *arguments, stdin=stdin.encode(), settings=settings)
    return done.returncode, done.stdout, done.stderr


def failed(result: tuple[int, str, str]) -> str:
    """Check that a command failed with one line, and give the line."""
    code, _, err = result
    assert code == 1, err
    assert err.count("\n") == 1, err
    return err


async def lives_of(folder: Path) -> dict[str, int]:
    """Read the time to live in ms of all sessions in a data folder, after a restart of its server; -1 is for ever."""
    connection = RedisConnection(embedded=EmbeddedServer(folder / "data"))
    try:
        keys: list[str] = await connection.run(lambda client: client.keys("*/s/*"))
        return {key: int(await connection.run(lambda client, key=key: client.pttl(key))) for key in keys}
    finally:
        await connection.aclose()


async def test_ten_megabytes_are_answered(tmp_path: Path) -> None:
    """A text of 10 MB goes in, is folded to the window, and its one fact is found."""
    lines = [f"The tide at pier {number} turned without anybody's notice." for number in range(190_000)]
    lines[123_456] = "The keeper of the blue lamp is called Ondrej Talmo."
    text = "\n".join(lines)
    assert len(text) > 10_000_000
    started = time.monotonic()
    code, out, err = await riffler(
        tmp_path, "ask", "--context", "-", "--json", "What is the keeper of the blue lamp called?", stdin=text
    )
    assert code == 0, err
    answer = json.loads(out)
    assert "Ondrej Talmo" in answer["text"]
    assert answer["seen_tokens"] < 8192 < answer["conversation_tokens"]
    assert time.monotonic() - started < 110  # no figure: a bound that only a quadratic cost would break


async def test_redis_gone_in_the_middle(tmp_path: Path) -> None:
    """A given server that dies while the model thinks is one clear line, and the answer isn't claimed."""
    server = EmbeddedServer(tmp_path / "given")
    await server.ensure()
    connection = RedisConnection(embedded=server)
    pid = (await connection.run(lambda client: client.info("server")))["process_id"]

    def kill(_request: EngineRequest) -> Reply:
        os.kill(pid, signal.SIGKILL)
        return "An answer that can't be kept."

    async with LocalApi(kill) as api:
        options = ("--engine", "openai", "--model", "m", "--base-url", api.base_url)
        result = await riffler(
            tmp_path, "ask", *options, "Why?", REDIS_URL=f"unix://{server.socket}", RIFFLER_REWRITING="no"
        )
    await connection.aclose()
    assert "can't be reached" in failed(result)
    assert "An answer that" not in result[1]


async def test_the_embedded_server_gone_in_the_middle_comes_back(tmp_path: Path) -> None:
    """The embedded server, killed while the model thinks, is started again, and the turn ends well."""

    def kill(_request: EngineRequest) -> Reply:
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            if bytes(tmp_path / "data") in command.read_bytes():
                os.kill(int(command.parent.name), signal.SIGKILL)
                killed.append(command)
        return "All is well."

    killed: list[Path] = []
    async with LocalApi(kill) as api:
        options = ("--engine", "openai", "--model", "m", "--base-url", api.base_url)
        code, out, err = await riffler(tmp_path, "ask", *options, "Why?", RIFFLER_REWRITING="no")
    assert len(killed) == 1
    assert code == 0, err
    assert "All is well." in out


@pytest.mark.parametrize("durability", ["default", "strict"])
async def test_a_full_disk_is_one_line(tmp_path: Path, durability: str) -> None:
    """When the data folder has no room, the command fails with one line, and nothing is half-done.

    At most an empty session is left, which ends by itself.

    A limit on the size of files makes the server's write fail as a full disk does (EFBIG in place of ENOSPC).
    """

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    result = await riffler(
        tmp_path, "ask", "--context", "-", "Which code?", stdin=GATES, before=little_room, RIFFLER_DURABILITY=durability
    )
    line = failed(result)
    assert "full" in line or "server" in line
    left = await lives_of(tmp_path)
    assert all(key.endswith((":state", ":lease", ":gone")) and life > 0 for key, life in left.items()), left
    code, out, err = quick(tmp_path, "ask", "--context", "-", "Which code has gate 7?", stdin=FEW_GATES)
    assert code == 0, err
    assert "217" in out


@pytest.fixture(scope="module")
def carved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with a session."""
    folder = tmp_path_factory.mktemp("carved")
    asked = quick(folder, "ask", "--context", "-", "--json", "Which code has gate 7?", stdin=FEW_GATES)
    return folder, json.loads(asked[1])["session"]


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("fragment_context", {"start_marker": "nowhere", "end_marker": "is 31."}, "start_marker occurs 0 times"),
        ("fragment_context", {"start_marker": "The code", "end_marker": "is 31."}, "start_marker occurs 10 times"),
        ("fragment_context", {"start_marker": "is 62.", "end_marker": "is 31."}, "end_marker comes before"),
        ("fragment_context", {"start_marker": "gate 1 "}, "end_marker"),
        ("fold_fragment", {"fragment_id": "fffff0"}, "no fragment fffff0"),
        ("summarize_fragment", {"fragment_id": "f00001", "focus": "gates"}, "no fragment f00001"),
        ("melt", {}, "no tool 'melt'"),
    ],
)
def test_a_refused_call_changes_nothing(
    carved: tuple[Path, str], tool: str, arguments: dict[str, str], words: str
) -> None:
    """A tool called by hand with bad markers or unknown ids says why in one line, and the view stays as it was."""
    folder, session = carved
    before = quick(folder, "view", session)
    assert before[0] == 0
    assert words in failed(quick(folder, "call", session, tool, json.dumps(arguments)))
    assert quick(folder, "view", session) == before


def test_a_reward_is_a_number(tmp_path: Path) -> None:
    """What is no number, and a number out of range, are refused before anything is looked up."""
    assert quick(tmp_path, "reward", "d0123456789abcdef0123", "good")[0] == 2
    assert "from 0 to 1" in failed(quick(tmp_path, "reward", "d0123456789abcdef0123", "nan"))


@pytest.mark.parametrize("name", ["RIFFLER_STEP_CAP", "RIFFLER_DURABILITY", "RIFFLER_WINDOW_TOKENS", "REDIS_URL"])
def test_a_setting_that_is_none_is_named(tmp_path: Path, name: str) -> None:
    """A setting with an impossible value is one line that names it."""
    line = failed(quick(tmp_path, "ask", "Why?", **{name: "some words"}))
    assert name.removeprefix("RIFFLER_").lower() in line.lower()


def test_names_and_rewards_that_are_none_are_one_line(tmp_path: Path) -> None:
    """A session's name that isn't UTF-8 or is empty, and a negative reward, are refused in one line that says so."""
    assert "expected a name in UTF-8" in failed(quick(tmp_path, "view", "\udcff"))
    assert "no session ''" in failed(quick(tmp_path, "ask", "--session", "", "Why?"))
    assert "from 0 to 1" in failed(quick(tmp_path, "reward", "d0123456789abcdef0123", "-1"))


def test_a_reward_needs_no_engine(tmp_path: Path) -> None:
    """Rewarding works under settings of an engine that couldn't be made."""
    _, out, _ = quick(tmp_path, "ask", "--context", "-", "--json", "Which code has gate 7?", stdin=FEW_GATES)
    decision = json.loads(out)["rewriting"]["decision"]
    code, out, err = quick(tmp_path, "reward", decision, "1", RIFFLER_ENGINE="openai")
    assert (code, "rewarded" in out) == (0, True), err


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """A file's byte-order mark isn't part of what the model reads."""
    (tmp_path / "text").write_text("\ufeffThe code of gate 7 is 217.\n", "utf-8")
    _, out, _ = quick(tmp_path, "ask", "--context", str(tmp_path / "text"), "--json", "Which code has gate 7?")
    _, original, _ = quick(tmp_path, "view", "--original", json.loads(out)["session"])
    assert json.loads(original.splitlines()[0])["content"] == "The code of gate 7 is 217.\n"
