"""Commands of `riffler`, run as a user runs them or, where only what they say is looked at, without their imports.

Most of what a command costs is imports: 2 to 4 s of CPU. `forked` runs it in a process of its own as well, with streams
and an environment of its own, but the process is forked from one that has the imports done.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})
LIMIT_S = 120
_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.e2e.warm"])


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Give an environment with no setting of Riffler's but data folder and engine, and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    return {**kept, "RIFFLER_DATA_FOLDER": str(folder / "data"), "RIFFLER_ENGINE": "reader", **settings}


def fresh(
    folder: Path, *arguments: str, stdin: bytes = b"", settings: Mapping[str, str] = NONE
) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("riffler")), *arguments],
        input=stdin,
        capture_output=True,
        env=environment(folder, settings),
        timeout=LIMIT_S,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def forked(
    folder: Path, *arguments: str, stdin: bytes = b"", settings: Mapping[str, str] = NONE
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that needn't import what it needs."""
    with TemporaryDirectory(dir=folder) as streams:
        names = [Path(streams) / name for name in ("in", "out", "err")]
        names[0].write_bytes(stdin)
        running = Forked(arguments, environment(folder, settings), names)
        try:
            code = running.wait(LIMIT_S)
        finally:
            running.kill()
        out, err = (name.read_bytes().decode() for name in names[1:])
    return subprocess.CompletedProcess(arguments, code, out, err)


class Forked:
    """A command that runs in a process that needn't import what it needs. It is used as a `subprocess.Popen` is.

    Args:
        arguments: The command's.
        settings: Its whole environment.
        names: The files of its three streams.
        folder: Where it runs; None is where this process does.
    """

    def __init__(
        self, arguments: Sequence[str], settings: Mapping[str, str], names: Sequence[Path], folder: Path | None = None
    ) -> None:
        given = (arguments, dict(settings), [str(name) for name in names], folder or Path.cwd())
        self.args = arguments
        self._process = _FORKING.Process(target=_command, args=given)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Give its exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and give its exit code."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


def _command(arguments: Sequence[str], settings: dict[str, str], names: list[str], folder: Path) -> None:
    """Take on the streams, the environment and the folder of a command, and be it."""
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    for number, (name, flags) in enumerate(zip(names, (os.O_RDONLY, *2 * [os.O_WRONLY | os.O_CREAT]), strict=True)):
        os.dup2(os.open(name, flags), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process is
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    from riffler.service.cli import main  # noqa: PLC0415 - the tests' own process needs none of it

    sys.argv = ["riffler", *arguments]
    main()
