"""Commands of `riffler`, run as a user runs them or, where only what they say is looked at, without their imports.

Most of what a command costs is imports: 2 to 4 s of CPU. `forked` runs it in a process of its own as well, with streams
and an environment of its own, but the process is forked from one that has the imports done.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})
LIMIT_S = 120
_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.e2e.warm"])


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Give an environment with no setting of Riffler's but the data folder and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    return {**kept, "RIFFLER_DATA_FOLDER": str(folder / "data"), **settings}


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
        given = (arguments, environment(folder, settings), [str(name) for name in names])
        process = _FORKING.Process(target=_command, args=given)
        process.start()
        process.join(LIMIT_S)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, LIMIT_S)
        out, err = (name.read_bytes().decode() for name in names[1:])
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _command(arguments: tuple[str, ...], settings: dict[str, str], names: list[str]) -> None:
    """Take on the streams and the environment of a command, and be it."""
    os.environ.clear()
    os.environ.update(settings)
    for number, (name, flags) in enumerate(zip(names, (os.O_RDONLY, *2 * [os.O_WRONLY | os.O_CREAT]), strict=True)):
        os.dup2(os.open(name, flags), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process is
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    from riffler.service.cli import main  # noqa: PLC0415 - the tests' own process needs none of it

    sys.argv = ["riffler", *arguments]
    main()
